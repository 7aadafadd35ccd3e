from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.when import age, day, moment, show_age, show_day, show_moment

TODAY = date(2026, 11, 23)  # a Monday


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-12-18", "2026-12-18"),
        ("2026-1-5", "2026-01-05"),
        ("18 Dec", "2026-12-18"),
        ("18 December 2026", "2026-12-18"),
        ("18. dec", "2026-12-18"),
        ("18th Dec, 2027", "2027-12-18"),
        ("Dec 18", "2026-12-18"),
        ("December 18, 2026", "2026-12-18"),
        ("3 Sept", "2026-09-03"),
        ("5 jan", "2027-01-05"),
        ("20 May", "2027-05-20"),
        ("1 June", "2026-06-01"),
        ("today", "2026-11-23"),
        ("Tomorrow", "2026-11-24"),
        (" yesterday ", "2026-11-22"),
        ("+7d", "2026-11-30"),
        ("-2w", "2026-11-09"),
        ("+3m", "2027-02-23"),
        ("+ 1 y", "2027-11-23"),
        ("mon", "2026-11-23"),
        ("fri", "2026-11-27"),
        ("Sunday", "2026-11-29"),
        ("w51", "2026-12-14"),
        ("W2", "2027-01-11"),
        ("2026-W51", "2026-12-14"),
        ("2026-W51-5", "2026-12-18"),
        ("2031-03", "2031-03-01"),
        ("March 2031", "2031-03-01"),
        ("２０２６-１２-１８", "2026-12-18"),
    ],
)
def test_a_day_is_read_as_people_write_it(text, meant):
    assert day(text, TODAY) == date.fromisoformat(meant)


@pytest.mark.parametrize(
    ("text", "meant"),
    [("2031-03", "2031-03-31"), ("Feb 2028", "2028-02-29"), ("w51", "2026-12-20"), ("18 Dec", "2026-12-18")],
)
def test_an_end_is_the_last_day_of_what_was_written(text, meant):
    assert day(text, TODAY, end=True) == date.fromisoformat(meant)


def test_months_end_where_the_calendar_says():
    assert day("+1m", date(2027, 1, 31)) == date(2027, 2, 28)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("2026-12-81", "There is no 81 December. Write 2026-12-18, 18 Dec or +3w."),
        ("81 Dec", "There is no 81 December."),
        ("31 feb", "There is no 31 February."),
        ("2027-02-29", "There is no 29 February in 2027."),
        ("29 Feb", "There is no 29 feb near today."),
        ("2026-13-01", "There is no month 13."),
        ("w60", "There is no week 60"),
        ("2026-w53-1 or so", "is no day"),
        ("+999999y", "too far away"),
        ("12/18/2026", "«12/18/2026» is no day."),
        ("7d", "is no day"),
        ("", "«» is no day"),
        ("0000-01-01", "There is no"),
    ],
)
def test_what_is_no_day_is_said_in_a_sentence(text, says):
    with pytest.raises(ValueError, match=r"Write 2026-12-18, 18 Dec or \+3w\.$") as refusal:
        day(text, TODAY)
    assert says in str(refusal.value)


@given(st.dates(), st.dates(date(2, 1, 1), date(9998, 1, 1)))
def test_iso_days_read_back(on, today):
    assert day(on.isoformat(), today) == on


@given(st.dates(date(2026, 1, 1), date(2040, 1, 1)), st.integers(-180, 180))
def test_a_day_without_its_year_is_the_nearest(today, away):
    on = today + timedelta(days=away)
    assert day(show_day(on, today), today) == on


@given(st.text() | st.from_regex(r"[-+0-9a-z: .]{1,20}", fullmatch=True), st.dates())
def test_any_text_is_read_or_refused_with_a_sentence(text, today):
    for read in (lambda: day(text, today), lambda: moment(text, today), lambda: age(text)):
        try:
            read()
        except ValueError as refusal:
            assert str(refusal).endswith(".")  # noqa: PT017 - anything else than ValueError must fail the test


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("2026-11-16T14:00Z", "2026-11-16T14:00"),
        ("2026-11-16T14:00:05.250000Z", "2026-11-16T14:00:05.25"),
        ("2026-11-16 14:00", "2026-11-16T14:00"),
        ("2026-11-16 14:00 +02:00", "2026-11-16T12:00"),
        ("2026-11-16T14:00-0500", "2026-11-16T19:00"),
        ("18 Dec 9:30 UTC", "2026-12-18T09:30"),
        ("fri 09:30", "2026-11-27T09:30"),
        ("9:05", "2026-11-23T09:05"),
        ("yesterday", "2026-11-22T00:00"),
    ],
)
def test_a_moment_is_read_in_utc(text, meant):
    assert moment(text, TODAY) == datetime.fromisoformat(meant).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["25:00", "2026-11-16T14:61Z", "today 10:00 +99:00", "0001-01-01 00:00 +05:00"])
def test_what_is_no_time_is_said(text):
    with pytest.raises(ValueError, match="There is no time"):
        moment(text, TODAY)


@pytest.mark.parametrize(
    ("text", "hours"),
    [("7d", 168), ("12h", 12), ("2w", 336), ("3m", 2160), ("1y", 8760), ("1d 12h", 36), ("30min", 0.5)],
)
def test_ages(text, hours):
    assert age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["", "7", "d", "7 days", "-7d", "7d or so"])
def test_what_is_no_age_is_said(text):
    with pytest.raises(ValueError, match="is no age"):
        age(text)


def test_near_days_are_shown_without_their_year():
    assert show_day(date(2026, 12, 18), TODAY) == "18 Dec"
    assert show_day(TODAY + timedelta(days=300), TODAY) == "19 Sep"
    assert show_day(TODAY + timedelta(days=301), TODAY) == "2027-09-20"
    assert show_day(date(2025, 1, 5), TODAY) == "2025-01-05"


def test_moments_say_that_they_are_utc():
    assert show_moment(datetime(2026, 11, 16, 14, 0, tzinfo=UTC), TODAY) == "16 Nov 14:00 UTC"
    assert show_moment(datetime.fromisoformat("2025-11-16T14:00+02:00"), TODAY) == "2025-11-16 12:00 UTC"
    assert show_moment(datetime(2026, 11, 16, 14, 0), TODAY) == "16 Nov 14:00 UTC"


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (timedelta(minutes=40, seconds=59), "40 min"),
        (timedelta(hours=5, minutes=59), "5 h"),
        (timedelta(hours=23, minutes=59), "23 h"),
        (timedelta(days=9, hours=23), "9 d"),
        (timedelta(days=-3), "0 min"),
    ],
)
def test_ages_are_shown_in_one_unit(length, shown):
    assert show_age(length) == shown
