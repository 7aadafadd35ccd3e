"""From the log to heads, rows and search index: always from all commits that count, so that rebuilt equals live."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, delete, select

from comity.domain.kinds import BY_NOUN
from comity.domain.marking import join
from comity.domain.record import Record, facets
from comity.log.commit import Change, Commit
from comity.log.envelope import Type, decode
from comity.log.fold import Folded, Rules, Touch, fold
from comity.log.verdict import Status
from comity.store import bulk, schema
from comity.store.circle import Circles
from comity.store.reading import dashed
from comity.store.rows import Stamp, row, words

CHUNK = 2_000  # records folded at a time
ENCODE = msgspec.msgpack.Encoder().encode


@cache
def rules(noun: str) -> Rules:
    """How the fields of a kind merge; of an unknown kind every field asks."""
    kind = BY_NOUN.get(noun)
    return Rules.of(facets(kind) if kind else {}, _joined)


@lru_cache(maxsize=1024)
def _joined(markings: tuple[str, ...]) -> str:
    return join(markings)


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
    """The changes that count, per record."""
    e, t, r = schema.envelopes.c, schema.touches.c, schema.records.c
    query = (
        select(t.record, r.kind, r.id, e.no, e.gen, e.dot, e.seat, e.group)
        .select_from(schema.touches.join(schema.envelopes, t.envelope == e.no).join(schema.records, t.record == r.no))
        .where(t.record.in_(numbers), e.status == Status.IN)
    )
    about: dict[int, list[Any]] = defaultdict(list)
    for each in connection.execute(query):
        about[each.no].append(each)
    found: dict[int, list[Written]] = defaultdict(list)
    for no, commit in _commits(connection, circles, {no: rows[0].dot for no, rows in about.items()}):
        institute = circles.of(about[no][0].group).institute(about[no][0].seat)
        stamp = Stamp(commit.at_ms, commit.author, institute, commit.reason)
        changes = by_record(commit)
        for each in about[no]:
            for change in changes.get((each.id, each.kind), ()):
                found[each.record].append(Written(Touch(each.dot, each.gen, institute, change.set, change.over), stamp))
    return found


def _commits(connection: Connection, circles: Circles, dots: Mapping[int, bytes]) -> Iterator[tuple[int, Commit]]:
    """The commits of these envelopes, one at hand at a time: a large one is about many records."""
    e = schema.envelopes.c
    closed = []
    for no, dot in dots.items():
        if commit := circles.commit(dot):
            yield no, commit
        else:
            closed.append(no)
    for start in range(0, len(closed), CHUNK):
        some = closed[start : start + CHUNK]
        query = select(e.no, e.header, e.signature, e.body).where(e.no.in_(some), e.body.is_not(None))
        for no, header, signature, body in connection.execute(query):
            if commit := circles.open(decode(header + signature + body)):
                yield no, commit


def commit_of(connection: Connection, circles: Circles, dot: bytes) -> tuple[bytes, Commit] | None:
    """The group and the commit of this dot; None where it is no commit, or not to be opened here."""
    e = schema.envelopes.c
    query = select(e.header, e.signature, e.body).where(e.dot == dot, e.body.is_not(None), e.status == Status.IN)
    for header, signature, body in connection.execute(query):
        envelope = decode(header + signature + body)
        if envelope.type is Type.COMMIT and (commit := circles.open(envelope)):
            return envelope.group, commit
    return None


def by_record(commit: Commit) -> Mapping[tuple[bytes, str], Sequence[Change]]:
    """The changes of a commit by the record that they are about."""
    found: dict[tuple[bytes, str], list[Change]] = defaultdict(list)
    for change in commit.changes:
        found[change.id, change.kind].append(change)
    return found


class Made(NamedTuple):
    """A record as its commits make it: where it is kept, how it folds, and its columns; none where nothing counts."""

    record: Row[Any]
    state: Folded
    columns: dict[str, Any] | None


def made(connection: Connection, circles: Circles, numbers: Sequence[int]) -> dict[str, list[Made]]:
    """These records as their commits make them, by kind."""
    changes = written(connection, circles, numbers)
    by_kind: dict[str, list[Made]] = defaultdict(list)
    for record in connection.execute(select(schema.records).where(schema.records.c.no.in_(numbers))):
        own = changes.get(record.no, [])
        state = fold([each.touch for each in own], rules(record.kind))
        kind = BY_NOUN.get(record.kind)
        by_kind[record.kind].append(Made(record, state, _columns(kind, record, state, own) if kind and own else None))
    return by_kind


def _refold(connection: Connection, circles: Circles, numbers: Sequence[int]) -> None:
    for noun, folded in made(connection, circles, numbers).items():
        _write_heads(connection, folded)
        if noun in BY_NOUN:
            _write_rows(connection, BY_NOUN[noun], folded)


def _write_heads(connection: Connection, folded: Sequence[Made]) -> None:
    rows = [(packed(state.heads), " ".join(state.flags), record.no) for record, state, _ in folded]
    bulk.change(connection, schema.records, ("heads", "flags"), rows)


def _write_rows(connection: Connection, kind: type[Record], folded: Sequence[Made]) -> None:
    table = schema.row_table(kind)
    numbers = [record.no for record, _, _ in folded]
    connection.execute(delete(table).where(table.c.no.in_(numbers)))
    connection.exec_driver_sql("DELETE FROM search WHERE rowid = ?", [(no,) for no in numbers])
    rows = [each.columns for each in folded if each.columns]
    names = table.columns.keys()
    bulk.add(connection, table, [[row[name] for name in names] for row in rows])
    found = [(row["no"], *words(kind, row)) for row in rows if not row["retired"]]
    if found:
        connection.exec_driver_sql("INSERT INTO search(rowid, title, body) VALUES (?, ?, ?)", found)


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


def packed(heads: Mapping[str, Mapping[bytes, Any]]) -> bytes:
    """Heads as they are kept: equal heads are equal bytes."""
    return ENCODE({field: dict(sorted(heads[field].items())) for field in sorted(heads)})
