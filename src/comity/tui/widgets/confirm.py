"""Sheets that ask before an act with consequences. The key is `ctrl+s`: never `enter`, never an arrow."""

from collections.abc import Callable, Sequence

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from comity.tui.spans import BLANK, Line, Span, content, keyed, line, span
from comity.tui.widgets.overlay import Overlay


class Confirm(Overlay[str]):
    """Consequences and one field, a reason; answers with what was typed."""

    BINDINGS = [Binding("ctrl+s", "confirm", "confirm", show=False)]
    LABEL = "reason"
    ASKS = True

    def __init__(
        self,
        title: Line,
        consequences: Sequence[Line] = (),
        *,
        needed: bool = True,
        does: str = "do it",
        tries: Callable[[str], str] = lambda typed: "",
    ) -> None:
        super().__init__()
        self._title, self._consequences = title, consequences
        self._needed, self._does = needed, does
        self._tries = tries  # does it with what was typed; answers why not, and then the box stays with the words

    def box(self) -> ComposeResult:
        yield Static(content([self._title, BLANK, *self._consequences]), markup=False)
        with Horizontal(classes="field") as field:
            field.display = self.ASKS
            yield Static(content([(span(f"{self.LABEL}  ", "dim"),)]), markup=False)
            yield Input(compact=True)
        yield Static(markup=False, id="wrong")
        yield Static(content([keyed(("ctrl+s", self._does), ("esc", "not now"))]), markup=False)

    def wrong(self, typed: str) -> str:
        """What is missing before it can be done; empty if nothing is."""
        return "A reason is needed; it is kept in the history." if self._needed and not typed else ""

    def action_confirm(self) -> None:
        typed = self.query_one(Input).value.strip()
        if wrong := self.wrong(typed) or self._tries(typed):
            self.query_one("#wrong", Static).update(content([line(Span("■ ", "red"), span(wrong, "red"))]))
        else:
            self.dismiss(typed)

    def on_input_submitted(self) -> None:
        """`enter` never confirms; it says which key does."""
        self.query_one("#wrong", Static).update(
            content([line(span("enter does not confirm: ", "dim"), Span("ctrl+s", "accent bold"))])
        )


class Sure(Confirm):
    """Shows what will be written and asks for nothing but the key."""

    ASKS = False

    def wrong(self, typed: str) -> str:
        return ""
