"""What the houses of an exercise agreed to hold fixed, strand by strand, and whose word on it stands."""

from dataclasses import dataclass

from comity.desk.desk import Desk
from comity.desk.files.deviations import settings
from comity.desk.pages.comparing import text
from comity.desk.world import World
from comity.domain.concurrences import Answer, answers
from comity.domain.exercises import Exercise, Strand
from comity.domain.field_classes import FIELD_CLASSES
from comity.domain.protocols import Protocol
from comity.domain.sight import sight


@dataclass(frozen=True, slots=True)
class ProtocolSheet:
    """The newest version of a strand's protocol, its settings as text, and the answers it has."""

    strand: Strand
    protocol: Protocol | None
    earlier: tuple[Protocol, ...]
    settings: tuple[tuple[str, str, str], ...]
    answers: tuple[Answer, ...]


def protocols(desk: Desk, exercise: Exercise) -> list[ProtocolSheet]:
    """Every strand of an exercise with its protocol."""
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        sheets = []
        for strand in sorted(look.find(Strand, exercise=exercise.id), key=lambda each: each.title):
            versions = sorted(look.find(Protocol, strand=strand.id), key=lambda each: each.version, reverse=True)
            newest = versions[0] if versions else None
            asked = newest is not None and newest.status in ("circulated", "frozen")
            told = tuple(answers(look, exercise, newest)) if newest and asked else ()
            sheets.append(ProtocolSheet(strand, newest, tuple(versions[1:]), _settings(newest), told))
        return sheets


def _settings(protocol: Protocol | None) -> tuple[tuple[str, str, str], ...]:
    if protocol is None:
        return ()
    fixed = settings(protocol)
    return tuple((name, field, text(value)) for name in FIELD_CLASSES for field, value in fixed[name].items())
