"""The items of two runs one by one: hashed ids and numbers, never their content."""

from collections.abc import Iterable, Iterator, Sequence

from comity.desk.pages.comparing import SideBySide
from comity.domain.runs import Run
from comity.domain.wording import words
from comity.tui.glyphs import sign
from comity.tui.screens.base import Page, Tab
from comity.tui.screens.lines import LinesPane
from comity.tui.spans import BLANK, Line, line, span
from comity.tui.widgets.source import Column, Row


class SamplesPane(LinesPane):
    """A line per item that one of the runs scored."""

    COLUMNS = (Column("item", 18), Column("scorer", 18), Column("first", 22), Column("second", 22), Column("", 14))
    HINTS = ("back",)

    def __init__(self, found: SideBySide) -> None:
        super().__init__()
        self.found = found

    def read(self) -> Iterator[Row]:
        left, right = _items(self.found.a), _items(self.found.b)
        for scorer in dict.fromkeys([*left, *right]):
            one, other = left.get(scorer) or {}, right.get(scorer) or {}
            for item in sorted({*one, *other}):
                yield _row(scorer, item, one.get(item), other.get(item))

    def nothing(self) -> Sequence[Line]:
        return [line("Neither log keeps scores of single items.")]

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(run.marking, run.synthetic) for run in (self.found.a, self.found.b)]


def _items(run: Run) -> dict[str, dict[str, list[float]]]:
    return (run.header or {}).get("items") or {}


def _row(scorer: str, item: str, a: Sequence[float] | None, b: Sequence[float] | None) -> Row:
    apart = a is not None and b is not None and abs(sum(a) / len(a) - sum(b) / len(b)) > 1e-9 if a and b else False
    note = line(sign("deviated"), span(" differ", "amber")) if apart else BLANK
    cells = (line(span(item, "dim")), line(words(scorer)), _scores(a), _scores(b), note)
    return Row(f"{scorer} {item}", cells)


def _scores(scores: Sequence[float] | None) -> Line:
    if not scores:
        return line(span("not scored", "dim italic"))
    return line(span(f"{sum(scores) / len(scores):.2f}"), span(f"  {' '.join(f'{each:g}' for each in scores)}", "dim"))


class SamplesPage(Page):
    """The items of a comparison."""

    def __init__(self, found: SideBySide) -> None:
        super().__init__("runs")
        self.found = found

    def path(self) -> Line:
        return line(
            span("Samples  ", "strong bold"),
            span(f"{self.found.a.label} and {self.found.b.label}, item by item", "dim"),
        )

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: SamplesPane(self.found)),)
