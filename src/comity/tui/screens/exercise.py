"""The page of one exercise: what it is, its matrix, runs, timeline, protocol, roster, findings and report."""

from collections.abc import Sequence

from comity.desk import asking
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.wording import span as period
from comity.tui.glyphs import GLYPHS
from comity.tui.screens.base import Pane, Tab
from comity.tui.screens.crew import CrewPane
from comity.tui.screens.lists import CheckedPane
from comity.tui.screens.matrix import MatrixPane
from comity.tui.screens.overview import OverviewPane
from comity.tui.screens.protocol import ProtocolPane
from comity.tui.screens.record import RecordPage, RecordPane
from comity.tui.screens.report import ReportPane
from comity.tui.screens.runs import RunsPane
from comity.tui.screens.timeline import TimelinePane
from comity.tui.session import host
from comity.tui.spans import Line, Span, line, span

_STATUS = {"ready": "assigned", "running": "succeeded", "closed": "done", "paused": "paused", "cancelled": "cancelled"}


class ExercisePage(RecordPage):
    """One exercise under its tabs."""

    @property
    def exercise(self) -> Exercise:
        """The exercise as it was last read."""
        found = self.pane.record if isinstance(self.pane, RecordPane) else self.record
        assert isinstance(found, Exercise)
        return found

    def path(self) -> Line:
        exercise = self.exercise
        glyph = GLYPHS[_STATUS.get(exercise.status, "planned")]
        return line(
            span(exercise.code, "strong bold"),
            span(f"  {exercise.kind}  ", "dim"),
            Span(glyph.sign, glyph.role),
            span(f" {exercise.status}", glyph.role),
        )

    def tail(self) -> Line:
        first, last = self.exercise.window_start, self.exercise.window_end
        return line(span(f"   {period(first, last, host(self).desk.today) if first or last else 'no days set'}"))

    def tabs(self) -> Sequence[Tab]:
        exercise = self.exercise
        return (
            Tab("Overview", lambda: OverviewPane(exercise)),
            Tab("Matrix", lambda: MatrixPane(exercise), "m"),
            Tab("Runs", lambda: RunsPane(f"exercise:{exercise.id}"), "r"),
            Tab("Timeline", lambda: TimelinePane(exercise), "t"),
            Tab("Protocol", lambda: ProtocolPane(exercise), "p"),
            Tab("Roster", lambda: CrewPane(exercise), "o"),
            Tab("Findings", lambda: self._list("finding"), "f"),
            Tab("Report", lambda: ReportPane(exercise), "a"),
        )

    def _list(self, noun: str) -> Pane:
        return CheckedPane(noun, f"exercise:{self.exercise.id}")

    def places(self) -> Sequence[Record]:
        """The exercise, and the strand of the record under the cursor."""
        strand = getattr(self.pane.current() if self.pane else None, "strand", "")
        found = asking.get(host(self).desk, "strand", strand) if strand else None
        return (self.exercise, *([found] if found else []))
