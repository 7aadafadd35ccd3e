"""Person-months that institutes lend to each other."""

import calendar
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from dateutil.relativedelta import relativedelta

from comity.domain.people import Secondment
from comity.domain.view import View
from comity.domain.when import shifted

LENT: Final = ("agreed", "active", "suspended", "ending", "completed", "terminated_early")


@dataclass(frozen=True, slots=True)
class Balance:
    """What one institute lent to another, and by which secondments."""

    lender: str
    borrower: str
    person_months: float
    secondments: tuple[str, ...]


def person_months(first: date, last: date) -> Fraction:
    """Whole calendar months, then days over the days of the last month; both ends included."""
    passed = relativedelta(shifted(last, 1), first)
    return passed.years * 12 + passed.months + Fraction(passed.days, calendar.monthrange(last.year, last.month)[1])


def ledger(view: View, *, year: int | None = None, pair: tuple[str, str] | None = None) -> list[Balance]:
    """Who lent how much to whom, by pair of institutes; of one year, of one pair either way round."""
    lent: dict[tuple[str, str], dict[str, Fraction]] = {}
    for each in view.find(Secondment, status=LENT):
        months = sum((person_months(*term) for term in _term(each, view.today, year)), Fraction())
        if months and (pair is None or {each.home, each.host} == set(pair)):
            lent.setdefault((each.home, each.host), {})[each.id] = months
    return [
        Balance(lender, borrower, float(sum(terms.values())), tuple(sorted(terms)))
        for (lender, borrower), terms in sorted(lent.items())
    ]


def _term(secondment: Secondment, today: date, year: int | None) -> Iterator[tuple[date, date]]:
    """The days that count, if any: an open term runs up to today."""
    if secondment.start is None:
        return
    last = secondment.end or max(today, secondment.start)
    if year is None:
        yield secondment.start, last
    elif secondment.start.year <= year <= last.year:
        yield max(secondment.start, date(year, 1, 1)), min(last, date(year, 12, 31))
