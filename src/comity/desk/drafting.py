"""From what somebody means to the changes of a commit: which fields, over which heads, and what the rules forbid."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from uuid_utils import UUID, uuid7

from comity.desk import refs, rules
from comity.desk.world import World
from comity.domain.facet import Merge
from comity.domain.parse import parse, refusal
from comity.domain.record import Record, encode, facets
from comity.errors import BadInput, Problem
from comity.log.commit import ORIGINATOR, RETIRED, Change
from comity.store import reading
from comity.store.database import Connection

Heads = Mapping[str, Mapping[bytes, Any]]
Forbids = Callable[[Mapping[str, Any], frozenset[str]], Iterable[Problem]]  # of values, and of which fields are unread


@dataclass(frozen=True)
class Opened:
    """A record as it was shown to somebody: what a later change replaces are these heads."""

    record: Record
    heads: Heads


def opened(connection: Connection, record: Record) -> Opened:
    """The record with the heads of its fields as they are now."""
    return Opened(record, reading.heads(connection, record.no or 0))


def values_of(record: Record) -> dict[str, Any]:
    """The typed values of the fields that people write."""
    return {name: getattr(record, name) for name in facets(type(record))}


def differs(record: Record, name: str, value: Any) -> bool:
    """Whether a value is another than the record shows; lists are compared as sets, which they are."""
    shown = getattr(record, name)
    if facets(type(record))[name].many:
        return set(shown or ()) != set(value)
    return bool(shown != value)


def typed(
    world: World, kind: type[Record], raw: Mapping[str, Any], known: Mapping[str, Any] | None = None, group: str = ""
) -> dict[str, Any]:
    """The values that somebody gave, read as fields of the kind; names mean first what is in the group written to."""

    def resolve(noun: str, text: str) -> str:
        return refs.find(world, text, None if noun == "*" else noun, group).id

    return parse(kind, raw, resolve=resolve, today=world.today, known=known)


def accepted(
    world: World,
    kind: type[Record],
    raw: Mapping[str, Any],
    forbids: Forbids,
    known: Mapping[str, Any] | None = None,
    group: str = "",
) -> dict[str, Any]:
    """The typed values, if the rules allow them. Raises BadInput with all that cannot be read or is not allowed."""
    try:
        values = typed(world, kind, raw, known, group)
    except BadInput as error:
        unread = frozenset(problem.field for problem in error.problems)
        rest = {name: text for name, text in raw.items() if name not in unread}
        more: list[Problem] = []
        with suppress(BadInput):  # what is left out may be missed; that is told already
            more = list(forbids(typed(world, kind, rest, known or {}, group), unread))
        raise refusal(kind, [*error.problems, *more]) from None
    rules.require(kind, forbids(values, frozenset()))
    return values


def new_id() -> str:
    """A fresh id; ids grow with time, so that lists keep the order of making."""
    return str(uuid7())


def creation(world: World, kind: type[Record], group: str, values: Mapping[str, Any], id: str) -> Change:
    """The change that makes a record; raises BadInput or RuleBroken where it may not be made so."""
    rules.require(kind, rules.placed(world, kind, group, values))
    sets, _ = settings(kind, {}, values)
    return Change(kind.noun, UUID(id).bytes, {ORIGINATOR: world.institute, **sets})


def revision(opened: Opened, values: Mapping[str, Any]) -> Change:
    """The change that sets these fields over what was shown."""
    sets, over = settings(type(opened.record), opened.heads, values)
    return Change(opened.record.noun, UUID(opened.record.id).bytes, sets, tuple(sorted(over)))


def retirement(opened: Opened) -> Change:
    """The change that retires a record: it names every head that was shown."""
    over = {dot for dots in opened.heads.values() for dot in dots}
    return Change(opened.record.noun, UUID(opened.record.id).bytes, {RETIRED: True}, tuple(sorted(over)))


def settings(kind: type[Record], heads: Heads, values: Mapping[str, Any]) -> tuple[dict[str, Any], set[bytes]]:
    """What the log keeps of these values, and the heads they replace; each element of a list is a field of its own."""
    sets: dict[str, Any] = {}
    for name, value in values.items():
        if facets(kind)[name].merge is Merge.TAGS:
            sets |= _elements(name, heads, value)
        else:
            sets[name] = encode(value)
    return sets, {dot for name in sets for dot in heads.get(name, ())}


def _elements(name: str, heads: Heads, wanted: list[Any]) -> dict[str, bool]:
    there = {field for field, dots in heads.items() if field.startswith(f"{name}:") and any(dots.values())}
    asked = {f"{name}:{element}" for element in wanted}
    return dict.fromkeys(sorted(asked - there), True) | dict.fromkeys(sorted(there - asked), False)
