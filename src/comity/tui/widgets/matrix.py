"""A table with a cell cursor: rows and columns both mean something, such as tasks against houses and systems."""

from collections.abc import Sequence
from typing import ClassVar

from textual import events
from textual.reactive import reactive

from comity.tui.spans import Line, Span
from comity.tui.widgets.source import Column, Source
from comity.tui.widgets.table import Table


class Matrix(Table):
    """`h l` move between the cells; the first `labels` columns only name the row. `place` says which cell it is on."""

    column: reactive[int] = reactive(0, repaint=False)
    GUTTER: ClassVar[int] = 1

    def __init__(
        self, columns: Sequence[Column], source: Source | None = None, *, labels: int = 1, gap: int = 2
    ) -> None:
        super().__init__(columns, source, gap=gap)
        self.labels = labels
        self.set_reactive(Matrix.column, labels)

    @property
    def place(self) -> int:
        """Which cell of the row the cursor is on, labels not counted."""
        return self.column - self.labels

    def watch_column(self) -> None:
        self._repaint(self.cursor)
        self.post_message(self.Moved())

    def _cell(self, cell: Line, place: int, on_cursor: bool) -> Line:
        if not on_cursor:
            return cell
        if place != self.column:
            return tuple(Span(part.text, part.role or "strong") for part in cell) if place < self.labels else cell
        *parts, last = cell
        filled = [*parts, last] if last.text.strip() else parts
        rest = [] if last.text.strip() else [last]
        return (*(Span(part.text, "cell strong bold") for part in filled), *rest)

    def action_left(self) -> None:
        self.column = max(self.labels, self.column - 1)

    def action_right(self) -> None:
        self.column = min(len(self.columns) - 1, self.column + 1)

    def on_click(self, event: events.Click) -> None:
        """Put the cursor on the cell that was clicked; a click where it already is opens it."""
        at, before = self.GUTTER, (self.cursor, self.column)
        for place, cells in self._arranged(self.cells):
            if at <= event.x < at + cells + self.gap and place >= self.labels:
                self.column = place
            at += cells + self.gap
        index = round(self.scroll_y) + event.y - self.head_height
        row = self._seen.row(index) if event.y >= self.head_height else None
        if row and row.rests:
            self.cursor = index
            if before == (self.cursor, self.column):
                self.action_open()
