"""How much a store holds, and what of it waits or needs a person."""

from collections import Counter
from typing import NamedTuple

from sqlalchemy import ColumnElement, Connection, func, select

from comity.log.verdict import Status
from comity.store import door, schema
from comity.store.circle import Circles


class Tally(NamedTuple):
    """The log in numbers; `missing` are envelopes that others have, as commits here name them."""

    envelopes: int
    waiting: int
    void: int
    missing: int


def tally(connection: Connection, circles: Circles) -> Tally:
    """The log as it is now."""
    e = schema.envelopes.c
    status = func.substr(e.status, 1, func.instr(e.status + ":", ":") - 1)
    counts: dict[str, int] = dict(connection.execute(select(status, func.count()).group_by(status)).all())
    missing = sum(len(door.missing(connection, group)) for group in circles.groups())
    return Tally(sum(counts.values()), counts.get(Status.WAITING, 0), counts.get(Status.VOID, 0), missing)


def tally_of(connection: Connection, group: bytes) -> Tally:
    """The log of one group as it is now."""
    e = schema.envelopes.c

    def count(*conditions: ColumnElement[bool]) -> int:
        return connection.execute(select(func.count()).where(e.group == group, *conditions)).scalar_one()

    waiting, void = (count(schema.of_status(each)) for each in (Status.WAITING, Status.VOID))
    return Tally(count(), waiting, void, len(door.missing(connection, group)))


def conflicts_by_group(connection: Connection) -> Counter[str]:
    """How many fields of live records have several values, by the group of the records."""
    found: Counter[str] = Counter()
    for rows in schema.ROWS:
        count = func.sum(func.json_array_length(rows.c.conflicts))
        counted = select(rows.c.group, count).where(rows.c.retired.is_not(True), schema.DISPUTED)
        found.update(dict(connection.execute(counted.group_by(rows.c.group)).all()))
    return found


def conflicts(connection: Connection) -> int:
    """How many fields of live records have several values that somebody has to choose from."""
    found = 0
    for rows in schema.ROWS:
        count = func.coalesce(func.sum(func.json_array_length(rows.c.conflicts)), 0)
        found += connection.execute(select(count).where(rows.c.retired.is_not(True), schema.DISPUTED)).scalar_one()
    return found
