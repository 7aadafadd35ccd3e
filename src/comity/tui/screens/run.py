"""The page of one run: after its checks, how it stands against its protocol and what was heard of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from comity.desk.pages.runboard import sheet
from comity.domain.runs import Deviation, Run
from comity.domain.wording import amount, words
from comity.tui.glyphs import sign
from comity.tui.screens.base import Tab
from comity.tui.screens.record import RecordPage, RecordPane
from comity.tui.screens.run_lines import run_beside
from comity.tui.session import host
from comity.tui.spans import Line, Span, line, span
from comity.tui.widgets.source import Row, heading

_STATE: Final = "execution_status"


class RunPane(RecordPane):
    """A run with its protocol beside it."""

    HINTS = ("open", "decide", "edit", "step", "new", "note", "history", "back")

    def _wrong(self) -> Iterator[Row]:
        """First a line for the run itself: there its own steps are at hand, and not those of a deviation."""
        yield self._state()
        yield from super()._wrong()
        assert isinstance(self.record, Run)
        told = sheet(host(self).desk, self.record)
        for spans in run_beside(host(self).desk, told, self.table.size.width - 6):
            yield heading(line(Span("   "), *spans))
        yield heading()
        if told.open:
            count = span(f"  {len(told.open)}", "dim")
            yield heading(line(Span(" "), span("Deviations to decide", "amber bold"), count))
            yield from (_deviation(each) for each in told.open)
            yield heading()

    def _state(self) -> Row:
        return next(row for row in super()._fields() if row.key == _STATE)

    def _fields(self) -> Iterator[Row]:
        yield from (row for row in super()._fields() if row.key != _STATE)

    def on_resize(self) -> None:
        self.bring_in()


def _deviation(each: Deviation) -> Row:
    """A deviation to stand on: `d` decides it."""
    expected, actual = amount(each.expected), amount(each.actual)
    said = line(span("protocol ", "dim"), span(f"{expected}   "), span("run ", "dim"), span(actual, "amber"))
    cells = (line(span(words(each.setting), "bold")), said, line(span(each.field_class, "dim")))
    return Row(
        f"decide {each.id}", cells, sign=(sign("deviated"),), marking=each.marking, synthetic=each.synthetic, value=each
    )


class RunPage(RecordPage):
    """One run."""

    def path(self) -> Line:
        told, *rest = super().path()
        run = self.record
        return (told, *rest[:-1], span(f"   {run.institute}" if isinstance(run, Run) else "", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: RunPane(self.record)),)
