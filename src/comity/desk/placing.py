"""Where a new record goes: its group and its marking."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any, NamedTuple

from comity.desk import names, refs, rules
from comity.desk.desk import Desk
from comity.desk.world import PRIVATE, World
from comity.domain.kinds import BY_NOUN
from comity.domain.marking import STRICTEST
from comity.domain.record import Record, facets
from comity.domain.text import fold
from comity.errors import Ambiguous, NotFound, Problem
from comity.store import reading

OWN = ("run", "person")  # kinds whose institute is this one unless another is named


class Whereto(NamedTuple):
    """What a new record takes where nothing is said: its group by name, its marking, and who will hold it."""

    group: str
    marking: str
    members: tuple[str, ...]


def whereto(desk: Desk, kind: type[Record], texts: Mapping[str, str], group: str) -> Whereto:
    """Where a record goes that is being written, as far as its texts tell. Raises NotFound or Ambiguous for a group."""
    with desk.store.reading() as connection:
        world, values = World(desk, connection), {}
        within = group_id(world, group) if group else ""
        for name in (kind.parent_field, "exercise"):
            if texts.get(name) and (facet := facets(kind).get(name)):
                with suppress(NotFound, Ambiguous):
                    values[name] = refs.find(world, texts[name], facet.refers, within).id
        home = place(world, kind, group, values)
        return Whereto(world.group_name(home), inherited(world, kind, home, values)["marking"], world.members(home))


def place(world: World, kind: type[Record], named: str, values: Mapping[str, Any]) -> str:
    """The id of the group: as named, else that of the parent, else as set, else the private one."""
    if named:
        return group_id(world, named)
    if above := parent(world, kind, values):
        return above.group
    return group_id(world, world.desk.settings.general.group or PRIVATE)


def inherited(world: World, kind: type[Record], group: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """What a new record has without being told: marking and banner of its parent in the group, else TLP:RED."""
    above = parent(world, kind, values)
    own: dict[str, Any] = {"institute": world.institute} if kind.noun in OWN else {}
    if above and "exercise" in facets(kind):
        own["exercise"] = names.exercise_of(world.connection, above)
    if above and above.group == group:
        return {"marking": above.marking, **({"synthetic": True} if above.synthetic else {}), **own}
    return {"marking": STRICTEST, **own}


def parent(world: World, kind: type[Record], values: Mapping[str, Any]) -> Record | None:
    """The record that the parent field names, else the exercise."""
    for name in (kind.parent_field, "exercise"):
        if name in facets(kind) and values.get(name):
            return world.get(BY_NOUN[facets(kind)[name].refers], values[name])
    return None


def group_id(world: World, named: str) -> str:
    """The id of the group that a person names. Raises NotFound or Ambiguous."""
    found = world.groups_called(named)
    if not found:
        known = ", ".join(sorted({PRIVATE, *map(world.group_name, world.desk.store.groups())}))
        raise NotFound(f"no group is called «{named}»; there are: {known}", f"`comity group create {named}` founds it")
    if len(found) > 1:
        raise Ambiguous(f"{len(found)} groups are called «{named}»", f"use the id: {', '.join(found)}")
    return found[0]


def forbidden(
    world: World, kind: type[Record], group: str, values: Mapping[str, Any], unread: frozenset[str]
) -> Iterator[Problem]:
    """What forbids a new record of these values; nothing is told that hangs on fields which could not be read."""
    if unread & {kind.parent_field, "exercise"}:
        return
    home = place(world, kind, group, values)
    values = {**inherited(world, kind, home, values), **values}
    if not unread & rules.key_fields(kind):
        yield from rules.twins(world, kind, home, values)
        yield from namesakes(world, kind, home, values) if not group else ()
    yield from rules.placed(world, kind, home, values)


def namesakes(world: World, kind: type[Record], group: str, values: Mapping[str, Any]) -> Iterator[Problem]:
    """What forbids an exercise without a word where it goes: its code in another group, so that no name is clear."""
    code = values["code"] if kind.noun == "exercise" else ""
    for each in reading.called(world.connection, kind, code) if code else ():
        if each.group != group and fold(getattr(each, kind.code_field)) == fold(code):
            where = (
                f"exercise {getattr(each, kind.code_field)} is there already, in group {world.group_name(each.group)}"
            )
            yield Problem("code", f"{where}; change that one, choose another code, or name the group")
