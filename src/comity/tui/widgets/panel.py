"""What the thing under the cursor is: beside the list where there is room, else three lines under it."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from comity.tui.spans import Line, Span, content, width, wrap

_STRIP = 3


class Panel(VerticalScroll, can_focus=False):
    """Lines about one thing, wrapped to the width there is."""

    def __init__(self) -> None:
        super().__init__(id="panel")
        self._lines: Sequence[Line] = ()
        self._narrow = False

    def compose(self) -> ComposeResult:
        yield Static(markup=False)

    def show(self, lines: Sequence[Line]) -> None:
        """Show these lines, from their beginning."""
        if list(lines) != list(self._lines):
            self._lines = list(lines)
            self._draw()
            self.scroll_home(animate=False)

    def on_resize(self, event: events.Resize) -> None:
        self._narrow = self.screen.has_class("-narrow")
        self._draw()

    def _draw(self) -> None:
        cells = max(10, self.scrollable_content_region.width)
        if self._narrow:
            lines = _strip([line for line in self._lines if width(line)], cells)
        else:
            lines = [piece for line in self._lines for piece in wrap(line, cells, _indent(line))]
        self.query_one(Static).update(content(lines))


def _strip(lines: Sequence[Line], cells: int) -> list[Line]:
    """The first three lines; short ones with a label share a line."""
    joined: list[Line] = []
    for line in lines:
        last = joined[-1] if joined else ()
        if last and _is_pair(last) and _is_pair(line) and width(last) + width(_tight(line)) + 3 <= cells:
            joined[-1] = (*last, Span("   "), *_tight(line))
        else:
            joined.append(_tight(line) if _is_pair(line) else line)
    shown = [piece for line in joined for piece in wrap(line, cells)][:_STRIP]
    return shown[:-1] if shown and _is_title(shown[-1]) else shown


def _is_title(line: Line) -> bool:
    """Whether the line only names those that follow."""
    return len(line) == 1 and line[0].role == "dim bold"


def _is_pair(line: Line) -> bool:
    """Whether the line is a label and its value."""
    return len(line) > 1 and line[0].role == "dim" and not line[0].text.startswith(" ")


def _tight(line: Line) -> Line:
    """The line without the blanks that align its value."""
    return (Span(line[0].text.rstrip() + " ", "dim"), *(part for part in line[1:] if part.text.strip()))


def _indent(line: Line) -> int:
    """Lines that begin with a sign, a label or blanks go on under the word after it."""
    if not line:
        return 0
    first = line[0].text
    if len(first) == 1 and not first.isalnum():
        return 2
    if _is_pair(line) and first.endswith(" "):
        return len(first) + (len(line[1].text) if not line[1].text.strip() else 0)
    return len(first) - len(first.lstrip(" "))
