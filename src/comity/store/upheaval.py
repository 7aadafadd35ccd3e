"""How much of what was in a group at the start of a session its envelopes retire, erase or make void."""

from collections.abc import Collection, Iterable

import msgspec
from sqlalchemy import Connection, delete, func, select

from comity.log.upheaval import Ground
from comity.log.verdict import Status
from comity.store import door, schema


def ground(connection: Connection, group: bytes) -> Ground:
    """The group as it is now, or as it was before a session that a person did not let go on."""
    if found := _halted(connection, group):
        return found[0]
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


def halt(connection: Connection, group: bytes, before: Ground, retired: Collection[int]) -> None:
    """Remember what a session began with that nobody let go on: pages it stored count with what comes later."""
    schema.remember(connection, _name(group), msgspec.msgpack.encode((before, sorted(retired))))


def gone_before(connection: Connection, group: bytes) -> set[int]:
    """The records that such a session retired all the same."""
    found = _halted(connection, group)
    return set(found[1]) if found else set()


def agreed(connection: Connection, group: bytes) -> None:
    """Forget it: a person said yes."""
    connection.execute(delete(schema.local).where(schema.local.c.name == _name(group)))


def _halted(connection: Connection, group: bytes) -> tuple[Ground, list[int]] | None:
    packed = schema.recall(connection, _name(group))
    return msgspec.msgpack.decode(packed, type=tuple[Ground, list[int]]) if packed else None


def _name(group: bytes) -> str:
    return f"upheaval:{group.hex()}"


def void(connection: Connection, group: bytes, before: Ground) -> int:
    """How many envelopes that were here before are void now, and were not."""
    return _void(connection, group, before.envelope) - before.void


def _void(connection: Connection, group: bytes, last: int) -> int:
    e = schema.envelopes.c
    query = select(func.count()).where(e.group == group, schema.of_status(Status.VOID), e.no <= last)
    return connection.execute(query).scalar_one()
