"""News in three strengths; this is the middle one: at the top right of the body, red ones until `esc`."""

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from comity.tui.glyphs import sign
from comity.tui.session import Strength
from comity.tui.spans import Span, content, span

_SECONDS = 8.0


class Notices(Vertical, can_focus=False):
    """The notices on a page that nobody has dismissed."""

    def add(self, text: str, strength: Strength) -> None:
        """Show one more."""
        mark = sign("blocker" if strength == "red" else "high")
        lead = [(mark, Span("  "), span(text)), *([(Span("   esc", "accent bold"), Span(" close", "dim"))])]
        box = Static(content(lead), markup=False, classes=f"-{strength}")
        self.mount(box)
        if strength != "red":
            self.set_timer(_SECONDS, box.remove)

    def dismiss(self) -> bool:
        """Take all away; whether there were any."""
        there = bool(self.children)
        self.remove_children()
        return there


class TooSmall(Static):
    """The one sentence that a terminal under 80x24 shows."""

    def __init__(self) -> None:
        super().__init__("Comity needs 80 columns and 24 lines; make the terminal larger.", markup=False)

    def compose(self) -> ComposeResult:
        yield from ()
