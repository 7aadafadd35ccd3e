"""A pane of lines that are all at hand: what is said of them all stands above, of the one under the cursor below."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.widgets import Static

from comity.domain.record import Record
from comity.tui.actions import bindings
from comity.tui.screens.base import Pane
from comity.tui.session import host
from comity.tui.spans import Line, content, keyed, line, span
from comity.tui.spoken import spoken
from comity.tui.widgets.source import Column, Listed, Row, Source
from comity.tui.widgets.table import Table

NARROW = 110


class LinesPane(Pane):
    """Lines read at once. Override `read`; `over`, `under` and `nothing` where there is something to say."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    LinesPane .over { height: auto; margin-bottom: 1; }
    LinesPane .under { height: auto; border-top: solid $rule; }
    LinesPane .nothing { height: auto; }
    .-narrow LinesPane .over { margin-bottom: 0; }
    """
    BINDINGS = bindings("list")
    COLUMNS: ClassVar[tuple[Column, ...]] = ()
    GAP: ClassVar[int] = 2

    def compose(self) -> ComposeResult:
        yield Static(markup=False, classes="over")
        yield self.table_of()
        yield Static(markup=False, classes="nothing")
        yield Static(markup=False, classes="under")

    def table_of(self) -> Table:
        """The table of this pane."""
        return Table(self.COLUMNS, gap=self.GAP)

    def read(self) -> Iterable[Row]:
        """The lines as they are now."""
        raise NotImplementedError

    def source(self) -> Source:
        """Where the lines come from."""
        return Listed(list(self.read()))

    def over(self) -> Sequence[Line]:
        """What is said above the lines."""
        return ()

    def under(self) -> Sequence[Line]:
        """What is said about the line under the cursor."""
        return ()

    def nothing(self) -> Sequence[Line]:
        """One sentence, the reason and the key, where there is no line."""
        return [line("Nothing here.")]

    def spoken(self) -> Iterator[str]:
        yield from ("", *map(spoken, self.over()))
        yield from map(spoken, () if self.table.source.count else self.nothing())
        yield from super().spoken()

    @property
    def narrow(self) -> bool:
        """Whether there is no room for a panel beside the lines."""
        return self.app.size.width < NARROW

    @property
    def table(self) -> Table:
        return self.query_one(Table)

    def on_mount(self) -> None:
        self.drawn_for = 0

    def on_resize(self) -> None:
        """Read once there is room, and again where there is more or less of it: lines are drawn to their width."""
        if self.drawn_for != self.size.width:
            self.drawn_for = self.size.width
            self.bring_in()

    def bring_in(self) -> None:
        source = self.source()
        self.table.show(source)
        empty = not source.count
        self.table.display = not empty
        self._say(".nothing", self.nothing() if empty else ())
        self.say_again()

    def say_again(self) -> None:
        """What stands above and below the lines, and around the pane."""
        self._say(".over", self.over())
        self._say(".under", self.under())
        self.tell()

    def _say(self, where: str, lines: Sequence[Line]) -> None:
        said = self.query_one(where, Static)
        said.display = bool(lines)
        said.update(content(lines))

    def on_table_moved(self) -> None:
        if self.drawn_for:
            self.say_again()

    def on_table_opened(self) -> None:
        self.enter()

    def enter(self) -> None:
        """`enter` on a line: the page of its record."""
        record = self.current()
        if record is not None and not host(self).session.hides(record):
            host(self).show(record)

    def current(self) -> Record | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, Record) else None

    def chosen(self) -> list[Any]:
        marked = self.table.marked
        rows = [row for row in self._all() if row.key in marked]
        return [row.value for row in rows if isinstance(row.value, Record)] or super().chosen()

    def _all(self) -> Iterator[Row]:
        source = self.table.source
        yield from source.rows(0, source.count)

    def stop(self) -> bool:
        if not self.table.marked:
            return False
        self.table.marked.clear()
        self.table.refresh()
        self.say_again()
        return True

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(row.marking, row.synthetic) for row in self.table.rows_shown() if row.marking]


def kept_off(what: str = "record") -> list[Line]:
    """The panel of a line that keeps its text off the screen."""
    return [
        line(span(f"{'An' if what[0] in 'aeio' else 'A'} {what} above the ceiling is kept off screen.", "dim")),
        keyed(("m", "shows it")),
    ]


def flush(left: Line, right: Line, cells: int) -> Line:
    """A line with both ends; the left one gives way."""
    from comity.tui.spans import fit, width

    return (*fit(left, max(1, cells - width(right))), *right)
