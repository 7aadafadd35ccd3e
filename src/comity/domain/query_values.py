"""Values of a filter, typed by the shape of the field they are compared with."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from difflib import get_close_matches
from typing import Any

from comity.domain import when
from comity.domain.facet import Shape
from comity.domain.marking import parse_marking
from comity.domain.query_fields import QueryField
from comity.errors import BadInput, Problem

ORDERED = (Shape.DATE, Shape.MOMENT, Shape.COUNT, Shape.NUMBER, None)
_FLAGS = {"yes": True, "true": True, "y": True, "1": True, "no": False, "false": False, "n": False, "0": False}
_HAS_TIME = re.compile(r"\d:\d\d")
_COUNT = re.compile(r"-?[0-9][0-9_]{0,17}")


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days or moments from the first to the last, both included."""

    first: Any
    last: Any


def read_value(field: QueryField, op: str, text: str, today: date) -> Any:
    """The typed value; an empty text stays one and means that nothing is there. Raises BadInput."""
    if op != ":" and field.shape not in ORDERED:
        raise _bad(field, f"«{field.name}» has no order; write {field.name}:{text}")
    if not text.strip():
        if op != ":":
            raise _bad(field, f"«{field.name}{op}» needs a value")
        return ""
    try:
        return _READ.get(field.shape, _as_text)(field, op, text.strip(), today)
    except ValueError as error:
        raise _bad(field, str(error)) from None


def _as_text(field: QueryField, op: str, text: str, today: date) -> str:
    return text


def _as_choice(field: QueryField, op: str, text: str, today: date) -> str:
    wanted = text.casefold().replace("-", "_").replace(" ", "_")
    if wanted in field.words:
        return wanted
    near = get_close_matches(wanted, field.words, n=1, cutoff=0.5)
    guess = f"did you mean {near[0]}?" if near else f"there is {', '.join(field.words)}"
    raise ValueError(f"«{text}» is no {field.name}; {guess}")


def _as_flag(field: QueryField, op: str, text: str, today: date) -> bool:
    if text.casefold() not in _FLAGS:
        raise ValueError(f"{field.name} is yes or no")
    return _FLAGS[text.casefold()]


def _as_count(field: QueryField, op: str, text: str, today: date) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(f"«{text}» is no whole number")
    return int(text.replace("_", ""))


def _as_number(field: QueryField, op: str, text: str, today: date) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"«{text}» is no number")
    return number


def _as_marking(field: QueryField, op: str, text: str, today: date) -> str:
    return str(parse_marking(text))


def _as_days(field: QueryField, op: str, text: str, today: date) -> date | DaySpan:
    first, last = when.day(text, today), when.day(text, today, end=True)
    return DaySpan(first, last) if op == ":" else last if op in (">", "<=") else first


def _as_moments(field: QueryField, op: str, text: str, today: date) -> datetime | DaySpan:
    """A day without a time is the whole of it: `>` is after its end, `<` before its start."""
    if _HAS_TIME.search(text):
        first = when.moment(text, today)
        last = first.replace(second=first.second or 59, microsecond=999_999)
    else:
        first = datetime.combine(when.day(text, today), time.min, UTC)
        last = datetime.combine(when.day(text, today, end=True), time.max, UTC)
    return DaySpan(first, last) if op == ":" else last if op in (">", "<=") else first


def _as_age(field: QueryField, op: str, text: str, today: date) -> timedelta | DaySpan:
    length = when.age(text)
    return DaySpan(length, length + timedelta(days=1) - timedelta.resolution) if op == ":" else length


def _bad(field: QueryField, message: str) -> BadInput:
    hint = "See `comity kinds KIND` for what a field takes."
    return BadInput(message, hint, problems=[Problem(field.name, message)], code="query")


_READ: Mapping[Shape | None, Callable[[QueryField, str, str, date], Any]] = {
    Shape.CHOICE: _as_choice,
    Shape.FLAG: _as_flag,
    Shape.COUNT: _as_count,
    Shape.NUMBER: _as_number,
    Shape.MARKING: _as_marking,
    Shape.DATE: _as_days,
    Shape.MOMENT: _as_moments,
    None: _as_age,
}
