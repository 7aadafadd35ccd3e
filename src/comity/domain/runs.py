"""What must be run and what was: cells, runs and their deviations from the protocol."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.protocols import FieldClass
from comity.domain.record import CHOICE, MANY, Record


class Cell(Record, table=True):
    """One thing that someone must run: institute, system, task and language of a strand."""

    noun: ClassVar[str] = "cell"
    plural: ClassVar[str] = "cells"
    name_field: ClassVar[str] = "task"
    columns: ClassVar[tuple[str, ...]] = ("task", "system", "institute", "language", "strand", "owner", "waived")
    parent_field: ClassVar[str] = "strand"

    strand: Annotated[str, Facet("Strand", shape=Shape.REF, refers="strand", fixed=True)]
    institute: Annotated[str, Facet("Institute", "Who runs it.", Shape.INSTITUTE, fixed=True)]
    system: Annotated[str, Facet("System", shape=Shape.REF, refers="system", fixed=True)]
    task: Annotated[str, Facet("Task", shape=Shape.REF, refers="task", fixed=True)]
    language: Annotated[str, Facet("Language", shape=Shape.LANGUAGE, fixed=True)] = "en"
    owner: Annotated[str, Facet("Owner", "The person who sees to it, by role or name.")] = ""
    waived: Annotated[str, Facet("Waived", "Why it need not be run.", Shape.PROSE)] = ""


ExecutionStatus = Literal[
    "planned",
    "assigned",
    "queued",
    "running",
    "paused",
    "succeeded",
    "failed",
    "cancelled",
    "lost",
    "unknown",
]
Validity = Literal["unreviewed", "valid", "deviated", "accepted_deviation", "void"]
ReleaseState = Literal["held", "requested", "released", "retracted"]
HEADER_COLUMNS = (
    "eval_id",
    "task_id",
    "source_status",
    "model",
    "task_name",
    "started_at",
    "completed_at",
    "last_word_at",
    "completed_samples",
    "total_samples",
)
FINAL_STATUSES = ("succeeded", "failed", "cancelled", "lost")


class Run(Record, table=True):
    """One evaluation run. What its log says is one value, `header`; the columns after it are read from there."""

    noun: ClassVar[str] = "run"
    plural: ClassVar[str] = "runs"
    label_prefix: ClassVar[str] = "R"
    code_field: ClassVar[str] = "label"
    columns: ClassVar[tuple[str, ...]] = (
        "label",
        "institute",
        "cell",
        "execution_status",
        "validity",
        "release_state",
        "last_word_at",
    )
    parent_field: ClassVar[str] = "cell"

    label: Annotated[str, Facet("Label", "R and a number, counted per group.", Shape.CODE, fixed=True)] = ""
    exercise: Annotated[str | None, Facet("Exercise", "Empty: no exercise yet.", Shape.REF, "exercise")] = None
    cell: Annotated[str | None, Facet("Cell", "What it covers; empty: unmatched.", Shape.REF, "cell")] = None
    institute: Annotated[str, Facet("Institute", "Who ran it.", Shape.INSTITUTE, fixed=True)] = ""
    language: Annotated[str, Facet("Language", shape=Shape.LANGUAGE)] = ""
    execution_status: Annotated[
        ExecutionStatus, Facet("Status", "Where the run is.", Shape.CHOICE, merge=Merge.LATEST), CHOICE
    ] = "planned"
    validity: Annotated[Validity, Facet("Validity", "Whether its result counts.", Shape.CHOICE), CHOICE] = "unreviewed"
    release_state: Annotated[ReleaseState, Facet("Release", "Whether its result may leave.", Shape.CHOICE), CHOICE] = (
        "held"
    )
    remark: Annotated[str, Facet("Remark", "Why it is void, lost or accepted.", Shape.PROSE)] = ""
    retry_of: Annotated[str | None, Facet("Retry of", shape=Shape.REF, refers="run")] = None
    header: Annotated[
        dict[str, Any] | None,
        Facet("Header", "What the log says about the run.", Shape.FACTS, merge=Merge.LATEST, fixed=True),
        MANY,
    ] = None

    eval_id: str = ""
    task_id: str = ""
    source_status: str = ""
    model: str = ""
    task_name: str = ""
    started_at: datetime | None = None
    completed_at: datetime | None = None
    last_word_at: datetime | None = None
    completed_samples: int | None = None
    total_samples: int | None = None

    @classmethod
    def told(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """The columns that the header tells."""
        header = values.get("header")
        if not isinstance(header, dict):
            return {}
        names = {"source_status": "status", "task_name": "task"}
        told = {column: header.get(names.get(column, column)) for column in HEADER_COLUMNS}
        progress = header.get("progress")
        if isinstance(progress, dict):
            told |= {"completed_samples": progress.get("completed"), "total_samples": progress.get("total")}
        return {column: value for column, value in told.items() if value not in (None, "")}


Disposition = Literal["open", "accepted", "void"]


class Deviation(Record, table=True):
    """One setting in which a run differs from its protocol, and what was decided about it."""

    noun: ClassVar[str] = "deviation"
    plural: ClassVar[str] = "deviations"
    name_field: ClassVar[str] = "setting"
    columns: ClassVar[tuple[str, ...]] = (
        "run",
        "field_class",
        "setting",
        "expected",
        "actual",
        "disposition",
        "reason",
    )
    parent_field: ClassVar[str] = "run"

    run: Annotated[str, Facet("Run", shape=Shape.REF, refers="run", fixed=True)]
    field_class: Annotated[FieldClass, Facet("Class", shape=Shape.CHOICE, fixed=True), CHOICE]
    setting: Annotated[str, Facet("Setting", fixed=True, reads="as words")]
    expected: Annotated[str, Facet("Protocol says", reads="as amount")] = ""
    actual: Annotated[str, Facet("Run did", reads="as amount")] = ""
    disposition: Annotated[Disposition, Facet("Disposition", shape=Shape.CHOICE), CHOICE] = "open"
    reason: Annotated[str, Facet("Reason", shape=Shape.PROSE)] = ""
