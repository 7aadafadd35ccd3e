"""Small pieces of the sentences in which people are told about records: days, ages, names, amounts."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from comity.domain.when import show_day

if TYPE_CHECKING:
    from comity.domain.people import Person

LANGUAGES: Final = {
    "ar": "Arabic",
    "de": "German",
    "en": "English",
    "es": "Spanish",
    "fa": "Farsi",
    "fr": "French",
    "hi": "Hindi",
    "it": "Italian",
    "ja": "Japanese",
    "ko": "Korean",
    "ms": "Malay",
    "pt": "Portuguese",
    "ru": "Russian",
    "sw": "Kiswahili",
    "ta": "Tamil",
    "te": "Telugu",
    "th": "Thai",
    "vi": "Vietnamese",
    "zh": "Mandarin",
}
_FULL_NAME: Final = re.compile(r"[^\W\d_a-z]\S*( [^\W\d_]\S*)* [^\W\d_a-z][^\s,]*")
_NUMBER: Final = re.compile(r"\d{4,}|\d{1,3}([_,]\d{3})+")
_CLAUSE: Final = re.compile(r"(?<=\S{2})[,;:] ")


def days(count: int) -> str:
    """`1 day`, `6 days`."""
    return some(count, "day")


def some(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: `1 run`, `2 runs`."""
    return f"{count:,} {noun if count == 1 else plural or noun + 's'}"


def between(earlier: datetime, later: datetime) -> timedelta:
    """The time from one moment to another; a moment without a zone is UTC."""
    return _utc(later) - _utc(earlier)


def _utc(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def length(time: timedelta) -> str:
    """How long, in the unit people would say: `40 min`, `5 hours`, `9 days`."""
    minutes = int(time.total_seconds()) // 60
    if minutes < 120:
        return f"{minutes} min"
    return some(minutes // 60, "hour") if minutes < 48 * 60 else days(minutes // (24 * 60))


def span(first: date | None, last: date | None, today: date) -> str:
    """Two days as a period: `7 to 18 Dec`, `21 Dec to 3 Jan`."""
    if first is None or last is None:
        return f"from {show_day(first, today)}" if first else f"to {show_day(last, today)}" if last else "at any time"
    start, end = show_day(first, today), show_day(last, today)
    if first == last:
        return end
    same_month = (first.year, first.month) == (last.year, last.month)
    return f"{start.split()[0]} to {end}" if same_month and " " in end else f"{start} to {end}"


def language(tag: str) -> str:
    """The name of a language, or its tag where no name is known."""
    return LANGUAGES.get(tag.split("-")[0].lower(), tag)


def called(person: "Person | None") -> str:
    """What a sentence calls a person: the family name, or the whole of a role label."""
    if person is None:
        return "somebody held elsewhere"
    return person.name.rsplit(" ", 1)[-1] if _FULL_NAME.fullmatch(person.name) else person.name


def amount(text: str) -> str:
    """A setting as people say it: `2_000_000` is `2.0M`, `500000` is `500k`."""
    if not _NUMBER.fullmatch(text):
        return text
    number = int(text.replace(",", "_"))
    return f"{number / 1_000_000:.1f}M" if number >= 1_000_000 else f"{number / 1000:g}k"


def grouped(text: str) -> str:
    """A number with its digits in groups: `2_000_000` is `2,000,000`; any other text as it is."""
    return f"{int(text.replace(',', '_')):,}" if _NUMBER.fullmatch(text) else text


def words(name: str) -> str:
    """A field or choice as words: `token_limit` is `token limit`."""
    return name.replace("_", " ")


def listed(names: Sequence[str], joint: str = "and") -> str:
    """`A`, `A and B`, `A, B and C`."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} {joint} {names[-1]}" if names else ""


def opening(text: str, longest: int = 48) -> str:
    """The first clause of a text, or as many of its words as fit."""
    line = _CLAUSE.split(" ".join(text.split()).rstrip("."))[0]
    if len(line) <= longest:
        return line
    return line[: line.rfind(" ", 1, longest) if " " in line[1:longest] else longest] + "…"
