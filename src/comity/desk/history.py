"""What was written about a record, act by act, and what was written lately."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.desk import devices
from comity.desk.desk import Desk
from comity.domain.facet import Merge
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, facets
from comity.log.commit import ORIGINATOR, RETIRED
from comity.store import folding, lately, reading
from comity.store.folding import Written


@dataclass(frozen=True)
class HistoryEntry:
    """One act as far as it touched one record; `changes` maps a field to the value before and after."""

    at: datetime
    by: str
    institute: str
    device: str
    reason: str
    changes: Mapping[str, tuple[Any, Any]]
    dot: bytes

    @property
    def fields(self) -> tuple[str, ...]:
        """The fields it wrote, those of which it wrote elements once."""
        return tuple(dict.fromkeys(name.partition(":")[0] for name in self.changes))


def touched(desk: Desk, version: int) -> list[tuple[str, str]]:
    """(kind, id) of what was written since the store had this version, by whomever."""
    with desk.store.reading() as connection:
        return lately.touched(connection, version)


def history(desk: Desk, record: Record) -> list[HistoryEntry]:
    """Every act that counts, from the create on."""
    with desk.store.reading() as connection:
        written = _by_act(folding.written(connection, desk.store.circles, [record.no or 0]).get(record.no or 0, []))
        seats = reading.seats(connection, [each.touch.dot for each in written])
        known = devices.names(desk, connection)
        seated = desk.store.circles.of(bytes.fromhex(record.group)).standing.seats
        called = {dot: devices.called(known, seated[seat].device) for dot, seat in seats.items() if seat in seated}
    sets = {each.touch.dot: each.touch.set for each in written}
    return [
        HistoryEntry(
            each.stamp.at,
            each.stamp.by,
            each.stamp.institute,
            called.get(each.touch.dot, ""),
            each.stamp.reason,
            changes(record, each.touch.set, [sets[dot] for dot in each.touch.over if dot in sets]),
            each.touch.dot,
        )
        for each in sorted(written, key=lambda each: (each.touch.gen, each.touch.dot))
    ]


def _by_act(written: Sequence[Written]) -> list[Written]:
    """One entry for each act, also where it set fields of a record over different values apart."""
    found: dict[bytes, Written] = {}
    for each in written:
        touch = each.touch
        if before := found.get(touch.dot):
            both = {**before.touch.set, **touch.set}
            each = Written(touch._replace(set=both, over={*before.touch.over, *touch.over}), each.stamp)
        found[touch.dot] = each
    return list(found.values())


def changes(
    record: Record, new: Mapping[str, Any], replaced: Sequence[Mapping[str, Any]]
) -> dict[str, tuple[Any, Any]]:
    """Each field with what it replaced and what it was set to; the words of the log itself are left out of a create."""
    kind = BY_NOUN[record.noun]
    told: dict[str, tuple[Any, Any]] = {}
    for name, value in new.items():
        if name == ORIGINATOR:
            continue
        before = next((old[name] for old in replaced if name in old), None)
        if name in facets(kind) or name == RETIRED or ":" in name:
            told[name] = (bare(kind, name, before), bare(kind, name, value))
    return told


def bare(kind: type[Record], name: str, value: Any) -> Any:
    """The value itself, without the stamp that a fact reported by a machine carries."""
    facet = facets(kind).get(name)
    stamped = facet is not None and facet.merge is Merge.LATEST and isinstance(value, list) and len(value) == 3
    return value[2] if stamped else value
