"""One thing that needs a person: what it is about, how urgent it is, and a sentence to act on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, get_args

from comity.domain.exercises import OVER, Exercise, Strand
from comity.domain.people import Secondment
from comity.domain.protocols import Protocol
from comity.domain.record import Record
from comity.domain.runs import Cell, Run
from comity.domain.view import View

Severity = Literal["blocker", "high", "medium", "low"]
SEVERITIES: Final[tuple[Severity, ...]] = get_args(Severity)
CheckId = Literal[
    "run.stale",
    "run.deviation_open",
    "run.after_stand_down",
    "run.outside_access_window",
    "run.unmatched",
    "run.same_log_twice",
    "cell.uncovered",
    "vetting.expires_in_term",
    "milestone.overdue",
    "action.overdue",
    "action.unverified",
    "action.carried_over",
    "position.empty",
    "roster.empty",
    "assignment.overlap",
    "assignment.on_leave",
    "secondment.without_annex",
    "secondment.without_cost_bearer",
    "secondment.without_disclosure_authority",
    "secondment.vetting_not_recognised",
    "secondment.vetting_ends_before_term",
    "secondment.leave_clash",
    "secondment.debrief_due",
    "secondment.access_open",
    "concurrence.pending",
    "concurrence.lapsed",
    "concurrence.objection",
    "concurrence.reservation",
    "agreement.expires_in_exercise",
    "finding.embargo",
    "finding.disputed",
    "stand_down.unacknowledged",
    "record.conflict",
    "record.unreadable",
    "record.invalid",
    "record.originator_disputed",
    "record.speaker_disputed",
    "record.retire_incomplete",
    "ledger.balance",
]
CHECK_IDS: Final[tuple[CheckId, ...]] = get_args(CheckId)
EXCHANGE: Final = "exchange"  # the place of what belongs to no exercise but to people on loan

UNSTARTED: Final = ("proposed", "specified", "planned", "ready")
STARTED: Final = ("running", "paused")
STAFFED: Final = ("planned", "ready", *STARTED)


@dataclass(frozen=True, slots=True)
class Check:
    """A fact that needs a person; `label` is what people call its record, markings and groups are those of all."""

    check: CheckId
    severity: Severity
    kind: str
    id: str
    text: str
    records: tuple[str, ...]
    place: str
    due: date | None
    label: str = ""
    markings: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def told(
    check: CheckId,
    severity: Severity,
    subject: Record,
    text: str,
    *,
    place: str,
    beside: Iterable[Record | None] = (),
    due: date | None = None,
) -> Check:
    """A check about one record; the sentence is drawn from it and from the records beside it."""
    records = [subject, *(each for each in beside if each is not None)]
    ids = tuple(dict.fromkeys(each.id for each in records))
    markings = tuple(sorted({each.marking or "" for each in records}))
    label = str(getattr(subject, subject.code_field, "") or "") if subject.code_field else ""
    groups = tuple(sorted({each.group for each in records}))
    return Check(check, severity, subject.noun, subject.id, text, ids, place, due, label, markings, groups)


def code(view: View, exercise: str | None) -> str:
    """The code of an exercise, as the place of a check."""
    found = view.get(Exercise, exercise) if exercise else None
    return found.code if found else ""


def exercise_of(view: View, record: Record) -> Exercise | None:
    """The exercise that a record belongs to, told by following what it is part of."""
    if isinstance(record, Exercise):
        return record
    direct = getattr(record, "exercise", None)
    if direct:
        return view.get(Exercise, direct)
    found = next((above for above in _above(view, record) if above is not None), None)
    return exercise_of(view, found) if found else None


def is_over(view: View, record: Record) -> bool:
    """Whether the record's exercise was closed or cancelled, so that what it lacks asks nobody for anything."""
    exercise = exercise_of(view, record)
    return exercise is not None and exercise.status in OVER


def is_past(exercise: Exercise | None, last: date, today: date) -> bool:
    """Whether the days are gone and nothing is to run any more that could go on beyond them."""
    return last < today and (exercise is None or exercise.status not in (*UNSTARTED, *STARTED))


def place_of(view: View, record: Record) -> str:
    """The code of the record's exercise, `exchange` for a secondment, else nothing."""
    exercise = exercise_of(view, record)
    return exercise.code if exercise else EXCHANGE if isinstance(record, Secondment) else ""


def _above(view: View, record: Record) -> Iterator[Record | None]:
    for name, kind in (("cell", Cell), ("strand", Strand), ("run", Run), ("protocol", Protocol)):
        id = getattr(record, name, None)
        if id and kind is not type(record):
            yield view.get(kind, id)
