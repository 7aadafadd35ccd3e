"""What a filter may ask of a kind: its fields, those that all kinds share, and the short names that people use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from difflib import get_close_matches
from functools import cache
from typing import Any, get_args

from comity.domain.facet import Shape
from comity.domain.record import Record, choices, facets
from comity.errors import BadInput, Problem


@dataclass(frozen=True, slots=True)
class QueryField:
    """A field as filters see it: its column, its shape (None for ages) and, if closed, its words."""

    name: str
    shape: Shape | None
    words: tuple[str, ...] = ()
    help: str = ""


_COMMON = {
    "id": QueryField("id", Shape.CODE, help="The id, or 6 characters or more of its beginning or end."),
    "ref": QueryField("ref", Shape.CODE, help="What people say instead of the id, or the id."),
    "group": QueryField("group", Shape.CODE, help="The group by its name; private is the own one."),
    "originator": QueryField("originator", Shape.INSTITUTE, help="The institute that made the record."),
    "created": QueryField("created_at", Shape.MOMENT, help="When it was made."),
    "updated": QueryField("updated_at", Shape.MOMENT, help="When it was last written."),
    "created_by": QueryField("created_by", Shape.LINE, help="Who made it."),
    "updated_by": QueryField("updated_by", Shape.LINE, help="Who wrote it last."),
    "retired": QueryField("retired", Shape.FLAG, help="Whether it was taken out of use."),
    "age": QueryField("age", None, help="How long ago the last word on it was: age>7d."),
}
_EXERCISE = QueryField("exercise", Shape.REF, help="The exercise of the record that it belongs to.")
_OF_EXERCISE = {"stand_down", "objective", "run", "protocol", "strand"}  # what belongs to them belongs to an exercise
_SHAPES: Mapping[type, Shape] = {
    bool: Shape.FLAG,
    datetime: Shape.MOMENT,
    date: Shape.DATE,
    int: Shape.COUNT,
    float: Shape.NUMBER,
    str: Shape.LINE,
}


@cache
def query_fields(kind: type[Record]) -> Mapping[str, QueryField]:
    """What is offered while typing a filter for the kind, by the name to type."""
    own = {
        name: QueryField(name, facet.shape, choices(kind, name) if facet.shape == Shape.CHOICE else (), facet.help)
        for name, facet in facets(kind).items()
    }
    told = {
        name: QueryField(name, shape)
        for name in kind.model_fields
        if name not in own and name not in Record.model_fields and (shape := _shape_of(kind, name))
    }
    above = {"exercise": _EXERCISE} if kind.parent_field in _OF_EXERCISE else {}
    return {**_COMMON, **above, **own, **told}


def query_field(kind: type[Record], name: str, hint: str = "") -> QueryField:
    """The field that a person means, by name, short name or label; raises BadInput with the nearest one."""
    fields, asked, known = query_fields(kind), name.casefold(), _known_names(kind)
    if asked in known:
        return fields[known[asked]]
    near = get_close_matches(asked, known, n=1)
    message = f"no field «{name}»" + (f"; did you mean «{near[0]}»?" if near else f" in {kind.plural}")
    raise BadInput(
        message, hint=f"{hint} Fields: {', '.join(fields)}.".lstrip(),
        problems=[Problem(name, message)], code="query",
    )  # fmt: skip


def is_field(kind: type[Record], name: str) -> bool:
    """Whether a person means a field of the kind by this name."""
    return name.casefold() in _known_names(kind)


def age_column(kind: type[Record]) -> str:
    """The moment from which the age of a record counts."""
    return "last_word_at" if "last_word_at" in kind.model_fields else "updated_at"


def _known_names(kind: type[Record]) -> dict[str, str]:
    """Every name a field goes by, and the one it is offered by."""
    fields = query_fields(kind)
    columns = {field.name: name for name, field in fields.items()}
    return dict(_short_names(kind)) | columns | {name.casefold(): name for name in fields}


def _short_names(kind: type[Record]) -> Iterator[tuple[str, str]]:
    """Names that mean another field: labels of fields, then the ones everybody says."""
    for name, facet in reversed(list(facets(kind).items())):
        yield facet.label.casefold().replace(" ", "_"), name
    fields = kind.model_fields
    yield "house", "institute" if "institute" in fields else "originator"
    for name in ("languages", "language"):
        if name in fields:
            yield "lang", name
    for name in ("label", "code"):
        yield name, kind.code_field or "ref"


def _shape_of(kind: type[Record], name: str) -> Shape | None:
    annotation: Any = kind.model_fields[name].annotation
    return next((_SHAPES[part] for part in (annotation, *get_args(annotation)) if part in _SHAPES), None)
