"""The steps of a record (`t`): legal ones first, the others below, dim, with the rule that stands in the way."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Static

from comity.domain.wording import words
from comity.tui.spans import BLANK, Line, Span, content, keyed, line, span, width
from comity.tui.widgets.overlay import Overlay, OverlayTable
from comity.tui.widgets.source import Column, Listed, Row
from comity.tui.widgets.table import Table

_KEYS = keyed(("enter", "take the step"), ("esc", "not now"))
_AROUND = 9  # lines of the screen that the box must leave, for bars, title and its own keys


class Offered(NamedTuple):
    """A step as offered: where it leads, whether the rules let it, and if not, which one and because of what."""

    name: str
    leads: str
    allowed: bool
    why: str = ""
    obstacles: tuple[str, ...] = ()
    may_override: bool = False


class Taken(NamedTuple):
    """The step a person chose, and how."""

    name: str
    how: Literal["step", "override"]


class Step(Overlay[Taken]):
    """Choose one step onward."""

    BINDINGS = [Binding("o", "override", "override", show=False)]

    def __init__(self, title: Line, offers: Sequence[Offered]) -> None:
        super().__init__()
        self._title = title
        self._offers = sorted(offers, key=lambda offer: not offer.allowed)

    def box(self) -> ComposeResult:
        yield Static(content([self._title, BLANK]), markup=False)
        rows = [_row(offer) for offer in self._offers]
        name, leads = (max(width(row.cells[place]) for row in rows) for place in range(2))
        table = OverlayTable([Column("", name), Column("", leads), Column("", 30, grows=True)], Listed(rows))
        table.styles.height = min(len(self._offers), 12, max(3, self.app.size.height - 2 * _AROUND)) or 1
        yield table
        yield Static(markup=False, id="obstacles")
        yield Static(content([_KEYS]), markup=False, id="step-keys")

    def on_table_moved(self) -> None:
        offer = self._offer
        self.query_one("#step-keys", Static).update(content([_KEYS]))
        lines: list[Line] = [BLANK]
        if offer and offer.allowed:
            lines += [line(Span("› ", "accent"), span(offer.why, "dim"))] if self._is_cut(offer) else []
        elif offer:
            stand = offer.obstacles or (offer.why,)
            most = max(1, self.app.size.height - 2 * _AROUND)
            lines += [line(Span("■ ", "red"), span(obstacle)) for obstacle in stand[:most]]
            lines += [line(span(f"  and {len(stand) - most} more", "dim"))] if len(stand) > most else []
            if offer.may_override:
                lines += [keyed(("o", "override, with a reason that is kept"))]
        self.query_one("#obstacles", Static).update(content([*lines, BLANK]))

    def _is_cut(self, offer: Offered) -> bool:
        """Whether its line has no room for all of its words."""
        table = self.query_one(Table)
        room = table.cells - table.GUTTER - sum(column.width + table.gap for column in table.columns[:2])
        return width(line(span(offer.why))) > room

    @property
    def _offer(self) -> Offered | None:
        row = self.query_one(Table).current
        return row.value if row and isinstance(row.value, Offered) else None

    def on_table_opened(self) -> None:
        offer = self._offer
        if offer and offer.allowed:
            self.dismiss(Taken(offer.name, "step"))
        elif offer:
            refused = span(f"Not taken: {(offer.obstacles or (offer.why,))[0]}", "red")
            self.query_one("#step-keys", Static).update(content([line(refused)]))

    def action_override(self) -> None:
        offer = self._offer
        if offer and offer.may_override and not offer.allowed:
            self.dismiss(Taken(offer.name, "override"))


def _row(offer: Offered) -> Row:
    role = "" if offer.allowed else "faint"
    rule = offer.why.partition(f"; {offer.name} is ")[2] or offer.why  # the state is the same for every line
    why = line(span(rule, "dim" if offer.allowed else "faint italic"))
    cells = (line(span(words(offer.name), role or "bold")), line(span(offer.leads, role or "dim")), why)
    return Row(offer.name, cells, sign=(Span("›" if offer.allowed else " ", "accent"),), value=offer)
