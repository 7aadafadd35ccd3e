"""The rows of the board of runs: headings of exercises, and under them a window of their runs."""

from collections.abc import Callable, Sequence
from copy import copy

from comity.desk.pages.runboard import RunGroup, RunReader
from comity.desk.window import Window
from comity.desk.world import Mended
from comity.domain.runs import Run
from comity.domain.sight import mended
from comity.domain.wording import some
from comity.tui.screens.lines import NARROW
from comity.tui.screens.records import ListPane
from comity.tui.screens.run_lines import run_row, shortened
from comity.tui.session import host
from comity.tui.spans import Span, line, span
from comity.tui.widgets.source import Row, heading, masked


class RunRows:
    """Rows of runs under the headings of their exercises; a group that is folded has only its heading."""

    def __init__(self, pane: ListPane, found: Sequence[RunGroup], folds: Callable[[RunGroup], bool]) -> None:
        self._pane = pane
        desk, order = host(pane).desk, pane.order
        self._groups = [
            (group, Window(desk, "run", group.query, order) if group.count and not folds(group) else None)
            for group in found
        ]

    @property
    def count(self) -> int:
        return sum(self._size(group, window) for group, window in self._groups)

    @staticmethod
    def _size(group: RunGroup, window: Window | None) -> int:
        return 1 + (group.count if window else 0)

    def index_of(self, key: str) -> int | None:
        start = 0
        for group, window in self._groups:
            if key == key_of(group):
                return start
            place = window.index_of(key) if window else None
            if place is not None:
                return start + 1 + place
            start += self._size(group, window)
        return None

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        made: list[Row | Run] = []
        at = 0
        for group, window in self._groups:
            if start <= at < stop:
                made.append(self._heading(group, folded=window is None))
            if window and at + 1 < stop and start < at + self._size(group, window):
                made += window.rows(max(0, start - at - 1), stop - at - 1)  # type: ignore[arg-type]
            at += self._size(group, window)
        return self._drawn(made)

    def _heading(self, group: RunGroup, *, folded: bool) -> Row:
        if group.exercise and host(self._pane).session.hides(group.exercise):
            return masked(key_of(group), group)
        name = group.exercise.code if group.exercise else "no exercise"
        count = some(group.count, "run") if group.count else "no runs yet"
        spans = line(
            Span("▸ " if folded else "▾ ", "dim"), span(name, "strong bold"), span(f"  {count} · {group.note}", "dim")
        )
        return heading(spans, key=key_of(group), rests=True, value=group)

    def _drawn(self, made: Sequence[Row | Run]) -> list[Row]:
        desk, session = host(self._pane).desk, host(self._pane).session
        made = [mended(each) if isinstance(each, Run) else each for each in made]
        runs = [each for each in made if isinstance(each, Run)]
        drawn = shortened if self._pane.app.size.width < NARROW else copy
        with desk.store.reading() as connection:
            reader = RunReader.of(Mended(desk, connection), runs)
            return [
                each
                if isinstance(each, Row)
                else masked(each.id, each)
                if session.hides(each)
                else run_row(drawn(reader.line(each)))
                for each in made
            ]


def key_of(group: RunGroup) -> str:
    """The key of the heading of a group."""
    return f"group {group.exercise.id if group.exercise else ''}"
