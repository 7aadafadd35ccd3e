"""How a protocol is sent round, frozen and followed by its next version, and how institutes answer it."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from comity.domain.concurrences import content_hash
from comity.domain.protocols import FIELD_CLASSES, Concurrence, Protocol
from comity.domain.record import Record
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking


def editable(record: Record, fields: Iterable[str] = FIELD_CLASSES) -> str:
    """Why these fields of a record may not be edited any more, or nothing; what was sent round stays as it is."""
    untouched = {*FIELD_CLASSES, "content_hash"}.isdisjoint(fields)
    if not isinstance(record, Protocol) or record.status == "draft" or untouched:
        return ""
    advice = "supersede it to write the next version" if record.status in ("circulated", "frozen") else "it is history"
    return f"protocol v{record.version} is {record.status}; {advice}"


def _has_settings(protocol: Protocol, taking: Taking) -> Iterator[Obstacle]:
    if not any(getattr(protocol, name) for name in FIELD_CLASSES):
        yield Obstacle(protocol, f"protocol v{protocol.version} has no settings")


def _freeze(protocol: Protocol, taking: Taking) -> StepOutcome:
    return StepOutcome({"content_hash": content_hash(protocol)})


def _newest(protocol: Protocol, taking: Taking) -> Iterator[Obstacle]:
    for each in taking.view.find(Protocol, strand=protocol.strand, status=("draft", "circulated", "frozen")):
        if each.version > protocol.version:
            yield Obstacle(each, f"v{each.version} is there already, {each.status}")


def _supersede(protocol: Protocol, taking: Taking) -> StepOutcome:
    """The next version begins as a draft with the same settings, so that only what is edited lapses concurrences."""
    versions = [each.version for each in taking.view.find(Protocol, strand=protocol.strand)]
    settings: dict[str, Any] = {name: dict(getattr(protocol, name) or {}) for name in FIELD_CLASSES}
    following = {
        "strand": protocol.strand,
        "version": max([*versions, protocol.version]) + 1,
        **settings,
    }
    return StepOutcome({}, (("protocol", following),))


def _circulated(concurrence: Concurrence, taking: Taking) -> Iterator[Obstacle]:
    protocol = taking.view.get(Protocol, concurrence.protocol)
    if protocol is None:
        yield Obstacle(concurrence, "the protocol is held elsewhere")
    elif protocol.status not in ("circulated", "frozen"):
        yield Obstacle(protocol, f"protocol v{protocol.version} is {protocol.status}, not to be answered")


def _answer(concurrence: Concurrence, taking: Taking) -> StepOutcome:
    """Names the settings that are answered by their hash, as they are at this moment."""
    protocol = taking.view.get(Protocol, concurrence.protocol)
    return StepOutcome({"version_hash": content_hash(protocol) if protocol else "", "reason": taking.reason})


PROTOCOL: Final = (
    Step(
        "circulate", "status", ("draft",), "circulated", _has_settings, vouches=FIELD_CLASSES, help="Ask for answers."
    ),
    Step(
        "freeze",
        "status",
        ("circulated",),
        "frozen",
        _has_settings,
        _freeze,
        vouches=FIELD_CLASSES,
        help="Hold it fixed.",
    ),
    Step(
        "supersede",
        "status",
        ("circulated", "frozen"),
        "superseded",
        _newest,
        _supersede,
        help="Draft the next version.",
    ),
    Step(
        "withdraw",
        "status",
        ("draft", "circulated", "frozen"),
        "withdrawn",
        needs_reason=True,
        grave=True,
        help="It does not hold, and nothing follows it.",
    ),
)

ANSWERS: Final = ("pending", "concur", "concur_with_reservation", "object", "lapsed")


def _answering(name: str, target: str, text: str, *takes: str) -> Step:
    return Step(name, "answer", ANSWERS, target, _circulated, _answer, takes, needs_reason=bool(takes), help=text)


CONCURRENCE: Final = (
    _answering("concur", "concur", "Agree to these settings."),
    _answering("reserve", "concur_with_reservation", "Agree, and say what about.", "fields_concerned"),
    _answering("object", "object", "Do not agree, and say why.", "fields_concerned"),
    Step("lapse", "answer", ANSWERS[1:4], "lapsed", needs_reason=True, help="Take the answer back."),
)
