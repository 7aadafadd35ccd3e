"""Undo: an act is taken back by a new one that writes the old values over what it wrote; the log keeps both."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from comity.desk import drafting, history, names
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.facet import Merge
from comity.domain.kinds import BY_NOUN
from comity.domain.marking import lowers
from comity.domain.record import Record, encode, facets
from comity.domain.when import show_moment
from comity.errors import NotFound, RuleBroken
from comity.log.commit import ORIGINATOR, RETIRED, Change, Commit
from comity.log.fold import Heads
from comity.store import folding, reading, undone
from comity.store.database import Connection
from comity.store.folding import Written
from comity.store.undone import Act, Undos

Value = Any


@dataclass(frozen=True)
class Undone:
    """What an undo wrote: the records (kind, id) it touched, and the fields that went back."""

    records: tuple[tuple[str, str], ...]
    fields: tuple[str, ...]
    reason: str


@dataclass(frozen=True)
class Trail:
    """One record as an act left it, and all that was written about it."""

    world: World
    record: Record
    dot: bytes
    heads: Heads
    written: dict[bytes, Written]
    taken: Undos


def undo(desk: Desk, dot: bytes) -> Undone:
    """Take an act back. Raises RuleBroken where something later rests on what it wrote, and names that."""
    return _reverse(desk, _act(desk, _taken(desk), dot))


def redo(desk: Desk, record: Record | None = None) -> Undone:
    """Take the last undo back: of a record, else of this session."""
    taken = _taken(desk)
    act = taken.to_redo(_acts(desk, taken, record))
    if act is None:
        what = "to this record" if record else "in this session"
        raise NotFound("there is nothing to redo", f"an undo is taken back until something else is done {what}")
    return _reverse(desk, act)


def last(desk: Desk) -> bytes | None:
    """The newest act that this person wrote at this device in this session and did not take back."""
    taken = _taken(desk)
    act = taken.to_undo(_acts(desk, taken))
    return act[-1] if act else None


def newest(desk: Desk, record: Record) -> bytes:
    """The newest act that touched a record and was not taken back at this device."""
    taken = _taken(desk)
    act = taken.to_undo(_acts(desk, taken, record))
    if act is None:
        hint = f"`comity {record.noun.replace('_', '-')} history` tells it; `comity redo` takes the last undo back"
        raise NotFound("nothing is left to undo on this record", hint)
    return act[-1]


def _taken(desk: Desk) -> Undos:
    with desk.store.reading() as connection:
        return undone.noted(connection)


def _acts(desk: Desk, taken: Undos, record: Record | None = None) -> list[Act]:
    """The acts on a record, else those of this session that are still here; the newest first."""
    if record:
        acts = (_act(desk, taken, entry.dot) for entry in history.history(desk, record))
        return list(dict.fromkeys(acts))[::-1]
    with desk.store.reading() as connection:
        here = reading.seats(connection, [dot for act in desk.written for dot in act])
    return [act for act in reversed(desk.written) if all(dot in here for dot in act)]


def _act(desk: Desk, taken: Undos, dot: bytes) -> Act:
    """The whole act that a commit is of."""
    return next((act for act in desk.written if dot in act), taken.act(dot))


def _reverse(desk: Desk, act: Act) -> Undone:
    """Write back what each commit of an act replaced; all of it or nothing."""
    with desk.store.writing() as connection:
        world, taken = World(desk, connection), undone.noted(connection)
        changes: list[Change] = []
        group, reason = "", ""
        for dot in reversed(act):
            group, commit = _commit(desk, connection, dot)
            reason = commit.reason
            changes += [_reversal(_trail(world, taken, group, change, dot), change) for change in commit.changes]
        reason = _reason(taken, act, reason)
        written = desk.store.write(
            connection, bytes.fromhex(group), changes, author=desk.person, reason=reason, at_ms=desk.at_ms()
        )
        undone.note(connection, tuple(written), act)
    desk.written.append(tuple(written))
    records = tuple((each.kind, str(UUID(bytes=each.id))) for each in changes)
    fields = tuple(dict.fromkeys(name for each in changes for name in each.set))
    return Undone(records, fields, reason)


def _reason(taken: Undos, act: Act, said: str) -> str:
    """What was done, and why the act was that it was done to."""
    why = said.partition(": ")[2] if act in taken.took else said
    return ": ".join(filter(None, ("redo" if taken.is_undo(act) else "undo", why)))


def _commit(desk: Desk, connection: Connection, dot: bytes) -> tuple[str, Commit]:
    found = folding.commit_of(connection, desk.store.circles, dot)
    if found is None:
        hint = "history lists the acts that can be undone; who is in a group is changed by its chair"
        raise NotFound("there is no such act on records here", hint)
    return found[0].hex(), found[1]


def _trail(world: World, taken: Undos, group: str, change: Change, dot: bytes) -> Trail:
    kind = BY_NOUN.get(change.kind)
    record = reading.get(world.connection, kind, str(UUID(bytes=change.id)), group) if kind else None
    if record is None or record.no is None:
        told = f"the act is about a {change.kind}, which this Comity does not know"
        raise RuleBroken(told, "update Comity", code="undo.unknown")
    circles = world.desk.store.circles
    written = folding.written(world.connection, circles, [record.no]).get(record.no, [])
    by_dot = {each.touch.dot: each for each in written}
    return Trail(world, record, dot, reading.heads(world.connection, record.no), by_dot, taken)


def _reversal(trail: Trail, change: Change) -> Change:
    """The change that takes one change back."""
    if ORIGINATOR in change.set:
        _unmoved(trail, {**dict.fromkeys(trail.heads), **change.set})
        return drafting.retirement(drafting.Opened(trail.record, trail.heads))
    _unmoved(trail, change.set)
    if RETIRED in change.set and change.set[RETIRED] is not True:
        return drafting.retirement(drafting.Opened(trail.record, trail.heads))
    if RETIRED in change.set:
        return Change(change.kind, change.id, {RETIRED: False}, tuple(sorted(trail.heads[RETIRED])))
    _still_there(trail)
    over = {dot for name in change.set for dot in trail.heads[name]}
    return Change(change.kind, change.id, dict(_old_values(trail, change)), tuple(sorted(over)))


def _unmoved(trail: Trail, wrote: Mapping[str, Value]) -> None:
    """Raise RuleBroken where another act moved one of these fields since, or wrote beside it."""
    for name in wrote:
        heads = trail.heads.get(name, {})
        others = [dot for dot in heads if dot != trail.dot and not _is_back(trail, dot, heads[dot], wrote[name])]
        if others or not heads:
            raise _moved(trail, name, others or _followers(trail, name))


def _is_back(trail: Trail, dot: bytes, value: Value, wrote: Value) -> bool:
    """Whether a later value is the work of an undo or redo at this device, that put back what the act had left."""
    return trail.taken.act(dot) in trail.taken.took and (wrote is None or value == wrote)


def _followers(trail: Trail, name: str) -> list[bytes]:
    """The acts that replaced what this one wrote to a field."""
    return [dot for dot, each in trail.written.items() if trail.dot in each.touch.over and name in each.touch.set]


def _moved(trail: Trail, name: str, by: Sequence[bytes]) -> RuleBroken:
    later = max((trail.written[dot] for dot in by if dot in trail.written), key=_age, default=None)
    field = "it" if name in (RETIRED, ORIGINATOR) else _label(trail.record, name)
    who = f" by {later.stamp.by} ({later.stamp.institute}), {_when(trail, later)}" if later else ""
    why = f": {later.stamp.reason}" if later and later.stamp.reason else ""
    called = names.short(trail.world.connection, trail.record)
    hint = "write the value that you want: `set`, or in the app `e`"
    return RuleBroken(f"{called}: {field} was changed since{who}{why}", hint, code="undo.moved")


def _age(each: Written) -> tuple[int, bytes]:
    return each.touch.gen, each.touch.dot


def _when(trail: Trail, each: Written) -> str:
    return show_moment(each.stamp.at, trail.world.today)


def _label(record: Record, name: str) -> str:
    facet = facets(type(record)).get(name.partition(":")[0])
    return facet.label.lower() if facet else name


def _still_there(trail: Trail) -> None:
    if trail.record.retired:
        raise _moved(trail, RETIRED, list(trail.heads.get(RETIRED, ())))


def _old_values(trail: Trail, change: Change) -> Iterator[tuple[str, Value]]:
    """What stood in each field before, as the log keeps it."""
    for name, value in change.set.items():
        before = [trail.written[dot].touch.set for dot in change.over if dot in trail.written]
        old = {msgspec.msgpack.encode(each[name]): each[name] for each in before if name in each}
        if len(old) > 1:
            called = names.short(trail.world.connection, trail.record)
            hint = "write the value that you want: `set`, or in the app `e`"
            told = f"{called}: {_label(trail.record, name)} had several values before; the act settled them"
            raise RuleBroken(told, hint, code="undo.settled")
        yield name, _allowed(trail, name, next(iter(old.values()), _default(trail.record, name, value)))


def _default(record: Record, name: str, value: Value) -> Value:
    """What a field holds that nobody wrote; of a tag, that it is not there."""
    facet = facets(type(record)).get(name.partition(":")[0])
    if facet is not None and facet.merge is Merge.TAGS:
        return value is not True
    info = type(record).model_fields.get(name)
    return encode(info.get_default(call_default_factory=True)) if info and not info.is_required() else None


def _allowed(trail: Trail, name: str, value: Value) -> Value:
    """A marking goes down by the hand of its originator only."""
    record = trail.record
    if name == "marking" and lowers(record.marking, value) and record.originator != trail.world.institute:
        owner = record.originator or "its originator"
        raise RuleBroken(f"only {owner} lowers this marking to {value} again", "ask them", code="marking.lowered")
    return value
