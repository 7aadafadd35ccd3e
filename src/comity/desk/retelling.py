"""What an act wrote, as people read it: references by name, elements of lists together, facts of a log counted."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.history import HistoryEntry
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, decode, facets
from comity.domain.wording import some, words
from comity.store.database import Connection

NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Retold:
    """One field of an act: its name, what people call it, its value before and after; empty where there was none."""

    field: str
    label: str
    before: str
    after: str


def retold(desk: Desk, record: Record, entry: HistoryEntry) -> list[Retold]:
    """What an act wrote to a record, field by field."""
    with desk.store.reading() as connection:
        return list(_fields(desk, connection, BY_NOUN[record.noun], entry))


def _fields(desk: Desk, connection: Connection, kind: type[Record], entry: HistoryEntry) -> Iterator[Retold]:
    for field in entry.fields:
        facet = facets(kind).get(field)
        if field in entry.changes:
            before, after = (_said(desk, connection, kind, field, each) for each in entry.changes[field])
            if all(isinstance(each, Mapping) for each in entry.changes[field]):
                before, after = "", _moved(*entry.changes[field])
        else:
            before, after = _elements(desk, connection, kind, field, entry)
        yield Retold(field, facet.label.lower() if facet else words(field), before, after)


def _said(desk: Desk, connection: Connection, kind: type[Record], field: str, said: Any) -> str:
    if isinstance(said, Mapping):
        return some(len(said), "fact")
    return "" if said in (None, "", []) else read(desk, connection, kind, field, said)[1]


def _moved(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    """Which facts of a log are others than before."""
    names = [words(name) for name in {**before, **after} if before.get(name) != after.get(name)]
    return f"{some(len(names), 'fact')} changed: {', '.join(names)}" if names else "no fact changed"


def _elements(
    desk: Desk, connection: Connection, kind: type[Record], field: str, entry: HistoryEntry
) -> tuple[str, str]:
    """The elements of a list that went, and those that came."""
    facet = facets(kind).get(field)
    told: dict[bool, list[str]] = {False: [], True: []}
    for name, (_, new) in entry.changes.items():
        field_, colon, element = name.partition(":")
        if field_ == field and colon:
            told[bool(new)].append(asking.one(connection, desk, element, facet))
    return ", ".join(sorted(told[False])), ", ".join(sorted(told[True]))


def read(desk: Desk, connection: Connection, kind: type[Record], field: str, said: Any) -> tuple[Any, str]:
    """A value of the log and its text; both as they are where a newer version or a stranger wrote something else."""
    facet = facets(kind).get(field)
    if facet is None or said is None:
        return said, NOTHING if said is None else asking.one(connection, desk, said, None)
    try:
        value = decode(kind, field, said)
    except ValidationError:
        return said, str(said)
    if isinstance(value, list):
        return value, ", ".join(asking.one(connection, desk, each, facet) for each in value) or NOTHING
    return value, NOTHING if value is None else asking.one(connection, desk, value, facet)
