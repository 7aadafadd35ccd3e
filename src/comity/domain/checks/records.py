"""Records of any kind that houses wrote differently, or that hold what this version cannot read."""

from collections.abc import Iterator
from typing import Final

from comity.domain.checks.check import Check, CheckId, Severity, place_of, told
from comity.domain.kinds import KINDS
from comity.domain.record import Record, facets
from comity.domain.sight import Sight, mended
from comity.domain.wording import listed, words

_FLAGS: Final[dict[str, tuple[CheckId, Severity, str]]] = {
    "record.unreadable": ("record.unreadable", "medium", "{field} holds a value that this version cannot read."),
    "record.invalid": ("record.invalid", "medium", "{field} holds a value that does not fit; set it again."),
    "record.originator_disputed": (
        "record.originator_disputed",
        "high",
        "Two institutes wrote it first; nobody is its originator, so its marking cannot be lowered.",
    ),
    "record.speaker_disputed": ("record.speaker_disputed", "high", "It is said to speak for two institutes."),
    "record.retire_incomplete": (
        "record.retire_incomplete",
        "medium",
        "It was retired by somebody who had not seen all of it; retire it again or leave it.",
    ),
}


def to_settle(look: Sight) -> Iterator[Check]:
    """Fields in which two values wait for a person, and what is flagged."""
    for kind in KINDS:
        for record in (mended(each) for each in look.every(kind) if each.conflicts or each.flags):
            if record.conflicts:
                yield _conflict(look, record)
            if record.flags:
                yield from _flagged(look, record)


def _conflict(look: Sight, record: Record) -> Check:
    names = [_label(record, field) for field in record.conflicts]
    verb = "has" if len(names) == 1 else "have"
    text = f"{listed(names)} of this {words(record.noun)} {verb} two values to settle."
    return told("record.conflict", "high", record, text, place=place_of(look, record))


def _flagged(look: Sight, record: Record) -> Iterator[Check]:
    for flag in record.flags:
        name, _, field = flag.partition(":")
        if known := _FLAGS.get(name):
            check, severity, sentence = known
            text = sentence.format(field=_label(record, field))
            yield told(check, severity, record, text, place=place_of(look, record))


def _label(record: Record, field: str) -> str:
    facet = facets(type(record)).get(field)
    return facet.label if facet else words(field).capitalize() or "A field"
