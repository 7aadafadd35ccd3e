"""What screens and commands ask about records: lists, one by its name, how it is called, and its JSON."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from comity.desk import checking, names, refs
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain import when
from comity.domain.checks.facts import FACT_NAMES
from comity.domain.facet import Facet, Shape
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.query import Is, Query, parse_query
from comity.domain.record import Record, facets
from comity.domain.text import fold
from comity.errors import NotFound
from comity.store import counting, reading, select
from comity.store.database import Connection

NO_QUERY = ""
KEPT_OFF = "····"  # in place of the name of a record that the screen does not show


def records(
    desk: Desk,
    noun: str,
    query: str = NO_QUERY,
    *,
    sort: Sequence[str] = (),
    limit: int | None = None,
    offset: int = 0,
    retired: bool = False,
) -> list[Record]:
    """The records of a kind that match, by (group, id) unless `sort` names fields (`-field`: the other way round)."""
    with desk.store.reading() as connection:
        chosen = selection(desk, connection, noun, query, retired=retired)
        return list(select.page(connection, chosen, sort, limit, offset))


def count(desk: Desk, noun: str, query: str = NO_QUERY, *, retired: bool = False) -> int:
    """How many records of a kind match."""
    with desk.store.reading() as connection:
        return counting.count(connection, selection(desk, connection, noun, query, retired=retired))


def count_by(desk: Desk, noun: str, field: str, query: str = NO_QUERY) -> dict[Any, int]:
    """How many records of a kind match, for each value of a field."""
    with desk.store.reading() as connection:
        return counting.count_by(connection, selection(desk, connection, noun, query), field)


def selection(desk: Desk, connection: Connection, noun: str, query: str, *, retired: bool = False) -> select.Selection:
    """A query made ready for the store: derived facts looked up, names of records made ids."""
    kind = kind_of(noun)
    asked = parse_query(query, kind, today=desk.today, names=FACT_NAMES)
    names_of = facts_named(asked)
    facts = dict(checking.ids_by_fact(desk, connection, names_of)) if names_of else {}
    if "retired" in names_of:
        facts["retired"] = reading.retired_ids(connection, kind)
    world = World(desk, connection)
    groups = {fold(world.group_name(each)): each for each in desk.store.groups()}
    return select.Selection(kind, asked, facts, desk.today, retired or "retired" in names_of, desk.now(), groups)


def facts_named(query: Query) -> list[str]:
    """The checks and derived facts that a query asks for."""
    return [name for term in query.terms if isinstance(term, Is) for name in term.names]


def kind_of(noun: str) -> type[Record]:
    """The kind of that name."""
    if noun not in BY_NOUN:
        raise NotFound(f"there is no kind «{noun}»", "`comity kinds` lists them")
    return BY_NOUN[noun]


def find(desk: Desk, ref: str, noun: str | None = None) -> Record:
    """The one record that a person means by `ref`. Raises NotFound or Ambiguous."""
    with desk.store.reading() as connection:
        return refs.find(World(desk, connection), ref, noun)


def get(desk: Desk, noun: str, id: str) -> Record | None:
    """The record of this id."""
    with desk.store.reading() as connection:
        return reading.get(connection, kind_of(noun), id)


def ref(desk: Desk, record: Record) -> str:
    """The shortest name by which it is found again."""
    with desk.store.reading() as connection:
        return short(connection, desk, record)


def short(connection: Connection, desk: Desk, record: Record) -> str:
    """The shortest name by which it is found again; its id where that would name what is kept off the screen."""
    told = names.short(connection, record)
    exercise, within, _ = told.partition("/")
    above = reading.find(connection, BY_NOUN["exercise"], code=exercise) if within else ()
    return record.id if any(map(desk.keeps_off, (record, *above))) else told


def group_name(desk: Desk, group: str) -> str:
    """What people call the group."""
    with desk.store.reading() as connection:
        return World(desk, connection).group_name(group)


def members(desk: Desk, group: str) -> tuple[str, ...]:
    """The institutes that hold what is in the group."""
    with desk.store.reading() as connection:
        return World(desk, connection).members(group)


def counts(desk: Desk) -> dict[str, int]:
    """How many live records there are, per kind."""
    with desk.store.reading() as connection:
        return reading.counts(connection)


def texts(desk: Desk, record: Record, fields: Iterable[str]) -> dict[str, str]:
    """The values of fields as people read them: references by name, days and moments short, lists with commas."""
    with desk.store.reading() as connection:
        return {name: text(connection, desk, record, name) for name in fields}


def text(connection: Connection, desk: Desk, record: Record, field: str) -> str:
    """One value as people read it."""
    value, facet = getattr(record, field, None), facets(type(record)).get(field)
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(one(connection, desk, each, facet) for each in value)
    return one(connection, desk, value, facet)


def one(connection: Connection, desk: Desk, value: Any, facet: Facet | None) -> str:
    """One value of a shape as people read it."""
    shape = facet.shape if facet else Shape.LINE
    if shape is Shape.REF and facet:
        found = target(connection, facet.refers, str(value))
        if found and desk.keeps_off(found):
            return KEPT_OFF
        return _said(connection, desk, found) if found else f"held elsewhere ({str(value)[-6:]})"
    if shape is Shape.FLAG or isinstance(value, bool):
        return "yes" if value else "no"
    if hasattr(value, "hour"):
        return when.show_moment(value, desk.today)
    if shape is Shape.DATE:
        return when.show_day(value, desk.today)
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={part}" for name, part in value.items())
    return names.read(str(value), "as words" if shape is Shape.CHOICE else facet.reads if facet else "as it is")


def _said(connection: Connection, desk: Desk, record: Record) -> str:
    """What a reference says: the code that people gave, else what names it; a label alone would not tell."""
    given = names.code(record) if not record.label_prefix else ""
    return given or called(connection, desk, record)


def title(desk: Desk, record: Record) -> str:
    """What names a record to people."""
    with desk.store.reading() as connection:
        return called(connection, desk, record)


def called(connection: Connection, desk: Desk, record: Record) -> str:
    """What names a record to people; where that is a reference, the names of what it refers to."""
    facet = facets(type(record)).get(record.name_field)
    if facet is None or facet.shape is not Shape.REF:
        return names.name(record) or names.short(connection, record)
    parts = (text(connection, desk, record, name) for name in record.columns[:4])
    return " · ".join(part for part in parts if part)


def target(connection: Connection, refers: str, id: str) -> Record | None:
    """The record that a reference names, of any kind where it may name any."""
    kinds = KINDS if refers == "*" else (BY_NOUN[refers],)
    return next((found for kind in kinds if (found := reading.get(connection, kind, id))), None)


def related(desk: Desk, record: Record) -> dict[str, list[Record]]:
    """The live records that refer to this one, per kind."""
    found: dict[str, list[Record]] = {}
    with desk.store.reading() as connection:
        for kind in KINDS:
            for name, facet in facets(kind).items():
                if facet.shape is Shape.REF and facet.refers in (record.noun, "*") and not facet.many:
                    found.setdefault(kind.noun, []).extend(reading.find(connection, kind, **{name: record.id}))
    return {noun: each for noun, each in found.items() if each}
