"""Tearline copies: chosen fields of a record as a new one in a wider group, which does not point back."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from msgspec import msgpack

from comity.desk import acting, asking, drafting, labels, names, placing, rules
from comity.desk.desk import Desk
from comity.desk.history import history
from comity.desk.world import World
from comity.domain.facet import Shape
from comity.domain.marking import lowers
from comity.domain.parse import nearest
from comity.domain.record import Record, encode, facets, required
from comity.domain.sharing import Disclosure, Note
from comity.errors import Problem, Refused
from comity.log.commit import Change


@dataclass(frozen=True)
class Release:
    """What a tearline copy would show, to whom, and what of the original stays behind."""

    record: Record
    ref: str
    group: str
    group_name: str
    recipients: tuple[str, ...]
    values: Mapping[str, Any]
    marking: str
    kept_back: tuple[str, ...]


def release(desk: Desk, record: Record, to: str, fields: Sequence[str], marking: str = "", reason: str = "") -> Release:
    """What `tear` would do. Raises BadInput or RuleBroken with everything that forbids it."""
    with desk.store.reading() as connection:
        return _release(World(desk, connection), record, to, fields, marking, reason)


def tear(desk: Desk, release: Release, reason: str = "") -> tuple[Record, tuple[Record, ...]]:
    """Make the copy, and a disclosure for each institute that gets it beside the original; both, in this order."""
    kind, dot = type(release.record), history(desk, release.record)[-1].dot
    with desk.store.writing() as connection:
        world = World(desk, connection)
        fields = [name for name in release.values if name != "marking"]
        now = _release(world, release.record, release.group, fields, release.marking, reason)
        id = drafting.new_id()
        values = {**now.values, **labels.numbered(connection, kind, now.group, now.values)}
        acting.write(desk, connection, now.group, [drafting.creation(world, kind, now.group, values, id)], "")
        ids = [drafting.new_id() for _ in now.recipients]
        kept = [_disclosure(world, now, id, dot, reason, *each) for each in zip(ids, now.recipients, strict=True)]
        acting.write(desk, connection, now.record.group, kept, reason)
        made = acting.reread(connection, kind, id, now.group)
        return made, tuple(acting.reread(connection, Disclosure, each, now.record.group) for each in ids)


def _release(world: World, record: Record, to: str, fields: Sequence[str], marking: str, reason: str) -> Release:
    kind, group = type(record), placing.group_id(world, to)
    chosen = [name.replace("-", "_") for name in fields]
    rules.require(kind, _unknown(kind, chosen))
    shown = {name: getattr(record, name) for name in chosen}
    raw = {name: _led(world, group, kind, name, value) for name, value in shown.items() if value not in (None, "", [])}
    values = drafting.typed(world, kind, {**raw, "marking": marking or record.marking})
    if record.synthetic:
        values["synthetic"] = True
    recipients = tuple(each for each in world.members(group) if each != world.institute)
    rules.require(kind, _forbidden(world, record, group, values, recipients, reason))
    ref, name = names.short(world.connection, record), world.group_name(group)
    left = tuple(each for each in facets(kind) if each not in values and getattr(record, each) not in (None, "", []))
    return Release(record, ref, group, name, recipients, values, values["marking"], left)


def _led(world: World, group: str, kind: type[Record], name: str, value: Any) -> Any:
    """The same value; a reference leads to the copy that the group was given of a record, where there is one."""
    facet = facets(kind)[name]
    if facet.shape is not Shape.REF:
        return value
    return [_copy(world, group, each) for each in value] if facet.many else _copy(world, group, value)


def _copy(world: World, group: str, id: str) -> str:
    copy = rules.copy_in(world, group, id)
    return copy.id if copy else id


def _forbidden(
    world: World, record: Record, group: str, values: Mapping[str, Any], recipients: Sequence[str], reason: str
) -> Iterator[Problem]:
    rules.only_live(record)
    if record.group == group:
        yield Problem("group", "the record is in this group already")
    if record.originator != world.institute:
        yield Problem("originator", f"only {record.originator or 'its originator'} releases it; ask them")
    if not recipients:
        yield Problem("group", f"{world.group_name(group)} reaches nobody but {world.institute}")
    if lowers(record.marking, values["marking"]) and not reason.strip():
        yield Problem("marking", f"{values['marking']} is lower than {record.marking}; say why: --reason TEXT")
    for problem in rules.placed(world, type(record), group, values):
        marked = f"{problem.message.rstrip('.')}; or mark the copy otherwise, such as --marking TLP:AMBER"
        yield Problem("marking", marked) if problem.field == "marking" else problem
    yield from rules.twins(world, type(record), group, values)


def _unknown(kind: type[Record], chosen: Sequence[str]) -> Iterator[Problem]:
    """Names that are no fields, labels, which are numbered per group, and what the copy cannot be without."""
    if not chosen:
        yield Problem("fields", "name those that may leave: --fields A,B")
    for name in chosen:
        if name not in facets(kind) or name in ("marking", "synthetic"):
            yield Problem(name, f"is no field that is released{nearest(name, facets(kind))}")
        elif kind.label_prefix and name == kind.code_field:
            yield Problem(name, "is numbered anew in the other group; leave it out")
    for name in facets(kind) if chosen else ():
        if required(kind, name) and name not in (*chosen, "marking"):
            yield Problem(name, f"{facets(kind)[name].label} is needed in the copy; add {name} to --fields")


def _disclosure(world: World, made: Release, copy: str, dot: bytes, reason: str, id: str, to: str) -> Change:
    content = msgpack.encode({name: encode(value) for name, value in sorted(made.values.items())})
    values = {
        "subject": made.record.id,
        "revision": dot.hex(),
        "content_hash": hashlib.blake2b(content, digest_size=32).hexdigest(),
        "copied_to": copy,
        "recipient": to,
        "door": "tearline",
        "released_marking": made.marking,
        "reason": reason,
        "disclosed_at": world.desk.clock().replace(microsecond=0),
        "marking": made.record.marking,
        "synthetic": made.record.synthetic,
    }
    return drafting.creation(world, Disclosure, made.record.group, values, id)


def given(desk: Desk) -> list[tuple[Disclosure, Record | None]]:
    """Every disclosure with what it tells of, where that is held here; the newest first."""
    kept = asking.records(desk, "disclosure", sort=("-disclosed_at",))
    with desk.store.reading() as connection:
        return [(each, asking.target(connection, "*", each.subject)) for each in kept if isinstance(each, Disclosure)]


def retract(desk: Desk, disclosure: Disclosure, reason: str) -> tuple[str, ...]:
    """Ask all who got a copy to give it up: it is retired, a note says so, and answers are awaited; who is asked."""
    rules.only_live(disclosure)
    if not disclosure.copied_to or disclosure.retracted_at:
        hint = "write down by hand what was asked and answered: `comity disclosure set REF --retraction TEXT`"
        raise Refused("this disclosure has no copy that could be called back, or it was retracted", hint)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        kept = [each for each in world.find(Disclosure, copied_to=disclosure.copied_to) if not each.retracted_at]
        copy = asking.target(connection, "*", disclosure.copied_to)
        if copy and not copy.retired:
            gone = drafting.retirement(drafting.opened(connection, copy))
            acting.write(desk, connection, copy.group, [gone, _asked(world, copy, reason)], reason)
        now = {"retracted_at": world.desk.clock().replace(microsecond=0)}
        changes = [drafting.revision(drafting.opened(connection, each), now) for each in kept]
        acting.write(desk, connection, disclosure.group, changes, reason)
    return tuple(each.recipient for each in kept)


def _asked(world: World, copy: Record, reason: str) -> Change:
    text = f"{world.institute} takes {names.short(world.connection, copy)} back: {reason} Say whether you did."
    values = {"text": text, "subject": copy.id, "marking": copy.marking, "synthetic": copy.synthetic}
    return drafting.creation(world, Note, copy.group, values, drafting.new_id())
