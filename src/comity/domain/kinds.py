"""Every kind of record there is, written out; a test holds the list against the subclasses."""

from typing import Final

from comity.domain.exercises import Exercise, Milestone, Objective, Participant, Rating, Strand
from comity.domain.findings import Acknowledgement, CorrectiveAction, Finding, Guidance, Lesson, StandDown
from comity.domain.institutes import Agreement, Institute
from comity.domain.people import Assignment, Leave, Person, Position, Secondment, Vetting
from comity.domain.protocols import Concurrence, Protocol
from comity.domain.record import Record
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.sharing import Disclosure, Group, Note
from comity.domain.systems import AccessWindow, ModelAlias, Suite, System, Task

KINDS: Final[tuple[type[Record], ...]] = (
    Exercise,
    Strand,
    Objective,
    Rating,
    Participant,
    System,
    ModelAlias,
    AccessWindow,
    Suite,
    Task,
    Protocol,
    Concurrence,
    Cell,
    Run,
    Deviation,
    Milestone,
    Person,
    Vetting,
    Secondment,
    Position,
    Assignment,
    Leave,
    Finding,
    CorrectiveAction,
    Guidance,
    Lesson,
    StandDown,
    Acknowledgement,
    Disclosure,
    Agreement,
    Institute,
    Note,
    Group,
)
BY_NOUN: Final[dict[str, type[Record]]] = {kind.noun: kind for kind in KINDS}
