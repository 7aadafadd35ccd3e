"""Person-months, counted as the papers say."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.ledger import LENT, ledger, person_months
from comity.domain.people import Secondment
from domain.shelf import TODAY, Shelf

DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 31))


def lend(shelf: Shelf, home: str, host: str, start: date, end: date | None, status: str = "agreed") -> Secondment:
    return shelf.put(Secondment, home=home, host=host, start=start, end=end, status=status)


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (date(2026, 9, 1), date(2027, 8, 31), 12.0),
        (date(2026, 10, 5), date(2027, 4, 4), 6.0),
        (date(2026, 1, 1), date(2026, 2, 14), 1.5),
        (date(2026, 2, 1), date(2026, 2, 28), 1.0),
        (date(2026, 11, 23), date(2026, 11, 23), 1 / 30),
        (date(2024, 2, 1), date(2024, 2, 29), 1.0),
        (date(2026, 1, 31), date(2026, 2, 28), 1 + 1 / 28),
    ],
)
def test_whole_months_count_one_and_days_their_part_of_the_last_month(first: date, last: date, months: float) -> None:
    assert float(person_months(first, last)) == pytest.approx(months)


@given(DAYS, st.integers(0, 3000))
def test_a_longer_term_never_counts_less(first: date, days: int) -> None:
    last = first + timedelta(days=days)
    assert person_months(first, last) > 0
    assert abs(float(person_months(first, last)) - (days + 1) / 30.44) < 0.25


def test_terms_are_summed_by_pair_from_agreed_on() -> None:
    shelf = Shelf()
    lend(shelf, "US-CAISI", "UK-AISI", date(2026, 9, 1), date(2027, 8, 31), "active")
    lend(shelf, "UK-AISI", "US-CAISI", date(2026, 10, 5), date(2027, 4, 4))
    lend(shelf, "CA-CAISI", "UK-AISI", date(2027, 1, 1), date(2027, 3, 31))
    lend(shelf, "CA-CAISI", "UK-AISI", date(2027, 4, 1), date(2027, 4, 15))
    lend(shelf, "SG-AISI", "UK-AISI", date(2027, 1, 1), date(2027, 3, 31), "proposed")
    found = [(each.lender, each.borrower, each.person_months, len(each.secondments)) for each in ledger(shelf)]
    assert found == [
        ("CA-CAISI", "UK-AISI", 3.5, 2),
        ("UK-AISI", "US-CAISI", 6.0, 1),
        ("US-CAISI", "UK-AISI", 12.0, 1),
    ]
    pair = ledger(shelf, pair=("UK-AISI", "US-CAISI"))
    assert [each.lender for each in pair] == ["UK-AISI", "US-CAISI"]
    assert [each.person_months for each in ledger(shelf, year=2026, pair=("UK-AISI", "US-CAISI"))] == [
        pytest.approx(2 + 27 / 31),
        4.0,
    ]
    assert ledger(shelf, year=2024) == []


@pytest.mark.parametrize("status", LENT)
def test_an_open_term_counts_up_to_today(status: str) -> None:
    shelf = Shelf()
    lend(shelf, "US-CAISI", "UK-AISI", date(2026, 11, 1), None, status)
    assert ledger(shelf)[0].person_months == pytest.approx(TODAY.day / 30)
