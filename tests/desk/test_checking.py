"""What a script may ask of the checks, and what is a slip of the pen."""

import pytest

from comity.desk.checking import checks
from comity.desk.desk import Desk
from comity.errors import BadInput


def test_checks_are_found_by_words_names_and_fields(demo: Desk) -> None:
    assert {check.check for check in checks(demo, "is:stale")} == {"run.stale"}
    assert {check.severity for check in checks(demo, "severity:blocker")} == {"blocker"}
    assert [check.label for check in checks(demo, "korean annotates")] == ["R7"]
    assert len(checks(demo, "-place:SALTMARSH")) + len(checks(demo, "place:SALTMARSH")) == len(checks(demo))


@pytest.mark.parametrize("query", ["is:nope", "~[", '"', "age>9", "lang:ko", "severity>low"])
def test_a_slip_of_the_pen_is_no_good_day(demo: Desk, query: str) -> None:
    with pytest.raises(BadInput):
        checks(demo, query)
