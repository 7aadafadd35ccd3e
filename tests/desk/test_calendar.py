"""What the timeline draws of a term."""

from datetime import date

from comity.desk.pages.calendar import Stretch, covered
from comity.domain.people import Vetting

FIRST, LAST = date(2026, 11, 2), date(2026, 12, 18)


def vetting(ends: date) -> Vetting:
    return Vetting(person="p", level="SC", review_due_on=ends)


def test_a_term_is_drawn_in_two_parts_that_do_not_share_a_day() -> None:
    solid, bare = covered(vetting(date(2026, 11, 30)), (FIRST, LAST))
    assert solid == Stretch(FIRST, date(2026, 11, 30), "solid", "SC ends, 18 d uncovered")
    assert bare == Stretch(date(2026, 12, 1), LAST, "bare")
    (whole,) = covered(vetting(date(2026, 6, 1)), (FIRST, LAST))
    assert whole == Stretch(FIRST, LAST, "bare", "SC ends, 47 d uncovered")
    assert list(covered(vetting(LAST), (FIRST, LAST))) == [Stretch(FIRST, LAST, "solid")]
