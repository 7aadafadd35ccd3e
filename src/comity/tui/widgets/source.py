"""What a table shows: rows by position, of which only a window is ever read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from comity.tui.spans import BLANK, Line, Span, line, span


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its width, and when it leaves a narrow screen (highest `leaves` first, 0 never)."""

    label: str
    width: int
    leaves: int = 0
    align: str = "left"
    grows: bool = False
    over: str = ""  # a heading above several columns
    pinched: bool = False  # what is too long is cut in its middle: names that differ at their ends


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a cell per column. A heading has one cell over the whole width."""

    key: str
    cells: tuple[Line, ...]
    sign: Line = BLANK  # in the gutter, before the first column
    heading: bool = False
    rests: bool = True  # the cursor may stop here
    marking: str = ""
    synthetic: bool = False
    masked: bool = False
    value: Any = None


def heading(*cells: Line, key: str = "", rests: bool = False, value: Any = None) -> Row:
    """A line that names the lines below it; one that rests can be folded."""
    return Row(key, cells or (BLANK,), heading=True, rests=rests, value=value)


def masked(key: str, record: Any = None) -> Row:
    """A line that keeps its place but not its text, over the whole width."""
    hidden = line(Span("  "), span("····  ", "dim"), span("kept off screen: m", "dim italic"))
    return Row(key, (hidden,), heading=True, masked=True, value=record)


class Source(Protocol):
    """Rows by position. `count` and `index_of` must not read every row."""

    @property
    def count(self) -> int: ...

    def rows(self, start: int, stop: int) -> Sequence[Row]: ...

    def index_of(self, key: str) -> int | None: ...


class Listed:
    """A source of rows that are all at hand: for pages of a few dozen lines."""

    def __init__(self, rows: Sequence[Row] = ()) -> None:
        self._rows = list(rows)
        self._places = {row.key: place for place, row in enumerate(self._rows) if row.key}

    @property
    def count(self) -> int:
        return len(self._rows)

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        return self._rows[start:stop]

    def index_of(self, key: str) -> int | None:
        return self._places.get(key)


class Seen:
    """The rows of a source around what is on the screen; reads the next window when one is asked for outside."""

    def __init__(self, source: Source, around: int = 60) -> None:
        self.source = source
        self._around = around
        self._start = 0
        self._rows: Sequence[Row] = ()
        self.count = source.count

    def row(self, index: int) -> Row | None:
        """The row at a position, if there is one."""
        if not 0 <= index < self.count:
            return None
        if not self._start <= index < self._start + len(self._rows):
            self._start = max(0, index - self._around)
            self._rows = self.source.rows(self._start, min(self.count, index + self._around))
        place = index - self._start
        return self._rows[place] if place < len(self._rows) else None

    def forget(self) -> None:
        """Read again from here on."""
        self._rows = ()
        self.count = self.source.count


def arranged(columns: Sequence[Column], cells: int, gap: int, pan: int = 0) -> list[tuple[int, int]]:
    """Which columns fit into so many cells, as (place, width): they leave in declared order, one grows."""
    shown = [place for place in range(len(columns)) if place == 0 or place > pan]
    while len(shown) > 1 and _wide(columns, shown, gap) > cells:
        leaver = max(shown[1:], key=lambda place: columns[place].leaves)
        if not columns[leaver].leaves:
            break
        shown.remove(leaver)
    spare = cells - _wide(columns, shown, gap)
    grower = next((place for place in shown if columns[place].grows), None)
    if spare < 0 and grower is None:
        grower = max(shown, key=lambda place: columns[place].width)
    grown = {grower: max(min(4, columns[grower].width), columns[grower].width + spare)} if grower is not None else {}
    return [(place, grown.get(place, columns[place].width)) for place in shown]


def _wide(columns: Sequence[Column], shown: Sequence[int], gap: int) -> int:
    return sum(columns[place].width for place in shown) + gap * (len(shown) - 1)
