"""The filter language of lists, on the screen and on the command line: what a query means."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import Any

from comity.domain.facet import Shape
from comity.domain.patterns import compiled
from comity.domain.query_fields import is_field, query_field
from comity.domain.query_grammar import RawTerm, raw_terms
from comity.domain.query_values import read_value
from comity.domain.record import Record
from comity.errors import BadInput, Problem

CONTAINS = (Shape.LINE, Shape.PROSE, Shape.FACTS)  # shapes in which `field:value` finds a part


@dataclass(frozen=True, slots=True)
class Text:
    """Words that follow each other somewhere in the text, accents and case folded."""

    words: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Match:
    """A column compared with values, any of which will do.

    `op` is `:` or an order. With `:` text of the CONTAINS shapes is searched, other text equals; days, moments and
    ages are a Span; "" is a field with nothing in it. A list fits if one of its elements does. `shape` is None for
    `age`. A negated term is true of every record of which the plain one is not, empty ones included.
    """

    field: str
    op: str
    values: tuple[Any, ...]
    negated: bool = False
    shape: Shape | None = Shape.LINE
    written: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A regular expression, in one column or, without a field, anywhere in the text."""

    pattern: str
    field: str = ""
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Is:
    """Checks or derived facts by name, any of which will do; `stale` names every fact that ends in `.stale` too."""

    names: tuple[str, ...]
    negated: bool = False


_QUOTE = "To search for a text with a colon, quote it."
Term = Text | Match | Pattern | Is


@dataclass(frozen=True, slots=True)
class Query:
    """Terms that must all hold; without any, everything fits."""

    terms: tuple[Term, ...] = ()


def parse_query(text: str, kind: type[Record], *, today: date, names: Sequence[str] = ()) -> Query:
    """The query of a text over records of a kind; `names` are the facts that `is:` may name. Raises only BadInput."""
    terms = raw_terms(text)
    for raw in terms:
        if not raw.op and text[raw.start + raw.negated] != '"':
            _no_equation(raw, kind)
    return Query(tuple(_term(raw, kind, today, names) for raw in terms))


def without_last(text: str) -> str:
    """The text without its last term."""
    try:
        terms = raw_terms(text)
    except BadInput:
        return text.rsplit(None, 1)[0] if len(text.split()) > 1 else ""
    return text[: terms[-1].start].rstrip() if terms else ""


def is_named(fact: str, name: str) -> bool:
    """Whether a fact such as run.stale is meant by a name such as stale."""
    return fact == name or fact.endswith(f".{name}")


def _no_equation(raw: RawTerm, kind: type[Record]) -> None:
    """Refuse `field=value`, which as words would silently find nothing."""
    field, equals, value = raw.values[0].partition("=")
    if equals and (field.casefold() == "is" or is_field(kind, field)):
        meant = f"{'-' * raw.negated}{field}:{value.lstrip('=')}"
        message = f"a field and its value have a colon between them: {meant}"
        raise BadInput(message, "To search for a text with =, quote it.", [Problem(field, message)], code="query")


def _term(raw: RawTerm, kind: type[Record], today: date, names: Sequence[str]) -> Term:
    if raw.op == "~":
        compiled(raw.values[0])
        return Pattern(raw.values[0], query_field(kind, raw.field, _QUOTE).name if raw.field else "", raw.negated)
    if not raw.op:
        return Text(raw.values[0], raw.negated)
    if raw.field.casefold() == "is" and raw.op == ":":
        return Is(tuple(_fact(name, names) for name in raw.values), raw.negated)
    field = query_field(kind, raw.field, _QUOTE)
    if raw.op != ":" and len(raw.values) > 1:
        hint = f"Write {raw.field}:a,b for either of two."
        raise BadInput(f"«{raw.field}{raw.op}» takes one value", hint, code="query")
    values = tuple(read_value(field, raw.op, value, today) for value in raw.values)
    return Match(field.name, raw.op, values, raw.negated, field.shape, raw.values)


def _fact(written: str, names: Sequence[str]) -> str:
    name = written.strip().casefold().replace("-", "_")
    if not names or any(is_named(fact, name) for fact in names):
        return name
    short = [fact.rpartition(".")[2] for fact in names]
    near = get_close_matches(name, [*names, *short], n=1, cutoff=0.5)
    message = f"nothing is called «is:{written}»" + (f"; did you mean «is:{near[0]}»?" if near else "")
    raise BadInput(message, hint=f"is: takes {', '.join(names)}.", problems=[Problem("is", message)], code="query")
