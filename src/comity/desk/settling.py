"""Values that are apart: who says what, since when and why; and what is told of them once one is chosen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.desk import acting, asking, checking
from comity.desk.desk import Desk
from comity.desk.drafting import Opened
from comity.desk.history import Entry, history
from comity.desk.world import World
from comity.domain.facet import Facet
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, decode, facets
from comity.store.database import Connection


@dataclass(frozen=True)
class Voice:
    """One of the values of a field: what it is, who wrote it, when, where and why."""

    value: Any
    text: str
    by: str
    institute: str
    at: datetime
    device: str
    reason: str


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


def forks(desk: Desk) -> list[Fork]:
    """Every field with several values, those of one record together."""
    found = [each for each in checking.checks(desk) if each.check == "record.conflict"]
    made: list[Fork] = []
    for check in {each.id: each for each in found}.values():
        record = asking.get(desk, check.kind, check.id)
        if record:
            made += _of(desk, record)
    return sorted(made, key=lambda fork: (fork.name, fork.field))


def _of(desk: Desk, record: Record) -> Iterator[Fork]:
    opened, told = acting.open_record(desk, record), {entry.dot: entry for entry in history(desk, record)}
    name = asking.ref(desk, record)
    with desk.store.reading() as connection:
        for field in record.conflicts:
            facet = facets(type(record)).get(field)
            heads = opened.heads.get(field, {})
            voices = [_voice(desk, connection, record, field, facet, dot, told) for dot in heads if dot in told]
            voices.sort(key=lambda voice: (voice.institute != desk.institute, voice.at))
            label = facet.label.lower() if facet else field.replace("_", " ")
            before = next((_before(told[dot], field) for dot in heads if dot in told), "")
            if voices:
                yield Fork(record, field, label, name, before, tuple(voices), opened)


def _before(entry: Entry, field: str) -> str:
    old = entry.changes.get(field, (None, None))[0]
    return "" if old is None else str(old)


def _voice(
    desk: Desk,
    connection: Connection,
    record: Record,
    field: str,
    facet: Facet | None,
    dot: bytes,
    told: dict[bytes, Entry],
) -> Voice:
    entry = told[dot]
    raw = entry.changes.get(field, (None, None))[1]
    value = decode(BY_NOUN[record.noun], field, raw) if raw is not None else None
    text = asking.one(connection, desk, value, facet) if value is not None else "nothing"
    return Voice(value, text, entry.by, entry.institute, entry.at, entry.device, entry.reason)


def seen_by(desk: Desk, fork: Fork) -> tuple[str, ...]:
    """The institutes that will see a settlement."""
    with desk.store.reading() as connection:
        return World(desk, connection).members(fork.record.group)
