"""How much of what was in a group at the start of a session its envelopes retire, erase or make void."""

from collections.abc import Iterable

from sqlalchemy import Connection, func, select

from comity.log.upheaval import Ground
from comity.store import door, schema


def ground(connection: Connection, group: bytes) -> Ground:
    """The group as it is now."""
    e, r = schema.envelopes.c, schema.records.c
    envelope, envelopes = connection.execute(select(func.max(e.no), func.count()).where(e.group == group)).one()
    record, records = connection.execute(select(func.max(r.no), func.count()).where(r.group == group)).one()
    return Ground(envelope or 0, record or 0, envelopes, _void(connection, group, envelope or 0), records)


def retired(connection: Connection, before: Ground, records: Iterable[int]) -> set[int]:
    """Which of these records were here before and are retired now."""
    old = [no for no in records if no <= before.record]
    found: set[int] = set()
    for rows in schema.ROWS:
        for part in door.chunks(old):
            query = select(rows.c.no).where(rows.c.no.in_(part), rows.c.retired.is_(True))
            found.update(connection.execute(query).scalars())
    return found


def void(connection: Connection, group: bytes, before: Ground) -> int:
    """How many envelopes that were here before are void now, and were not."""
    return _void(connection, group, before.envelope) - before.void


def _void(connection: Connection, group: bytes, last: int) -> int:
    e = schema.envelopes.c
    query = select(func.count()).where(e.group == group, e.status >= "void", e.status < "voie", e.no <= last)
    return connection.execute(query).scalar_one()
