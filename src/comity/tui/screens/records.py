"""A list of records of any kind: columns from the kind, a filter, an order, a panel, verbs on what is marked."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, ClassVar, Final

from textual.app import ComposeResult
from textual.widgets import Static

from comity import settings
from comity.desk import asking
from comity.desk.window import Window
from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.query import without_last
from comity.domain.query_fields import query_fields
from comity.domain.record import Record
from comity.errors import BadInput
from comity.tui.actions import bindings
from comity.tui.deriving import Records, columns_of, facet_of
from comity.tui.screens.base import Pane
from comity.tui.screens.sheet import summary
from comity.tui.session import host
from comity.tui.spans import Line, Span, content, keyed, line, span
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.filterline import FilterLine
from comity.tui.widgets.source import Column, Source
from comity.tui.widgets.table import Table

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


class ListPane(Pane):
    """All records of a kind that a query finds. `within` always holds; the filter line holds what a person adds."""

    BINDINGS = bindings("list")
    HINTS: ClassVar[tuple[str, ...]] = (
        "open",
        "edit",
        "step",
        "new",
        "mark",
        "filter",
        "quick",
        "copy",
        "panel",
        "find",
    )

    def __init__(self, noun: str, within: str = "", *, names: Sequence[str] = (), filter: str = "") -> None:  # noqa: A002
        super().__init__()
        self.noun, self.within = noun, within
        self.kind = BY_NOUN[noun]
        self.names = tuple(names or self.kind.columns)
        self.asked = ""  # what the person asks for, beside what the pane always asks; always readable
        self._first_filter = filter

    def compose(self) -> ComposeResult:
        yield FilterLine(self._offers)
        yield Table(self.columns())
        yield Static(markup=False, classes="empty")

    def on_mount(self) -> None:
        listing = host(self).desk.settings.lists.get(self.noun, settings.Listing())
        self.order: tuple[str, ...] = tuple(listing.order) or self._usual_order()
        self.query_one(FilterLine).set(self._first_filter or listing.filter)
        self._open_window()

    def columns(self) -> Sequence[Column]:
        """The columns of the table."""
        return columns_of(self.kind, self.names)

    def source(self) -> Source:
        """The rows of what was found."""
        return Records(host(self).desk, self._window, self.names, host(self).session)

    @property
    def table(self) -> Table:
        return self.query_one(Table)

    def _usual_order(self) -> tuple[str, ...]:
        """By what people call the records."""
        names = (self.kind.code_field, self.kind.name_field)
        return tuple(name for name in names if name and facet_of(self.kind, name).shape is not Shape.REF)[:1]

    def _query(self, asked: str) -> str:
        return f"{self.within} {asked}".strip()

    def _open_window(self) -> None:
        """Ask again; a query that cannot be read leaves the list as it is and says why."""
        asked, app = self.query_one(FilterLine).value.strip(), host(self)
        try:
            self._window = Window(app.desk, self.noun, self._query(asked), self.order)
        except BadInput as error:
            self._unreadable(error, without_last(asked))
            return
        self.asked = asked
        self.query_one(FilterLine).wrong("")
        self.table.show(self.source())
        self._tell_empty()
        self.tell()

    def _unreadable(self, error: BadInput, readable: str) -> None:
        """Say what is wrong with the last term, and show what the others find."""
        self.query_one(FilterLine).wrong(error.problems[0].message if error.problems else error.message)
        with suppress(BadInput):
            self._window = Window(host(self).desk, self.noun, self._query(readable), self.order)
            self.asked = readable
        if not hasattr(self, "_window"):
            self._window = Window(host(self).desk, self.noun, self.within, self.order)
        self.table.show(self.source())
        self._tell_empty()
        self.tell()

    def _tell_empty(self) -> None:
        empty = self._window.count == 0
        self.table.display = not empty
        self._take_keys(empty)
        said = self.query_one(".empty", Static)
        said.display = empty
        if empty:
            said.update(content(self.nothing()))

    def _take_keys(self, empty: bool) -> None:
        """An empty list has no table to take the keys; the pane takes them."""
        had = self.has_focus or self.table.has_focus
        self.can_focus = empty
        if had:
            (self if empty else self.table).focus()

    def nothing(self) -> list[Line]:
        """One sentence, the reason and the key, where the list is empty."""
        plural = self.kind.plural.replace("_", " ")
        if not self.asked:
            return [
                line(
                    f"No {plural} here. ",
                    Span("n", "accent bold"),
                    span(" adds one, ", "dim"),
                    Span("I", "accent bold"),
                    span(" reads a plan or a bundle.", "dim"),
                )
            ]
        fewer = without_last(self.asked)
        count = asking.count(host(self).desk, self.noun, self._query(fewer))
        said = f"{count} without {self.asked.removeprefix(fewer).strip()}." if fewer else f"{count} without it."
        return [
            line(f"No {self.kind.noun.replace('_', ' ')} matches «{self.asked}». {said}"),
            keyed(("backspace", "removes it")),
        ]

    # what the page asks

    def state(self) -> Line:
        parts: list[Span] = [span(f"{self._window.count:,}".replace(",", " "), "dim")]
        if self.table.marked:
            parts += [span(f" · {len(self.table.marked)} marked", "accent")]
        if self.table.changed:
            parts += [span(f" · {len(self.table.changed)} new, ctrl+l", "accent")]
        parts += [Span("   /", "accent"), Span(" filter", "dim")]
        if self.order != self._usual_order():
            parts += [Span("   o", "accent"), span(f" order: {', '.join(self.order).replace('_', ' ')}", "dim")]
        return tuple(parts)

    def aside(self) -> Sequence[Line]:
        record = self.current()
        if record is None:
            return ()
        if host(self).session.masks(record.marking):
            return [line(span("A record above the ceiling is kept off screen.", "dim")), keyed(("m", "shows it"))]
        return summary(host(self).desk, record)

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(row.marking, row.synthetic) for row in self.table.rows_shown() if row.marking]

    def current(self) -> Record | None:
        row = self.table.current if self._window.count else None
        return row.value if row and isinstance(row.value, Record) else None

    def chosen(self) -> list[Any]:
        marked = self.table.marked
        if not marked:
            return super().chosen()
        desk = host(self).desk
        return [record for key in sorted(marked) if (record := asking.get(desk, self.noun, key))]

    def bring_in(self) -> None:
        self._window.refresh()
        self.table.reread()
        self._tell_empty()
        self.tell()

    def stop(self) -> bool:
        if self.table.marked:
            self.table.marked.clear()
            self.table.refresh()
        elif self.asked:
            self.query_one(FilterLine).set("")
            self._open_window()
        else:
            return False
        self.tell()
        return True

    # keys

    def on_table_moved(self) -> None:
        self.tell()

    def on_table_opened(self) -> None:
        record = self.current()
        if record is not None and not host(self).session.masks(record.marking):
            host(self).show(record)

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    def on_filter_line_asked(self) -> None:
        self._open_window()

    def on_filter_line_done(self) -> None:
        (self.table if self.table.display else self).focus()

    def on_key(self, event: Any) -> None:
        """`backspace` in an empty list takes the last term away."""
        if event.key == "backspace" and self._window.count == 0 and self.asked:
            self.query_one(FilterLine).set(without_last(self.asked))
            self._open_window()
            self.on_filter_line_done()

    def _offers(self, word: str) -> list[str]:
        head, _, part = word.partition(":")
        known = query_fields(self.kind)
        if ":" in word:
            return [w for w in known[head].words if w.startswith(part)] if head in known else []
        return [name for name in known if word and name.startswith(word.lstrip("-"))]

    def on_filter_line_kept(self, event: FilterLine.Kept) -> None:
        from comity.tui.widgets.confirm import Confirm

        self.app.push_screen(
            Confirm(line(span("Save the filter  ", "strong bold"), span(event.query)), does="save"),
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
        self.app.push_screen(Menu((Span("Filter", "strong bold"),), options), self._filter_by)

    def _filter_by(self, option: Option | None) -> None:
        if option:
            self.query_one(FilterLine).set(str(option.answer))
            self._open_window()

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
