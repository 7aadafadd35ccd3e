"""Holding a store against itself: pages, signatures, chains, statuses, and every record against its commits."""

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, select, text
from sqlalchemy.exc import DBAPIError

from comity.domain.kinds import BY_NOUN
from comity.domain.runs import Run
from comity.domain.text import plain
from comity.log.acts import AnyAct, Renew, act_of, seated, signer
from comity.log.body import Malformed
from comity.log.envelope import Envelope, Type, authentic, decode
from comity.log.verdict import Status
from comity.store import door, folding, schema
from comity.store.circle import Circle, Circles
from comity.store.rows import words
from comity.store.store import Store

PAGE = 1_000
RESTORE = "copy the home away, then `comity restore FILE` from a backup"
FORKED = "forked"  # what was done by hand and is kept as it was done: nothing to restore
REBUILD = "`comity rebuild` makes rows and search anew from the log"


class Damage(NamedTuple):
    """Something that does not verify, and what to do about it."""

    code: str
    text: str
    hint: str


def problems(store: Store) -> list[Damage]:
    """Everything in a store that does not verify; empty where all is well."""
    circles = Circles(store.keys.pair)
    with store.database.reading() as connection:
        found = list(_pages(connection))
        if found:
            return found
        found = list(_envelopes(connection))
        if found:  # the rest would stumble over what cannot be read
            return found
        circles.refresh(connection)
        for group in circles.groups():
            found += _chains(connection, circles.of(group), group, store.keys.pair.public.sign)
        found += _judgements(connection, circles)
        found += _records(connection, circles)
        found += _counts(connection)
    return found


def _pages(connection: Connection) -> Iterator[Damage]:
    """The file: each page carries a hash under the key, and the trees have to be whole."""
    try:
        told = [*connection.exec_driver_sql("PRAGMA cipher_integrity_check").scalars()]
        told += connection.exec_driver_sql("PRAGMA integrity_check(20)").scalars()
    except DBAPIError as error:
        told = [plain(error.orig)]
    yield from (Damage("file", f"the database file is damaged: {each}", RESTORE) for each in told if each != "ok")


def _envelopes(connection: Connection) -> Iterator[Damage]:
    """Each envelope by its own hashes, and its columns against its header."""
    e = schema.envelopes.c
    columns = ("id", "dot", "group", "seat", "seq", "gen", "type", "key")
    for row in _paged(connection, select(schema.envelopes), e.no):
        try:
            envelope = decode(row.header + row.signature + (row.body or b""))
        except Malformed as error:
            yield Damage("envelope", f"envelope {row.no} is damaged: {error.message}", RESTORE)
            continue
        if any(getattr(row, name) != getattr(envelope, name) for name in columns):
            yield Damage("envelope", f"envelope {row.no} is not the one that its header names", RESTORE)


def _paged(connection: Connection, query: Any, column: Any) -> Iterator[Row[Any]]:
    last = -1
    while rows := connection.execute(query.where(column > last).order_by(column).limit(PAGE)).all():
        yield from rows
        last = rows[-1].no


def _chains(connection: Connection, circle: Circle, group: bytes, device: bytes) -> Iterator[Damage]:
    """Each seat: a signature, or a signed successor that names it, for every envelope; and one successor each."""
    e = schema.envelopes.c
    acts = [
        (entry.envelope, act_of(entry.envelope))
        for entry in door.held(connection, (e.group == group) & (e.type == Type.ACT))
    ]
    keys = _signers(acts)
    renewals = {envelope.id for envelope, act in acts if isinstance(act, Renew)}
    founding = {envelope.id: key for envelope, act in acts if (key := signer(envelope, act, {}))}
    for seat, key in sorted(keys.items()):
        named: set[bytes] = set()
        taken: dict[bytes, int] = {}
        query = select(e.header, e.signature, e.body, e.type).where(e.group == group, e.seat == seat)
        for header, signature, body, sort in connection.execute(query.order_by(e.seq.desc())):
            envelope = decode(header + signature + ((body or b"") if sort == Type.ACT else b""))
            if envelope.id not in named and not authentic(envelope, founding.get(envelope.id, key)):
                text = f"envelope {envelope.dot.hex()} of seat {seat.hex()[:8]} is not signed by its device"
                yield Damage("signature", text, RESTORE)
                continue
            named.add(envelope.prev)
            taken[envelope.prev] = taken.get(envelope.prev, 0) + (envelope.id not in renewals)
        for prev, count in taken.items():
            if count > 1:
                yield _forked(circle, seat, device, f"{count} ways after {prev.hex()[:8]}")


def _forked(circle: Circle, id: bytes, device: bytes, ways: str) -> Damage:
    """Not damage: two laptops wrote with one device's keys, and what both wrote is here."""
    seat = circle.standing.seats.get(id)
    who = f"device {seat.device.hex()[:12]} of {seat.institute}" if seat else f"seat {id.hex()[:8]}"
    own = seat is not None and seat.device == device
    way = "`comity group renew` gives it a new seat" if own else "let it be renewed, or revoke it"
    return Damage(FORKED, f"the chain of {who} goes on in {ways}; all of them are kept", f"no backup is needed; {way}")


def _signers(acts: Iterable[tuple[Envelope, AnyAct | None]]) -> dict[bytes, bytes]:
    """The key of each seat that an act here opens, in whatever order they came."""
    keys: dict[bytes, bytes] = {}
    todo = [(envelope, act) for envelope, act in acts if act is not None]
    while True:
        opened = [found for envelope, act in todo if (found := seated(envelope, act, keys))]
        before = len(keys)
        for found in opened:
            keys |= found
        if len(keys) == before:
            return keys


def _judgements(connection: Connection, circles: Circles) -> Iterator[Damage]:
    """The status of each envelope, and what is noted of the records that it is about."""
    e, t, r = schema.envelopes.c, schema.touches.c, schema.records.c
    last = connection.execute(select(func.max(e.no))).scalar() or 0
    joined = schema.touches.join(schema.records, t.record == r.no)
    for start in range(0, last + 1, PAGE):
        noted = select(t.envelope, r.group, r.id, r.kind).select_from(joined)
        within = t.envelope.between(start, start + PAGE - 1)
        there = {tuple(row) for row in connection.execute(noted.where(within))}
        for no, envelope, status in door.held(connection, e.no.between(start, start + PAGE - 1)):
            now = str(circles.verdict(envelope))
            if now != status:
                yield Damage("status", f"envelope {envelope.dot.hex()} is kept as «{status}» and is «{now}»", REBUILD)
            commit = circles.open(envelope) if envelope.type is Type.COMMIT and now == Status.IN else None
            about = {(no, envelope.group, each.id, each.kind) for each in commit.changes} if commit else set()
            if not about <= there:
                yield Damage("touch", f"envelope {envelope.dot.hex()} is not noted at its records", REBUILD)


def _records(connection: Connection, circles: Circles) -> Iterator[Damage]:
    """Each record, its row and what the search knows of it, against its commits."""
    r = schema.records.c
    numbers = list(connection.execute(select(r.no).order_by(r.no)).scalars())
    for start in range(0, len(numbers), PAGE):
        for kind, made in folding.made(connection, circles, numbers[start : start + PAGE]).items():
            yield from _compared(connection, kind, made)


def _compared(connection: Connection, noun: str, made: Iterable[folding.Made]) -> Iterator[Damage]:
    kind = BY_NOUN.get(noun)
    for record, state, columns in made:
        if record.heads != folding.packed(state.heads):
            yield Damage("heads", f"the heads of {noun} {record.id.hex()} are not those of its commits", REBUILD)
        if kind is None:
            continue
        table = schema.row_table(kind)
        row = connection.execute(select(*table.columns).where(table.c.no == record.no)).mappings().first()
        if (dict(row) if row else None) != columns:
            yield Damage("row", f"the row of {noun} {record.id.hex()} is not what its commits say", REBUILD)
        found = connection.execute(text("SELECT title, body FROM search WHERE rowid = :no"), {"no": record.no}).first()
        told = words(kind, columns) if columns and not columns["retired"] else None
        if (tuple(found) if found else None) != told:
            yield Damage("search", f"the search knows {noun} {record.id.hex()} by other words than it has", REBUILD)


def _counts(connection: Connection) -> Iterator[Damage]:
    """The counts that are kept of rows, against the rows."""
    run = schema.row_table(Run).c
    values = [func.coalesce(run[name], "") for name in schema.COUNTED]
    rows = select(*values, func.count()).where(run.retired.is_not(True)).group_by(*values)
    kept = select(*schema.counts.c).where(schema.counts.c.n > 0)
    if {*connection.execute(rows)} != {*connection.execute(kept)}:
        yield Damage("counts", "the counts of runs are not those of their rows", REBUILD)
