"""Which version of a protocol holds, by its content, and whose word on it still stands."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any, Final, Literal

from comity.domain.exercises import Exercise, Participant, Strand
from comity.domain.protocols import FIELD_CLASSES, Concurrence, Protocol
from comity.domain.view import View

CONCURRING_ROLES: Final = ("lead", "co_lead", "contributor")
Standing = Literal["pending", "concur", "concur_with_reservation", "object", "lapsed"]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one institute says about one version of a protocol; `touched` names the classes changed since."""

    protocol: Protocol
    institute: str
    standing: Standing
    concurrence: Concurrence | None = None
    touched: tuple[str, ...] = ()


def content_hash(protocol: Protocol) -> str:
    """The hash of all settings in a canonical form, 64 hex digits: equal settings, equal hash in every house."""
    settings = {name: _canonical(getattr(protocol, name) or {}) for name in FIELD_CLASSES}
    form = json.dumps(settings, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)
    return blake2b(form.encode(), digest_size=32, person=b"comity.protocol").hexdigest()


def current(view: View, strand: str) -> Protocol | None:
    """The newest version of a strand's protocol that was sent round or frozen, whichever came last."""
    held = view.find(Protocol, strand=strand, status=("circulated", "frozen"))
    return max(held, key=lambda each: (each.version or 0, each.id), default=None)


def currents(view: View, exercise: Exercise) -> Iterator[Protocol]:
    """The protocol that holds in each strand of an exercise."""
    for strand in view.find(Strand, exercise=exercise.id):
        if protocol := current(view, strand.id):
            yield protocol


def answers(view: View, exercise: Exercise, protocol: Protocol) -> list[Answer]:
    """The word of everybody who has to concur, by institute; an observer is not asked."""
    asked = view.find(Participant, exercise=exercise.id, role=CONCURRING_ROLES)
    return [_answer(view, protocol, institute) for institute in sorted({each.institute for each in asked})]


def _answer(view: View, protocol: Protocol, institute: str) -> Answer:
    versions = {each.id: each for each in view.find(Protocol, strand=protocol.strand)}
    spoken = [
        each
        for each in view.find(Concurrence, protocol=tuple(versions), institute=institute)
        if each.answer != "pending" and versions[each.protocol].version <= protocol.version
    ]
    latest = max(spoken, key=lambda each: (versions[each.protocol].version, each.id), default=None)
    if latest is None:
        return Answer(protocol, institute, "pending")
    touched = tuple(_touched(latest, versions[latest.protocol], protocol))
    return Answer(protocol, institute, "lapsed" if touched else latest.answer, latest, touched)


def _touched(word: Concurrence, version: Protocol, protocol: Protocol) -> Iterator[str]:
    """The classes that the word concerns and that changed after it was given."""
    if word.version_hash and word.version_hash not in (content_hash(version), version.content_hash):
        yield "settings it did not see"
    concerned = _concerned(word.fields_concerned or ())
    yield from (name for name in FIELD_CLASSES if name in concerned and _differ(name, version, protocol))


def _concerned(fields: Sequence[str]) -> set[str]:
    return {field.split(".")[0] for field in fields} & set(FIELD_CLASSES) or set(FIELD_CLASSES)


def _differ(name: str, one: Protocol, other: Protocol) -> bool:
    return one.id != other.id and bool(_canonical(getattr(one, name) or {}) != _canonical(getattr(other, name) or {}))


def _canonical(value: Any) -> Any:
    """A value in which 2.0 and 2 are the same, as every reader of a protocol takes them."""
    if isinstance(value, Mapping):
        return {str(key): _canonical(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_canonical(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
