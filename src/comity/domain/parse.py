"""From what a person or a file gives to typed values of a kind; every problem is told at once."""

import difflib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from comity.domain import when
from comity.domain.facet import Facet, Shape
from comity.domain.marking import parse_marking
from comity.domain.record import Record, Resolve, choices, facets, optional, required
from comity.domain.values import storable
from comity.domain.wording import words
from comity.errors import Ambiguous, BadInput, ComityError, NotFound, Problem

LONGEST: Final = {Shape.LINE: 500, Shape.CODE: 64, Shape.INSTITUTE: 64, Shape.PROSE: 20_000, Shape.MARKING: 200}
FACTS_BYTES: Final = 60_000
_CODE: Final = re.compile(r"[^\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_YES: Final = {"yes": True, "true": True, "1": True, "on": True, "no": False, "false": False, "0": False, "off": False}


@dataclass(slots=True)
class Reading:
    """One pass over one raw record: the kind, how names are resolved, and the problems found so far."""

    kind: type[Record]
    resolve: Resolve
    today: date
    problems: list[Problem] = field(default_factory=list)

    def value(self, name: str, raw: Any) -> Any:
        """The typed value of one field; a problem is noted and None given where it cannot be read."""
        facet = facets(self.kind)[name]
        try:
            if facet.many:
                return list(dict.fromkeys(self.one(name, facet, each) for each in _listed(raw)))
            if raw is None or (isinstance(raw, str) and not raw.strip()):
                return self.empty(name)
            return self.one(name, facet, raw)
        except (ValueError, ComityError) as error:
            self.problems.append(Problem(name, str(error)))
            return None

    def empty(self, name: str) -> Any:
        """The value of a field left blank."""
        if required(self.kind, name):
            raise ValueError(f"{facets(self.kind)[name].label} is needed")
        return (
            None if optional(self.kind, name) else self.kind.model_fields[name].get_default(call_default_factory=True)
        )

    def one(self, name: str, facet: Facet, raw: Any) -> Any:
        """One value of the field's shape; raises ValueError or ComityError that says what would be right."""
        match facet.shape:
            case Shape.LINE | Shape.PROSE | Shape.CODE | Shape.INSTITUTE | Shape.LANGUAGE:
                return _text(facet.shape, raw)
            case Shape.CHOICE:
                return _choice(choices(self.kind, name), raw)
            case Shape.REF:
                return self.reference(facet.refers, _scalar(raw))
            case Shape.DATE:
                return _day(raw, self.today, last=name not in ("start", "window_start", "opens", "valid_from"))
            case Shape.MOMENT:
                return when.moment(raw.isoformat() if isinstance(raw, datetime) else _scalar(raw), self.today)
            case Shape.COUNT | Shape.NUMBER:
                return _number(facet.shape, raw)
            case Shape.FLAG:
                return _flag(raw)
            case Shape.MARKING:
                return str(parse_marking(_scalar(raw)))
            case Shape.FACTS:
                return _facts(raw)

    def reference(self, refers: str, text: str) -> str:
        """The id of the record that a person means."""
        try:
            return self.resolve(refers, text)
        except (NotFound, Ambiguous) as error:
            raise ValueError(f"{error.message}{'; ' + error.hint if error.hint else ''}") from error


def parse(
    kind: type[Record],
    raw: Mapping[str, Any],
    *,
    resolve: Resolve,
    today: date,
    known: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The typed values of the given fields; with `known`, of a change to a record that has these.

    Raises BadInput with every problem.
    """
    reading = Reading(kind, resolve, today)
    fields = facets(kind)
    reading.problems += [unknown_field(kind, name) for name in raw if name not in fields]
    values = {name: reading.value(name, raw[name]) for name in raw if name in fields}
    if known is None:
        asked = [name for name in fields if required(kind, name) and name not in raw]
        reading.problems += [Problem(name, f"{fields[name].label} is needed") for name in asked]
    told = {problem.field for problem in reading.problems}
    merged = {**(known or {}), **values}
    reading.problems += [problem for problem in kind.contradictions(merged) if problem.field not in told]
    if reading.problems:
        raise refusal(kind, reading.problems)
    return values


def refusal(kind: type[Record], problems: Sequence[Problem]) -> BadInput:
    """One error over all problems of a record."""
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    hint = f"`comity kinds {kind.noun.replace('_', '-')}` lists the fields and what they take"
    return BadInput(f"{words(kind.noun)}: {first.field}: {first.message}{more}", hint, problems)


def unknown_field(kind: type[Record], name: str) -> Problem:
    """The problem of a field that the kind does not have, with the nearest that it has."""
    return Problem(name, f"{words(kind.noun)} has no field «{name}»{nearest(name, facets(kind))}")


def nearest(word: str, known: Mapping[str, Any] | Sequence[str]) -> str:
    """`; did you mean «x»?` for the nearest known word, or nothing."""
    close = difflib.get_close_matches(word.lower(), list(known), 1, 0.6)
    return f"; did you mean «{close[0]}»?" if close else ""


def _listed(raw: Any) -> Iterator[Any]:
    given = raw if isinstance(raw, (list, tuple)) else [] if raw is None else str(raw).split(",")
    yield from (each for each in given if not (isinstance(each, str) and not each.strip()))


def _scalar(raw: Any) -> str:
    if isinstance(raw, (dict, list, tuple, bool)) or raw is None:
        raise ValueError(f"write one text, not {json.dumps(raw, default=str)[:60]}")
    return str(raw).strip()


def _text(shape: Shape, raw: Any) -> str:
    text = str(raw) if isinstance(raw, str) else _scalar(raw)
    text = text if shape is Shape.PROSE else text.strip()
    longest = LONGEST.get(shape, LONGEST[Shape.CODE])
    if len(text) > longest:
        raise ValueError(f"{len(text):,} characters; at most {longest:,} fit here")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ValueError("holds half a character (a lone surrogate); write it again as UTF-8")
    if shape in (Shape.CODE, Shape.INSTITUTE) and not _CODE.fullmatch(text):
        raise ValueError("a code has no spaces and no control characters; write for example UK-AISI")
    if shape is Shape.LANGUAGE and not _LANGUAGE.fullmatch(text):
        raise ValueError("a language is a tag such as en, ko or zh-Hans")
    return text


def _choice(words: Sequence[str], raw: Any) -> str:
    given = _scalar(raw)
    word = given.replace("-", "_").replace(" ", "_")
    for known in (given, word, word.lower(), word.upper()):
        if known in words:
            return known
    listed = ", ".join(each for each in words if each)
    raise ValueError(f"«{given}» is not one of: {listed}{nearest(word, words)}")


def _day(raw: Any, today: date, *, last: bool) -> date:
    if isinstance(raw, datetime):
        return raw.date()
    return raw if isinstance(raw, date) else when.day(_scalar(raw), today, end=last)


def _number(shape: Shape, raw: Any) -> int | float:
    given = _scalar(raw).replace("_", "").replace(" ", "")
    try:
        number = int(given) if shape is Shape.COUNT else float(given)
    except ValueError:
        raise ValueError(f"«{raw}» is not a {'whole ' if shape is Shape.COUNT else ''}number") from None
    if shape is Shape.COUNT and not 0 <= number < 2**53:
        raise ValueError(f"{given} is out of range; write a whole number from 0")
    return number


def _flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    word = _scalar(raw).lower()
    if word not in _YES:
        raise ValueError(f"«{raw}» is neither yes nor no")
    return _YES[word]


def _facts(raw: Any) -> dict[str, Any]:
    """Parts as a table, as JSON, or as `name=value` texts with commas between; each value as JSON if it is."""
    if isinstance(raw, str):
        raw = (
            _json_or(raw)
            if raw.lstrip().startswith("{")
            else dict(_assigned(part) for part in raw.split(",") if part.strip())
        )
    if not isinstance(raw, dict) or not all(isinstance(key, str) for key in raw):
        raise ValueError("write parts as name=value, with commas between")
    try:
        size = len(json.dumps(raw, allow_nan=False))
    except (TypeError, ValueError, RecursionError):
        raise ValueError("holds a part that is no text, number, yes/no or list of these") from None
    if not storable(raw):
        raise ValueError("holds a number of more than 63 bits, or parts in parts in parts")
    if size > FACTS_BYTES:
        raise ValueError(f"{size:,} bytes; at most {FACTS_BYTES:,} fit here")
    return raw


def _assigned(part: str) -> tuple[str, Any]:
    name, sign, value = part.partition("=")
    if not sign:
        raise ValueError(f"«{part.strip()}» has no =; write parts as name=value")
    return name.strip(), _json_or(value.strip())


def _json_or(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
