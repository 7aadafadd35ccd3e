"""From what somebody means to the changes of a commit: which fields, over which heads, and what the rules forbid."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from uuid_utils import UUID, uuid7

from comity.desk import finding, names
from comity.desk.world import World
from comity.domain.facet import Merge, Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.lifecycles.protocol import editable
from comity.domain.lifecycles.table import STEPS
from comity.domain.marking import lowers, permits
from comity.domain.parse import parse, refusal
from comity.domain.record import Record, encode, facets
from comity.errors import Problem, RuleBroken
from comity.log.commit import ORIGINATOR, RETIRED, Change
from comity.store import reading
from comity.store.database import Connection

Heads = Mapping[str, Mapping[bytes, Any]]


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


def state_fields(noun: str) -> frozenset[str]:
    """The fields of a kind that move by steps only."""
    return frozenset(step.field for step in STEPS.get(noun, ()) if step.field)


def typed(
    world: World, kind: type[Record], raw: Mapping[str, Any], known: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """The values that somebody gave, read as fields of the kind; names are looked up in the store."""

    def resolve(noun: str, text: str) -> str:
        return finding.find(world.connection, text, None if noun == "*" else noun).id

    return parse(kind, raw, resolve=resolve, today=world.today, known=known)


def new_id() -> str:
    """A fresh id; ids grow with time, so that lists keep the order of making."""
    return str(uuid7())


def creation(world: World, kind: type[Record], group: str, values: Mapping[str, Any], id: str) -> Change:
    """The change that makes a record; raises BadInput or RuleBroken where it may not be made so."""
    problems = list(placed(world, kind, group, values))
    if problems:
        raise refusal(kind, problems)
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


def placed(world: World, kind: type[Record], group: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What forbids a record in this group: its marking, and references that not all of its readers could follow."""
    members = world.members(group)
    if "marking" in values:
        why = permits(values["marking"], members, private=world.is_private(group), countries=world.countries())
        if why:
            yield Problem("marking", why)
    for name, target in _references(world, kind, values):
        if target is None:
            continue
        blind = sorted(set(members) - set(world.members(target.group)))
        if blind and target.group != group:
            called = names.short(world.connection, target)
            yield Problem(name, f"{called} is not held by {', '.join(blind)}; make a tearline copy of it first")


def _references(world: World, kind: type[Record], values: Mapping[str, Any]) -> Iterator[tuple[str, Record | None]]:
    for name, facet in facets(kind).items():
        if facet.shape is Shape.REF and values.get(name):
            kinds = list(BY_NOUN.values()) if facet.refers == "*" else [BY_NOUN[facet.refers]]
            for id in values[name] if facet.many else [values[name]]:
                yield name, next((found for each in kinds if (found := world.get(each, id))), None)


def forbidden(
    world: World, opened: Opened, values: Mapping[str, Any], *, reason: str, settle: bool
) -> Iterator[Problem]:
    """What forbids a change of these fields."""
    record, kind = opened.record, type(opened.record)
    for name in values:
        if name in record.conflicts and not settle:
            yield Problem(name, "has several values; settle it: `set ... --settle`, or in the app `g c`")
        elif facets(kind)[name].fixed:
            yield Problem(name, "is fixed when a record is made; make a new record instead")
        elif name in state_fields(record.noun) and not settle:
            yield Problem(
                name, f"moves by steps: {', '.join(step.name for step in STEPS[record.noun] if step.field == name)}"
            )
        elif not settle and (why := editable(record, [name])):
            yield Problem(name, why)
    if "marking" in values and lowers(record.marking, values["marking"]):
        if record.originator != world.institute:
            yield Problem("marking", f"only {record.originator or 'its originator'} lowers this marking")
        elif not reason.strip():
            yield Problem("marking", "a lower marking needs a reason")
    yield from placed(world, kind, record.group, values)


def check(world: World, opened: Opened, values: Mapping[str, Any], *, reason: str, settle: bool) -> None:
    """Raise BadInput with everything that forbids the change."""
    problems = list(forbidden(world, opened, values, reason=reason, settle=settle))
    if problems:
        raise refusal(type(opened.record), problems)


def only_live(record: Record) -> None:
    """Raise RuleBroken for a record that was retired."""
    if record.retired:
        raise RuleBroken(
            "this record is retired", "undo the retirement first: `comity KIND history REF`", code="record.retired"
        )
