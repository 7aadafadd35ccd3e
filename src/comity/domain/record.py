"""What every record has, and how its fields are asked for their facets, choices and values."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from functools import cache
from types import NoneType
from typing import Annotated, Any, ClassVar, Literal, get_args, get_origin

from pydantic import TypeAdapter
from pydantic_core import SchemaValidator, core_schema, to_jsonable_python
from sqlmodel import JSON, AutoString, Field, SQLModel

from comity.domain.facet import Facet, Merge, Shape
from comity.errors import Problem

CHOICE = Field(sa_type=AutoString)  # a Literal is kept as its text: a word from a newer version must not break a row
MANY = Field(sa_type=JSON)  # lists and values with parts


class Record(SQLModel):
    """What every kind shares. Fields with a facet are what people write; the others are told by the log."""

    noun: ClassVar[str]  # the name of the kind in commands, JSON and the log
    plural: ClassVar[str]
    label_prefix: ClassVar[str] = ""  # short labels such as R7 are numbered per group
    code_field: ClassVar[str] = ""  # the field that people say instead of the id
    name_field: ClassVar[str] = ""  # the field that names the record in a list
    columns: ClassVar[tuple[str, ...]] = ()  # shown in a list, most needed first
    ordered_by: ClassVar[str] = ""  # the day or moment that orders a list within an exercise; else names do
    parent_field: ClassVar[str] = ""  # the reference whose record gives a new one its group

    no: int | None = Field(default=None, primary_key=True)
    id: str = ""
    group: str = ""
    originator: str = ""
    created_at: datetime | None = None
    created_by: str = ""
    created_institute: str = ""
    updated_at: datetime | None = None
    updated_by: str = ""
    updated_institute: str = ""
    retired: bool = False
    conflicts: Annotated[list[str], MANY] = []
    flags: Annotated[list[str], MANY] = []
    marking: Annotated[
        str,
        Facet(
            "Marking",
            "How far it may go; without one it is TLP:RED in the private group.",
            Shape.MARKING,
            merge=Merge.STRICTEST,
        ),
    ] = "TLP:RED"
    synthetic: Annotated[bool, Facet("Synthetic", "Invented data; a banner says so.", Shape.FLAG)] = False

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """What is wrong between fields, asked on input only; `values` holds typed values of every field set so far."""
        yield from ()

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """Columns that are read from the value of another field, as the log keeps them."""
        return {}


def window_order(values: Mapping[str, Any], start: str, end: str) -> Iterator[Problem]:
    """The problem of a period that ends before it starts."""
    first, last = values.get(start), values.get(end)
    if first and last and last < first:
        yield Problem(end, f"{last} is before {start} ({first}); give a later date")


@cache
def facets(kind: type[Record]) -> Mapping[str, Facet]:
    """The fields that people write, in order of declaration, the common ones last."""
    found = {
        name: facet for name, info in kind.model_fields.items() for facet in info.metadata if isinstance(facet, Facet)
    }
    common = [name for name in found if name in Record.model_fields]
    return {name: found[name] for name in [*(n for n in found if n not in common), *common]}


@cache
def choices(kind: type[Record], field: str) -> tuple[str, ...]:
    """The closed list of words of a choice field, in the order declared; empty for other fields."""
    todo: list[Any] = [kind.model_fields[field].annotation]
    found: list[str] = []
    while todo:
        annotation = todo.pop(0)
        if get_origin(annotation) is Literal:
            found += get_args(annotation)
        else:
            todo += get_args(annotation)
    return tuple(found)


@cache
def required(kind: type[Record], field: str) -> bool:
    """Whether a new record must be given this field."""
    return kind.model_fields[field].is_required()


@cache
def optional(kind: type[Record], field: str) -> bool:
    """Whether the field may be empty (None)."""
    return NoneType in get_args(kind.model_fields[field].annotation)


@cache
def _adapter(kind: type[Record], field: str) -> TypeAdapter[Any]:
    annotation: Any = kind.model_fields[field].annotation
    return TypeAdapter(annotation)


@cache
def _validator(kind: type[Record]) -> SchemaValidator:
    fields = {
        name: core_schema.typed_dict_field(_adapter(kind, name).core_schema, required=False)
        for name in kind.model_fields
    }
    return SchemaValidator(core_schema.typed_dict_schema(fields))


def encode(value: Any) -> Any:
    """A typed value as the log and JSON keep it: dates ISO 8601, moments UTC with Z."""
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ" if not value.microsecond else "%Y-%m-%dT%H:%M:%S.%fZ")
    if isinstance(value, date):
        return value.isoformat()
    return to_jsonable_python(value)


def decode(kind: type[Record], field: str, value: Any) -> Any:
    """The typed value of what the log keeps; raises pydantic.ValidationError where somebody wrote another type."""
    return _adapter(kind, field).validate_python(value)


def decode_all(kind: type[Record], values: Mapping[str, Any]) -> dict[str, Any]:
    """The typed values of several fields at once; raises pydantic.ValidationError where one is of another type."""
    found: dict[str, Any] = _validator(kind).validate_python(values)
    return found


Resolve = Callable[[str, str], str]  # (kind, what a person wrote) -> id; raises NotFound or Ambiguous
