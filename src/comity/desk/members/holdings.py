"""What somebody gets who is let into a group, and what in it is not meant to go that far."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from uuid_utils import UUID

from comity.desk import names
from comity.desk.world import World
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.marking import join, permits
from comity.domain.wording import words
from comity.store import holding, reading


@dataclass(frozen=True)
class Holding:
    """The records of a group: how many by kind, how old, and the marking of the whole; and what cannot be opened."""

    counts: tuple[tuple[str, int], ...]
    retired: int
    oldest: datetime | None
    marking: str
    locked: int  # envelopes whose key is not here

    @property
    def records(self) -> int:
        """How many there are, without retired ones."""
        return sum(count for _, count in self.counts)


@dataclass(frozen=True)
class Unfit:
    """A record whose marking does not permit the group as it would be, and why."""

    kind: str
    id: str
    ref: str
    marking: str
    why: str


def holding_of(world: World, group: str) -> Holding:
    """What a group holds."""
    heaps = list(holding.heaps(world.connection, group))
    counts: dict[str, int] = {}
    for heap in heaps:
        if heap.live:
            plural = words(BY_NOUN[heap.noun].plural)
            counts[plural] = counts.get(plural, 0) + heap.live
    oldest = min((heap.oldest for heap in heaps if heap.oldest), default=None)
    ordered = tuple(sorted(counts.items(), key=lambda each: (-each[1], each[0])))
    marking = join(sorted({heap.marking for heap in heaps if heap.marking})) if heaps else ""
    locked = holding.locked(world.connection, bytes.fromhex(group))
    return Holding(ordered, sum(heap.retired for heap in heaps), oldest, marking, locked)


def unfit(world: World, group: str, members: Collection[str]) -> list[Unfit]:
    """The records of a group that these institutes may not all hold, the retired ones too: the log keeps them."""
    found: list[Unfit] = []
    countries, private = world.countries(), world.is_private(group) and len(members) == 1
    for heap in holding.heaps(world.connection, group):
        why = permits(heap.marking, members, private=private, countries=countries)
        if why:
            kind = BY_NOUN[heap.noun]
            for id in holding.marked(world.connection, kind, group, heap.marking):
                record = reading.get(world.connection, kind, id, group)
                ref = names.short(world.connection, record) if record else id
                found.append(Unfit(heap.noun, id, ref, heap.marking, why))
    return found


def dangling(world: World, group: str, newcomer: str) -> list[str]:
    """What records of a group refer to and the newcomer will not hold, by the names it has here."""
    asked = sorted(set(holding.referred(world.connection, group)))
    ids = {id: number for _, id in asked if (number := _number(id))}
    places = holding.places(world.connection, ids.values())
    reached = {each for each in world.desk.store.groups() if each == group or newcomer in world.members(each)}
    found = []
    for refers, id in asked:
        there = {place.hex() for place in places.get(ids.get(id, b""), ())}
        if there and not there & reached:
            found.append(_named(world, refers, id))
    return list(dict.fromkeys(found))


def _named(world: World, refers: str, id: str) -> str:
    kinds = KINDS if refers == "*" else (BY_NOUN[refers],)
    record = next((found for kind in kinds if (found := reading.get(world.connection, kind, id))), None)
    return names.short(world.connection, record) if record else id


def _number(id: str) -> bytes | None:
    """The id as the log keeps it; None for what a peer wrote that is none."""
    try:
        return UUID(id).bytes
    except ValueError:
        return None
