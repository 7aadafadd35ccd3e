"""The filter (`/`): stays to be seen while it acts, offers fields while one types, says what is wrong under it."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Input, Static

from comity.tui.spans import Span, content, line, span

_PAUSE = 0.15
Offer = Callable[[str], Sequence[str]]


class FilterLine(Vertical):
    """One line with the query, and one under it for suggestions or what is wrong."""

    KEYS: ClassVar = (("enter", "to the list"), ("tab", "complete"), ("ctrl+s", "save by name"), ("esc", "clear"))
    BINDINGS = [
        Binding("escape", "clear", "clear", show=False),
        Binding("tab", "complete", "complete", show=False),
        Binding("ctrl+s", "keep", "save the filter by name", show=False),
        Binding("down", "done", "to the list", show=False),
    ]

    class Asked(Message):
        """The query changed."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    class Done(Message):
        """The person is back in the list."""

    class Kept(Message):
        """The person wants to save the query by name."""

        def __init__(self, query: str) -> None:
            super().__init__()
            self.query = query

    def __init__(self, offer: Offer = lambda word: ()) -> None:
        super().__init__()
        self._offer = offer
        self._asked = ""
        self.display = False

    def compose(self) -> ComposeResult:
        with Horizontal():
            yield Static(content([(Span("/ ", "accent bold"),)]), markup=False)
            yield Input(compact=True, select_on_focus=False)
        yield Static(markup=False, id="under")

    @property
    def value(self) -> str:
        """The query as typed."""
        return self.query_one(Input).value

    def open(self, text: str | None = None) -> None:
        """Show the line and type in it."""
        self.display = True
        field = self.query_one(Input)
        if text is not None:
            field.value = text
        field.focus()

    def set(self, text: str) -> None:
        """Show a query that acts, without typing in it."""
        with self.prevent(Input.Changed):
            self.query_one(Input).value = text
        self._asked = text.strip()
        self.display = bool(text)

    def wrong(self, text: str) -> None:
        """What cannot be understood; empty when all is well."""
        self.query_one("#under", Static).update(content([line(Span("■ ", "red"), span(text, "red"))] if text else []))

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        word = self.value.rpartition(" ")[2]
        offers = " ".join(self._offer(word)) if word else ""
        self.query_one("#under", Static).update(content([line(span(offers, "dim"))] if offers else []))
        self.set_timer(_PAUSE, self._ask)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._ask()
        self.action_done()

    def _ask(self) -> None:
        wanted = self.value.strip()
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.Asked(wanted))

    def action_done(self) -> None:
        """Back to the list; an empty line goes away."""
        self.display = bool(self.value.strip())
        self.post_message(self.Done())

    def action_clear(self) -> None:
        """No filter."""
        self.query_one(Input).value = ""
        self._ask()
        self.wrong("")
        self.action_done()

    def action_complete(self) -> None:
        """Write the first field that was offered."""
        head, blank, word = self.value.rpartition(" ")
        offers = self._offer(word) if word else ()
        if offers:
            field = self.query_one(Input)
            field.value = f"{head}{blank}{offers[0]}:"
            field.cursor_position = len(field.value)

    def action_keep(self) -> None:
        if self.value.strip():
            self.post_message(self.Kept(self.value.strip()))
