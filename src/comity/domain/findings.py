"""What was learnt and what follows: findings, corrective actions, guidance, lessons and stand-downs."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Final, Literal

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.record import CHOICE, MANY, Record, window_order
from comity.errors import Problem

FindingKind = Literal["capability", "safeguard", "method", "coordination", "environment", "incident"]
Severity = Literal["low", "medium", "high", "critical"]
FindingStatus = Literal[
    "observed",
    "drafted",
    "in_review",
    "confirmed",
    "disclosed",
    "published",
    "merged",
    "withdrawn",
]


class Finding(Record, table=True):
    """Something an exercise showed, with its evidence and its denominator."""

    noun: ClassVar[str] = "finding"
    plural: ClassVar[str] = "findings"
    label_prefix: ClassVar[str] = "F"
    code_field: ClassVar[str] = "label"
    name_field: ClassVar[str] = "statement"
    columns: ClassVar[tuple[str, ...]] = (
        "label",
        "kind",
        "status",
        "severity",
        "exercise",
        "statement",
        "embargo_until",
    )
    parent_field: ClassVar[str] = "exercise"

    label: Annotated[str, Facet("Label", "F and a number, counted per group.", Shape.CODE, fixed=True)] = ""
    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    strand: Annotated[str | None, Facet("Strand", shape=Shape.REF, refers="strand")] = None
    kind: Annotated[FindingKind, Facet("Kind", shape=Shape.CHOICE), CHOICE] = "method"
    severity: Annotated[Severity, Facet("Severity", shape=Shape.CHOICE), CHOICE] = "medium"
    statement: Annotated[str, Facet("Statement", "What was found, in a sentence or two.", Shape.PROSE)]
    evidence: Annotated[
        list[str], Facet("Evidence", "Runs it rests on.", Shape.REF, "run", merge=Merge.TAGS, many=True), MANY
    ] = []
    numerator: Annotated[
        int | None, Facet("Numerator", "A count means nothing without its denominator.", Shape.COUNT)
    ] = None
    denominator: Annotated[int | None, Facet("Denominator", shape=Shape.COUNT)] = None
    status: Annotated[FindingStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "observed"
    disputed_by: Annotated[
        list[str],
        Facet("Disputed by", "Institutes that do not agree.", Shape.INSTITUTE, merge=Merge.TAGS, many=True),
        MANY,
    ] = []
    dispute_text: Annotated[str, Facet("Other text", "How those who dispute it put it.", Shape.PROSE)] = ""
    embargo_until: Annotated[date | None, Facet("Embargo until", "Not published before this day.", Shape.DATE)] = None
    disclosed_on: Annotated[date | None, Facet("Disclosed", "The day the developer was told.", Shape.DATE)] = None
    merged_into: Annotated[str | None, Facet("Merged into", shape=Shape.REF, refers="finding")] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """More hits than tries, or a count without its denominator."""
        hits, tries = values.get("numerator"), values.get("denominator")
        if hits is not None and tries is None:
            yield Problem("denominator", f"{hits} of how many? Give the denominator")
        elif hits is not None and tries is not None and hits > tries:
            yield Problem("numerator", f"{hits} is more than the denominator ({tries})")


ActionStatus = Literal["open", "accepted", "in_progress", "blocked", "done", "verified", "closed", "declined"]


UNDONE: Final[tuple[ActionStatus, ...]] = ("open", "accepted", "in_progress", "blocked")


class CorrectiveAction(Record, table=True):
    """What an institute does about a finding; verified by somebody else."""

    noun: ClassVar[str] = "action"
    plural: ClassVar[str] = "actions"
    label_prefix: ClassVar[str] = "A"
    code_field: ClassVar[str] = "label"
    name_field: ClassVar[str] = "text"
    columns: ClassVar[tuple[str, ...]] = ("label", "text", "owner", "due", "status", "verified_by", "exercise")
    parent_field: ClassVar[str] = "exercise"

    label: Annotated[str, Facet("Label", "A and a number, counted per group.", Shape.CODE, fixed=True)] = ""
    exercise: Annotated[str | None, Facet("Exercise", shape=Shape.REF, refers="exercise")] = None
    finding: Annotated[str | None, Facet("Finding", shape=Shape.REF, refers="finding")] = None
    text: Annotated[str, Facet("Text", shape=Shape.PROSE)]
    owner: Annotated[str, Facet("Owner", "The institute that does it.", Shape.INSTITUTE)] = ""
    owner_person: Annotated[str, Facet("Person", "Who does it there, by role or name.")] = ""
    start: Annotated[date | None, Facet("Starts", shape=Shape.DATE)] = None
    due: Annotated[date | None, Facet("Due", shape=Shape.DATE)] = None
    status: Annotated[ActionStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "open"
    verified_by: Annotated[str, Facet("Verified by", "An institute that is not the owner.", Shape.INSTITUTE)] = ""
    remark: Annotated[str, Facet("Remark", shape=Shape.PROSE)] = ""

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """A term the wrong way round, or an owner who verifies its own work."""
        yield from window_order(values, "start", "due")
        if values.get("owner") and values.get("owner") == values.get("verified_by"):
            yield Problem("verified_by", f"{values['owner']} owns the action; another institute has to verify it")


GuidanceStatus = Literal["draft", "review", "agreed", "published", "withdrawn"]


class Guidance(Record, table=True):
    """Advice issued by one or more institutes, drawn from findings."""

    noun: ClassVar[str] = "guidance"
    plural: ClassVar[str] = "guidance"
    name_field: ClassVar[str] = "title"
    columns: ClassVar[tuple[str, ...]] = ("title", "status", "issued", "pointer")

    title: Annotated[str, Facet("Title")]
    status: Annotated[GuidanceStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "draft"
    issued: Annotated[date | None, Facet("Issued", shape=Shape.DATE)] = None
    drawn_from: Annotated[
        list[str], Facet("Drawn from", "Findings it rests on.", Shape.REF, "finding", merge=Merge.TAGS, many=True), MANY
    ] = []
    pointer: Annotated[str, Facet("Text at", "Where the text is kept.")] = ""
    text: Annotated[str, Facet("Text", shape=Shape.PROSE)] = ""


class Lesson(Record, table=True):
    """Something to do otherwise next time."""

    noun: ClassVar[str] = "lesson"
    plural: ClassVar[str] = "lessons"
    name_field: ClassVar[str] = "text"
    columns: ClassVar[tuple[str, ...]] = ("text", "exercise", "anonymous", "carried_to")
    parent_field: ClassVar[str] = "exercise"

    text: Annotated[str, Facet("Text", shape=Shape.PROSE)]
    exercise: Annotated[str | None, Facet("From exercise", shape=Shape.REF, refers="exercise")] = None
    anonymous: Annotated[bool, Facet("Anonymous", "Not to be traced to an institute.", Shape.FLAG)] = False
    carried_to: Annotated[str | None, Facet("Carried to", "The exercise that takes it up.", Shape.REF, "exercise")] = (
        None
    )


StandDownStatus = Literal["issued", "lifted"]


class StandDown(Record, table=True):
    """A stop for a system, range or harness after an incident; a run started after it is flagged, even weeks later."""

    noun: ClassVar[str] = "stand_down"
    plural: ClassVar[str] = "stand_downs"
    label_prefix: ClassVar[str] = "SD-"
    code_field: ClassVar[str] = "label"
    name_field: ClassVar[str] = "subject"
    columns: ClassVar[tuple[str, ...]] = ("label", "subject", "status", "issued_at", "lifted_at", "reason")
    parent_field: ClassVar[str] = "exercise"

    label: Annotated[str, Facet("Label", "SD- and a number, counted per group.", Shape.CODE, fixed=True)] = ""
    exercise: Annotated[str | None, Facet("Exercise", shape=Shape.REF, refers="exercise")] = None
    subject: Annotated[str, Facet("Subject", "The range, harness or system, as people say it.")]
    system: Annotated[str | None, Facet("System", "Runs of this system are stopped.", Shape.REF, "system")] = None
    task: Annotated[str | None, Facet("Task", "Runs of this task or range are stopped.", Shape.REF, "task")] = None
    harness: Annotated[str, Facet("Harness", "Runs with this package are stopped, e.g. inspect_ai.", Shape.CODE)] = ""
    reason: Annotated[str, Facet("Reason", shape=Shape.PROSE)] = ""
    issued_at: Annotated[datetime | None, Facet("Issued", shape=Shape.MOMENT)] = None
    lifted_at: Annotated[datetime | None, Facet("Lifted", shape=Shape.MOMENT)] = None
    status: Annotated[StandDownStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "issued"


class Acknowledgement(Record, table=True):
    """One institute's word that a stand-down reached it."""

    noun: ClassVar[str] = "acknowledgement"
    plural: ClassVar[str] = "acknowledgements"
    name_field: ClassVar[str] = "institute"
    columns: ClassVar[tuple[str, ...]] = ("stand_down", "institute", "acknowledged_at")
    parent_field: ClassVar[str] = "stand_down"

    stand_down: Annotated[str, Facet("Stand-down", shape=Shape.REF, refers="stand_down", fixed=True)]
    institute: Annotated[str, Facet("Institute", "Whose word it is.", Shape.INSTITUTE, fixed=True, speaks=True)]
    acknowledged_at: Annotated[datetime | None, Facet("Acknowledged", shape=Shape.MOMENT)] = None
