"""From the folded heads of a record to its row; total, whatever a newer version or a hostile peer wrote."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from pydantic import ValidationError

from comity.domain.facet import Merge, Shape
from comity.domain.record import Record, decode, decode_all, facets
from comity.domain.text import fold
from comity.domain.when import from_ms

TEXTS = (Shape.LINE, Shape.PROSE, Shape.CODE, Shape.INSTITUTE)


class Stamp(NamedTuple):
    """Who wrote a commit, for which institute, and the time that its device showed."""

    at_ms: int
    by: str
    institute: str
    reason: str = ""

    @property
    def at(self) -> datetime:
        """The time as a moment, UTC."""
        return from_ms(self.at_ms)


def row(kind: type[Record], shown: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """The columns of a record from its shown values, and the fields whose value is of no type that the field takes."""
    blank = _blank(kind)
    told = {name: value for name, value in {**shown, **kind.told(shown)}.items() if name in blank}
    try:
        return {**blank, **decode_all(kind, told)}, []
    except ValidationError:
        return _one_by_one(kind, told)


def _one_by_one(kind: type[Record], told: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    columns = dict(_blank(kind))
    unreadable: list[str] = []
    for name, value in told.items():
        try:
            columns[name] = decode(kind, name, value)
        except ValidationError:
            unreadable.append(name)
            columns[name] = default(kind, name)
    return columns, sorted(unreadable)


@cache
def _blank(kind: type[Record]) -> Mapping[str, Any]:
    """The columns that commits tell, as they are where nobody said anything; nobody changes these values."""
    told = [name for name in kind.model_fields if name in facets(kind) or name not in Record.model_fields]
    fields = kind.model_fields
    return {
        name: None if fields[name].is_required() else fields[name].get_default(call_default_factory=True)
        for name in told
    }


def default(kind: type[Record], name: str) -> Any:
    """What stands for a value that cannot be read: nothing, but always a list where there are many, and a marking."""
    facet = facets(kind).get(name)
    if facet is not None and (facet.many or facet.merge is Merge.STRICTEST):
        return kind.model_fields[name].get_default(call_default_factory=True)
    return None


def words(kind: type[Record], columns: Mapping[str, Any]) -> tuple[str, str]:
    """What the search finds a record by: its code and name, and all its other texts, folded."""
    title = [columns.get(name) for name in (kind.code_field, kind.name_field) if name]
    rest: list[Any] = []
    for name, facet in facets(kind).items():
        value = columns.get(name)
        if facet.merge is Merge.TAGS and facet.shape is not Shape.REF:
            rest += value or []
        elif facet.shape in TEXTS and name not in (kind.code_field, kind.name_field):
            rest.append(value)
    return tuple(fold(" ".join(str(each) for each in part if each)) for part in (title, rest))  # type: ignore[return-value]
