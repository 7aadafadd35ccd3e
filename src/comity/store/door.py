"""The one door: every envelope, written here or received, enters the store through `admit`.

Log, heads, rows and search index change in the caller's one transaction. The state after it is a function of the set of
envelopes: no arrival order takes part, and what became void or was erased is folded anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from comity.log.envelope import Envelope, Type, decode
from comity.store import schema
from comity.store.circle import Circles, worded
from comity.store.folding import refold

V = TypeVar("V")
CHUNK = 5_000  # values bound in one statement


class Admitted(NamedTuple):
    """What a call brought in: envelopes that were not here before, and the records they touched or changed."""

    fresh: int
    records: frozenset[int]


def admit(connection: Connection, circles: Circles, given: Iterable[Envelope]) -> Admitted:
    """Take envelopes whose signatures were checked into the store; those that are here already change nothing."""
    fresh = _unknown(connection, given)
    if not fresh:
        return Admitted(0, frozenset())
    numbers = _insert(connection, fresh)
    if any(each.type is Type.ACT for each in fresh):
        circles.refresh(connection)
    changed = _judge(connection, circles, fresh)
    touched = _touch(connection, circles, [*fresh, *changed], numbers)
    _settle_wanted(connection, circles, fresh)
    records = frozenset(touched | _records_of(connection, [each.dot for each in changed]))
    refold(connection, circles, records)
    return Admitted(len(fresh), records)


def known(connection: Connection, column: Any, values: Sequence[bytes]) -> set[bytes]:
    """Which of these ids or dots are in the log."""
    found: set[bytes] = set()
    for part in chunks(values):
        found.update(connection.execute(select(column).where(column.in_(part))).scalars())
    return found


def chunks(values: Sequence[V]) -> Iterator[Sequence[V]]:
    """The values in parts that fit into one statement."""
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]


def _unknown(connection: Connection, given: Iterable[Envelope]) -> list[Envelope]:
    by_id = {each.id: each for each in given}
    here = known(connection, schema.envelopes.c.id, list(by_id))
    return [each for id, each in by_id.items() if id not in here]


def _insert(connection: Connection, fresh: Sequence[Envelope]) -> dict[bytes, int]:
    first = (connection.execute(select(func.max(schema.envelopes.c.no))).scalar() or 0) + 1
    rows = [
        {
            "no": no,
            "id": each.id,
            "dot": each.dot,
            "group": each.group,
            "seat": each.seat,
            "seq": each.seq,
            "gen": each.gen,
            "type": int(each.type),
            "key": each.key,
            "status": "waiting",
            "header": each.header,
            "signature": each.signature,
            "body": each.body,
        }
        for no, each in enumerate(fresh, first)
    ]
    connection.execute(insert(schema.envelopes), rows)
    return {each.dot: no for no, each in enumerate(fresh, first)}


def _judge(connection: Connection, circles: Circles, fresh: Sequence[Envelope]) -> list[Envelope]:
    """Set the status of what came and, where the ground moved, of the whole group; the older ones that moved."""
    moved = {
        each: status
        for group in {each.group for each in fresh}
        for each, status in _rejudged(connection, circles, group, fresh)
    }
    changes = [{"d": each.dot, "s": worded(circles.verdict(each))} for each in fresh]
    changes += [{"d": each.dot, "s": status} for each, status in moved.items()]
    statement = update(schema.envelopes).where(schema.envelopes.c.dot == bindparam("d")).values(status=bindparam("s"))
    connection.execute(statement, changes)
    return list(moved)


def _rejudged(
    connection: Connection, circles: Circles, group: bytes, fresh: Sequence[Envelope]
) -> Iterator[tuple[Envelope, str]]:
    """The older envelopes whose status is another now: acts came, or a link on the way to a cut."""
    acts = any(each.type is Type.ACT and each.group == group for each in fresh)
    if not acts and not any(each.seat in circles.of(group).standing.cuts for each in fresh):
        return
    new = {each.dot for each in fresh}
    for envelope, before in held(connection, schema.envelopes.c.group == group):
        status = worded(circles.verdict(envelope))
        if status != before and envelope.dot not in new:
            yield envelope, status


def held(connection: Connection, condition: ColumnElement[bool]) -> Iterator[tuple[Envelope, str]]:
    """Envelopes of the log with their status."""
    e = schema.envelopes.c
    for status, header, signature, body in connection.execute(
        select(e.status, e.header, e.signature, e.body).where(condition).order_by(e.no)
    ):
        yield decode(header + signature + (body or b"")), status


def _touch(connection: Connection, circles: Circles, given: Sequence[Envelope], numbers: dict[bytes, int]) -> set[int]:
    """Note which records the commits that can be opened are about."""
    about: dict[tuple[bytes, bytes, str], list[bytes]] = {}
    for each in given:
        commit = circles.open(each) if each.type is Type.COMMIT and each.body is not None else None
        for change in commit.changes if commit else ():
            about.setdefault((each.group, change.id, change.kind), []).append(each.dot)
    record_numbers = _numbered(connection, list(about))
    older = [each.dot for each in given if each.dot not in numbers]
    for part in chunks(older):
        e = schema.envelopes.c
        numbers |= dict(connection.execute(select(e.dot, e.no).where(e.dot.in_(part))).tuples().all())
    pairs = {(record_numbers[key], numbers[dot]) for key, dots in about.items() for dot in dots}
    if pairs:
        statement = insert(schema.touches).prefix_with("OR IGNORE")
        connection.execute(statement, [{"record": record, "envelope": envelope} for record, envelope in pairs])
    return {record for record, _ in pairs}


def _numbered(connection: Connection, keys: Sequence[tuple[bytes, bytes, str]]) -> dict[tuple[bytes, bytes, str], int]:
    """The row numbers of records, new ones made where there were none."""
    r = schema.records.c
    found: dict[tuple[bytes, bytes, str], int] = {}
    for part in chunks([id for _, id, _ in keys]):
        for no, group, id, kind in connection.execute(select(r.no, r.group, r.id, r.kind).where(r.id.in_(part))):
            found[group, id, kind] = no
    missing = [key for key in keys if key not in found]
    first = (connection.execute(select(func.max(r.no))).scalar() or 0) + 1
    rows = [
        {"no": no, "group": group, "id": id, "kind": kind, "heads": b"\x80", "flags": ""}
        for no, (group, id, kind) in enumerate(missing, first)
    ]
    if rows:
        connection.execute(insert(schema.records), rows)
    return found | {key: no for no, key in enumerate(missing, first)}


def _records_of(connection: Connection, dots: Sequence[bytes]) -> set[int]:
    found: set[int] = set()
    for part in chunks(dots):
        joined = schema.touches.join(schema.envelopes, schema.touches.c.envelope == schema.envelopes.c.no)
        query = select(schema.touches.c.record).select_from(joined).where(schema.envelopes.c.dot.in_(part))
        found.update(connection.execute(query).scalars())
    return found


def _settle_wanted(connection: Connection, circles: Circles, fresh: Sequence[Envelope]) -> None:
    """Remember dots that commits name and that are not here; forget those that came."""
    came = [each.dot for each in fresh]
    for part in chunks(came):
        connection.execute(delete(schema.wanted).where(schema.wanted.c.dot.in_(part)))
    named: dict[bytes, bytes] = {}
    for each in fresh:
        commit = circles.commit(each.dot)
        for change in commit.changes if commit else ():
            named.update(dict.fromkeys(change.over, each.group))
    missing = set(named) - set(came) - known(connection, schema.envelopes.c.dot, list(named.keys() - set(came)))
    if missing:
        rows = [{"dot": dot, "group": named[dot]} for dot in missing]
        connection.execute(insert(schema.wanted).prefix_with("OR IGNORE"), rows)
