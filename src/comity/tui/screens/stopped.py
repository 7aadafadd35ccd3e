"""The page for what cannot continue: one sentence and what to do."""

from textual.app import ComposeResult
from textual.widgets import Static

from comity.errors import ComityError
from comity.tui.glyphs import sign
from comity.tui.screens.base import Page, Pane, Tab
from comity.tui.spans import BLANK, Line, Span, content, span


class _Reason(Pane):
    HINTS = ("leave",)

    def __init__(self, error: ComityError) -> None:
        super().__init__()
        self._error = error

    def compose(self) -> ComposeResult:
        lines = [(sign("blocker"), span(f" {self._error.message}", "strong")), BLANK]
        lines += [(span(f"{problem.field}  ", "dim"), span(problem.message)) for problem in self._error.problems]
        lines += [(span(self._error.hint, "dim"),)]
        yield Static(content(lines), markup=False)


class Stopped(Page):
    """Nothing can be shown: the store is missing, unreadable, or locked."""

    def __init__(self, error: ComityError) -> None:
        super().__init__("")
        self._error = error

    def path(self) -> Line:
        return (Span("Comity cannot open this home", "strong bold"),)

    def tabs(self) -> tuple[Tab, ...]:
        return (Tab("", lambda: _Reason(self._error)),)
