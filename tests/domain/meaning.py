"""What a query means, told of one record in plain Python; the store has to select the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from operator import ge, gt, le, lt
from typing import Any

from comity.domain.patterns import found
from comity.domain.query import CONTAINS, Is, Match, Pattern, Query, Term, Text, is_named
from comity.domain.query_values import DaySpan
from comity.domain.text import fold

_ORDERS = {"<": lt, "<=": le, ">": gt, ">=": ge}


def matches(query: Query, values: Mapping[str, Any], text: str, facts: frozenset[str]) -> bool:
    """What a query means, told of one record.

    `values`: typed, by column, references by the name people say, `age` as a timedelta; `text`: all that is searched;
    `facts`: the checks and derived facts that hold of it.
    """
    searched = _flat(text)
    return all(_holds(term, values, text, searched, facts) != term.negated for term in query.terms)


def _holds(term: Term, values: Mapping[str, Any], text: str, searched: str, facts: frozenset[str]) -> bool:
    match term:
        case Text(words):
            return _flat(words) in searched
        case Is(names):
            return any(is_named(fact, name) for fact in facts for name in names)
        case Pattern(pattern, field):
            return any(found(pattern, str(part)) for part in ([text] if not field else _elements(values.get(field))))
        case Match():
            held = _elements(values.get(term.field))
            return any(_fits(term, held, wanted) for wanted in term.values)


def _elements(value: Any) -> list[Any]:
    """The values held in a field, empty ones left out."""
    held = value if isinstance(value, (list, tuple)) else [value]
    return [one for one in held if one is not None and one != "" and one != {}]


def _fits(match: Match, held: list[Any], wanted: Any) -> bool:
    if wanted == "":
        return not held
    return any(_compares(match, one, wanted) for one in held)


def _compares(match: Match, held: Any, wanted: Any) -> bool:
    if isinstance(held, datetime) and held.tzinfo is None:
        held = held.replace(tzinfo=UTC)
    if match.op != ":":
        return bool(_ORDERS[match.op](held, wanted))
    if isinstance(wanted, DaySpan):
        return bool(wanted.first <= held <= wanted.last)
    if isinstance(wanted, str):
        return _flat(wanted) in _flat(str(held)) if match.shape in CONTAINS else _flat(wanted) == _flat(str(held))
    return bool(held == wanted)


def _flat(text: str) -> str:
    return " ".join(fold(text).split())
