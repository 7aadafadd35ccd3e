"""The one door: every envelope, written here or received, enters the store through `admit`.

Log, heads, rows and search index change in the caller's one transaction. The state after it is a function of the set of
envelopes: no arrival order takes part, and what became void or was erased is folded anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, delete, func, select

from comity.log import verdict
from comity.log.envelope import Envelope, Type, decode
from comity.log.verdict import Status
from comity.store import bulk, erased, schema
from comity.store.circle import Circles, JudgedEnvelope
from comity.store.folding import refold

V = TypeVar("V")
CHUNK = 5_000  # values bound in one statement
PAGE = 1_000  # envelopes judged at a time when all are
JUDGED = (Status.IN, str(verdict.MALFORMED))  # what an envelope that was opened once is for good, unless it falls
ERASED = str(verdict.ERASED)


class Admitted(NamedTuple):
    """What a call brought in: envelopes that were not here before, and the records they touched or changed."""

    fresh: int
    records: frozenset[int]


class Entry(NamedTuple):
    """An envelope with its place in the log and its status."""

    no: int
    envelope: Envelope
    status: str


def admit(connection: Connection, circles: Circles, given: Iterable[Envelope]) -> Admitted:
    """Take envelopes whose signatures were checked into the store; those that are here already change nothing."""
    by_id: dict[bytes, Envelope] = {}
    for each in given:
        if each.id not in by_id or each.body is not None:
            by_id[each.id] = each
    here = known(connection, schema.envelopes.c.id, list(by_id))
    fresh = _insert(connection, [each for id, each in by_id.items() if id not in here])
    filled = _fill(connection, [by_id[id] for id in here])
    if not fresh and not filled:
        return Admitted(0, frozenset())
    circles.refresh(connection)
    moved = [*_moved(connection, circles, fresh), *filled]
    judged = _judge(connection, circles, [*fresh, *moved])
    _forget_wanted(connection, [each.envelope.dot for each in fresh])
    _note(connection, circles, judged)
    numbers = [each.no for each in judged]
    records = frozenset(among(connection, schema.touches.c.record, schema.touches.c.envelope, numbers))
    refold(connection, circles, records)
    _drop_erased(connection, circles, judged)
    return Admitted(len(fresh), records)


def again(connection: Connection, circles: Circles) -> int:
    """Judge every envelope and fold every record anew; how many records there are."""
    connection.execute(delete(schema.touches))
    connection.execute(delete(schema.wanted))
    circles.reset()
    circles.refresh(connection)
    last = connection.execute(select(func.max(schema.envelopes.c.no))).scalar() or 0
    for start in range(0, last + 1, PAGE):
        page = list(held(connection, schema.envelopes.c.no.between(start, start + PAGE - 1)))
        judged = _judge(connection, circles, page)
        _note(connection, circles, judged)
        _drop_erased(connection, circles, judged)
    numbers = list(connection.execute(select(schema.records.c.no)).scalars())
    refold(connection, circles, numbers)
    return len(numbers)


def missing(connection: Connection, group: bytes) -> frozenset[bytes]:
    """The dots that commits of a group name, and whose envelopes are not here."""
    e, w = schema.envelopes.c, schema.wanted
    query = select(w.c.dot).select_from(w.join(schema.envelopes, w.c.envelope == e.no))
    return frozenset(connection.execute(query.where(e.group == group, e.status == Status.IN)).scalars())


def among(connection: Connection, wanted: Any, column: Any, values: Sequence[Any]) -> set[Any]:
    """What stands in a column where another has one of these values."""
    found: set[Any] = set()
    for part in chunks(values):
        found.update(connection.execute(select(wanted).where(column.in_(part))).scalars())
    return found


def known(connection: Connection, column: Any, values: Sequence[bytes]) -> set[bytes]:
    """Which of these ids or dots are in the log."""
    return among(connection, column, column, values)


def chunks(values: Sequence[V]) -> Iterator[Sequence[V]]:
    """The values in parts that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def held(connection: Connection, condition: ColumnElement[bool]) -> Iterator[Entry]:
    """Envelopes of the log."""
    e = schema.envelopes.c
    query = select(e.no, e.status, e.header, e.signature, e.body).where(condition).order_by(e.no)
    for no, status, header, signature, body in connection.execute(query):
        yield Entry(no, decode(header + signature + (body or b"")), status)


def _insert(connection: Connection, fresh: Sequence[Envelope]) -> list[Entry]:
    first = (connection.execute(select(func.max(schema.envelopes.c.no))).scalar() or 0) + 1
    entries = [Entry(no, each, Status.IN) for no, each in enumerate(fresh, first)]
    bulk.add(connection, schema.envelopes, [_row(each) for each in entries])
    return entries


def _row(entry: Entry) -> bulk.Values:
    no, e, status = entry
    return (
        *(no, e.id, e.dot, e.group, e.seat, e.seq, e.gen, int(e.type), e.key, status),
        *(e.header, e.signature, e.body),
    )


def _fill(connection: Connection, given: Sequence[Envelope]) -> list[Entry]:
    """Keep the bodies of envelopes that are here without; what was erased stays so."""
    e = schema.envelopes.c
    bodies = {each.id: each for each in given if each.body is not None}
    found = [
        Entry(no, bodies[id], status)
        for part in chunks(list(bodies))
        for no, id, status in connection.execute(
            select(e.no, e.id, e.status).where(e.id.in_(part), e.body.is_(None), e.status != ERASED)
        )
    ]
    bulk.change(connection, schema.envelopes, ("body",), [(each.envelope.body, each.no) for each in found])
    return found


def _judge(connection: Connection, circles: Circles, entries: Sequence[Entry]) -> list[Entry]:
    """Write the status that each envelope has now."""
    judged = [each._replace(status=str(circles.verdict(each.envelope))) for each in entries]
    changes = [(now.status, now.no) for before, now in zip(entries, judged, strict=True) if before.status != now.status]
    bulk.change(connection, schema.envelopes, ("status",), changes)
    return judged


def _drop_erased(connection: Connection, circles: Circles, entries: Iterable[Entry]) -> None:
    erased.drop(connection, circles, [(each.no, each.envelope) for each in entries if each.status == ERASED])


def _moved(connection: Connection, circles: Circles, fresh: Sequence[Entry]) -> Iterator[Entry]:
    """The older envelopes whose status is another now: acts came, or a link on the way to a cut."""
    first = min((each.no for each in fresh), default=0)
    for group in {each.envelope.group for each in fresh if _unsettles(circles, each.envelope)}:
        numbers = list(_rejudged(connection, circles, group, first))
        for part in chunks(numbers):
            yield from held(connection, schema.envelopes.c.no.in_(part))


def _unsettles(circles: Circles, envelope: Envelope) -> bool:
    return envelope.type is Type.ACT or envelope.seat in circles.of(envelope.group).standing.cuts


def _rejudged(connection: Connection, circles: Circles, group: bytes, before: int) -> Iterator[int]:
    e = schema.envelopes.c
    query = select(e.no, e.status, e.key, e.body.is_not(None), e.id, e.type, e.seat, e.seq, e.gen, schema.PREV)
    for no, status, key, has_body, id, sort, *rest in connection.execute(query.where(e.group == group, e.no < before)):
        now = str(circles.hearing(JudgedEnvelope(id, Type(sort), *rest), group, key, has_body=has_body))
        if now != status and not (now == Status.IN and status in JUDGED):
            yield no


def _note(connection: Connection, circles: Circles, entries: Iterable[Entry]) -> None:
    """Note which records the commits that can be opened are about, and which dots they name that are not here."""
    about: dict[tuple[bytes, bytes, str], set[int]] = {}
    named: dict[bytes, set[int]] = {}
    for no, envelope, status in entries:
        commit = circles.open(envelope) if envelope.type is Type.COMMIT and status != ERASED else None
        for change in commit.changes if commit else ():
            about.setdefault((envelope.group, change.id, change.kind), set()).add(no)
            for dot in change.over:
                named.setdefault(dot, set()).add(no)
    numbers = _numbered(connection, list(about))
    pairs = [(numbers[key], no) for key, nos in about.items() for no in nos]
    bulk.add_missing(connection, schema.touches, pairs)
    lacking = named.keys() - known(connection, schema.envelopes.c.dot, list(named))
    bulk.add_missing(connection, schema.wanted, [(dot, no) for dot in lacking for no in named[dot]])


def _numbered(connection: Connection, keys: Sequence[tuple[bytes, bytes, str]]) -> dict[tuple[bytes, bytes, str], int]:
    """The row numbers of records, new ones made where there were none."""
    r = schema.records.c
    found: dict[tuple[bytes, bytes, str], int] = {}
    for part in chunks([id for _, id, _ in keys]):
        for no, group, id, kind in connection.execute(select(r.no, r.group, r.id, r.kind).where(r.id.in_(part))):
            found[group, id, kind] = no
    missing = [key for key in keys if key not in found]
    first = (connection.execute(select(func.max(r.no))).scalar() or 0) + 1
    bulk.add(connection, schema.records, [(no, *key, b"\x80", "") for no, key in enumerate(missing, first)])
    return found | {key: no for no, key in enumerate(missing, first)}


def _forget_wanted(connection: Connection, came: Sequence[bytes]) -> None:
    for part in chunks(came):
        connection.execute(delete(schema.wanted).where(schema.wanted.c.dot.in_(part)))
