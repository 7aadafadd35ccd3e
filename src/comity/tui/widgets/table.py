"""The virtual table: a list of any length whose cost follows the window on the screen."""

from collections.abc import Sequence
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.message import Message
from textual.selection import Selection
from textual.strip import Strip

from comity.tui import themes
from comity.tui.actions import bindings
from comity.tui.spans import Line, Span, fit, pinch
from comity.tui.widgets.cursor import CursorView
from comity.tui.widgets.source import Column, Row, Source, arranged

_WHEEL = 3


class Table(CursorView):
    """Rows of a source under a fixed heading, with a cursor line, marks and changed lines."""

    BINDINGS = bindings("table")
    GROUND: ClassVar[str] = "ground"
    TINT: ClassVar[str] = "line"
    GUTTER: ClassVar[int] = 3  # cursor bar, sign, blank

    class Opened(Message):
        """A person opened the line under the cursor."""

    def __init__(self, columns: Sequence[Column], source: Source | None = None, *, gap: int = 2, id: str = "") -> None:
        super().__init__(source, id=id)
        self.columns = tuple(columns)
        self.gap = gap
        self.marked: set[str] = set()
        self.pan = 0

    @property
    def cells(self) -> int:
        """The width there is for text, the scroll bar left out."""
        return self.scrollable_content_region.width

    @property
    def head_height(self) -> int:
        if not any(column.label for column in self.columns):
            return 0
        return 2 if any(column.over for column in self.columns) else 1

    # drawing

    def render_line(self, y: int) -> Strip:
        width, top = self.cells, self.head_height
        if y < top:
            line, ground = self._head(y, width), self.GROUND
        else:
            index = round(self.scroll_y) + y - top
            row = self._seen.row(index)
            if row is None:
                return Strip.blank(width, self._style("", self.GROUND))
            on_cursor = index == self.cursor and row.rests
            line, ground = self._body(row, width, on_cursor), self.TINT if on_cursor else self.GROUND
        segments = [Segment(part.text, self._style(part.role, ground)) for part in line]
        strip = Strip(segments).adjust_cell_length(width, self._style("", ground))
        return strip.apply_offsets(0, y)

    def _style(self, role: str, ground: str) -> Style:
        if role.startswith("cell "):
            role, ground = role.removeprefix("cell "), "cell"
        return themes.style(self.app.theme, role, ground)

    def _head(self, y: int, width: int) -> Line:
        parts = [Span(" " * self.GUTTER)]
        upper = y == 0 and self.head_height > 1
        for place, cells in self._arranged(width):
            column = self.columns[place]
            text = Span(column.over, "strong bold") if upper else Span(column.label, "dim")
            parts += [*fit((text,), cells, column.align), Span(" " * self.gap)]
        return fit(tuple(parts), width)

    def _arranged(self, width: int) -> list[tuple[int, int]]:
        return arranged(self.columns, width - self.GUTTER, self.gap, self.pan)

    def _body(self, row: Row, width: int, on_cursor: bool) -> Line:
        bar = Span("▎", "accent") if on_cursor else Span(" ")
        if row.heading:
            return fit((*([bar] * row.rests), *row.cells[0]), width)
        parts: list[Span] = [bar, *fit(self._gutter(row), self.GUTTER - 1)]
        for place, cells in self._arranged(width):
            cell = row.cells[place] if place < len(row.cells) else ()
            cell = pinch(cell, cells) if self.columns[place].pinched else cell
            parts += self._cell(fit(cell, cells, self.columns[place].align), place, on_cursor)
            parts.append(Span(" " * self.gap))
        return fit(tuple(parts), width)

    def _gutter(self, row: Row) -> Line:
        if row.key in self.marked:
            return (Span("*", "accent bold"),)
        if not self.changed.isdisjoint(row.key.split(" ")):
            return (Span("•", "accent bold"),)
        return row.sign

    def _cell(self, cell: Line, place: int, on_cursor: bool) -> Line:
        """The cell as drawn: on the cursor line ordinary text is strong, the first column bold."""
        if not on_cursor:
            return cell
        stress = "strong bold" if place == 0 else "strong"
        if self.TINT == "cell":
            return tuple(Span(part.text, stress) for part in cell)
        return tuple(Span(part.text, part.role or stress) if part.role in ("", "bold") else part for part in cell)

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        """The text that the mouse marked, as it stands on the screen."""
        lines = (self.render_line(y).text.rstrip() for y in range(self.size.height))
        return selection.extract("\n".join(lines)), "\n"

    # keys and mouse

    def action_line_down(self) -> None:
        self.move(self.cursor + 1, 1)

    def action_line_up(self) -> None:
        self.move(self.cursor - 1, -1)

    def action_first(self) -> None:
        self.move(0, 1)

    def action_last(self) -> None:
        self.move(self._seen.count - 1, -1)

    def action_half_down(self) -> None:
        self.move(self.cursor + self._room // 2, -1)

    def action_half_up(self) -> None:
        self.move(self.cursor - self._room // 2, 1)

    def action_page_down(self) -> None:
        self.move(self.cursor + self._room, -1)

    def action_page_up(self) -> None:
        self.move(self.cursor - self._room, 1)

    def action_left(self) -> None:
        self._pan(-1)

    def action_right(self) -> None:
        self._pan(1)

    def _pan(self, by: int) -> None:
        hidden = len(self._arranged(self.cells)) + self.pan < len(self.columns)
        if by < 0 or hidden:
            self.pan = max(0, self.pan + by)
            self.refresh()

    def action_open(self) -> None:
        if self.current:
            self.post_message(self.Opened())

    def action_mark(self) -> None:
        row = self.current
        if row and row.key and not row.heading:
            self.marked ^= {row.key}
            self._repaint(self.cursor)
            self.action_line_down()
            self.post_message(self.Moved())

    def action_mark_all(self) -> None:
        """Mark every row of the list, or none if any is marked."""
        rows = () if self.marked else self.source.rows(0, self._seen.count)
        self.marked = {row.key for row in rows if row.key and not row.heading}
        self.refresh()
        self.post_message(self.Moved())

    def on_click(self, event: events.Click) -> None:
        index = round(self.scroll_y) + event.y - self.head_height
        row = self._seen.row(index) if event.y >= self.head_height else None
        if row is None or not row.rests:
            return
        again = index == self.cursor
        self.cursor = index
        if again or event.chain > 1:
            self.action_open()

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_relative(y=_WHEEL, animate=False, immediate=True)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_relative(y=-_WHEEL, animate=False, immediate=True)
