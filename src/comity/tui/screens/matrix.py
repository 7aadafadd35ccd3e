"""The matrix of an exercise: what must be run, by whom, and how far each cell is."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from comity.desk.pages.grid import CellSheet, Grid, Square, cell_sheet, grid
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.wording import language
from comity.tui.actions import bindings
from comity.tui.glyphs import meter, sign
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.screens.matrix_cells import cell_panel, cell_strip, legend, square_line
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, fit, keyed, line, span
from comity.tui.widgets.matrix import Matrix
from comity.tui.widgets.source import Column, Listed, Row, Source, heading

_CELL: Final = 14
_TONGUE: Final = 3  # a blank and the tag of a language
_LEGEND: Final = (
    ("planned", "assigned", "running", "succeeded", "failed", "cancelled"),
    ("uncovered", "waived", "deviated", "accepted_deviation", "void", "stand_down"),
)


class View(NamedTuple):
    """One way to lay the cells out: what groups the rows, names them, and heads the columns."""

    name: str
    group: Callable[[Square], tuple[str, str]]
    row: Callable[[Square], tuple[str, str]]
    over: Callable[[Square], str]
    column: Callable[[Square], str]


def _strand(each: Square) -> tuple[str, str]:
    return each.strand, f"lead {each.lead}" if each.lead else ""


def _task(each: Square) -> tuple[str, str]:
    return each.task, each.cell.language.partition("-")[0]


VIEWS: Final = (
    View("task", _strand, _task, lambda each: each.cell.institute, lambda each: each.system),
    View(
        "language",
        lambda each: (language(each.cell.language), each.cell.language),
        lambda each: (each.task, ""),
        lambda each: each.cell.institute,
        lambda each: each.system,
    ),
    View("system", lambda each: (each.system, ""), _task, lambda each: each.cell.institute, lambda each: ""),
    View(
        "house",
        lambda each: (each.cell.institute, ""),
        lambda each: (each.system, ""),
        lambda each: each.task,
        lambda each: each.cell.language,
    ),
)


class WideMatrix(Matrix):
    """A matrix of more columns than there is room for: those around the cursor are shown."""

    def _arranged(self, width: int) -> list[tuple[int, int]]:
        label = self.columns[0].width
        most = max(1, (width - self.GUTTER - label) // (_CELL + self.gap))
        first = max(1, min(self.column - most + 1 if self.column > most else 1, len(self.columns) - most))
        shown = range(first, min(len(self.columns), first + most))
        return [(0, label), *((place, self.columns[place].width) for place in shown)]

    def _head(self, y: int, width: int) -> Line:
        """The upper heading of a column cut off on the left goes with the first one that is shown."""
        upper = y == 0 and self.head_height > 1
        drawn = super()._head(y, width)
        places = [place for place, _ in self._arranged(width)]
        if not upper or len(places) < 2 or self.columns[places[1]].over:
            return drawn
        over = next((each.over for each in reversed(self.columns[: places[1]]) if each.over), "")
        start, cells = self.GUTTER + self.columns[0].width + self.gap, self.columns[places[1]].width
        before = fit(drawn, start)
        rest = "".join(part.text for part in drawn)[start + cells :]
        return (*before, *fit((Span(f"◂ {over}", "strong bold"),), cells), Span(rest, "strong bold"))

    def watch_column(self) -> None:
        super().watch_column()
        self.refresh()


class MatrixPane(LinesPane):
    """Rows of cells with a cursor that stands on one; `r` turns the rows, `f` leaves only the gaps."""

    BINDINGS = bindings("list", "matrix")
    HINTS = ("open", "assign", "waive", "quick", "rows_by", "note", "copy")
    WORDS = {"quick": "gaps", "rows_by": "rows by"}
    noun = "cell"

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.view, self.gaps_only = VIEWS[0], False
        self.grid = Grid((), ())
        self._sheets: dict[str, CellSheet] = {}

    def table_of(self) -> Matrix:
        return WideMatrix([Column("", 10)])

    @property
    def matrix(self) -> Matrix:
        """The table with its cell cursor."""
        return self.query_one(Matrix)

    def source(self) -> Source:
        self.grid, self._sheets = grid(host(self).desk, self.exercise), {}
        shown = [each for each in self.grid.squares if each.is_gap or not self.gaps_only]
        heads = list(dict.fromkeys((self.view.over(each), self.view.column(each)) for each in shown))
        heads.sort()
        self._label_columns(shown, heads)
        return Listed([*self._rows(shown, heads), *self._reasons()])

    def _label_columns(self, shown: Sequence[Square], heads: Sequence[tuple[str, str]]) -> None:
        wide = max((len(self.view.row(each)[0]) for each in shown), default=8) + _TONGUE
        room, most = self.matrix.cells - self.matrix.GUTTER - 1, min(len(heads), 4)
        gap = 2 if room - most * (_CELL + 2) >= wide else 1
        room -= most * (_CELL + gap)
        first = Column(f"{self.view.name:<{min(wide, max(room, 12)) - 2}}", min(wide, max(room, 12)))
        before = ["", *(over for over, _ in heads)]
        columns = [
            Column(name, _CELL, leaves=0, over=over if over != before[place] else "")
            for place, (over, name) in enumerate(heads)
        ]
        self.matrix.columns = (first, *columns)
        self.matrix.gap = gap

    def _rows(self, shown: Sequence[Square], heads: Sequence[tuple[str, str]]) -> Iterator[Row]:
        groups: dict[tuple[str, str], dict[tuple[str, str], dict[tuple[str, str], Square]]] = {}
        for each in shown:
            row = groups.setdefault(self.view.group(each), {}).setdefault(self.view.row(each), {})
            row[self.view.over(each), self.view.column(each)] = each
        for (title, note), rows in groups.items():
            if not self.narrow:
                yield heading()
            yield heading(line(Span(" ", ""), span(title, "dim bold"), span(f"   {note}", "dim")))
            for label, squares in rows.items():
                yield self._row(f"{title} {label}", label, [squares.get(head) for head in heads])

    def _row(self, key: str, label: tuple[str, str], squares: Sequence[Square | None]) -> Row:
        room = self.matrix.columns[0].width - _TONGUE
        first = line(*fit((span(label[0]),), room), span(f" {label[1]:<2.2}", "dim"))
        hides = host(self).session.hides
        cells = [BLANK if each is None else self._cell(each, hides(each.cell)) for each in squares]
        held = [each.cell for each in squares if each and not hides(each.cell)]
        marking = held[0].marking if held else ""
        synthetic = any(each.synthetic for each in held)
        return Row(key, (first, *cells), marking=marking, synthetic=synthetic, value=tuple(squares))

    def _cell(self, each: Square, hidden: bool) -> Line:
        return line(span("····", "dim")) if hidden else square_line(each)

    def _reasons(self) -> Iterator[Row]:
        if not self.grid.gaps or self.narrow:
            return
        yield heading()
        yield heading(line(Span(" Gaps by reason", "dim bold")))
        for gap in self.grid.gaps:
            text = f"{gap.count} {gap.text}"
            yield heading(line(Span(" "), sign(gap.state), span(f" {text:<38}"), span(gap.hint, "dim")))

    def over(self) -> Sequence[Line]:
        squares = self.grid.squares
        if not squares:
            return ()
        gaps = sum(each.is_gap for each in squares)
        keys = keyed(("f", "gaps only" if not self.gaps_only else "all cells"))
        return [
            line(
                span(f"{self.grid.covered}", "strong bold"),
                span(f" of {len(squares)} cells covered  ", "dim"),
                *meter(self.grid.covered + self.grid.waived, len(squares), 16),
                span(f"  {gaps} gaps", "red" if gaps else "dim"),
                span(f"  {self.grid.waived} waived  ", "dim"),
                *keys,
            )
        ]

    def state(self) -> Line:
        """Which of the columns are on the screen, where they are not all."""
        places = [place for place, _ in self.matrix._arranged(self.matrix.cells)][1:]
        if not self.grid.squares or len(places) >= len(self.matrix.columns) - 1:
            return BLANK
        last = len(self.matrix.columns) - 1
        return line(span(f"columns {places[0]} to {places[-1]} of {last}, ", "dim"), *keyed(("h l", "more")))

    def under(self) -> Sequence[Line]:
        if self.narrow or not self.grid.squares:
            return ()
        return [tuple(part for name in names for part in (*legend(name), Span("  "))) for names in _LEGEND]

    def nothing(self) -> Sequence[Line]:
        if self.gaps_only and self.grid.squares:
            return [line("No gap: every cell can be run."), keyed(("f", "shows all cells"))]
        return [
            line(f"Nothing is planned to be run in {self.exercise.code}. "),
            keyed(("n", "adds a cell"), ("I", "reads a plan")),
        ]

    # the cell under the cursor

    @property
    def square(self) -> Square | None:
        """The cell under the cursor, if one must be run there."""
        row = self.table.current
        squares: tuple[Square | None, ...] = row.value if row and isinstance(row.value, tuple) else ()
        place = self.matrix.place
        return squares[place] if 0 <= place < len(squares) else None

    def current(self) -> Record | None:
        return self.square.cell if self.square else None

    def on_table_opened(self) -> None:
        square = self.square
        if square and not host(self).session.hides(square.cell):
            host(self).show(square.run or square.cell)

    def aside(self) -> Sequence[Line]:
        square = self.square
        if square is None:
            return [line(span("Nothing must be run here.", "dim"))] if self.grid.squares else ()
        if host(self).session.hides(square.cell):
            return kept_off("cell")
        sheet = self._sheets.get(square.cell.id) or cell_sheet(host(self).desk, self.exercise, square)
        self._sheets[square.cell.id] = sheet
        return cell_strip(square, sheet) if self.narrow else cell_panel(square, sheet)

    def held(self) -> Iterable[tuple[str, bool]]:
        yield self.exercise.marking, self.exercise.synthetic
        yield from super().held()

    # keys

    def action_quick(self) -> None:
        """Only rows with a gap, or all."""
        self.gaps_only = not self.gaps_only
        self.bring_in()

    def action_rows_by(self) -> None:
        """Turn the matrix: rows by task, language, system, house."""
        self.view = VIEWS[(VIEWS.index(self.view) + 1) % len(VIEWS)]
        self.bring_in()
