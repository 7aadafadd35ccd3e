"""What a script may ask of the checks, and what is a slip of the pen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from comity.desk import acting, asking, checking
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


def test_the_checks_of_one_hour_are_made_once_until_something_is_written(demo: Desk) -> None:
    now = datetime(2026, 11, 23, 9, 0, 1, tzinfo=UTC)
    desk = replace(demo, fixed_day=None, clock=lambda: now)
    checks(desk)
    first = desk.passed
    now += timedelta(minutes=58, microseconds=7)
    checks(desk)
    assert desk.passed is first
    now += timedelta(minutes=2)
    checks(desk)
    assert desk.passed is not first
    second = desk.passed
    acting.save(desk, acting.open_record(desk, asking.find(desk, "SALTMARSH")), {"title": "Ranges"})
    checks(desk)
    assert desk.passed is not second


def test_a_slow_pass_is_left_to_whoever_looks_later(demo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "SLOW", -1.0)
    asked: list[str] = []
    demo.later = lambda: asked.append("later")
    before = checks(demo)
    acting.retire(demo, asking.find(demo, before[0].id, before[0].kind), "done with")
    assert checks(demo) == before
    assert asked == ["later"]
    demo.passed = checking.passed_beside(demo)
    assert before[0].id not in {each.id for each in checks(demo)}
    assert asked == ["later"]
