"""What forbids a record or a change: where it would be, what it refers to, whose it is, and what is there already."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from comity.desk import names
from comity.desk.rewriting import is_erased
from comity.desk.world import World
from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.lifecycles.protocol import editable
from comity.domain.lifecycles.table import STEPS
from comity.domain.marking import lowers, permits
from comity.domain.naming import KEYS, natural_key
from comity.domain.parse import refusal
from comity.domain.record import Record, encode, facets
from comity.domain.sharing import Disclosure
from comity.domain.text import fold
from comity.domain.when import show_day
from comity.domain.wording import words
from comity.errors import Problem, RuleBroken
from comity.store import reading

SINGLE: Final = (  # kinds of which a group needs no second with the same key
    "exercise",
    "strand",
    "rating",
    "participant",
    "system",
    "model_alias",
    "suite",
    "task",
    "protocol",
    "concurrence",
    "cell",
    "agreement",
    "institute",
    "group",
)


def state_fields(noun: str) -> frozenset[str]:
    """The fields of a kind that move by steps only."""
    return frozenset(step.field for step in STEPS.get(noun, ()) if step.field)


def placed(world: World, kind: type[Record], group: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What forbids a record in this group: its marking, and references that not all of its readers could follow."""
    members = world.members(group)
    if "marking" in values:
        why = permits(values["marking"], members, private=world.is_private(group), countries=world.countries())
        if why:
            yield Problem("marking", why)
    for name, target in references(world, kind, values):
        if target is None:
            continue
        blind = sorted(set(members) - set(world.members(target.group)))
        if blind and target.group != group:
            called = names.short(world.connection, target)
            yield Problem(name, f"{called} is not held by {', '.join(blind)}; {_way(world, group, target)}")


def _way(world: World, group: str, target: Record) -> str:
    """What to do where readers of a group could not follow a reference."""
    called, to = names.short(world.connection, target), world.group_name(group)
    if copy := copy_in(world, group, target.id):
        return f"name the copy of it that {to} has: {names.short(world.connection, copy)} ({copy.id})"
    return f"make a tearline copy of it first: `comity tearline {called} --to {to} --fields ...`"


def copy_in(world: World, group: str, id: str) -> Record | None:
    """The live copy of a record that a group was given, and that was not called back."""
    copies = [each.copied_to for each in world.find(Disclosure, subject=id) if each.copied_to and not each.retracted_at]
    found = (world.get(kind, copy) for copy in copies for kind in BY_NOUN.values())
    return next((each for each in found if each and each.group == group and not each.retired), None)


def references(world: World, kind: type[Record], values: Mapping[str, Any]) -> Iterator[tuple[str, Record | None]]:
    """Each reference with the record that it names; None where that is held elsewhere."""
    for name, facet in facets(kind).items():
        if facet.shape is Shape.REF and values.get(name):
            kinds = list(BY_NOUN.values()) if facet.refers == "*" else [BY_NOUN[facet.refers]]
            for id in values[name] if facet.many else [values[name]]:
                yield name, next((found for each in kinds if (found := world.get(each, id))), None)


def twins(world: World, kind: type[Record], group: str, values: Mapping[str, Any], own: str = "") -> Iterator[Problem]:
    """What forbids a second record of the same code, or of the same parts where a kind is known by these."""
    field, said = _named_by(kind, values)
    for each in _alike(world, kind, group, values):
        if each.id != own:
            made = show_day(each.created_at.date(), world.today) if each.created_at else "some day"
            first = f"{words(kind.noun)} {names.short(world.connection, each)}"
            told = f"{first} is there already, made by {each.created_by} on {made}"
            yield Problem(field, f"{told}; change that one, or choose another {said}")
            return


def key_fields(kind: type[Record]) -> frozenset[str]:
    """The fields of which no two live records of a group may have the same; none for kinds that may repeat."""
    if kind.label_prefix:
        return frozenset({kind.code_field})
    fields = KEYS.get(kind.noun, ("name",)) if kind.noun in SINGLE else ()
    return frozenset(name for each in fields for name in each.split("|"))


def _named_by(kind: type[Record], values: Mapping[str, Any]) -> tuple[str, str]:
    """The field that a person would change, and its label."""
    parts = [name for name in kind.model_fields if name in key_fields(kind) and name != "exercise"]
    field = kind.code_field if kind.code_field in parts and values.get(kind.code_field) else (parts or ["id"])[-1]
    return field, facets(kind)[field].label.lower() if field in facets(kind) else field


def _alike(world: World, kind: type[Record], group: str, values: Mapping[str, Any]) -> Iterator[Record]:
    """The live records of the group that are known by the same."""
    code = str(values.get(kind.code_field) or "") if kind.code_field in key_fields(kind) else ""
    if not key_fields(kind) or (kind.label_prefix and not code):
        return
    narrow = {name: values[name] for name in key_fields(kind) if values.get(name) and _is_exact(kind, name)}
    found = reading.called(world.connection, kind, code) if code else world.find(kind, group=group, **narrow)
    for each in found:
        if each.group == group and (kind.label_prefix or _key(kind, vars(each)) == _key(kind, values)):
            yield each


def _is_exact(kind: type[Record], name: str) -> bool:
    return facets(kind)[name].shape in (Shape.REF, Shape.INSTITUTE)


def _key(kind: type[Record], values: Mapping[str, Any]) -> tuple[str, ...]:
    if kind.noun not in KEYS:
        return (fold(str(values.get(kind.code_field))),)
    return tuple(map(fold, natural_key(kind.noun, values)))


def forbidden(
    world: World, record: Record, values: Mapping[str, Any], *, reason: str, settle: bool
) -> Iterator[Problem]:
    """What forbids a change of these fields."""
    kind = type(record)
    for name in values:
        if name in record.conflicts and not settle:
            yield Problem(name, "has several values; settle it: `comity conflict settle`, or in the app `g c`")
        elif facets(kind)[name].fixed and name not in record.conflicts:
            yield Problem(name, "is fixed when a record is made; make a new record instead")
        elif name in state_fields(record.noun) and name not in record.conflicts:
            yield Problem(
                name, f"moves by steps: {', '.join(step.name for step in STEPS[record.noun] if step.field == name)}"
            )
        elif name not in record.conflicts and (why := editable(record, [name])):
            yield Problem(name, why)
    if "marking" in values and lowers(record.marking, values["marking"]):
        if record.originator != world.institute:
            yield Problem("marking", f"only {record.originator or 'its originator'} lowers this marking")
        elif not reason.strip():
            yield Problem("marking", "a lower marking needs a reason")
    yield from placed(world, kind, record.group, values)
    if key_fields(kind).intersection(values):
        yield from twins(world, kind, record.group, {**vars(record), **values}, record.id)


def unreached(record: Record, values: Mapping[str, Any], heads: Mapping[str, Mapping[bytes, Any]]) -> Iterator[Problem]:
    """What forbids settling what moves by steps, or is fixed: anything but one of the values that it has."""
    for name, value in values.items():
        stand = list(heads.get(name, {}).values())
        bound = name in state_fields(record.noun) or facets(type(record))[name].fixed or editable(record, [name])
        if name in record.conflicts and bound and encode(value) not in stand:
            told = " or ".join(sorted({str(each) for each in stand}))
            yield Problem(name, f"is settled to a value that it has: {told}; nothing led to {value}")


def check(world: World, record: Record, values: Mapping[str, Any], *, reason: str, settle: bool) -> None:
    """Raise BadInput with everything that forbids a change."""
    require(type(record), forbidden(world, record, values, reason=reason, settle=settle))


def require(kind: type[Record], problems: Iterable[Problem]) -> None:
    """Raise BadInput with all of these, if there are any."""
    if found := list(problems):
        raise refusal(kind, found)


def only_live(record: Record) -> None:
    """Raise RuleBroken for a record that was retired, or erased."""
    if is_erased(record):
        told = f"this {words(record.noun)} was erased for good"
        hint = f"leave it out, or write a new one: `comity {record.noun.replace('_', '-')} add`"
        raise RuleBroken(told, hint, code="record.erased")
    if record.retired:
        raise RuleBroken(
            "this record is retired", "take the retirement back first: `comity undo REF`", code="record.retired"
        )
