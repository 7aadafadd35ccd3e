"""Do or find (`:`): records and commands in one place. `>` only commands, `@` people, `#` exercises."""

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widgets import Input, Static

from comity.domain.text import fold
from comity.tui.spans import BLANK, Line, Span, content, keyed, line, span
from comity.tui.widgets.overlay import Overlay, OverlayTable
from comity.tui.widgets.source import Column, Listed, Row, heading
from comity.tui.widgets.table import Table

_PAUSE = 0.08


class PaletteHit(NamedTuple):
    """One thing the palette offers, under a heading; `act` is done when it is chosen."""

    group: str
    title: str
    note: str
    act: Callable[[], None]
    lead: Line = (Span("›", "accent"),)
    key: str = ""
    marking: str = ""


Hits = Callable[[str], Iterable[PaletteHit]]


class Palette(Overlay[PaletteHit]):
    """Asks a function for hits while the person types."""

    KEYS: ClassVar[tuple[tuple[str, str], ...]] = (
        ("enter", "open"),
        (">", "only commands"),
        ("@", "people"),
        ("#", "exercises"),
        ("esc", "close"),
    )
    BINDINGS = [
        Binding("down", "move(1)", "next", show=False),
        Binding("up", "move(-1)", "previous", show=False),
        Binding("pagedown", "move(10)", "on", show=False),
        Binding("pageup", "move(-10)", "back", show=False),
    ]

    def __init__(self, hits: Hits, start: str = "") -> None:
        super().__init__()
        self._hits_for = hits
        self._hits: Sequence[PaletteHit] = ()
        self._begin = start

    def box(self) -> ComposeResult:
        with Horizontal(id="ask"):
            yield Static(content([(Span(": ", "accent bold"),)]), markup=False)
            yield Input(self._begin, compact=True, select_on_focus=False)
        table = OverlayTable([Column("", 30, grows=True), Column("", 24, leaves=1), Column("", 6, align="right")])
        table.can_focus = False
        yield table
        yield Static(content([keyed(*self.KEYS)]), markup=False, id="foot")

    def on_mount(self) -> None:
        self._find()

    def on_input_changed(self) -> None:
        self.set_timer(_PAUSE, self._find)

    def _find(self) -> None:
        asked = self.query_one(Input).value
        self._hits = list(self._hits_for(asked))
        words = [word for word in fold(asked.lstrip(">@#")).split() if word]
        self.query_one(Table).show(Listed(list(_rows(self._hits, words))))
        if self._hits:
            self.query_one(Table).action_first()

    def action_move(self, by: int) -> None:
        """The cursor of the list, while the field keeps the focus."""
        table = self.query_one(Table)
        table.move(table.cursor + by, 1 if by > 0 else -1)

    def on_input_submitted(self) -> None:
        self._choose()

    def on_table_opened(self) -> None:
        self._choose()

    def _choose(self) -> None:
        row = self.query_one(Table).current
        if row and isinstance(row.value, PaletteHit):
            self.dismiss(row.value)


def _rows(hits: Sequence[PaletteHit], words: Sequence[str]) -> Iterable[Row]:
    group = ""
    if not hits:
        yield heading(line(span("Nothing of that name here.", "dim")))
    for number, hit in enumerate(hits):
        if hit.group != group:
            group = hit.group
            yield heading(line(span(group, "dim")))
        cells = (
            (*hit.lead, Span("  "), *lit(hit.title, words)),
            line(span(hit.note, "dim")),
            line(span(hit.key, "accent")),
        )
        yield Row(str(number), cells, value=hit)


def lit(text: str, words: Sequence[str]) -> Line:
    """The text with the first place of each searched word made to stand out."""
    shown = span(text).text
    folded = fold(shown)
    if len(folded) != len(shown):
        return (Span(shown),)
    places = sorted((folded.find(word), len(word)) for word in words if word in folded)
    spans: list[Span] = []
    at = 0
    for start, length in places:
        if start >= at:
            spans += [Span(shown[at:start]), Span(shown[start : start + length], "amber bold")]
            at = start + length
    return tuple(part for part in [*spans, Span(shown[at:])] if part.text) or BLANK
