"""What people do: add, change, retire and move records. Each writes one act, in one transaction, or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from comity.desk import drafting, labels, placing, rules
from comity.desk.asking import kind_of
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.world import World
from comity.domain.record import Record
from comity.domain.wording import words
from comity.errors import Ambiguous, NotFound, Problem, RuleBroken
from comity.log.commit import Change
from comity.store import reading
from comity.store.database import Connection

R = TypeVar("R", bound=Record)


@dataclass(frozen=True)
class Saved:
    """What a save wrote, and the fields that changed elsewhere since they were shown: these have two values now."""

    record: Record
    moved: tuple[str, ...] = ()


def open_record(desk: Desk, record: R) -> Opened:
    """The record as it is shown now, to be changed later."""
    with desk.store.reading() as connection:
        current = reading.by_number(connection, type(record), record.no or 0)
        return drafting.opened(connection, current or record)


def write(desk: Desk, connection: Connection, group: str, changes: list[Change], reason: str) -> list[bytes]:
    """Write changes as one act of this person; the dots of its commits."""
    at_ms = desk.at_ms()
    dots = desk.store.write(connection, bytes.fromhex(group), changes, author=desk.person, reason=reason, at_ms=at_ms)
    desk.written.append(tuple(dots))
    return dots


def add(
    desk: Desk, noun: str, raw: Mapping[str, Any], *, group: str = "", marking: str = "", reason: str = ""
) -> Record:
    """A new record. Without a group it takes group and marking of its parent; else it is private and TLP:RED."""
    kind = kind_of(noun)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        given = {**raw, "marking": marking} if marking else dict(raw)
        values = _of_new(world, kind, group, given)
        home = placing.place(world, kind, group, values)
        values = {**placing.inherited(world, kind, home, values), **values}
        values |= labels.numbered(connection, kind, home, values)
        id = drafting.new_id()
        change = drafting.creation(world, kind, home, values, id)
        write(desk, connection, home, [change], reason)
        return reread(connection, kind, id, home)


def _of_new(world: World, kind: type[Record], group: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new record; all that is wrong is told at once, also with its group."""
    try:
        within = placing.group_id(world, group) if group else ""
    except (NotFound, Ambiguous) as error:
        wrong = [Problem("group", error.message)]
        drafting.accepted(world, kind, given, lambda values, unread: wrong if unread else ())
        raise type(error)(error.message, error.hint, wrong) from None
    return drafting.accepted(world, kind, given, partial(placing.forbidden, world, kind, group), group=within)


def save(desk: Desk, opened: Opened, raw: Mapping[str, Any], *, reason: str = "", settle: bool = False) -> Saved:
    """Set the given fields where they differ from what was shown; what moved underneath is kept beside and told."""
    kind = type(opened.record)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        current = reread(connection, kind, opened.record.id, opened.record.group)
        rules.only_live(current)

        def changed(values: Mapping[str, Any]) -> dict[str, Any]:
            return {
                name: value for name, value in values.items() if settle or drafting.differs(opened.record, name, value)
            }

        def forbids(values: Mapping[str, Any], unread: frozenset[str]) -> Iterable[Problem]:
            return rules.forbidden(world, current, changed(values), reason=reason, settle=settle)

        known = drafting.values_of(opened.record)
        values = changed(drafting.accepted(world, kind, raw, forbids, known, current.group))
        if not values:
            return Saved(current)
        rules.require(kind, rules.unreached(current, values, opened.heads))
        now = drafting.opened(connection, current)
        write(desk, connection, current.group, [drafting.revision(opened, values)], reason)
        return Saved(reread(connection, kind, current.id, current.group), moved(opened, now, values))


def moved(opened: Opened, now: Opened, names: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields among `names` whose heads are not those that were shown."""
    return tuple(name for name in names if set(opened.heads.get(name, ())) != set(now.heads.get(name, ())))


def retire(desk: Desk, record: Record, reason: str) -> Record:
    """Take a record out of every list; it stays in the log and its history can be read. Raises RuleBroken."""
    if not reason.strip():
        rule = f"{record.noun}.retire"
        raise RuleBroken("retire needs a reason", "say why with --reason TEXT; it stays in the history", code=rule)
    with desk.store.writing() as connection:
        current = reread(connection, type(record), record.id, record.group)
        rules.only_live(current)
        write(desk, connection, current.group, [drafting.retirement(drafting.opened(connection, current))], reason)
        return reread(connection, type(record), record.id, record.group)


def reread(connection: Connection, kind: type[R], id: str, group: str) -> R:
    """The record as it is in this transaction."""
    found = reading.get(connection, kind, id, group)
    if found is None:
        raise NotFound(f"{words(kind.noun)} {id} is not here", "it may have been erased")
    return found
