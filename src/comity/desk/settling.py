"""Values that are apart: who says what, since when and why; and the choice of a person, which replaces what was shown.

Each value has a number that it keeps for as long as the field is disputed, whatever arrives meanwhile.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from comity.desk import acting, asking, drafting, rules
from comity.desk.acting import Saved
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.history import HistoryEntry, bare, history
from comity.desk.retelling import read
from comity.desk.world import World
from comity.domain.kinds import BY_NOUN
from comity.domain.parse import nearest
from comity.domain.record import Record, encode, facets
from comity.domain.wording import words
from comity.errors import NotFound, Refused, RuleBroken
from comity.log.commit import ORIGINATOR, RETIRED, Change
from comity.log.fold import RETIRE_INCOMPLETE
from comity.store import folding, reading, schema
from comity.store.database import Connection


@dataclass(frozen=True)
class Voice:
    """One of the values of a field: what it is, who wrote it, when, where and why; `new`: not shown yet."""

    n: int
    dot: bytes
    raw: Any  # as the log keeps it
    value: Any
    text: str
    by: str
    institute: str
    at: datetime
    device: str
    reason: str
    new: bool = False


@dataclass(frozen=True)
class Fork:
    """A field of a record with several values; `opened` is what a settlement replaces."""

    record: Record
    field: str
    label: str
    name: str
    before: str
    voices: tuple[Voice, ...]
    opened: Opened

    @property
    def since(self) -> datetime:
        """When the values went apart."""
        return max(voice.at for voice in self.voices)


# -- what is apart
def forks(desk: Desk) -> list[Fork]:
    """Every field with several values that a person has to choose from, those of one record together."""
    with desk.store.reading() as connection:
        records = reading.in_conflict(connection)
    made = [fork for record in records for fork in _of(desk, record, record.conflicts)]
    return sorted(made, key=lambda fork: (fork.name, fork.field))


def apart(desk: Desk, record: Record) -> list[Fork]:
    """Every field of one record in which several values stand, also where the strictest or a rule decides by itself."""
    with desk.store.reading() as connection:
        heads = reading.heads(connection, record.no or 0)
    several = [name for name, dots in heads.items() if len(dots) > 1 and name not in (ORIGINATOR, RETIRED)]
    broken = [RETIRED] if RETIRE_INCOMPLETE in record.flags else []
    return list(_of(desk, record, dict.fromkeys([*record.conflicts, *several, *broken])))


def fork_of(desk: Desk, record: Record, field: str) -> Fork:
    """The several values of one field. Raises NotFound where there is one value, or no such field."""
    found = {fork.field: fork for fork in apart(desk, record)}
    if field not in found:
        name = asking.ref(desk, record)
        known = field.partition(":")[0] in facets(type(record)) or field == RETIRED
        told = f"{name} has one value for {field}" if known else f"{name} has no field «{field}»{nearest(field, found)}"
        hint = (
            f"in conflict there: {', '.join(found)}"
            if found
            else "nothing is in conflict there: `comity conflict list`"
        )
        raise NotFound(told, hint, code="no_conflict")
    return found[field]


def seen_by(desk: Desk, fork: Fork) -> tuple[str, ...]:
    """The institutes that will see a settlement."""
    with desk.store.reading() as connection:
        return World(desk, connection).members(fork.record.group)


# -- numbers
def note_shown(desk: Desk, shown: Sequence[Fork]) -> None:
    """Remember the numbers under which values were shown, and that these were."""
    fresh = [fork for fork in shown if any(voice.new for voice in fork.voices)]
    if fresh:
        with suppress(Refused), desk.store.writing() as connection:  # a disk that is read-only: shown is shown
            for fork in fresh:
                dots = {voice.n: voice.dot for voice in fork.voices}
                schema.remember(connection, _noted(fork.record, fork.field), msgspec.msgpack.encode(dots))


def voice_of(fork: Fork, n: int) -> Voice:
    """The value of that number."""
    found = next((voice for voice in fork.voices if voice.n == n), None)
    if found is None:
        numbers = ", ".join(str(n) for n in sorted(voice.n for voice in fork.voices))
        raise NotFound(f"{fork.name} has no value {n} for {fork.field}", f"there are: {numbers}", code="no_value")
    return found


def as_shown(fork: Fork, choice: Voice | str) -> Fork:
    """Without the values that came since it was shown; as it is where it never was."""
    shown = tuple(voice for voice in fork.voices if not voice.new or voice is choice)
    return replace(fork, voices=shown) if any(not voice.new for voice in shown) else fork


def _noted(record: Record, field: str) -> str:
    return f"voices:{record.group}:{record.id}:{field}"


def _numbers(
    connection: Connection, record: Record, field: str, standing: Sequence[bytes]
) -> dict[bytes, tuple[int, bool]]:
    """The number of each head, and whether it is new: those that were shown keep theirs."""
    packed = schema.recall(connection, _noted(record, field))
    kept = msgspec.msgpack.decode(packed, type=dict[int, bytes]) if packed else {}
    here = {dot: n for n, dot in kept.items() if dot in standing}
    first = max(kept, default=0) + 1 if here else 1
    fresh = [dot for dot in standing if dot not in here]
    return {dot: (n, False) for dot, n in here.items()} | {dot: (n, True) for n, dot in enumerate(fresh, first)}


# -- settling
def settle(desk: Desk, fork: Fork, choice: Voice | str, reason: str) -> Saved:
    """Write one value over those that were shown; `moved` names the field where others came meanwhile: they stay."""
    if not reason.strip():
        raise RuleBroken("a conflict is settled with a reason", "give it with --reason TEXT", code="conflict.reason")
    kind = type(fork.record)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        current = acting.reread(connection, kind, fork.record.id, fork.record.group)
        rules.only_live(current)
        now = drafting.opened(connection, current)
        change = _change(world, fork, current, choice, reason)
        left = set(now.heads.get(fork.field, ())) - set(change.over)
        acting.write(desk, connection, current.group, [change], reason)
        return Saved(acting.reread(connection, kind, current.id, current.group), (fork.field,) if left else ())


def _change(world: World, fork: Fork, current: Record, choice: Voice | str, reason: str) -> Change:
    kind, field = type(current), fork.field
    if field == RETIRED:
        return _retirement(fork, choice)
    if ":" in field or field not in facets(kind):
        if isinstance(choice, str):
            raise RuleBroken(f"{field} is settled to one of its values", "choose one: --keep N", code="conflict.value")
        raw = choice.raw
    else:
        typed = _typed(world, fork, choice)
        rules.require(kind, rules.unreached(current, {field: typed}, fork.opened.heads))
        rules.check(world, current, {field: typed}, reason=reason, settle=True)
        raw = encode(typed) if isinstance(choice, str) else choice.raw
    return Change(current.noun, UUID(current.id).bytes, {field: raw}, tuple(sorted(voice.dot for voice in fork.voices)))


def _typed(world: World, fork: Fork, choice: Voice | str) -> Any:
    if isinstance(choice, Voice):
        return choice.value
    known = drafting.values_of(fork.record)
    return drafting.typed(world, type(fork.record), {fork.field: choice}, known, fork.record.group)[fork.field]


def _retirement(fork: Fork, choice: Voice | str) -> Change:
    """Retire what is there now, or take the retirement back."""
    words = {"yes": True, "true": True, "no": False, "false": False}
    wanted = words.get(choice.lower()) if isinstance(choice, str) else choice.raw
    if wanted is None:
        raise RuleBroken("a record is retired or not", "give --value yes or --value no", code="conflict.value")
    if wanted:
        return drafting.retirement(fork.opened)
    over = tuple(sorted(fork.opened.heads.get(RETIRED, ())))
    return Change(fork.record.noun, UUID(fork.record.id).bytes, {RETIRED: False}, over)


# -- voices
def _of(desk: Desk, record: Record, fields: Iterable[str]) -> Iterator[Fork]:
    opened, told = acting.open_record(desk, record), {entry.dot: entry for entry in history(desk, record)}
    name = asking.ref(desk, record)
    with desk.store.reading() as connection:
        for field in fields:
            heads = opened.heads.get(field, {})
            raws = _retiring(desk, connection, record) if field == RETIRED else heads
            standing = [dot for dot in told if dot in raws]
            numbers = _numbers(connection, record, field, standing)
            facet = facets(type(record)).get(field)
            voices = [
                replace(_voice(desk, connection, record, field, raws[dot], told[dot]), n=n, new=new)
                for dot, (n, new) in numbers.items()
            ]
            voices.sort(key=lambda voice: (voice.institute != desk.institute, voice.at, voice.n))
            label = facet.label.lower() if facet else words(field)
            before = next((_before(desk, connection, record, field, told[dot]) for dot in standing), "")
            if voices:
                yield Fork(record, field, label, name, before, tuple(voices), opened)


def _retiring(desk: Desk, connection: Connection, record: Record) -> Mapping[bytes, bool]:
    """A retirement that did not see all of a record, and what it did not see: retired, or not?"""
    written = folding.written(connection, desk.store.circles, [record.no or 0]).get(record.no or 0, [])
    heads = reading.heads(connection, record.no or 0)
    named = {each.touch.dot: {*each.touch.over, each.touch.dot} for each in written}
    retires = {dot for dot, value in heads.get(RETIRED, {}).items() if value is True}
    standing = {dot for dots in heads.values() for dot in dots} - retires
    unseen = {dot for dot in standing if not all(dot in named.get(each, ()) for each in retires)}
    return dict.fromkeys(retires, True) | dict.fromkeys(unseen, False)


def _before(desk: Desk, connection: Connection, record: Record, field: str, entry: HistoryEntry) -> str:
    old = entry.changes.get(field, (None, None))[0]
    return "" if old is None else read(desk, connection, BY_NOUN[record.noun], field, old)[1]


def _voice(desk: Desk, connection: Connection, record: Record, field: str, raw: Any, entry: HistoryEntry) -> Voice:
    kind = BY_NOUN[record.noun]
    value, text = read(desk, connection, kind, field, bare(kind, field, raw))
    return Voice(0, entry.dot, raw, value, text, entry.by, entry.institute, entry.at, entry.device, entry.reason)
