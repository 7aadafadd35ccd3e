"""Days, moments and ages as people write and read them."""

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

from dateutil.relativedelta import relativedelta

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
WRITE_A_DAY = "Write 2026-12-18, 18 Dec or +3w."
SAME_YEAR_DAYS = 300  # within these a day is shown without its year

_NEAR = {"today": 0, "tomorrow": 1, "yesterday": -1}
_STEPS = {"d": "days", "w": "weeks", "m": "months", "y": "years"}
_AGES = {
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
    "m": timedelta(days=30),
    "y": timedelta(days=365),
}
_TIME = r"(?P<time>\d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)\s*(?P<zone>z|utc|gmt|[+-]\d{2}:?\d{2})?"
_AT_TIME = re.compile(rf"(?:(?P<day>.*?)(?:[t\s,]+))?{_TIME}", re.ASCII)
_AGE = re.compile(r"(?:\d{1,6}\s*(?:min|[hdwmy])\s*)+", re.ASCII)


def day(text: str, today: date, *, end: bool = False) -> date:
    """The day a person means; of a week or month its first or, with `end`, last. Raises ValueError with a sentence.

    Without a year it is the one nearest to today; a weekday is the next one, today included.
    """
    wanted = _tidy(text)
    if wanted in _NEAR:
        return _far(lambda: today + timedelta(days=_NEAR[wanted]))
    for pattern, reading in _READINGS:
        if found := pattern.fullmatch(wanted):
            return reading(found, today, end)
    raise ValueError(f"«{text.strip()[:40]}» is no day. {WRITE_A_DAY}")


def moment(text: str, today: date) -> datetime:
    """The point in time a person means: a day and a time, or one of both. UTC unless an offset is given."""
    wanted = _tidy(text)
    found = _AT_TIME.fullmatch(wanted)
    if not found:
        return datetime.combine(day(wanted, today), time(), UTC)
    on = day(found["day"], today) if found["day"] else today
    zone = {"z": "+00:00", "utc": "+00:00", "gmt": "+00:00", None: "+00:00"}.get(found["zone"], found["zone"])
    try:
        clock = time.fromisoformat(found["time"].zfill(5) if found["time"].count(":") == 1 else found["time"])
        return datetime.fromisoformat(f"{on.isoformat()}T{clock.isoformat()}{zone}").astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"There is no time {found['time']}. Write 2026-12-18 14:00; it is UTC.") from None


def age(text: str) -> timedelta:
    """A length of time: 40min, 12h, 7d, 2w, 3m (30 days each), 1y (365), or several such."""
    wanted = _tidy(text)
    if not _AGE.fullmatch(wanted):
        raise ValueError(f"«{text.strip()[:40]}» is no age. Write 7d, 12h, 2w or 3m.")
    parts = re.findall(r"(\d+)\s*(min|[hdwmy])", wanted)
    return sum((int(count) * _AGES[unit] for count, unit in parts), timedelta())


def from_ms(at_ms: int) -> datetime:
    """The moment, UTC, of a count of milliseconds since 1970."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def shifted(on: date, days: int) -> date:
    """So many days later, or earlier; never beyond the first and the last day that there are."""
    return date.fromordinal(min(max(on.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def show_day(on: date, today: date) -> str:
    """`23 Nov` if it is near, else ISO."""
    near = abs((on - today).days) <= SAME_YEAR_DAYS
    return f"{on.day} {MONTHS[on.month - 1][:3]}" if near else on.isoformat()


def show_moment(at: datetime, today: date) -> str:
    """`23 Nov 14:00 UTC`."""
    utc = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    return f"{show_day(utc.date(), today)} {utc:%H:%M} UTC"


def show_age(length: timedelta) -> str:
    """`40 min`, `5 h` or `9 d`, never more than has passed; what lies ahead is `0 min`."""
    minutes = max(0, length // timedelta(minutes=1))
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 24 * 60 else f"{minutes // (24 * 60)} d"


def _tidy(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _far(compute: Callable[[], date]) -> date:
    try:
        return compute()
    except (OverflowError, ValueError):
        raise ValueError(f"That is too far away. {WRITE_A_DAY}") from None


def _iso_day(found: re.Match[str], today: date, end: bool) -> date:
    return _of(int(found["year"]), int(found["month"]), int(found["day"]))


def _iso_month(found: re.Match[str], today: date, end: bool) -> date:
    first = _of(int(found["year"]), int(found["month"]), 1)
    return first + relativedelta(day=31) if end else first


def _named_day(found: re.Match[str], today: date, end: bool) -> date:
    month, number = _month(found["month"]), int(found["day"])
    if found["year"]:
        return _of(int(found["year"]), month, number)
    _of(2000, month, number)  # a year that has every day: says what is wrong with it
    return _nearest(
        (date(year, month, number) for year in _years(today) if _exists(year, month, number)), today, found[0]
    )


def _named_month(found: re.Match[str], today: date, end: bool) -> date:
    first = _of(int(found["year"]), _month(found["month"]), 1)
    return first + relativedelta(day=31) if end else first


def _relative(found: re.Match[str], today: date, end: bool) -> date:
    count = int(found["sign"] + found["count"])
    return _far(lambda: today + relativedelta(**{_STEPS[found["unit"]]: count}))  # type: ignore[arg-type]


def _weekday(found: re.Match[str], today: date, end: bool) -> date:
    number = next(n for n, name in enumerate(WEEKDAYS) if name.startswith(found[0]))
    return _far(lambda: today + timedelta(days=(number - today.weekday()) % 7))


def _week(found: re.Match[str], today: date, end: bool) -> date:
    weekday = int(found["weekday"] or (7 if end else 1))
    years = [int(found["year"])] if found["year"] else _years(today)
    return _nearest(_weeks(years, int(found["week"]), weekday), today, f"week {int(found['week'])}")


def _weeks(years: list[int], week: int, weekday: int) -> Iterator[date]:
    for year in years:
        try:
            yield date.fromisocalendar(year, week, weekday)
        except ValueError:
            continue


def _month(name: str) -> int:
    return next(number for number, month in enumerate(MONTHS, 1) if month.casefold().startswith(name[:3]))


def _of(year: int, month: int, number: int) -> date:
    """The date, or the sentence that says which part of it does not exist."""
    try:
        return date(year, month, number)
    except ValueError:
        if not 1 <= month <= 12:
            raise ValueError(f"There is no month {month}. {WRITE_A_DAY}") from None
        in_year = f" in {year}" if (month, number) == (2, 29) else ""
        raise ValueError(f"There is no {number} {MONTHS[month - 1]}{in_year}. {WRITE_A_DAY}") from None


def _exists(year: int, month: int, number: int) -> bool:
    try:
        date(year, month, number)
    except ValueError:
        return False
    return True


def _years(today: date) -> list[int]:
    return [year for year in (today.year - 1, today.year, today.year + 1) if 1 <= year <= 9999]


def _nearest(candidates: Iterator[date], today: date, what: str) -> date:
    found = min(candidates, key=lambda candidate: (abs(candidate - today), candidate), default=None)
    if found is None:
        raise ValueError(f"There is no {what} near today. {WRITE_A_DAY}")
    return found


_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th|\.)?"
_MONTH = rf"(?P<month>{'|'.join(f'{m[:3]}(?:{m[3:]})?' for m in (*map(str.casefold, MONTHS), 'sept'))})\.?"
_YEAR = r"(?P<year>\d{4})"
_READINGS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str], date, bool], date]], ...] = tuple(
    (re.compile(pattern, re.ASCII), reading)
    for pattern, reading in (
        (rf"{_YEAR}-(?P<month>\d{{1,2}})-(?P<day>\d{{1,2}})", _iso_day),
        (rf"{_YEAR}-(?P<month>\d{{1,2}})", _iso_month),
        (rf"{_DAY} ?{_MONTH}(?:,? {_YEAR})?", _named_day),
        (rf"{_MONTH} {_DAY}(?:,? {_YEAR})?", _named_day),
        (rf"{_MONTH} {_YEAR}", _named_month),
        (r"(?P<sign>[+-]) ?(?P<count>\d{1,6}) ?(?P<unit>[dwmy])", _relative),
        (rf"{'|'.join(f'{name[:3]}(?:{name[3:]})?' for name in WEEKDAYS)}", _weekday),
        (rf"(?:{_YEAR}-? ?)?w ?(?P<week>\d{{1,2}})(?:-(?P<weekday>[1-7]))?", _week),
    )
)
