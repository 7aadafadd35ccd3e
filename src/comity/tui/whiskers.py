"""Intervals drawn as whiskers on an axis: `├──●──┤`, with a line at zero where a difference is shown."""

from collections.abc import Callable
from typing import NamedTuple

from comity.tui.spans import Line, Span

_TICKS = 4


class Axis(NamedTuple):
    """A range of values over so many cells."""

    low: float
    high: float
    cells: int

    def at(self, value: float) -> int:
        """The cell of a value; one beyond the axis takes the last cell on its side."""
        share = (value - self.low) / (self.high - self.low)
        return min(max(round(share * (self.cells - 1)), 0), self.cells - 1)

    def ticks(self) -> list[float]:
        """The values that are written under it."""
        return [self.low + (self.high - self.low) * place / _TICKS for place in range(_TICKS + 1)]


def whisker(axis: Axis, value: float | None, bounds: tuple[float, float] | None, *, zero: bool = False) -> Line:
    """One value with its interval; without an interval only the point, without a value only the ticks."""
    drawn = [(" ", "")] * axis.cells
    for tick in axis.ticks():
        drawn[axis.at(tick)] = ("·", "faint")
    if bounds:
        first, last = axis.at(bounds[0]), axis.at(bounds[1])
        for at in range(first, last + 1):
            drawn[at] = ("─", "accent")
        drawn[first], drawn[last] = ("├", "accent"), ("┤", "accent")
    if zero:
        at = axis.at(0)
        drawn[at] = ("┼" if drawn[at][0] == "─" else "│", "amber")
    if value is not None:
        drawn[axis.at(value)] = ("●", "strong bold")
    return tuple(Span(sign, role) for sign, role in drawn)


def axis_line(axis: Axis, shown: Callable[[float], str], unit: str) -> Line:
    """The values under an axis, the unit after the last."""
    room = [" "] * (axis.cells + 8)
    ticks = axis.ticks()
    for tick in ticks:
        said = shown(tick) + (unit if tick == ticks[-1] else "")
        start = max(0, axis.at(tick) - len(shown(tick)) // 2)
        room[start : start + len(said)] = said
    return (Span("".join(room).rstrip(), "dim"),)
