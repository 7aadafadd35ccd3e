"""What the thing under the cursor is: beside the list where there is room, else three lines under it."""

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from comity.tui.spans import Line, content, width, wrap

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
        cells = max(10, self.size.width - self.styles.gutter.width)
        if self._narrow:
            said = [line for line in self._lines if width(line)]
            lines = [piece for line in said for piece in wrap(line, cells)][:_STRIP]
        else:
            lines = [piece for line in self._lines for piece in wrap(line, cells, _indent(line))]
        self.query_one(Static).update(content(lines))


def _indent(line: Line) -> int:
    """Lines that begin with a sign, or with blanks, go on under their first word."""
    if not line:
        return 0
    first = line[0].text
    if len(first) == 1 and not first.isalnum():
        return 2
    return len(first) - len(first.lstrip(" "))
