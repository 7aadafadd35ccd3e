"""What a person asks of a list: the filter line, filters at hand and saved ones, the order; kept in the settings."""

from collections.abc import Sequence
from functools import partial
from typing import Final

from comity import settings
from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.query_fields import query_fields
from comity.tui.actions import bindings
from comity.tui.deriving import facet_of
from comity.tui.screens.base import Pane
from comity.tui.session import host
from comity.tui.spans import Span, line, span
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.filterline import FilterLine

QUICK: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "run": (
        ("live", "execution_status:assigned,queued,running,paused"),
        ("silent", "is:stale"),
        ("to review", "validity:unreviewed"),
    ),
    "cell": (("gaps", "is:uncovered"),),
    "action": (("overdue", "is:overdue"), ("open", "-status:closed,declined,verified")),
    "milestone": (("overdue", "is:overdue"),),
    "finding": (("disputed", "status:disputed"),),
}


class AskName(Confirm):
    """Asks for the name under which a filter is kept."""

    LABEL = "name"

    def wrong(self, typed: str) -> str:
        return "" if typed else "A name is needed; f and : find the filter by it."


class Asked(Pane):
    """A pane over one kind with a filter line and an order. `within` always holds, beside what the person asks for."""

    BINDINGS = bindings("list")
    names: Sequence[str] = ()

    def __init__(self, noun: str, within: str = "", filter: str = "") -> None:  # noqa: A002
        super().__init__()
        self.noun, self.within = noun, within
        self.kind = BY_NOUN[noun]
        self.asked = ""  # always readable, whatever stands in the line
        self.order: tuple[str, ...] = ()
        self._first_filter = filter

    def recall(self) -> None:
        """Order and filter as they were left, or as the pane was opened."""
        listing = host(self).desk.settings.lists.get(self.noun, settings.Listing())
        self.order = tuple(listing.order) or self._usual_order()
        self.query_one(FilterLine).set(self._first_filter or listing.filter)

    def _open_window(self) -> None:
        """Ask again."""
        raise NotImplementedError

    def _usual_order(self) -> tuple[str, ...]:
        """By what people call the records."""
        names = (self.kind.code_field, self.kind.name_field)
        return tuple(name for name in names if name and facet_of(self.kind, name).shape is not Shape.REF)[:1]

    def _query(self, asked: str) -> str:
        return f"{self.within} {asked}".strip()

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    def on_filter_line_asked(self) -> None:
        self._open_window()

    def _offers(self, word: str) -> list[str]:
        head, _, part = word.partition(":")
        known = query_fields(self.kind)
        if ":" in word:
            return [w for w in known[head].words if w.startswith(part)] if head in known else []
        return [name for name in known if word and name.startswith(word.lstrip("-"))]

    def on_filter_line_kept(self, event: FilterLine.Kept) -> None:
        self.app.push_screen(
            AskName(line(span("Save the filter  ", "strong bold"), span(event.query)), does="save"),
            partial(self._keep_filter, event.query),
        )

    def _keep_filter(self, query: str, name: str | None) -> None:
        if name:
            self._remember(f"filters.{self.noun}.{name.replace(' ', '-')}", query)
            host(self).say(f"Saved the filter «{name}»")

    def _remember(self, key: str, text: str) -> None:
        desk = host(self).desk
        host(self).attempt(lambda: setattr(desk, "settings", settings.change(desk.home, key, text)))

    def action_quick(self) -> None:
        """Filters at hand: those of the kind, those saved."""
        saved = host(self).desk.settings.filters.get(self.noun, {})
        found = [*QUICK.get(self.noun, ()), ("mine", "is:mine"), ("in conflict", "is:conflict"), *saved.items()]
        options = [
            Option(str(place) if place < 10 else "", name, query, query) for place, (name, query) in enumerate(found, 1)
        ]
        options.append(Option("f", "all", "no filter", ""))
        self.app.push_screen(Menu((Span("Filter", "strong bold"),), options), self._chose_filter)

    def _chose_filter(self, option: Option | None) -> None:
        if option:
            self.filter_by(str(option.answer))

    def filter_by(self, query: str) -> bool:
        self.query_one(FilterLine).set(query)
        self._open_window()
        return True

    def action_order(self) -> None:
        """Order by a column; `o` again turns the order round."""
        options = [Option("o", "the other way round", "", "")] if self.order else []
        names = [name for name in self.names if not facet_of(self.kind, name).many] + ["updated_at"]
        options += [
            Option(str(place) if place < 10 else "", facet_of(self.kind, name).label.lower(), "", name)
            for place, name in enumerate(names, 1)
        ]
        self.app.push_screen(Menu((Span("Order by", "strong bold"),), options), self._order_by)

    def _order_by(self, option: Option | None) -> None:
        if option is None:
            return
        if option.answer:
            self.order = (str(option.answer),)
        else:
            self.order = tuple(name[1:] if name.startswith("-") else f"-{name}" for name in self.order)
        self._remember(f"lists.{self.noun}.order", str(list(self.order)).replace("'", '"'))
        self._open_window()
