"""Bars over days: where a day stands on the screen, and a lane drawn in so many cells."""

from collections.abc import Iterable, Sequence
from datetime import date
from itertools import groupby
from typing import Final, NamedTuple

from rich.cells import cell_len

from comity.desk.pages.calendar import Lane, Point, Stretch
from comity.domain.when import shifted
from comity.tui.glyphs import GLYPHS
from comity.tui.spans import Line, Span, span, width

_DRAWN: Final = {  # past, to come, role
    "window": ("━", "─", "strong"),
    "solid": ("━", "─", "accent"),
    "shaky": ("╌", "╌", "amber"),
    "dotted": ("┄", "┄", "dim"),
    "leave": ("▒", "▒", "amber"),
    "stopped": ("×", "×", "red"),
    "bare": ("╌", "╌", "red"),
}
_DOTTED: Final = 4  # cells that a week takes from which its beginning has a dot
_ENDS: Final = ("solid", "window")


class Scale(NamedTuple):
    """Which days are on the screen: the first, a Monday, and how many cells a week takes."""

    first: date
    week: int
    cells: int

    def at(self, day: date) -> int:
        """The cell where a day begins; below 0 or beyond the last where it is off the screen."""
        return (day - self.first).days * self.week // 7

    def mondays(self) -> Iterable[tuple[int, date]]:
        """The weeks on the screen: where each begins."""
        first, weeks = self.first.toordinal(), -(-self.cells // self.week)
        for day in map(date.fromordinal, range(first, min(first + weeks * 7, date.max.toordinal() + 1), 7)):
            yield self.at(day), day


class _Cells:
    """The cells of one line while it is drawn."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._drawn: list[tuple[str, str]] = [(" ", "")] * count

    def put(self, at: int, sign: str, role: str) -> None:
        if 0 <= at < self.count:
            self._drawn[at] = (sign, role)

    def write(self, at: int, text: str, role: str) -> None:
        """Words, as far as there is room; wide letters take their cells."""
        for letter in text:
            if at + cell_len(letter) > self.count:
                return
            self.put(at, letter, role)
            for more in range(1, cell_len(letter)):
                self.put(at + more, "", role)
            at += cell_len(letter)

    def role(self, at: int) -> str:
        return self._drawn[at][1] if 0 <= at < self.count else ""

    def sign(self, at: int) -> str:
        return self._drawn[at][0] if 0 <= at < self.count else ""

    def line(self) -> Line:
        groups = groupby(self._drawn, key=lambda cell: cell[1])
        return tuple(Span("".join(sign for sign, _ in cells), role) for role, cells in groups)


def draw(lane: Lane, scale: Scale, today: date) -> Line:
    """A lane in the cells there are: week dots, bars, the line of today, points, words."""
    cells, now = _Cells(scale.cells), scale.at(today)
    for at, _ in scale.mondays() if scale.week >= _DOTTED else ():
        cells.put(at, "·", "faint")
    for stretch in lane.stretches:
        _bar(cells, stretch, scale, now)
    if 0 <= now < scale.cells:
        cells.put(now, "┼" if cells.sign(now) in "━─╌┄" else "│", "accent")
    for stretch in lane.stretches:
        _end(cells, stretch, scale, now)
    for place, point in enumerate(lane.points):
        _point(cells, point, scale, _next_at(lane.points, place, scale))
    return cells.line()


def _bar(cells: _Cells, stretch: Stretch, scale: Scale, now: int) -> None:
    past, coming, role = _DRAWN[stretch.sort]
    first = scale.at(stretch.first) if stretch.first else -1
    last = max(first, scale.at(shifted(stretch.last, 1)) - 1) if stretch.last else scale.cells
    for at in range(max(first, 0), min(last + 1, scale.cells)):
        cells.put(at, past if at < now else coming, role)
    if first < 0 <= last:
        cells.put(0, "◂", role)
    if last >= scale.cells > first:
        cells.put(scale.cells - 1, "▸", role)


def _end(cells: _Cells, stretch: Stretch, scale: Scale, now: int) -> None:
    """The stop at the end of a bar and what it says; words begin beyond the line of today."""
    if not stretch.last or not stretch.ends:
        return
    role = _DRAWN[stretch.sort][2]
    at = scale.at(shifted(stretch.last, 1)) - 1
    uncovered = "uncovered" in stretch.ends
    if stretch.sort in _ENDS and at != now:
        cells.put(at, "┤", "red" if uncovered else role)
    if stretch.sort == "bare":
        start = scale.at(stretch.first) if stretch.first else 0
        at = max(0, start, now) + 1 if start <= now <= at else max(0, start)
    at = max(at + 2, now + 2 if stretch.sort == "stopped" and at <= now else 0)
    words_ = f" {stretch.ends} " if stretch.sort == "bare" else stretch.ends
    role = "red" if uncovered or stretch.sort in ("bare", "stopped") else "dim"
    if at >= 0 and words_.strip():
        cells.write(at, words_, role)


def _next_at(points: Sequence[Point], place: int, scale: Scale) -> int:
    return scale.at(points[place + 1].on) if place + 1 < len(points) else scale.cells


def _point(cells: _Cells, point: Point, scale: Scale, before: int) -> None:
    glyph, at = GLYPHS[point.state], scale.at(point.on)
    if not 0 <= at < scale.cells:
        return
    room = before - at - 3
    text = point.text if len(point.text) <= room else ""
    start = at if at + 2 + len(text) <= scale.cells else max(0, scale.cells - len(text) - 2)
    cells.put(start, glyph.sign, glyph.role)
    cells.write(start + 2, text, glyph.role)


def heads(scale: Scale, today: date) -> tuple[Line, Line]:
    """The two lines over the lanes: the Mondays, and the weeks with today among them."""
    days, weeks = _Cells(scale.cells), _Cells(scale.cells)
    every = max(1, -(-8 // scale.week))
    for place, (at, day) in enumerate(scale.mondays()):
        name = f"{day.day} {day:%b}"
        if place % every == 0 and at + len(name) <= scale.cells:
            days.write(at, name, "dim")
            weeks.write(at, f"w{day.isocalendar().week}", "faint")
    now = scale.at(today)
    if 0 <= now < scale.cells:
        weeks.write(max(0, now - 3), " today ", "accent bold")
    return days.line(), weeks.line()


def months(scale: Scale) -> Line:
    """The months over lanes whose weeks are too narrow for a name."""
    cells, seen = _Cells(scale.cells), set()
    for at, day in scale.mondays():
        month = shifted(day, 6).replace(day=1)
        if month not in seen:
            seen.add(month)
            cells.write(at, f"{month:%b}", "dim")
    return cells.line()


def key(cells: int) -> Line:
    """What the signs of a timeline mean; those that today's line tells anyhow leave first where there is no room."""
    told = (
        ("◆", "done", "green"),
        ("◇", "due", ""),
        ("⇄", "to settle", "violet"),
        ("━", "past", "accent"),
        ("─", "to come", "accent"),
        ("╌", "not in order", "amber"),
        ("▒", "leave", "amber"),
        ("×", "stood down", "red"),
        ("┤", "ends", ""),
    )
    for leaving in ((), ("past", "to come"), ("past", "to come", "ends")):
        kept = [each for each in told if each[1] not in leaving]
        line = tuple(part for sign, word, role in kept for part in (Span(sign, role), span(f" {word}  ", "dim")))
        if width(line) <= cells + 2:
            break
    return line
