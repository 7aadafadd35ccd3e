"""The small pieces of sentences."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from comity.domain import wording
from comity.domain.people import Person
from domain.shelf import TODAY


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (date(2026, 12, 7), date(2026, 12, 18), "7 to 18 Dec"),
        (date(2026, 12, 21), date(2027, 1, 3), "21 Dec to 3 Jan"),
        (date(2026, 12, 7), date(2026, 12, 7), "7 Dec"),
        (date(2028, 12, 7), date(2028, 12, 18), "2028-12-07 to 2028-12-18"),
        (date(2026, 11, 30), None, "from 30 Nov"),
        (None, date(2026, 11, 30), "to 30 Nov"),
        (None, None, "at any time"),
    ],
)
def test_two_days_are_said_as_a_period(first: date | None, last: date | None, said: str) -> None:
    assert wording.span(first, last, TODAY) == said


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Rufus Penhallow-Finch", "Penhallow-Finch"),
        ("Bo-ra Haneulsaem", "Haneulsaem"),
        ("Solène Brumaire", "Brumaire"),
        ("annotator ko", "annotator ko"),
        ("run operator, UK-AISI", "run operator, UK-AISI"),
        ("Tarn", "Tarn"),
    ],
)
def test_people_are_called_by_their_family_name_and_roles_in_full(name: str, said: str) -> None:
    assert wording.called(Person(name=name)) == said
    assert wording.called(None) == "somebody held elsewhere"


@pytest.mark.parametrize(
    ("setting", "said"),
    [("2_000_000", "2.0M"), ("2500000", "2.5M"), ("500,000", "500k"), ("10", "10"), ("0.7", "0.7"), ("", "")],
)
def test_large_amounts_are_said_short(setting: str, said: str) -> None:
    assert wording.amount(setting) == said


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (timedelta(minutes=40), "40 min"),
        (timedelta(hours=5), "5 hours"),
        (timedelta(days=1, hours=23), "47 hours"),
        (timedelta(days=9, hours=7), "9 days"),
    ],
)
def test_times_are_said_in_the_unit_people_use(time: timedelta, said: str) -> None:
    assert wording.length(time) == said


def test_the_time_between_moments_does_not_depend_on_their_zone() -> None:
    tokyo = timezone(timedelta(hours=9))
    there = datetime(2026, 11, 16, 23, tzinfo=tokyo)
    assert wording.between(there, datetime(2026, 11, 16, 14, 40, tzinfo=UTC)) == timedelta(minutes=40)
    assert wording.between(there.replace(tzinfo=None), there) == timedelta(hours=-9)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Freeze the image hash.", "Freeze the image hash"),
        ("Weekly courier bundle, so that guides reach both.", "Weekly courier bundle"),
        ("one two three four five six seven eight nine ten eleven", "one two three four five six seven eight nine…"),
        ("x" * 60, "x" * 48 + "…"),
        ("", ""),
    ],
)
def test_a_text_is_opened_with_its_first_clause(text: str, said: str) -> None:
    assert wording.opening(text) == said


def test_lists_languages_and_counts_are_words() -> None:
    assert (wording.listed([]), wording.listed(["A"]), wording.listed(["A", "B", "C"], "or")) == ("", "A", "A, B or C")
    assert (wording.language("ko"), wording.language("zh-Hans"), wording.language("xx")) == ("Korean", "Mandarin", "xx")
    assert (wording.some(1, "run"), wording.some(2000, "run"), wording.days(1)) == ("1 run", "2,000 runs", "1 day")
