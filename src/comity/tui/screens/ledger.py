"""What institutes lend each other: person-months by pair, with the terms behind them."""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from comity.desk.pages.roster import Account, accounts
from comity.domain.record import Record
from comity.domain.wording import span as period
from comity.domain.wording import words
from comity.tui.screens.lines import LinesPane
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, fit, keyed, line, span
from comity.tui.widgets.source import Column, Row, masked

_PER_MONTH: Final = 3  # cells of a bar per person-month, at most
_LONGEST: Final = 10  # cells of a bar: beside a pair and two numbers on 80


def account_line(each: Account) -> Line:
    """A pair of institutes: what one lent and borrowed, as bars with their numbers."""
    scale = min(_PER_MONTH, _LONGEST / max(each.lent, each.borrowed, 1))
    lent, borrowed = (
        "━" * round(each.lent * scale) or "·",
        "━" * round(each.borrowed * scale) or "·",
    )
    return line(
        *fit((span(f"{each.one} to {each.other}"),), 22),
        *fit((Span(lent, "accent"), span(f" {round(each.lent, 1):g} lent")), 19),
        Span(borrowed, "violet"),
        span(f" {round(each.borrowed, 1):g} borrowed"),
    )


class LedgerPane(LinesPane):
    """Person-months lent and borrowed, by pair of institutes; `f` takes one year."""

    COLUMNS = (Column("pair, person-months", 40, grows=True), Column("balance", 8, align="right"))
    HINTS = ("open", "quick", "copy")
    WORDS = {"quick": "year"}

    def __init__(self) -> None:
        super().__init__()
        self.year: int | None = None

    def read(self) -> Iterator[Row]:
        for each in accounts(host(self).desk, self.year):
            held = [term for term in each.terms if not host(self).session.hides(term)]
            if len(held) < len(each.terms):
                yield masked(f"{each.one} {each.other}", each)
                continue
            balance = each.lent - each.borrowed
            cells = (account_line(each), line(span(f"{round(balance, 1):+g}", "green" if balance >= 0 else "amber")))
            marking = held[0].marking if held else ""
            synthetic = any(term.synthetic for term in held)
            yield Row(f"{each.one} {each.other}", cells, marking=marking, synthetic=synthetic, value=each)

    def state(self) -> Line:
        return line(span(f"year {self.year}" if self.year else "all years", "dim"))

    def nothing(self) -> Sequence[Line]:
        return [line("Nobody was lent or borrowed. "), keyed(("n", "drafts a secondment, under Secondments"))]

    def aside(self) -> Sequence[Line]:
        row = self.table.current
        if row is None or not isinstance(row.value, Account) or row.masked:
            return ()
        lines = [line(span(f"{row.value.one} and {row.value.other}", "strong bold")), BLANK]
        for term in row.value.terms:
            days = period(term.start, term.end, host(self).desk.today)
            lines += [
                line(span(f"{term.label:<6}", "bold"), span(f"{term.home} to {term.host}")),
                line(Span("      "), span(f"{days}, {words(term.status)}", "dim")),
            ]
        return lines

    def current(self) -> Record | None:
        row = self.table.current
        account: Any = row.value if row else None
        return account.terms[0] if isinstance(account, Account) and account.terms else None

    def action_quick(self) -> None:
        """All years, then this one, then the next, and round again."""
        year = host(self).desk.today.year
        self.year = {None: year, year: year + 1}.get(self.year)
        self.bring_in()
