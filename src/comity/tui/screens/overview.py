"""The overview of an exercise: what is wrong in it, how far it is, what comes, and what it is."""

from collections.abc import Iterator
from typing import Final

from comity.desk import asking, checking
from comity.desk.pages.grid import grid
from comity.domain.checks.check import Check
from comity.domain.exercises import Exercise
from comity.domain.marking import join
from comity.domain.record import Record, choices
from comity.domain.runs import Run
from comity.domain.when import show_day
from comity.tui.glyphs import meter, sign
from comity.tui.screens.record import RecordPane
from comity.tui.session import host
from comity.tui.spans import Line, Span, line, span
from comity.tui.widgets.source import Row, heading, masked

_MOST: Final = 8
_STATE: Final = "status"


class OverviewPane(RecordPane):
    """An exercise as its director asks about it."""

    @property
    def exercise(self) -> Exercise:
        """The exercise as it was last read."""
        assert isinstance(self.record, Exercise)
        return self.record

    def _wrong(self) -> Iterator[Row]:
        """Its own line, where keys act on it; its checks, that open their records; how far it is, the next days."""
        yield next(row for row in super()._fields() if row.key == _STATE)
        found = [each for each in checking.checks(host(self).desk) if each.place == self.exercise.code]
        if found:
            yield heading(line(Span(" "), span("What is wrong", "dim bold"), span(f"  {len(found)}", "dim")))
        for check in found[:_MOST]:
            yield self._check(check)
        if len(found) > _MOST:
            yield heading(line(span(f"   and {len(found) - _MOST} more: 1 Today", "dim")))
        yield heading()
        yield heading(line(Span(" "), span("How far it is", "dim bold")))
        for spans in self._far():
            yield heading(line(Span("   "), *spans))
        yield heading()

    def _fields(self) -> Iterator[Row]:
        yield from (row for row in super()._fields() if row.key != _STATE)

    def _check(self, check: Check) -> Row:
        key = f"{check.check} {check.id} {check.text}"
        record = asking.get(host(self).desk, check.kind, check.id)
        if any(host(self).session.masks(marking) for marking in check.markings):
            return masked(key, record)
        label = "" if check.kind == "exercise" else check.label
        value: Record | None = record if record and record.id != self.record.id else None
        synthetic = bool(record and record.synthetic)
        marking = join(marking for marking in check.markings if marking)
        mark = (sign(check.severity),)
        cells = (line(span(label, "bold")), line(check.text))
        return Row(key, cells, sign=mark, marking=marking, synthetic=synthetic, rests=value is not None, value=value)

    def _far(self) -> Iterator[Line]:
        desk, exercise = host(self).desk, self.exercise
        squares = grid(desk, exercise)
        total = len(squares.squares)
        if total:
            gaps = sum(each.is_gap for each in squares.squares)
            yield line(
                span(f"{'cells':<12}", "dim"),
                *meter(squares.covered + squares.waived, total, 16),
                span(f" {squares.covered} of {total} covered, {squares.waived} waived"),
                span(f", {gaps} gaps" if gaps else "", "red"),
            )
        runs = {
            name: asking.count(desk, "run", f"{self._within()} execution_status:{name}")
            for name in choices(Run, "execution_status")
        }
        if any(runs.values()):
            said = ", ".join(f"{count} {name}" for name, count in runs.items() if count)
            yield line(span(f"{'runs':<12}", "dim"), span(said))
        days = self._next()
        if days:
            yield line(span(f"{'next':<12}", "dim"), span("   ".join(days)))

    def _within(self) -> str:
        return f"exercise:{self.exercise.id}"

    def _next(self) -> list[str]:
        today = host(self).desk.today
        found = asking.records(host(self).desk, "milestone", self._within(), sort=("due",))
        told = [(getattr(each, "due", None), getattr(each, "title", ""), getattr(each, "done", None)) for each in found]
        return [f"{show_day(due, today)} {title.lower()}" for due, title, done in told if due and not done][:3]
