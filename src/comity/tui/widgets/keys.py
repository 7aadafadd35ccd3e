"""The keys of this place (`?`), read from the same table as the bindings; type to search."""

from collections.abc import Iterable, Mapping

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import VerticalScroll
from textual.widgets import Input, Static

from comity.domain.text import fold
from comity.tui.actions import ACTIONS, BORDER, EVERYWHERE, HERE, LIST, MOVE, RECORD, Action, shown_keys
from comity.tui.spans import BLANK, Line, Span, content, fit, line, span, width
from comity.tui.widgets.chrome import TwoEnds
from comity.tui.widgets.overlay import Overlay

_SENTENCES = (
    "H L G are vim's. Every other capital crosses the border of this device (S B I R).",
    "Letters never act while you type in a field. Every line here is also in the palette.",
)
_SECTIONS = Action("section", "1", "section", MOVE, "app", shown="1 to 7")
_COLUMNS = ((MOVE,), (LIST, HERE), (RECORD,), (EVERYWHERE, BORDER))


class Keys(Overlay[None]):
    """Every key that does something on the page below."""

    BINDINGS = [
        Binding("down", "scroll(3)", "on", show=False),
        Binding("up", "scroll(-3)", "back", show=False),
        Binding("pagedown", "scroll(12)", "on", show=False),
        Binding("pageup", "scroll(-12)", "back", show=False),
    ]

    def __init__(self, place: Line, applicable: Iterable[str], remapped: Mapping[str, str], *, typing: bool) -> None:
        super().__init__()
        self._place = place
        known = set(applicable)
        self._actions = [action for action in ACTIONS if action.id in known and action.label]
        self._actions += [] if typing else [_SECTIONS]
        self._remapped, self._typing = remapped, typing

    def box(self) -> ComposeResult:
        yield TwoEnds(id="overlay-title")
        yield Input(placeholder="type to search", compact=True, id="search")
        with VerticalScroll(can_focus=False):
            yield Static(markup=False)

    def on_mount(self) -> None:
        title = self.query_one("#overlay-title", TwoEnds)
        title.left = (Span("Keys  ", "strong bold"), *(Span(part.text, "dim") for part in self._place))
        title.right = (Span("esc", "accent bold"), Span(" close", "dim"))
        self._draw("")

    def action_scroll(self, lines: int) -> None:
        """More keys than fit are scrolled while the field keeps the focus."""
        self.query_one(VerticalScroll).scroll_relative(y=lines, animate=False)

    def on_resize(self) -> None:
        self._draw(self.query_one(Input).value)

    def on_input_changed(self, event: Input.Changed) -> None:
        self._draw(event.value)

    def _draw(self, wanted: str) -> None:
        columns = [column for column in (self._column(groups, fold(wanted)) for groups in _COLUMNS) if column]
        wide = self.app.size.width >= 110
        rows = [columns] if wide else [columns[:2], columns[2:]]
        lines = [line for some in rows if some for line in [*_beside(some, None if wide else 36), BLANK]]
        lines += [line(span(sentence, "dim")) for sentence in _SENTENCES] if not wanted else []
        self.query_one(Static).update(content(lines or [line(span(f"No key for «{wanted}».", "dim"))]))

    def _column(self, groups: tuple[str, ...], wanted: str) -> list[Line]:
        lines: list[Line] = []
        for group in groups:
            found = [action for action in self._actions if action.group == group]
            found = [action for action in found if wanted in fold(f"{action.label} {action.id} {action.keys}")]
            if found:
                lines += [*([BLANK] if lines else []), line(span(group, "dim bold")), *map(self._entry, found)]
        return lines

    def _entry(self, action: Action) -> Line:
        key = fit(line(span(shown_keys(action, self._remapped, typing=self._typing), "accent bold")), 10)
        return (*key, span(action.label))


def _beside(columns: list[list[Line]], cells: int | None) -> Iterable[Line]:
    """Columns beside each other, each as wide as it needs or as told."""
    wide = [cells or max(map(width, column)) + 3 for column in columns]
    for place in range(max(map(len, columns))):
        parts = [fit(column[place] if place < len(column) else BLANK, wide[n]) for n, column in enumerate(columns)]
        yield tuple(part for some in parts for part in some)
