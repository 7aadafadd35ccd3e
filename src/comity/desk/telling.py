"""Records as JSON, the same on every device that holds the same envelopes."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from comity.desk import asking, checking, names
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.record import Record, facets
from comity.store import counting, select


@cache
def shown_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields of a kind in JSON: what people write, and what a header tells."""
    told = [name for name in kind.model_fields if name not in Record.model_fields and name not in facets(kind)]
    return (*(name for name in facets(kind) if name not in Record.model_fields), "synthetic", *told)


def as_json(desk: Desk, record: Record) -> dict[str, Any]:
    """One record with what is derived of it today."""
    with desk.store.reading() as connection:
        row = record.model_dump()
        [ref] = names.Names(connection).full(type(record), [row])
        told = one(row, type(record), ref, World(desk, connection))
    return {**told, "derived": {"is": checking.facts_of(desk, record.id)}}


def listed(
    desk: Desk, noun: str, query: str = "", *, sort: Sequence[str] = (), limit: int | None = None, retired: bool = False
) -> dict[str, Any]:
    """A list as JSON; `count` is of all that match, also beyond the limit."""
    with desk.store.reading() as connection:
        chosen = asking.selection(desk, connection, noun, query, retired=retired)
        world = World(desk, connection)
        rows = select.rows(connection, chosen, sort, limit)
        refs = names.Names(connection).full(chosen.kind, rows)
        items = [one(row, chosen.kind, ref, world) for row, ref in zip(rows, refs, strict=True)]
        return {"items": items, "count": len(items) if limit is None else counting.count(connection, chosen)}


def one(row: Mapping[str, Any], kind: type[Record], ref: str, world: World) -> dict[str, Any]:
    """One record from its columns."""
    return {
        "id": row["id"],
        "kind": kind.noun,
        "ref": ref,
        "group": world.group_name(row["group"]),
        "group_id": row["group"],
        "marking": row["marking"],
        "originator": row["originator"],
        "created": {"at": row["created_at"], "by": row["created_by"], "institute": row["created_institute"]},
        "updated": {"at": row["updated_at"], "by": row["updated_by"], "institute": row["updated_institute"]},
        "retired": row["retired"],
        "fields": {name: row[name] for name in shown_fields(kind)},
        "conflicts": row["conflicts"],
        "flags": row["flags"],
        "derived": {},
    }
