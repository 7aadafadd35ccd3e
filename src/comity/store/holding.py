"""What a group holds and who wrote it when: what somebody has to know before admitting or revoking a member."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection, Table, and_, func, select

from comity.domain.facet import Shape
from comity.domain.kinds import KINDS
from comity.domain.record import Record, facets
from comity.log.acts import Found, act_of, second_seat
from comity.log.envelope import Envelope, Type
from comity.log.verdict import KEY_NOT_HERE
from comity.store import door, schema
from comity.store.circle import Circles


class Heap(NamedTuple):
    """The records of one kind and marking: how many live, how many retired, and when the oldest was made."""

    noun: str
    marking: str
    live: int
    retired: int
    oldest: datetime | None


class Judged(NamedTuple):
    """An envelope and what becomes of it."""

    seat: bytes
    type: Type
    status: str


def locked(connection: Connection, group: bytes) -> int:
    """How many envelopes of a group wait for a key that is not here."""
    e = schema.envelopes.c
    asked = select(func.count()).where(e.group == group, e.status == str(KEY_NOT_HERE))
    return connection.execute(asked).scalar_one()


def heaps(connection: Connection, group: str) -> Iterator[Heap]:
    """All records of a group; retired ones too, as the log keeps them."""
    for kind in KINDS:
        r = schema.row_table(kind).c
        gone = func.sum(func.coalesce(r.retired, False))
        query = select(r.marking, func.count(), gone, func.min(r.created_at)).where(r.group == group)
        for marking, count, retired, oldest in connection.execute(query.group_by(r.marking)):
            yield Heap(kind.noun, marking or "", count - (retired or 0), retired or 0, oldest)


def marked(connection: Connection, kind: type[Record], group: str, marking: str) -> list[str]:
    """The ids of the records of a kind with this marking, retired ones too."""
    r = schema.row_table(kind).c
    return list(connection.execute(select(r.id).where(r.group == group, r.marking == marking).order_by(r.no)).scalars())


def referred(connection: Connection, group: str) -> Iterator[tuple[str, str]]:
    """(kind, id) of what the records of a group refer to, `*` for any kind; one of a kind may come twice."""
    for kind in KINDS:
        rows = schema.row_table(kind)
        for name, facet in facets(kind).items():
            if facet.shape is Shape.REF:
                for id in _values(connection, rows, name, group, many=facet.many):
                    yield facet.refers, id


def _values(connection: Connection, rows: Table, name: str, group: str, *, many: bool) -> Iterator[str]:
    column = rows.c[name]
    found = connection.execute(select(column).distinct().where(rows.c.group == group, column.is_not(None))).scalars()
    for value in found:
        yield from value if many else [value]


def places(connection: Connection, ids: Iterable[bytes]) -> dict[bytes, set[bytes]]:
    """The groups that hold a record of each id."""
    r = schema.records.c
    found: dict[bytes, set[bytes]] = {}
    for part in door.chunks(sorted(set(ids))):
        for id, group in connection.execute(select(r.id, r.group).where(r.id.in_(part))):
            found.setdefault(id, set()).add(group)
    return found


def judged(connection: Connection, group: bytes) -> dict[int, Judged]:
    """What becomes of every envelope of a group, by its number."""
    e = schema.envelopes.c
    rows = connection.execute(select(e.no, e.seat, e.type, e.status).where(e.group == group))
    return {no: Judged(seat, Type(sort), status) for no, seat, sort, status in rows}


def last_words(connection: Connection, circles: Circles, seats: Iterable[bytes]) -> dict[bytes, int]:
    """When each seat wrote last, by its own clock, in milliseconds; not told where that cannot be opened here."""
    e = schema.envelopes.c
    found: dict[bytes, int] = {}
    for seat in seats:
        last = connection.execute(select(e.no).where(e.seat == seat).order_by(e.seq.desc()).limit(1)).scalar()
        for entry in door.held(connection, e.no == last):
            at_ms = moment(circles, entry.envelope)
            if at_ms is not None:
                found[seat] = at_ms
    return found


def written_before(connection: Connection, circles: Circles, seats: Iterable[bytes], at_ms: int) -> set[bytes]:
    """The ids of what seats wrote before a moment, by their own clocks, and after nothing that is later or unread."""
    kept: set[bytes] = {bytes(32)}
    for seat in seats:
        chain = sorted(door.held(connection, schema.envelopes.c.seat == seat), key=lambda each: each.envelope.seq)
        for _, envelope, _ in chain:
            written = moment(circles, envelope)
            if envelope.prev in kept and written is not None and written < at_ms:
                kept.add(envelope.id)
    return kept


def moment(circles: Circles, envelope: Envelope) -> int | None:
    """When an envelope says that it was written; None where it cannot be opened."""
    said = act_of(envelope) if envelope.type is Type.ACT else circles.open(envelope)
    return said.at_ms if said else None


def opened(connection: Connection, group: bytes) -> dict[bytes, int]:
    """When each seat of a group was opened, as the act that opened it says, in milliseconds."""
    e = schema.envelopes.c
    found: dict[bytes, int] = {}
    for _, envelope, _ in door.held(connection, and_(e.group == group, e.type == Type.ACT)):
        if (act := act_of(envelope)) is not None:
            found |= dict.fromkeys(
                (envelope.dot, second_seat(envelope.dot), *([group] if isinstance(act, Found) else [])), act.at_ms
            )
    return found
