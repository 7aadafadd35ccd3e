"""Whose word on a protocol is missing, has lapsed, or stands against it."""

from collections.abc import Iterator, Sequence
from typing import Final

from comity.domain.checks.check import STARTED, UNSTARTED, Check, CheckId, Severity, told
from comity.domain.concurrences import Answer, answers, currents
from comity.domain.exercises import Exercise, Milestone, Strand
from comity.domain.protocols import Protocol
from comity.domain.sight import Sight
from comity.domain.wording import listed

_AGAINST: Final[dict[str, tuple[CheckId, Severity]]] = {
    "object": ("concurrence.objection", "blocker"),
    "lapsed": ("concurrence.lapsed", "high"),
    "concur_with_reservation": ("concurrence.reservation", "low"),
}
_NAMED = 3


def concurrence(look: Sight) -> Iterator[Check]:
    """The answers to the protocols of exercises that are still to run or run."""
    for exercise in look.find(Exercise, status=(*UNSTARTED, *STARTED)):
        for protocol in currents(look, exercise):
            given = answers(look, exercise, protocol)
            yield from _pending(look, exercise, protocol, [each for each in given if each.standing == "pending"])
            yield from (_against(look, exercise, each) for each in given if each.standing in _AGAINST)


def _pending(look: Sight, exercise: Exercise, protocol: Protocol, silent: Sequence[Answer]) -> Iterator[Check]:
    """One sentence about all who are silent on one protocol."""
    if silent:
        has = "has" if len(silent) == 1 else "have"
        who = listed([each.institute for each in silent]) if len(silent) <= _NAMED else f"{len(silent)} institutes"
        text = f"{who} {has} not answered {_name(look, protocol)}."
        severity: Severity = "high" if exercise.status in STARTED else "medium"
        freezes = look.find(Milestone, exercise=exercise.id, kind="freeze", done=None)
        due = min((each.due for each in freezes if each.due), default=None)
        yield told("concurrence.pending", severity, protocol, text, place=exercise.code, due=due)


def _against(look: Sight, exercise: Exercise, answer: Answer) -> Check:
    check, severity = _AGAINST[answer.standing]
    about = listed(answer.touched or (answer.concurrence.fields_concerned if answer.concurrence else ()) or ())
    name = _name(look, answer.protocol)
    match answer.standing:
        case "object":
            text = f"{answer.institute} objects to {name}{f': {about}' if about else ''}."
        case "lapsed":
            text = f"{answer.institute} has to answer {name} again: {about or 'it took its answer back'}."
        case _:
            text = f"{answer.institute} concurs with {name} with a reservation{f' on {about}' if about else ''}."
    subject = answer.concurrence or answer.protocol
    return told(check, severity, subject, text, place=exercise.code, beside=[answer.protocol])


def _name(look: Sight, protocol: Protocol) -> str:
    strand = look.get(Strand, protocol.strand)
    return f"protocol v{protocol.version}{f' of {strand.title}' if strand else ''}"
