"""The report of an exercise as a page: what its own house would read, with the marking of all that is in it."""

from collections.abc import Iterable, Iterator
from typing import Final

from rich.cells import cell_len

from comity.desk.report.whole import report
from comity.domain.exercises import Exercise
from comity.domain.text import plain
from comity.exporters.report import Row, Section, Told
from comity.tui.screens.prose import ProsePane
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, fit, line, span, wrap
from comity.tui.spoken import spoken

_GAP: Final = 2
_INDENT: Final = 2
_UNBROKEN: Final = 100_000  # cells: who hears it hears no line ends
_HIDDEN: Final = line(span("····  ", "dim"), span("kept off screen: m", "dim italic"))


class ReportPane(ProsePane):
    """The sections of the report; parts above the ceiling keep their place, not their text."""

    HINTS = ("step", "note", "copy", "history", "back")

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise

    def read(self) -> None:
        self.report = report(host(self).desk, self.exercise)

    def title(self) -> str:
        return "Report"

    def command(self) -> str:
        return f"comity report {self.exercise.code} --for INSTITUTE --out {self.exercise.code}.html"

    def lines(self) -> list[Line]:
        return self._wrapped(self.cells)

    def spoken(self) -> Iterator[str]:
        yield from map(spoken, self._wrapped(_UNBROKEN))

    def _wrapped(self, cells: int) -> list[Line]:
        head = [each for text in self.report.head for each in wrap(line(span(text, "dim")), cells)]
        return [*head, *(each for section in self.report.sections for each in self._section(section, cells))]

    def _section(self, section: Section, cells: int) -> Iterator[Line]:
        yield from (BLANK, line(span(section.title, "strong bold")))
        for each in section.paragraphs:
            yield from self._told(each, cells)
        if section.rows:
            yield from self._table(section, cells)
        for each in section.items:
            yield from self._told(each, cells)

    def _told(self, told: Told, cells: int) -> Iterator[Line]:
        if self._hides(told):
            yield _HIDDEN
            return
        first, *others = told.text.splitlines() or [""]
        lead = (span(told.lead, "bold"), Span("  ")) if told.lead else ()
        yield from wrap(line(*lead, first), cells, _INDENT)
        facts = [span(told.fact_line, "dim")] if told.facts else []
        for each in (*map(span, others), *facts):
            yield from wrap(line(Span(" " * _INDENT), each), cells, _INDENT)

    def _table(self, section: Section, cells: int) -> Iterator[Line]:
        """Columns where there is room for all of them, else each line as an item."""
        shown = [row for row in section.rows if not self._hides(row)]
        texts = [section.columns, *(row.cells for row in shown)]
        widths = [max(cell_len(plain(cell)) for cell in column) for column in zip(*texts, strict=True)]
        wide = sum(widths) + _GAP * (len(widths) - 1) <= cells < _UNBROKEN
        if wide:
            yield line(*(part for cell in zip(section.columns, widths, strict=True) for part in _cell(*cell, "dim")))
        for row in section.rows:
            if self._hides(row):
                yield _HIDDEN
            elif wide:
                yield line(*(part for cell in zip(row.cells, widths, strict=True) for part in _cell(*cell)))
            else:
                named = zip(section.columns[1:], row.cells[1:], strict=True)
                told = ", ".join(f"{name.lower()} {cell}" for name, cell in named if cell)
                yield from wrap(line(span(row.cells[0], "bold"), Span("  "), told), cells, _INDENT)

    def _hides(self, part: Told | Row) -> bool:
        return host(self).session.masks(part.marking)

    def current(self) -> Exercise:
        return self.exercise

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(part.marking, part.synthetic) for part in self.report.parts if not self._hides(part)]


def _cell(text: str, width: int, role: str = "") -> Line:
    return (*fit(line(span(text, role)), width), Span(" " * _GAP))
