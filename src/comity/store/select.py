"""A query of the filter language as one statement of the store, and pages of what it finds."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from operator import ge, gt, le, lt
from typing import Any, Final

from sqlalchemy import (
    TEXT,
    ColumnElement,
    Connection,
    FromClause,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal_column,
    not_,
    or_,
    true,
)
from sqlmodel import Session, select

from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.query import CONTAINS, Is, Match, Pattern, Query, Term, Text, is_named
from comity.domain.query_fields import age_column, query_field
from comity.domain.query_values import DaySpan
from comity.domain.record import Record, choices, facets, optional
from comity.domain.text import fold
from comity.errors import BadInput
from comity.store import schema

_ORDERS: Final[Mapping[str, Callable[[Any, Any], Any]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_SEARCHED: Final = schema.search.c.title + " " + schema.search.c.body
_ID: Final = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_DEPTH: Final = 2  # a run is found by the task of its cell


@dataclass(frozen=True)
class Selection:
    """What is asked for: a query over a kind, and what the query cannot be told by the rows alone."""

    kind: type[Record]
    query: Query
    facts: Mapping[str, frozenset[str]]  # ids by the name of a check or derived fact
    today: date
    retired: bool
    now: datetime
    groups: Mapping[str, str] | None = None  # name of a group, folded -> its id
    within: FromClause | None = None  # what is looked at instead of all rows of the kind

    @property
    def table(self) -> FromClause:
        """The row table of the kind, or what is looked at instead."""
        return schema.row_table(self.kind) if self.within is None else self.within


def page(
    connection: Connection, chosen: Selection, sort: Sequence[str] = (), limit: int | None = None, offset: int = 0
) -> Sequence[Record]:
    """The records found, in order."""
    query = select(chosen.kind).where(condition(chosen)).order_by(*ordering(chosen.kind, sort))
    return Session(connection).exec(query.limit(limit).offset(offset)).all()


def rows(
    connection: Connection, chosen: Selection, sort: Sequence[str] = (), limit: int | None = None
) -> Sequence[Mapping[str, Any]]:
    """The records found, in order, as plain columns: objects of thousands would cost more than the reading."""
    query = select(*chosen.table.columns).where(condition(chosen)).order_by(*ordering(chosen.kind, sort)).limit(limit)
    return connection.execute(query).mappings().all()  # type: ignore[return-value]


def columns(connection: Connection, chosen: Selection, names: Iterable[str]) -> Sequence[Mapping[str, Any]]:
    """Some columns of all that is found, in no order."""
    query = select(*(chosen.table.c[name] for name in sorted(names))).where(condition(chosen))
    return connection.execute(query).mappings().all()  # type: ignore[return-value]


def numbers(connection: Connection, chosen: Selection, sort: Sequence[str] = (), limit: int | None = None) -> list[int]:
    """The row numbers of what is found, in order; of a great many perhaps only the first."""
    query = select(chosen.table.c.no).where(condition(chosen)).order_by(*ordering(chosen.kind, sort))
    return list(connection.execute(query.limit(limit)).scalars())


def ordering(kind: type[Record], sort: Sequence[str]) -> list[Any]:
    """By the named fields (`-field`: the other way round), then by group and id; states in the order they follow."""
    columns = schema.row_table(kind).c
    wanted = []
    for each in sort:
        name = query_field(kind, each.lstrip("-")).name
        if name in ("age", "ref"):
            name = age_column(kind) if name == "age" else kind.code_field or "id"
        if name not in columns:
            raise BadInput(f"{kind.plural} cannot be sorted by {name}", "`comity kinds KIND` lists the fields")
        ranks = {word: rank for rank, word in enumerate(choices(kind, name))} if name in facets(kind) else {}
        ranked: Any = case(ranks, value=columns[name], else_=len(ranks)) if ranks else columns[name]
        is_label = name == kind.code_field and kind.label_prefix  # R2 before R10
        by = [func.length(ranked), ranked] if is_label else [ranked]
        turned = [key.desc() if each.startswith("-") else key.asc() for key in by]
        wanted += [key.nulls_last() for key in turned] if optional(kind, name) else turned
    return [*wanted, columns.group, columns.id]


def condition(chosen: Selection) -> ColumnElement[bool]:
    """What a row has to be."""
    live = true() if chosen.retired else func.coalesce(chosen.table.c.retired, False).is_(False)
    return and_(live, *terms(chosen))


def terms(chosen: Selection) -> list[ColumnElement[bool]]:
    """What the query asks of a row."""
    return [_term(chosen, each) for each in chosen.query.terms]


def _term(chosen: Selection, term: Term) -> ColumnElement[bool]:
    match term:
        case Text(words):
            plain = about(chosen.kind, fold(words), _DEPTH)
        case Is(names):
            ids = {
                id
                for name, found in chosen.facts.items()
                if any(is_named(name, each) for each in names)
                for id in found
            }
            plain = chosen.table.c.id.in_(ids)
        case Pattern(pattern, field):
            plain = _pattern(chosen, pattern, field)
        case Match():
            plain = or_(*(_match(chosen, term, value) for value in term.values))
    return not_(func.coalesce(plain, False)) if term.negated else plain


def about(kind: type[Record], words: str, depth: int) -> ColumnElement[bool]:
    """Whether the words stand in the texts of the record, or in the names of what it refers to."""
    table = schema.row_table(kind)
    like = f"%{_escaped(words)}%"
    found = select(schema.search.c.rowid).where(_SEARCHED.like(like, escape="\\"))
    terms: list[ColumnElement[bool]] = [table.c.no.in_(found)]
    if depth:
        for name, facet in facets(kind).items():
            if facet.shape is Shape.REF and facet.refers != "*" and not facet.many:
                terms.append(table.c[name].in_(_called(BY_NOUN[facet.refers], like, depth - 1)))
        terms += _said(kind, words)
    return or_(*terms)


def _said(kind: type[Record], words: str) -> Iterator[ColumnElement[bool]]:
    """Whether a choice of the record is one in which the words stand."""
    for name in (name for name, facet in facets(kind).items() if facet.shape is Shape.CHOICE):
        if held := [each for each in choices(kind, name) if words in each.replace("_", " ")]:
            yield schema.row_table(kind).c[name].in_(held)


def _called(kind: type[Record], like: str, depth: int) -> Any:
    """The ids of records whose code or name holds the words; the name may be that of another record."""
    table = schema.row_table(kind)
    references = [
        n for n, facet in facets(kind).items() if facet.shape is Shape.REF and facet.refers != "*" and not facet.many
    ]
    terms: list[ColumnElement[bool]] = [
        func.fold(table.c[name]).like(like, escape="\\")
        for name in dict.fromkeys((kind.code_field, kind.name_field, "title"))
        if name and name in table.c and name not in references
    ]
    terms += [
        table.c[name].in_(_called(BY_NOUN[facets(kind)[name].refers], like, depth - 1))
        for name in (references if depth and not kind.code_field else ())
    ]
    return select(table.c.id).where(or_(false(), *terms))


def _pattern(chosen: Selection, pattern: str, field: str) -> ColumnElement[bool]:
    if field:
        return func.has(pattern, func.coalesce(chosen.table.c[field], "")) == 1
    found = select(schema.search.c.rowid).where(func.has(pattern, _SEARCHED) == 1)
    return chosen.table.c.no.in_(found)


def _match(chosen: Selection, term: Match, value: Any) -> ColumnElement[bool]:
    kind, columns = chosen.kind, chosen.table.c
    if term.field == "age":
        return _aged(chosen, term, value)
    if term.field == "ref":
        names = [columns[name] for name in (kind.code_field, kind.name_field) if name]
        return or_(
            *(func.fold(each) == fold(value) for each in names),
            columns.id.startswith(value),
            columns.id.endswith(value),
        )
    if term.field == "id":
        return or_(columns.id.startswith(value.lower()), columns.id.endswith(value.lower()))
    if term.field == "group":
        same: ColumnElement[bool] = columns.group == (chosen.groups or {}).get(fold(value), value.lower())
        return same
    if term.field == "exercise" and term.field not in columns:
        return _belongs(chosen, term, value)
    column = columns[term.field]
    facet = facets(kind).get(term.field)
    if facet is not None and facet.many:
        return _among(kind, column, term, value)
    if value == "":
        return or_(column.is_(None), cast(column, TEXT) == "")
    if term.shape is Shape.REF and facet is not None:
        return _refers(column, facet.refers, value, chosen.groups or {})
    return _compared(column, term, value)


def _belongs(chosen: Selection, term: Match, value: Any) -> ColumnElement[bool]:
    """Whether it belongs to a record of the exercise that is called so."""
    above = replace(chosen, kind=BY_NOUN[facets(chosen.kind)[chosen.kind.parent_field].refers], within=None)
    found = _match(above, term, value)
    return chosen.table.c[chosen.kind.parent_field].in_(select(above.table.c.id).where(found))


def _refers(column: Any, refers: str, value: str, groups: Mapping[str, str]) -> ColumnElement[bool]:
    """Whether it refers to what is called so, in any group or in that of `GROUP:NAME`."""
    if refers == "*":
        return or_(column.startswith(value), column.endswith(value))
    if _ID.fullmatch(value):
        whole: ColumnElement[bool] = column == value
        return whole
    named, _, within = value.partition(":")
    group = groups.get(fold(named)) if within else None
    ids = _called(BY_NOUN[refers], f"%{_escaped(fold(within if group else value))}%", _DEPTH)
    if group:
        ids = ids.where(schema.row_table(BY_NOUN[refers]).c.group == group)
    return or_(column.in_(ids), column == value)


def _among(kind: type[Record], column: Any, term: Match, value: Any) -> ColumnElement[bool]:
    """Whether one element of a list is, or for free text holds, the value."""
    if value == "":
        return or_(column.is_(None), func.json_array_length(column) == 0)
    element: ColumnElement[Any] = literal_column("json_each.value")
    holds = (
        func.fold(element).like(f"%{_escaped(fold(str(value)))}%", escape="\\")
        if term.shape in CONTAINS
        else func.fold(element) == fold(str(value))
    )
    return exists(literal_column("1")).select_from(func.json_each(column)).where(holds)


def _compared(column: Any, term: Match, value: Any) -> ColumnElement[bool]:
    if isinstance(value, DaySpan):
        return and_(column >= value.first, column <= value.last)
    if term.op != ":":
        compared: ColumnElement[bool] = _ORDERS[term.op](func.fold(column) if isinstance(value, str) else column, value)
        return compared
    if isinstance(value, str) and term.shape is not Shape.CHOICE:
        folded = func.fold(column)
        return (
            folded.like(f"%{_escaped(fold(value))}%", escape="\\") if term.shape in CONTAINS else folded == fold(value)
        )
    same: ColumnElement[bool] = column == value
    return same


def _aged(chosen: Selection, term: Match, value: Any) -> ColumnElement[bool]:
    """Ages count back from now: older than a week is a moment before that day."""
    column = chosen.table.c[age_column(chosen.kind)]
    if isinstance(value, DaySpan):
        return and_(column <= chosen.now - value.first, column >= chosen.now - value.last)
    compared: ColumnElement[bool] = _ORDERS[{"<": ">", "<=": ">=", ">": "<", ">=": "<="}[term.op]](
        column, chosen.now - value
    )
    return compared


def _escaped(words: str) -> str:
    return words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
