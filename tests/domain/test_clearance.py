"""Where a vetting ends inside a term."""

from datetime import date

from comity.domain.clearance import uncovered
from comity.domain.people import Vetting

FIRST, LAST = date(2026, 11, 2), date(2026, 12, 18)


def vetting(ends: date | None) -> Vetting:
    return Vetting(person="p", level="SC", review_due_on=ends)


def test_the_last_day_of_a_vetting_is_covered_still() -> None:
    assert uncovered(vetting(date(2026, 11, 30)), (FIRST, LAST)) == (date(2026, 12, 1), LAST)
    assert uncovered(vetting(date(2026, 12, 17)), (FIRST, LAST)) == (LAST, LAST)
    assert uncovered(vetting(LAST), (FIRST, LAST)) is None


def test_no_day_is_uncovered_without_an_end_that_is_known() -> None:
    assert uncovered(None, (FIRST, LAST)) is None
    assert uncovered(vetting(None), (FIRST, LAST)) is None
    assert uncovered(vetting(FIRST), (FIRST, None)) is None


def test_a_vetting_that_was_over_before_the_term_covers_none_of_it() -> None:
    assert uncovered(vetting(date(2026, 6, 1)), (FIRST, LAST)) == (FIRST, LAST)
