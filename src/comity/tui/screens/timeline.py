"""The timeline of an exercise: weeks, what falls on which day, who is there, and what is not in order."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from comity.desk.pages.calendar import Lane, lanes
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.when import shifted, show_day
from comity.domain.wording import span as period
from comity.tui import bars
from comity.tui.actions import bindings
from comity.tui.bars import Scale
from comity.tui.glyphs import sign
from comity.tui.screens.lines import LinesPane
from comity.tui.session import host
from comity.tui.spans import Line, Span, fit, line, span
from comity.tui.widgets.source import Column, Row, Source
from comity.tui.widgets.table import Table

_WEEKS: Final = (2, 4, 7, 10, 14, 21, 28)  # cells that a week may take
_USUAL: Final = 10
_LABEL: Final = 27
_SORTS: Final = {
    "shaky": "not in order",
    "dotted": "not sure",
    "leave": "leave",
    "stopped": "stood down",
    "bare": "nobody",
}


class Lanes(Table):
    """Lanes; `h l` move the days instead of the columns."""

    BINDINGS = bindings("timeline")

    def action_left(self) -> None:
        self._of().pan_by(-7)

    def action_right(self) -> None:
        self._of().pan_by(7)

    def _of(self) -> "TimelinePane":
        return next(each for each in self.ancestors if isinstance(each, TimelinePane))


class TimelinePane(LinesPane):
    """Lanes under a line of weeks."""

    DEFAULT_CSS = "TimelinePane .over { margin-bottom: 0; }"
    BINDINGS = bindings("list", "timeline")
    HINTS = ("open", "left", "zoom_in", "today", "edit", "note")
    WORDS = {"left": "pan"}
    noun = "milestone"

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise
        self.week = 0
        self.first = date.min  # not before the desk tells which day it is

    def table_of(self) -> Table:
        return Lanes((Column("", _LABEL), Column("", 20, grows=True)), gap=1)

    def on_mount(self) -> None:
        self.first = self._start(host(self).desk.today)

    def _start(self, today: date) -> date:
        first = self.exercise.window_start or self.exercise.window_end or today
        return _monday(shifted(first, -7))

    def source(self) -> Source:
        self.week = self.week or self._fitting()
        return super().source()

    def _fitting(self) -> int:
        """As many cells for a week as show the whole exercise."""
        last = self.exercise.window_end or shifted(self.first, 60)
        weeks = max(1, (last - self.first).days / 7)
        return max((week for week in _WEEKS if week * weeks <= self._room() and week <= _USUAL), default=_WEEKS[0])

    @property
    def scale(self) -> Scale:
        """Which days are on the screen now."""
        return Scale(self.first, self.week or _USUAL, self._room())

    def _room(self) -> int:
        label = _LABEL if not self.narrow else 22
        beside = self.table.GUTTER + label + self.table.gap + 2  # and the scroll bar with a blank before it
        return max(10, self.table.size.width - beside)

    def read(self) -> Iterator[Row]:
        self.table.columns = (Column("", _LABEL if not self.narrow else 22), Column("", self.scale.cells, grows=True))
        today, hides, group = host(self).desk.today, host(self).session.hides, ""
        for lane in lanes(host(self).desk, self.exercise):
            if lane.group != group:
                group = lane.group
                empty = bars.draw(Lane(group, "", "", lane.record), self.scale, today)
                yield Row("", (line(span(group, "dim bold")), empty), rests=False)
            record = lane.record
            key = f"{record.id} {lane.label}"
            worst = lane.checks[0].severity if lane.checks else ""
            mark = (sign(worst),) if worst in ("blocker", "high") else ()
            if hides(record):
                yield Row(key, (line(span("···· kept off screen: m", "dim")),), masked=True, value=lane)
                continue
            role = "strong bold" if not group else ""
            label = line(span(lane.label, role), span(f" {lane.note}", "dim"))
            drawn = bars.draw(lane, self.scale, today)
            yield Row(key, (label, drawn), sign=mark, marking=record.marking, synthetic=record.synthetic, value=lane)

    def over(self) -> Sequence[Line]:
        days, weeks = bars.heads(self.scale, host(self).desk.today)
        indent = Span(" " * (self.table.GUTTER + self.table.columns[0].width + 1))
        room = self.scale.cells + len(indent.text)
        return [fit((indent, *days), room), fit((indent, *weeks), room)]

    def spoken(self) -> Iterator[str]:
        """The lanes as days instead of bars."""
        today, hides = host(self).desk.today, host(self).session.hides
        group = ""
        for lane in lanes(host(self).desk, self.exercise):
            if lane.group != group:
                group = lane.group
                yield from ("", group)
            said = "; ".join([f"{lane.label} {lane.note}".strip(), *_days(lane, today)])
            yield "  kept off screen: its marking is above the ceiling" if hides(lane.record) else f"  {said}"

    @property
    def lane(self) -> Lane | None:
        """The lane under the cursor."""
        row = self.table.current
        return row.value if row and isinstance(row.value, Lane) and not row.masked else None

    def current(self) -> Record | None:
        row = self.table.current
        return row.value.record if row and isinstance(row.value, Lane) else None

    def under(self) -> Sequence[Line]:
        lane = self.lane
        key = fit(bars.key(self.table.size.width), self.table.size.width)
        if lane is None:
            return [key]
        if lane.checks:
            check = lane.checks[0]
            said = line(sign(check.severity), span(f" {lane.label}  ", "bold"), span(check.text))
        else:
            said = line(span(lane.label, "strong bold"), span(f"  {lane.note}  nothing stands against it", "dim"))
        return [fit(said, self.table.size.width), key]

    def state(self) -> Line:
        today, first, last = host(self).desk.today, self.exercise.window_start, self.exercise.window_end
        if first is None or last is None:
            return ()
        if today < first:
            return line(span(f"opens in {(first - today).days} d", "dim"))
        if today > last:
            return line(span(f"ended {(today - last).days} d ago", "dim"))
        weeks = (_monday(last) - _monday(first)).days // 7 + 1
        week = (_monday(today) - _monday(first)).days // 7 + 1
        return line(span(f"week {week} of {weeks}", "dim"), span(f"   {(last - today).days} d left"))

    def held(self) -> Iterable[tuple[str, bool]]:
        yield self.exercise.marking, self.exercise.synthetic
        yield from super().held()

    # keys

    def pan_by(self, days: int) -> None:
        """Move the days on the screen."""
        self.first = _monday(shifted(self.first, days))
        self.bring_in()

    def action_zoom_in(self) -> None:
        self._zoom(1)

    def action_zoom_out(self) -> None:
        self._zoom(-1)

    def _zoom(self, by: int) -> None:
        """Wider or narrower weeks; the day in the middle stays there."""
        middle = shifted(self.first, self._half())
        place = min(max(_WEEKS.index(self.week) + by, 0), len(_WEEKS) - 1)
        self.week = _WEEKS[place]
        self.first = _monday(shifted(middle, -self._half()))
        self.bring_in()

    def action_today(self) -> None:
        """Put today in the middle."""
        self.first = _monday(shifted(host(self).desk.today, -self._half()))
        self.bring_in()

    def _half(self) -> int:
        """Days in half of the room."""
        return self.scale.cells * 7 // self.week // 2


def _days(lane: Lane, today: date) -> Iterator[str]:
    """What a lane says, in words."""
    for each in lane.stretches:
        days, ends = period(each.first, each.last, today), each.ends.strip()
        told = ends if days in ends else days if ends in days else f"{days}, {ends}"
        yield f"{_SORTS.get(each.sort, '')} {told}".strip()
    for point in lane.points:
        day = show_day(point.on, today)
        yield f"{point.state} {point.text if day in point.text else f'{day} {point.text}'}".strip()
    yield from (check.text for check in lane.checks[:1])


def _monday(day: date) -> date:
    return shifted(day, -day.weekday())
