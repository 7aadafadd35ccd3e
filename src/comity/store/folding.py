"""From the log to heads, rows and search index: always from all commits that count, so that rebuilt equals live."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, bindparam, delete, insert, select, text, update

from comity.domain.kinds import BY_NOUN
from comity.domain.marking import join
from comity.domain.record import Record, facets
from comity.log.commit import Change, Commit
from comity.log.envelope import decode
from comity.log.fold import Folded, Rules, Touch, fold
from comity.store import schema
from comity.store.circle import Circles
from comity.store.reading import dashed
from comity.store.rows import Stamp, row, words

CHUNK = 2_000  # records folded at a time
ENCODE = msgspec.msgpack.Encoder().encode
DECODE = msgspec.msgpack.Decoder(strict=False).decode


@cache
def rules(noun: str) -> Rules:
    """How the fields of a kind merge; of an unknown kind every field asks."""
    kind = BY_NOUN.get(noun)
    return Rules.of(facets(kind) if kind else {}, join)


class Written(NamedTuple):
    """One commit that counts, as far as it touches one record."""

    touch: Touch
    stamp: Stamp


def refold(connection: Connection, circles: Circles, numbers: Iterable[int]) -> None:
    """Fold these records anew from their commits and write what they are now."""
    ordered = sorted(numbers)
    for start in range(0, len(ordered), CHUNK):
        _refold(connection, circles, ordered[start : start + CHUNK])


def written(connection: Connection, circles: Circles, numbers: Sequence[int]) -> dict[int, list[Written]]:
    """The changes that count, per record, in the order in which they are held."""
    e, t, r = schema.envelopes.c, schema.touches.c, schema.records.c
    query = (
        select(t.record, r.kind, r.id, e.no, e.gen, e.dot, e.seat, e.group, e.header, e.signature, e.body)
        .select_from(schema.touches.join(schema.envelopes, t.envelope == e.no).join(schema.records, t.record == r.no))
        .where(t.record.in_(numbers), e.status == "in", e.body.is_not(None))
    )
    found: dict[int, list[Written]] = defaultdict(list)
    for each in connection.execute(query):
        commit = circles.commit(each.dot) or circles.open(decode(each.header + each.signature + each.body))
        if commit is None:
            continue
        institute = circles.of(each.group).institute(each.seat)
        stamp = Stamp(commit.at_ms, commit.author, institute, commit.reason)
        for change in changes_of(commit, each.id, each.kind):
            found[each.record].append(Written(Touch(each.dot, each.gen, institute, change.set, change.over), stamp))
    return found


def changes_of(commit: Commit, id: bytes, noun: str) -> Iterator[Change]:
    """The changes of one record in a commit."""
    if len(commit.changes) == 1:
        yield from (change for change in commit.changes if change.id == id and change.kind == noun)
    else:
        yield from _by_record(commit).get((id, noun), ())


def _by_record(commit: Commit) -> Mapping[tuple[bytes, str], list[Change]]:
    global _last
    if _last[0] is not commit:  # a large commit is asked for each of its records in turn
        found: dict[tuple[bytes, str], list[Change]] = defaultdict(list)
        for change in commit.changes:
            found[change.id, change.kind].append(change)
        _last = (commit, found)
    return _last[1]


_last: tuple[Commit | None, Mapping[tuple[bytes, str], list[Change]]] = (None, {})


def _refold(connection: Connection, circles: Circles, numbers: Sequence[int]) -> None:
    changes = written(connection, circles, numbers)
    known = connection.execute(select(schema.records).where(schema.records.c.no.in_(numbers))).all()
    by_kind: dict[str, list[tuple[Row[Any], Folded, list[Written]]]] = defaultdict(list)
    for record in known:
        own = changes.get(record.no, [])
        by_kind[record.kind].append((record, fold([each.touch for each in own], rules(record.kind)), own))
    for noun, folded in by_kind.items():
        _write_heads(connection, folded)
        if noun in BY_NOUN:
            _write_rows(connection, BY_NOUN[noun], folded)


def _write_heads(connection: Connection, folded: Sequence[tuple[Row[Any], Folded, list[Written]]]) -> None:
    connection.execute(
        update(schema.records)
        .where(schema.records.c.no == bindparam("n"))
        .values(heads=bindparam("h"), flags=bindparam("f")),
        [{"n": record.no, "h": ENCODE(state.heads), "f": " ".join(state.flags)} for record, state, _ in folded],
    )


def _write_rows(
    connection: Connection, kind: type[Record], folded: Sequence[tuple[Row[Any], Folded, list[Written]]]
) -> None:
    table = schema.row_table(kind)
    numbers = [record.no for record, _, _ in folded]
    connection.execute(delete(table).where(table.c.no.in_(numbers)))
    connection.execute(text("DELETE FROM search WHERE rowid = :no"), [{"no": no} for no in numbers])
    rows = [_columns(kind, record, state, own) for record, state, own in folded if own]
    if not rows:
        return
    connection.execute(insert(table), rows)
    found = [(each["no"], *words(kind, each)) for each in rows if not each["retired"]]
    if found:
        connection.execute(
            text("INSERT INTO search(rowid, title, body) VALUES (:no, :title, :body)"),
            [{"no": no, "title": title, "body": body} for no, title, body in found],
        )


def _columns(kind: type[Record], record: Row[Any], state: Folded, own: Sequence[Written]) -> dict[str, Any]:
    columns, unreadable = row(kind, state.shown)
    stamps = {each.touch.dot: each.stamp for each in own}
    first, last = stamps[state.created], stamps[state.updated]
    conflicts = state.conflicts
    return {
        **columns,
        "no": record.no,
        "id": dashed(record.id.hex()),
        "group": record.group.hex(),
        "originator": state.originator,
        "created_at": first.at,
        "created_by": first.by,
        "created_institute": first.institute,
        "updated_at": last.at,
        "updated_by": last.by,
        "updated_institute": last.institute,
        "retired": state.retired,
        "conflicts": list(conflicts),
        "flags": [*state.flags, *(f"record.unreadable:{name}" for name in unreadable)],
    }
