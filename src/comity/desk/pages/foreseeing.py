"""What would partner X see: the records of the groups in which an institute has a seat that stands."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from comity.desk import asking, telling
from comity.desk.desk import Desk
from comity.desk.members import holdings
from comity.desk.members.holdings import Holding
from comity.desk.world import World
from comity.domain.marking import join
from comity.domain.record import Record


@dataclass(frozen=True)
class Seen:
    """One group as an institute holds it, or does not."""

    group: str
    name: str
    members: tuple[str, ...]
    reached: bool
    holding: Holding


def groups(desk: Desk, institute: str) -> list[Seen]:
    """Every group that is held here, those that reach the institute first."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        found = []
        for group in desk.store.groups():
            members = world.members(group)
            held = holdings.holding_of(world, group)
            found.append(Seen(group, world.group_name(group), members, institute in members, held))
    return sorted(found, key=lambda each: (not each.reached, each.name))


def partners(desk: Desk) -> dict[str, list[Seen]]:
    """Every other institute that stands in a group held here, with the groups that reach it."""
    seen = groups(desk, desk.institute)
    others = sorted({member for each in seen for member in each.members} - {desk.institute})
    return {code: [replace(each, reached=True) for each in seen if code in each.members] for code in others}


def counts(seen: Sequence[Seen]) -> dict[str, int]:
    """How many records of each kind are in the groups that reach the institute."""
    total: dict[str, int] = {}
    for each in seen:
        for plural, count in each.holding.counts if each.reached else ():
            total[plural] = total.get(plural, 0) + count
    return dict(sorted(total.items(), key=lambda each: (-each[1], each[0])))


def marking(seen: Sequence[Seen]) -> str:
    """The marking of all that reaches the institute."""
    return join([each.holding.marking for each in seen if each.reached and each.holding.marking])


def records(desk: Desk, institute: str, noun: str, query: str = "") -> list[Record]:
    """The records of a kind that the institute can hold now."""
    reached = {each.group for each in groups(desk, institute) if each.reached}
    return [each for each in asking.records(desk, noun, query) if each.group in reached]


def as_json(desk: Desk, institute: str, noun: str, query: str = "") -> dict[str, object]:
    """The records of a kind that the institute can hold now, as JSON."""
    items = [telling.as_json(desk, each) for each in records(desk, institute, noun, query)]
    return {"items": items, "count": len(items)}
