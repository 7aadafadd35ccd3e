"""A list of records of any kind: columns from the kind, a filter, an order, a panel, verbs on what is marked."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from comity.desk import asking
from comity.desk.window import Window
from comity.domain.query import without_last
from comity.domain.record import Record
from comity.domain.wording import words
from comity.errors import BadInput
from comity.tui.actions import bindings
from comity.tui.deriving import Records, columns_of
from comity.tui.screens.asked import Asked
from comity.tui.screens.lines import kept_off
from comity.tui.screens.sheet import summary
from comity.tui.session import host
from comity.tui.spans import Line, Span, content, keyed, line, span
from comity.tui.spoken import spoken
from comity.tui.widgets.filterline import FilterLine
from comity.tui.widgets.source import Column, Source
from comity.tui.widgets.table import Table


class ListPane(Asked):
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
        super().__init__(noun, within, filter)
        self.names = tuple(names or self.kind.columns)

    def compose(self) -> ComposeResult:
        yield FilterLine(self._offers)
        yield Table(self.columns())
        yield Static(markup=False, classes="empty")

    def on_mount(self) -> None:
        self.recall()
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
        plural = words(self.kind.plural)
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
            line(f"No {words(self.kind.noun)} matches «{self.asked}». {said}"),
            keyed(("backspace", "removes it")),
        ]

    # what the page asks

    def state(self) -> Line:
        parts: list[Span] = [span(f"{self._window.count:,}".replace(",", " "), "dim")]
        if self.table.marked:
            parts += [span(f" · {len(self.table.marked)} marked", "accent")]
        parts += [Span("   /", "accent"), Span(" filter", "dim")]
        if self.order != self._usual_order():
            parts += [Span("   o", "accent"), span(f" order: {words(', '.join(self.order))}", "dim")]
        return tuple(parts)

    def can(self, action: str) -> bool:
        if action in ("filter", "quick", "order") and not self.asked and not self._window.count:
            return False
        return super().can(action)

    def aside(self) -> Sequence[Line]:
        record = self.current()
        if record is None:
            return ()
        if host(self).session.hides(record):
            return kept_off()
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

    def mark_news(self, touched: Sequence[tuple[str, str]]) -> int:
        """Only records of its kind are news to a list."""
        return super().mark_news([each for each in touched if each[0] == self.noun])

    def spoken(self) -> Iterator[str]:
        yield from map(spoken, () if self._window.count else self.nothing())
        yield from super().spoken()

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
        if record is not None and not host(self).session.hides(record):
            host(self).show(record)

    def on_filter_line_done(self) -> None:
        (self.table if self.table.display else self).focus()

    def on_key(self, event: Any) -> None:
        """`backspace` in an empty list takes the last term away."""
        if event.key == "backspace" and self._window.count == 0 and self.asked:
            self.query_one(FilterLine).set(without_last(self.asked))
            self._open_window()
            self.on_filter_line_done()
