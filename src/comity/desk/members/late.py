"""The late tray: what a revoked device wrote beyond its cut, and taking it over by an act of one's own.

An adopted commit is named by the act that adopts it, so it leaves the tray on every device that hears of it.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.desk import acting, devices, names, retelling
from comity.desk.desk import Desk
from comity.desk.history import bare
from comity.desk.world import World
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, encode
from comity.domain.when import from_ms
from comity.errors import Ambiguous, NotFound
from comity.log.commit import ORIGINATOR, Change, Commit
from comity.store import folding, lately, reading, victims
from comity.store.database import Connection
from comity.store.lately import Act

LEAST = 6  # digits by which one is told


@dataclass(frozen=True)
class LateField:
    """One field as the late commit sets it, and what stands there now."""

    kind: str
    record: str
    ref: str
    field: str
    value: Any
    text: str
    now: Any
    now_text: str

    @property
    def differs(self) -> bool:
        """Whether adopting would change what is shown."""
        return bool(self.value != self.now)


@dataclass(frozen=True)
class LateCommit:
    """A commit that does not count because it lies beyond a cut: who wrote what, when and why."""

    dot: bytes
    group: str
    group_name: str
    institute: str
    device: str
    by: str
    at: datetime
    reason: str
    says: tuple[LateField, ...]

    @property
    def id(self) -> str:
        """By which it is told."""
        return self.dot.hex()


def tray(desk: Desk) -> list[LateCommit]:
    """What is late and not adopted, in the order of its writing."""
    with desk.store.reading() as connection:
        world, known = World(desk, connection), devices.names(desk, connection)
        return [_late(world, known, act) for act in _open(desk, connection)]


def chosen(found: Sequence[LateCommit], told: Collection[str]) -> list[LateCommit]:
    """Those of the tray that are told by the first digits of their ids. Raises NotFound or Ambiguous."""
    picked: dict[str, LateCommit] = {}
    for text in told:
        fits = [each for each in found if len(text) >= LEAST and each.id.startswith(text.lower())]
        if not fits:
            raise NotFound(f"nothing in the late tray is called «{text}»", "`comity late list` shows what is in it")
        if len(fits) > 1:
            raise Ambiguous(f"«{text}» fits {len(fits)} in the late tray", "give more digits of its id")
        picked[fits[0].id] = fits[0]
    return [each for each in found if each.id in picked]


def adopt(desk: Desk, lates: Sequence[LateCommit], reason: str = "") -> tuple[str, ...]:
    """Write the same values as one's own; the ids of records of which a field has several values now.

    What was written by others since is not replaced: it stands beside, as a conflict.
    """
    wanted = {each.dot for each in lates}
    touched: dict[tuple[str, str, str], None] = {}
    with desk.store.writing() as connection:
        heirs = _heirs(desk, connection)
        for act in [each for each in _open(desk, connection) if each.dot in wanted]:
            whose = f"adopted from {act.commit.author}: {act.commit.reason}".rstrip(": ")
            said = f"{reason}; {whose}" if reason else whose
            group = act.group.hex()
            heirs[act.dot] = set(acting.write(desk, connection, group, _adopting(act, heirs), said))
            touched |= {(group, each.kind, reading.dashed(each.id.hex())): None for each in act.commit.changes}
        return tuple(id for group, kind, id in touched if _disputed(connection, group, kind, id))


def _adopting(act: Act, heirs: dict[bytes, set[bytes]]) -> list[Change]:
    """The changes of a late commit over what its writer saw, over itself, and over what was adopted before it."""
    found = []
    for each in act.commit.changes:
        over = {act.dot, *each.over} | {dot for late in each.over for dot in heirs.get(late, ())}
        found.append(Change(each.kind, each.id, each.set, tuple(sorted(over))))
    return found


def _disputed(connection: Connection, group: str, noun: str, id: str) -> bool:
    kind = BY_NOUN.get(noun)
    found = reading.get(connection, kind, id, group) if kind else None
    return bool(found and found.conflicts)


def _open(desk: Desk, connection: Connection) -> list[Act]:
    """The late commits that nobody adopted."""
    adopted = _heirs(desk, connection)
    return [act for act in lately.late(connection, desk.store.circles) if act.dot not in adopted]


def _heirs(desk: Desk, connection: Connection) -> dict[bytes, set[bytes]]:
    """Which commits that count took over which late ones: they set the same fields and name them."""
    found: dict[bytes, set[bytes]] = {}
    for act in lately.late(connection, desk.store.circles):
        sets = {(each.kind, each.id): each.set.keys() for each in act.commit.changes}
        numbers = victims.records(connection, act.group, [id for _, id in sets])
        written = folding.written(connection, desk.store.circles, [numbers[key] for key in sets if key in numbers])
        for key, fields in sets.items():
            for each in written.get(numbers.get(key, 0), []):
                if act.dot in each.touch.over and fields <= each.touch.set.keys():
                    found.setdefault(act.dot, set()).add(each.touch.dot)
    return found


def _late(world: World, known: dict[bytes, str], act: Act) -> LateCommit:
    seat = world.desk.store.circles.of(act.group).standing.seats[act.seat]
    group, commit = act.group.hex(), act.commit
    at = from_ms(commit.at_ms)
    says = tuple(_said(world, group, commit))
    device = devices.called(known, seat.device)
    return LateCommit(
        act.dot, group, world.group_name(group), seat.institute, device, commit.author, at, commit.reason, says
    )


def _said(world: World, group: str, commit: Commit) -> Iterator[LateField]:
    for change in commit.changes:
        kind, id = BY_NOUN.get(change.kind), reading.dashed(change.id.hex())
        record = reading.get(world.connection, kind, id, group) if kind else None
        ref = names.short(world.connection, record) if record else _named(kind, change) or id[-LEAST:]
        for name, raw in change.set.items():
            if name != ORIGINATOR:
                value, text = _read(world, kind, name, raw)
                now, now_text = _read(world, kind, name, _now(world, record, name))
                yield LateField(change.kind, id, ref, name, value, text, now, now_text)


def _named(kind: type[Record] | None, change: Change) -> str:
    """What a record is called that only late commits tell of."""
    names_of = (kind.code_field, kind.name_field) if kind else ()
    return next((str(change.set[name]) for name in names_of if name in change.set), "")


def _now(world: World, record: Record | None, name: str) -> Any:
    """What is shown of a field now, as the log would keep it; nothing where there is none."""
    if record is None or (":" not in name and not hasattr(record, name)):
        return None
    if ":" in name:
        return any(reading.heads(world.connection, record.no or 0).get(name, {}).values())
    return encode(getattr(record, name))


def _read(world: World, kind: type[Record] | None, name: str, raw: Any) -> tuple[Any, str]:
    return retelling.read(world.desk, world.connection, kind, name, bare(kind, name, raw)) if kind else (raw, str(raw))
