"""What lies over a page: palette, keys, step, copy, confirm. The bars, sections and footer below stay to be seen."""

from typing import TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical
from textual.screen import ModalScreen

from comity.tui.widgets.chrome import Footer, MarkingBar, SectionTabs
from comity.tui.widgets.table import Table


class OverlayTable(Table):
    """A table in a box over a page."""

    GROUND = "overlay"
    TINT = "cell"


Answer = TypeVar("Answer")


class Overlay(ModalScreen[Answer | None]):
    """A box over a dimmed page; `esc` closes it without an answer."""

    BINDINGS = [Binding("escape", "close", "close", show=False)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def box(self) -> ComposeResult:
        """What is in the box."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield MarkingBar(classes="-top")
        yield SectionTabs()
        with Vertical(id="box"):
            yield from self.box()
        yield Footer()
        yield MarkingBar(classes="-bottom")

    def on_mount(self) -> None:
        below = next((screen for screen in reversed(self.app.screen_stack) if hasattr(screen, "marked")), None)
        if below is None:
            self.query_one(SectionTabs).display = False
            return
        for bar in self.query(MarkingBar):
            bar.marked = below.query(MarkingBar).first().marked
        sections, theirs = self.query_one(SectionTabs), below.query_one(SectionTabs)
        sections.section, sections.state = theirs.section, theirs.state
        footer, theirs_too = self.query_one(Footer), below.query_one(Footer)
        footer.hints, footer.state = theirs_too.hints, theirs_too.state

    def dismiss(self, result: Answer | None = None) -> AwaitComplete:
        """Answer once: keys that were pressed before the box was gone find nothing to close."""
        if self.app.screen_stack[-1:] != [self]:
            return AwaitComplete()
        return super().dismiss(result)

    def action_close(self) -> None:
        self.dismiss(None)
