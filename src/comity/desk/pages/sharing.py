"""Sharing as the app shows it: groups and their members, what waits or is void, what was written lately."""

from dataclasses import dataclass
from datetime import datetime

from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record
from comity.domain.sharing import Group
from comity.domain.when import from_ms
from comity.domain.wording import words
from comity.store import lately, reading

MOST = 200


@dataclass(frozen=True, slots=True)
class GroupSheet:
    """A sharing group: who holds what is in it, how much that is, and the record that names it."""

    id: str
    name: str
    record: Group | None
    members: tuple[str, ...]
    private: bool
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """How many records it holds."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True, slots=True)
class StuckEnvelope:
    """An envelope that does not count: from whom, in which group, and why."""

    group: str
    institute: str
    seq: int
    state: str
    why: str


@dataclass(frozen=True)
class LogLine:
    """One act: when, who, why, and the records it touched, by kind."""

    at: datetime
    by: str
    institute: str
    group: str
    reason: str
    records: tuple[Record, ...]
    count: int
    fields: tuple[str, ...]
    dot: bytes


def groups(desk: Desk) -> list[GroupSheet]:
    """Every group that this device is in, the own one first."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        sheets = [
            GroupSheet(
                group,
                world.group_name(group),
                world.group_record(group),
                world.members(group),
                world.is_private(group),
                _counts(desk, group),
            )
            for group in desk.store.groups()
        ]
    return sorted(sheets, key=lambda each: (not each.private, each.name))


def _counts(desk: Desk, group: str) -> tuple[tuple[str, int], ...]:
    counted = ((kind, asking.count(desk, kind.noun, f"group:{group}")) for kind in KINDS)
    told = [(words(kind.noun if count == 1 else kind.plural), count) for kind, count in counted if count]
    return tuple(sorted(told, key=lambda each: -each[1]))


def held(desk: Desk) -> list[StuckEnvelope]:
    """What waits for something that is not here, and what is void."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        return [
            StuckEnvelope(
                world.group_name(each.group.hex()),
                desk.store.circles.of(each.group).institute(each.seat),
                each.seq,
                *_parted(each.status),
            )
            for each in lately.stuck(connection, MOST)
        ]


def _parted(status: str) -> tuple[str, str]:
    state, _, why = status.partition(": ")
    return state, why


def written(desk: Desk, most: int = MOST) -> list[LogLine]:
    """The newest acts of everybody, the newest first."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        return [_written(desk, world, act) for act in lately.acts(connection, desk.store.circles, most)]


def _written(desk: Desk, world: World, act: lately.Act) -> LogLine:
    commit = act.commit
    records = tuple(
        found
        for change in commit.changes[:3]
        if change.kind in BY_NOUN
        and (found := reading.get(world.connection, BY_NOUN[change.kind], reading.dashed(change.id.hex())))
    )
    fields = tuple(dict.fromkeys(name for change in commit.changes[:3] for name in change.set))
    return LogLine(
        from_ms(commit.at_ms),
        commit.author,
        desk.store.circles.of(act.group).institute(act.seat),
        world.group_name(act.group.hex()),
        commit.reason,
        records,
        len(commit.changes),
        fields,
        act.dot,
    )
