"""Who does the work: people, vetting, secondments, positions, assignments and leave."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Literal

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.record import CHOICE, MANY, Record, window_order
from comity.errors import Problem

Role = Literal[
    "exercise_director",
    "lead_planner",
    "controller",
    "evaluator",
    "run_operator",
    "annotator",
    "translator",
    "analyst",
    "release_authority",
    "observer",
]


class Period(Record):
    """A record that holds from one day to another, both included."""

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """A term that ends before it starts."""
        yield from window_order(values, "start", "end")


class Person(Record, table=True):
    """A person, by display name or role label. Names are closer held than roles."""

    noun: ClassVar[str] = "person"
    plural: ClassVar[str] = "people"
    code_field: ClassVar[str] = "name"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("name", "institute", "role", "languages", "skills")

    name: Annotated[str, Facet("Name", "Display name or role label.")]
    institute: Annotated[str, Facet("Institute", "Whose person it is.", Shape.INSTITUTE)] = ""
    role: Annotated[str, Facet("Role", "What the person mostly does.")] = ""
    skills: Annotated[list[str], Facet("Skills", merge=Merge.TAGS, many=True), MANY] = []
    languages: Annotated[list[str], Facet("Languages", shape=Shape.LANGUAGE, merge=Merge.TAGS, many=True), MANY] = []
    contact: Annotated[str, Facet("Contact", "How to reach the person.")] = ""


class Vetting(Record, table=True):
    """What clearance a person holds and who recognises it; always its own record in a narrow group."""

    noun: ClassVar[str] = "vetting"
    plural: ClassVar[str] = "vettings"
    name_field: ClassVar[str] = "level"
    columns: ClassVar[tuple[str, ...]] = ("person", "scheme", "level", "review_due_on", "recognised_by")
    parent_field: ClassVar[str] = "person"

    person: Annotated[str, Facet("Person", shape=Shape.REF, refers="person", fixed=True)]
    scheme: Annotated[str, Facet("Scheme", "e.g. UK NSV, US PSP.")] = ""
    level: Annotated[str, Facet("Level", "e.g. SC, DV, US-Secret, Reliability.")] = ""
    granted_on: Annotated[date | None, Facet("Granted", shape=Shape.DATE)] = None
    review_due_on: Annotated[date | None, Facet("Ends", "Valid up to and including this day.", Shape.DATE)] = None
    recognised_by: Annotated[
        list[str],
        Facet("Recognised by", "Host institutes that accept it.", Shape.INSTITUTE, merge=Merge.TAGS, many=True),
        MANY,
    ] = []

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """Vetting that ends before it was granted."""
        yield from window_order(values, "granted_on", "review_due_on")


SecondmentType = Literal[
    "secondment",
    "loan",
    "exchange_officer",
    "liaison_officer",
    "cooperative_personnel",
    "guest_researcher",
    "visit",
]
SecondmentStatus = Literal[
    "drafted",
    "proposed",
    "nominated",
    "vetting",
    "agreed",
    "active",
    "suspended",
    "ending",
    "completed",
    "declined",
    "withdrawn",
    "terminated_early",
]
GONE: Final[tuple[SecondmentStatus, ...]] = ("declined", "withdrawn", "completed", "terminated_early")
UNDER_WAY: Final[tuple[SecondmentStatus, ...]] = ("active", "ending", "suspended")


class Secondment(Period, table=True):
    """A person of one institute who works at another for a term."""

    noun: ClassVar[str] = "secondment"
    plural: ClassVar[str] = "secondments"
    label_prefix: ClassVar[str] = "S-"
    code_field: ClassVar[str] = "label"
    name_field: ClassVar[str] = "person"
    columns: ClassVar[tuple[str, ...]] = ("label", "person", "home", "host", "type", "start", "end", "status")
    parent_field: ClassVar[str] = "person"

    label: Annotated[str, Facet("Label", "S- and a number, counted per group.", Shape.CODE, fixed=True)] = ""
    person: Annotated[str, Facet("Person", shape=Shape.REF, refers="person", fixed=True)]
    home: Annotated[str, Facet("Home", "The institute that lends.", Shape.INSTITUTE)]
    host: Annotated[str, Facet("Host", "The institute that borrows.", Shape.INSTITUTE)]
    type: Annotated[SecondmentType, Facet("Type", shape=Shape.CHOICE), CHOICE] = "secondment"
    start: Annotated[date | None, Facet("Starts", shape=Shape.DATE)] = None
    end: Annotated[date | None, Facet("Ends", "Last day, included.", Shape.DATE)] = None
    status: Annotated[SecondmentStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "drafted"
    annex: Annotated[str | None, Facet("Annex", "The agreement it rests on.", Shape.REF, "agreement")] = None
    terms_of_reference: Annotated[str, Facet("Terms of reference", shape=Shape.PROSE)] = ""
    cost_bearer: Annotated[
        Literal["", "home", "host", "split", "third_party"], Facet("Cost", "Who pays.", Shape.CHOICE), CHOICE
    ] = ""
    disclosure_authority: Annotated[str, Facet("Disclosure authority", "Who decides what the person may be shown.")] = (
        ""
    )
    host_sponsor: Annotated[str, Facet("Host sponsor")] = ""
    access_granted: Annotated[list[str], Facet("Access granted", merge=Merge.TAGS, many=True), MANY] = []
    access_revoked: Annotated[list[str], Facet("Access revoked", merge=Merge.TAGS, many=True), MANY] = []
    exit_checklist: Annotated[
        list[str], Facet("Exit checklist", "What is still to do at the end.", merge=Merge.TAGS, many=True), MANY
    ] = []
    remark: Annotated[str, Facet("Remark", shape=Shape.PROSE)] = ""


PositionStatus = Literal["open", "filled", "stood_down", "closed"]


class Position(Period, table=True):
    """A post of an exercise that needs somebody."""

    noun: ClassVar[str] = "position"
    plural: ClassVar[str] = "positions"
    name_field: ClassVar[str] = "title"
    columns: ClassVar[tuple[str, ...]] = ("title", "exercise", "role", "language", "start", "end", "status")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    title: Annotated[str, Facet("Title", "e.g. annotator, Korean.")] = ""
    role: Annotated[Role, Facet("Role", shape=Shape.CHOICE), CHOICE] = "run_operator"
    skill: Annotated[str, Facet("Skill", "What the person must know.")] = ""
    language: Annotated[str, Facet("Language", "What the person must read.", Shape.LANGUAGE)] = ""
    vetting: Annotated[str, Facet("Vetting", "What the person must hold.")] = ""
    start: Annotated[date | None, Facet("From", shape=Shape.DATE)] = None
    end: Annotated[date | None, Facet("To", shape=Shape.DATE)] = None
    status: Annotated[PositionStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "open"


class Assignment(Period, table=True):
    """A person's part in an exercise."""

    noun: ClassVar[str] = "assignment"
    plural: ClassVar[str] = "assignments"
    name_field: ClassVar[str] = "role"
    columns: ClassVar[tuple[str, ...]] = ("person", "exercise", "role", "position", "start", "end")
    parent_field: ClassVar[str] = "person"

    person: Annotated[str, Facet("Person", shape=Shape.REF, refers="person", fixed=True)]
    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    role: Annotated[Role, Facet("Role", shape=Shape.CHOICE), CHOICE]
    position: Annotated[str | None, Facet("Position", "The post it fills.", Shape.REF, "position")] = None
    start: Annotated[date | None, Facet("From", shape=Shape.DATE)] = None
    end: Annotated[date | None, Facet("To", shape=Shape.DATE)] = None


class Leave(Period, table=True):
    """Days on which a person is away; they block an assignment."""

    noun: ClassVar[str] = "leave"
    plural: ClassVar[str] = "leave"
    name_field: ClassVar[str] = "person"
    ordered_by: ClassVar[str] = "start"
    columns: ClassVar[tuple[str, ...]] = ("person", "start", "end", "remark")
    parent_field: ClassVar[str] = "person"

    person: Annotated[str, Facet("Person", shape=Shape.REF, refers="person", fixed=True)]
    start: Annotated[date, Facet("From", shape=Shape.DATE)]
    end: Annotated[date, Facet("To", "Last day away.", Shape.DATE)]
    remark: Annotated[str, Facet("Remark")] = ""
