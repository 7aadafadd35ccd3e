"""Joint testing exercises: their strands, objectives, ratings, participants and milestones."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from comity.domain.facet import Facet, Shape
from comity.domain.record import CHOICE, Record, window_order
from comity.errors import Problem

ExerciseKind = Literal["network", "bilateral", "predeployment", "preliminary", "research", "incident"]
ExerciseStatus = Literal[
    "proposed",
    "specified",
    "planned",
    "ready",
    "running",
    "paused",
    "analysing",
    "reporting",
    "closed",
    "cancelled",
]
OVER: Final[tuple[ExerciseStatus, ...]] = ("closed", "cancelled")


class Exercise(Record, table=True):
    """A joint testing exercise of two or more institutes."""

    noun: ClassVar[str] = "exercise"
    plural: ClassVar[str] = "exercises"
    code_field: ClassVar[str] = "code"
    name_field: ClassVar[str] = "title"
    columns: ClassVar[tuple[str, ...]] = ("code", "status", "kind", "window_start", "window_end", "lead", "title")

    code: Annotated[str, Facet("Code", "The short name people say: SALTMARSH.", Shape.CODE, fixed=True)]
    title: Annotated[str, Facet("Title")] = ""
    reference: Annotated[str, Facet("Reference", "The formal number.", Shape.CODE)] = ""
    kind: Annotated[ExerciseKind, Facet("Kind", "What sort of exercise it is.", Shape.CHOICE), CHOICE] = "bilateral"
    programme: Annotated[str, Facet("Programme", "The series it belongs to; open actions carry over inside it.")] = ""
    lead: Annotated[str, Facet("Lead", "The institute that leads.", Shape.INSTITUTE)] = ""
    window_start: Annotated[date | None, Facet("Starts", "First day on which runs count.", Shape.DATE)] = None
    window_end: Annotated[
        date | None,
        Facet(
            "Ends",
            "Last day on which runs count. Vetting, agreements and access windows are checked up to it.",
            Shape.DATE,
        ),
    ] = None
    purpose: Annotated[str, Facet("Purpose", shape=Shape.PROSE)] = ""
    scope: Annotated[str, Facet("Scope", shape=Shape.PROSE)] = ""
    status: Annotated[ExerciseStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "proposed"

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """A window that ends before it starts."""
        yield from window_order(values, "window_start", "window_end")


class Strand(Record, table=True):
    """A part of an exercise with a lead of its own."""

    noun: ClassVar[str] = "strand"
    plural: ClassVar[str] = "strands"
    name_field: ClassVar[str] = "title"
    columns: ClassVar[tuple[str, ...]] = ("title", "exercise", "lead", "release_rule")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    title: Annotated[str, Facet("Title")]
    lead: Annotated[str, Facet("Lead", "The institute that leads this strand.", Shape.INSTITUTE)] = ""
    release_rule: Annotated[
        str, Facet("Release rule", "What may leave the group, and after whose word.", Shape.PROSE)
    ] = ""


ObjectivePriority = Literal["must", "should", "could"]


class Objective(Record, table=True):
    """What an exercise or a strand of it is to find out."""

    noun: ClassVar[str] = "objective"
    plural: ClassVar[str] = "objectives"
    name_field: ClassVar[str] = "text"
    columns: ClassVar[tuple[str, ...]] = ("text", "exercise", "strand", "priority")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    text: Annotated[str, Facet("Text", shape=Shape.PROSE)]
    strand: Annotated[str | None, Facet("Strand", "Empty: of the whole exercise.", Shape.REF, "strand")] = None
    priority: Annotated[ObjectivePriority, Facet("Priority", shape=Shape.CHOICE), CHOICE] = "should"


class Rating(Record, table=True):
    """How one institute rates an objective: P performed, S some challenges, M major challenges, U unable."""

    noun: ClassVar[str] = "rating"
    plural: ClassVar[str] = "ratings"
    name_field: ClassVar[str] = "value"
    columns: ClassVar[tuple[str, ...]] = ("objective", "institute", "value", "observation")
    parent_field: ClassVar[str] = "objective"

    objective: Annotated[str, Facet("Objective", shape=Shape.REF, refers="objective", fixed=True)]
    institute: Annotated[str, Facet("Institute", "Whose rating it is.", Shape.INSTITUTE, fixed=True, speaks=True)]
    value: Annotated[
        Literal["P", "S", "M", "U"],
        Facet("Value", "P performed, S some challenges, M major challenges, U unable.", Shape.CHOICE),
        CHOICE,
    ]
    observation: Annotated[str, Facet("Observation", shape=Shape.PROSE)] = ""


ParticipantRole = Literal["lead", "co_lead", "contributor", "observer", "compute_host"]


class Participant(Record, table=True):
    """An institute's part in an exercise. Leads, co-leads and contributors concur; observers do not."""

    noun: ClassVar[str] = "participant"
    plural: ClassVar[str] = "participants"
    name_field: ClassVar[str] = "institute"
    columns: ClassVar[tuple[str, ...]] = ("institute", "exercise", "role")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    institute: Annotated[str, Facet("Institute", shape=Shape.INSTITUTE, fixed=True)]
    role: Annotated[ParticipantRole, Facet("Role", shape=Shape.CHOICE), CHOICE] = "contributor"


MilestoneKind = Literal[
    "concept_meeting",
    "planning_conference",
    "freeze",
    "comms_check",
    "start",
    "hot_wash",
    "after_action_meeting",
    "publication",
    "other",
]


class Milestone(Record, table=True):
    """A day of an exercise by which something is to have happened."""

    noun: ClassVar[str] = "milestone"
    plural: ClassVar[str] = "milestones"
    name_field: ClassVar[str] = "title"
    ordered_by: ClassVar[str] = "due"
    columns: ClassVar[tuple[str, ...]] = ("title", "kind", "exercise", "due", "done")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    title: Annotated[str, Facet("Title")] = ""
    kind: Annotated[MilestoneKind, Facet("Kind", shape=Shape.CHOICE), CHOICE] = "other"
    due: Annotated[date | None, Facet("Due", shape=Shape.DATE)] = None
    done: Annotated[date | None, Facet("Done", "The day it happened.", Shape.DATE)] = None
