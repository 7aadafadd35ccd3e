"""Lists as people look for things in them: by exercise, then by day or name, `R2` before `R10`."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from comity.desk import asking, names
from comity.desk.desk import Desk
from comity.domain.record import Record
from comity.domain.text import fold
from comity.store import reading, select
from comity.store.database import Connection

PAGE: Final = 1_000  # records read at a time
_DIGITS: Final = re.compile(r"(\d+)")


def records(
    desk: Desk, noun: str, query: str = "", *, sort: Sequence[str] = (), limit: int | None = None, retired: bool = False
) -> list[tuple[str, Record]]:
    """The records of a kind that match, each with its shortest name; in the order of names unless `sort` has fields."""
    with desk.store.reading() as connection:
        chosen = asking.selection(desk, connection, noun, query, retired=retired)
        numbers = select.numbers(connection, chosen, sort, limit) if sort else _by_name(connection, chosen)[:limit]
        found = list(_read(connection, chosen.kind, numbers))
        return list(zip(names.Names(connection).shorts(chosen.kind, list(map(vars, found))), found, strict=True))


def _read(connection: Connection, kind: type[Record], numbers: Sequence[int]) -> Iterator[Record]:
    for start in range(0, len(numbers), PAGE):
        yield from reading.numbered(connection, kind, numbers[start : start + PAGE])


def _by_name(connection: Connection, chosen: select.Selection) -> list[int]:
    """The row numbers of what matches: by exercise, by the day that orders the kind, by name; group and id last."""
    kind, called = chosen.kind, names.Names(connection)
    wanted = {"no", kind.ordered_by or "no", *names.columns(kind)}

    def place(row: Mapping[str, Any]) -> tuple[Any, ...]:
        day = str(row[kind.ordered_by] or "~") if kind.ordered_by else ""
        own = called.own(kind, row)
        return (natural(called.above(kind, row)), day, not own, natural(own), row["group"], row["id"])

    return [row["no"] for row in sorted(select.columns(connection, chosen, wanted), key=place)]


def natural(text: str) -> Sequence[tuple[int, str]]:
    """What a text is ordered by: numbers in it by their size, letters as they are searched."""
    return tuple(map(_weighed, _DIGITS.split(fold(text))))


def _weighed(part: str) -> tuple[int, str]:
    digits = part.lstrip("0") if part[:1].isdecimal() else ""
    return (len(digits) + 1 if part[:1].isdecimal() else 0, digits or part)
