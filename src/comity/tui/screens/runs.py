"""The board of runs: by exercise, how each stands and since when, what it was measured against, what was heard."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, ClassVar, Final

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from comity.desk import asking
from comity.desk.pages.comparing import check_logs
from comity.desk.pages.runboard import RunGroup, RunSheet, groups, sheet
from comity.domain.record import Record
from comity.domain.runs import Run
from comity.tui.actions import bindings
from comity.tui.glyphs import GLYPHS, meter
from comity.tui.screens.base import Tab
from comity.tui.screens.lines import NARROW, kept_off
from comity.tui.screens.records import ListPane
from comity.tui.screens.run_lines import COLUMNS, FEW_COLUMNS, run_few, run_full
from comity.tui.screens.run_rows import RunRows, key_of
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import Line, Span, content, keyed, line, span
from comity.tui.widgets.source import Column, Source

_COUNTED: Final = (
    ("succeeded", ("succeeded",)),
    ("running", ("running", "paused", "queued")),
    ("failed", ("failed", "lost")),
    ("cancelled", ("cancelled",)),
    ("planned", ("planned", "assigned")),
)


class RunsPane(ListPane):
    """All runs that match, grouped; `enter` on a heading folds it, `=` compares two marked runs."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    RunsPane .over { height: 1; margin-bottom: 1; }
    RunsPane .under { height: auto; max-height: 60%; border-top: solid $rule; }
    .-narrow RunsPane .over { margin-bottom: 0; }
    """
    BINDINGS = bindings("list", "runs")
    HINTS: ClassVar[tuple[str, ...]] = ("open", "step", "decide", "compare", "mark", "quick", "filter", "note", "find")

    WORDS: ClassVar[dict[str, str]] = {"quick": "live"}

    def __init__(self, within: str = "", filter: str = "") -> None:  # noqa: A002
        super().__init__("run", within, filter=filter)
        self.turned: set[str] = set()
        self._sheets: dict[str, RunSheet] = {}
        self._silent = self._to_review = 0  # as of the last reading, like the rows

    def compose(self) -> ComposeResult:
        yield Static(markup=False, classes="over")
        yield from super().compose()
        yield Static(markup=False, classes="under")

    def on_mount(self, event: events.Mount) -> None:  # type: ignore[override]
        """Begin on the first run, so that what is known of it is told at once."""
        event.prevent_default()  # else Textual calls the list's own once more, and everything is read twice
        super().on_mount()
        if isinstance(self.table.current and self.table.current.value, RunGroup):
            self.table.move(1)

    def columns(self) -> Sequence[Column]:
        return COLUMNS if self.app.size.width >= NARROW else FEW_COLUMNS

    def folds(self, group: RunGroup) -> bool:
        """Whether only the heading is shown: what is over starts folded."""
        return (key_of(group) in self.turned) != (group.over and not self.asked)

    def source(self) -> Source:
        self._sheets.clear()
        self.table.gap = 2 if self.app.size.width >= NARROW else 1
        self.table.columns = tuple(self.columns())
        desk, asked = host(self).desk, self._query(self.asked)
        found = groups(desk, asked)
        waits = "execution_status:succeeded validity:unreviewed,deviated"
        self._silent = asking.count(desk, "run", f"{asked} is:stale".strip())
        self._to_review = asking.count(desk, "run", f"{asked} {waits}".strip())
        self.query_one(".over", Static).update(content([self._counts()]))
        return RunRows(self, found, self.folds)

    def _counts(self) -> Line:
        """The board in one line: a bar of all runs, and how many stand where."""
        desk, asked = host(self).desk, self._query(self.asked)
        counts = {
            name: asking.count(desk, "run", f"{asked} execution_status:{','.join(statuses)}".strip())
            for name, statuses in _COUNTED
        }
        stale = self._silent
        total = sum(counts.values())
        wide = self.app.size.width >= NARROW
        bar = meter(counts["succeeded"], total, 36, "green") if wide else ()
        parts: list[Span] = [*bar, Span("   ")] if wide else []
        for name, count in counts.items():
            if count:
                silent = f", {'' if stale == count else f'{stale} '}silent" if name == "running" and stale else ""
                role = "amber" if silent else "dim" if name in ("planned", "cancelled") else ""
                parts += [
                    Span(GLYPHS[name].sign, GLYPHS[name].role),
                    span(f" {count:,} {name}{silent}   ".replace(",", " ", count >= 1000), role),
                ]
        return tuple(parts)

    def nothing(self) -> list[Line]:
        if self.asked:
            return super().nothing()
        return [line("No runs yet. ", *keyed(("I", "reads a log"), ("n", "adds one by hand")))]

    def state(self) -> Line:
        """How many are silent and how many wait for a review, beside what every list says."""
        stale, review = self._silent, self._to_review
        told = [span(f"silent {stale}", "amber" if stale else "dim"), span(f" · to review {review}   ", "dim")]
        return (*told, *super().state())

    def bring_in(self) -> None:
        self._window.refresh()
        self.table.show(self.source())
        self._tell_empty()
        self.tell()

    def on_resize(self) -> None:
        if not hasattr(self, "_window"):
            return
        if self.table.columns != self.columns():
            self.bring_in()
        else:
            self.query_one(".over", Static).update(content([self._counts()]))
            self._under()

    def on_table_moved(self) -> None:
        self._under()
        self.tell()

    def _under(self) -> None:
        said = self.query_one(".under", Static)
        found = self._sheet() if self.app.size.width >= NARROW else None
        said.display = found is not None
        if found:
            room = 6 if self.app.size.height < 32 else 14
            said.update(content(run_full(host(self).desk, found, self.table.cells)[:room]))

    def _sheet(self) -> RunSheet | None:
        """What is known of the run under the cursor."""
        run = self.current()
        if not isinstance(run, Run) or host(self).session.hides(run):
            return None
        if run.id not in self._sheets:
            self._sheets[run.id] = sheet(host(self).desk, run)
        return self._sheets[run.id]

    def aside(self) -> Sequence[Line]:
        run = self.current()
        if self.app.size.width >= NARROW or run is None:
            return ()
        found = self._sheet()
        return run_few(host(self).desk, found) if found else kept_off("run")

    def held(self) -> Iterable[tuple[str, bool]]:
        yield from super().held()
        for row in self.table.rows_shown():
            if isinstance(row.value, RunGroup) and row.value.exercise and not row.masked:
                yield row.value.exercise.marking, row.value.exercise.synthetic

    def on_table_opened(self) -> None:
        row = self.table.current
        if row and isinstance(row.value, RunGroup):
            self.turned ^= {row.key}
            self.bring_in()
        else:
            super().on_table_opened()

    def current(self) -> Record | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, Record) else None

    def chosen(self) -> list[Any]:
        desk = host(self).desk
        found = [record for key in sorted(self.table.marked) if (record := asking.get(desk, "run", key))]
        return found or [record for record in [self.current()] if record]

    def action_compare(self) -> None:
        """Compare the two marked runs; with one marked, that one and the one under the cursor."""
        from comity.tui.screens.compare import ComparePage

        runs = [each for each in self.chosen() if isinstance(each, Run)]
        here = self.current()
        if isinstance(here, Run) and len(runs) == 1 and here.id != runs[0].id:
            runs.append(here)
        if len(runs) != 2:
            host(self).say("Mark two runs with space, then = compares them")
            return
        first, second = sorted(runs, key=lambda run: (run.institute != host(self).desk.institute, run.label))
        if host(self).attempt(partial(check_logs, first, second)):
            self.app.push_screen(ComparePage(first, second))


class RunsPage(Verbs):
    """All runs of all exercises."""

    def path(self) -> Line:
        return line(span("Runs", "strong bold"), span("   all exercises", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", RunsPane),)

    def places(self) -> Sequence[Record]:
        row = self.query_one("Table").current if self.pane else None  # type: ignore[attr-defined]
        group = row.value if row else None
        found = group.exercise if isinstance(group, RunGroup) else None
        return () if found is None or host(self).session.hides(found) else (found,)
