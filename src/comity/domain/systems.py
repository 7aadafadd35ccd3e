"""What is measured and with what: systems, aliases, access windows, suites and tasks."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.record import CHOICE, MANY, Record, window_order
from comity.domain.text import fold
from comity.errors import Problem

SystemAccess = Literal["public_api", "open_weights", "pre_release"]


def is_spelled(said: object, spellings: Iterable[str], name: str) -> bool:
    """Whether a log means by this word what is called so here, or is spelled so in logs."""
    return isinstance(said, str) and fold(said) in {fold(each) for each in (*spellings, name)}


class System(Record, table=True):
    """A configured system: checkpoint, safeguards and access route, not just the name of a model."""

    noun: ClassVar[str] = "system"
    plural: ClassVar[str] = "systems"
    code_field: ClassVar[str] = "name"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("name", "developer", "model", "checkpoint", "safeguard_state", "access")

    name: Annotated[str, Facet("Name", "What people call it here, e.g. Model A.")]
    developer: Annotated[str, Facet("Developer")] = ""
    model: Annotated[str, Facet("Model", "The developer's name for it.")] = ""
    model_names: Annotated[
        list[str], Facet("Names in logs", "As logs spell it, e.g. mockllm/model-a.", merge=Merge.TAGS, many=True), MANY
    ] = []
    checkpoint: Annotated[str, Facet("Checkpoint")] = ""
    safeguard_state: Annotated[str, Facet("Safeguards", "Which safeguards are on.")] = ""
    access: Annotated[SystemAccess, Facet("Access", shape=Shape.CHOICE), CHOICE] = "public_api"
    access_route: Annotated[str, Facet("Access route", "Endpoint family, region or cloud.")] = ""
    host: Annotated[str, Facet("Host", "Who runs it.")] = ""
    reference: Annotated[bool, Facet("Reference", "Comparison only.", Shape.FLAG)] = False


class ModelAlias(Record, table=True):
    """The name under which an exercise speaks of a system; what is behind it may be closer held."""

    noun: ClassVar[str] = "model_alias"
    plural: ClassVar[str] = "model_aliases"
    name_field: ClassVar[str] = "alias"
    columns: ClassVar[tuple[str, ...]] = ("alias", "exercise", "system", "revealed_on")
    parent_field: ClassVar[str] = "exercise"

    exercise: Annotated[str, Facet("Exercise", shape=Shape.REF, refers="exercise", fixed=True)]
    alias: Annotated[str, Facet("Alias", "e.g. Model A.")]
    system: Annotated[str | None, Facet("System", "Empty while it is not revealed.", Shape.REF, "system")] = None
    revealed_on: Annotated[date | None, Facet("Revealed", "The day it was revealed to the group.", Shape.DATE)] = None


class AccessWindow(Record, table=True):
    """When an institute may use a system."""

    noun: ClassVar[str] = "access_window"
    plural: ClassVar[str] = "access_windows"
    name_field: ClassVar[str] = "institute"
    ordered_by: ClassVar[str] = "opens"
    columns: ClassVar[tuple[str, ...]] = ("system", "institute", "opens", "closes")
    parent_field: ClassVar[str] = "system"

    system: Annotated[str, Facet("System", shape=Shape.REF, refers="system", fixed=True)]
    institute: Annotated[str, Facet("Institute", shape=Shape.INSTITUTE, fixed=True)]
    opens: Annotated[date | None, Facet("Opens", "First day of access.", Shape.DATE)] = None
    closes: Annotated[date | None, Facet("Closes", "Last day of access.", Shape.DATE)] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """A window that closes before it opens."""
        yield from window_order(values, "opens", "closes")


class Suite(Record, table=True):
    """A collection of tasks under one name and version."""

    noun: ClassVar[str] = "suite"
    plural: ClassVar[str] = "suites"
    code_field: ClassVar[str] = "name"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("name", "version", "source")

    name: Annotated[str, Facet("Name")]
    version: Annotated[str, Facet("Version")] = ""
    source: Annotated[str, Facet("Source", "Where it comes from: repository, paper.")] = ""


TranslationState = Literal["none", "machine", "back_checked"]


class Task(Record, table=True):
    """One thing to measure, with its version; its name here and as logs spell it."""

    noun: ClassVar[str] = "task"
    plural: ClassVar[str] = "tasks"
    code_field: ClassVar[str] = "name"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("name", "task_version", "suite", "items", "languages", "translation")
    parent_field: ClassVar[str] = "suite"

    name: Annotated[str, Facet("Name")]
    title: Annotated[str, Facet("Title", "As people say it, e.g. Cybench.")] = ""
    suite: Annotated[str | None, Facet("Suite", shape=Shape.REF, refers="suite")] = None
    source_names: Annotated[
        list[str], Facet("Names in logs", "As logs spell it; empty: the name.", merge=Merge.TAGS, many=True), MANY
    ] = []
    task_version: Annotated[str, Facet("Task version")] = ""
    items: Annotated[int | None, Facet("Items", "How many items it has.", Shape.COUNT)] = None
    languages: Annotated[
        list[str],
        Facet("Languages", "The first is meant where a log names none.", Shape.LANGUAGE, merge=Merge.TAGS, many=True),
        MANY,
    ] = []
    metric: Annotated[str, Facet("Metric")] = ""
    scorer: Annotated[str, Facet("Scorer")] = ""
    translation: Annotated[
        TranslationState,
        Facet("Translation", "Translated tools and prompts count only when back-checked.", Shape.CHOICE),
        CHOICE,
    ] = "none"
    needs_annotator: Annotated[
        bool, Facet("Needs annotator", "A person who reads the language has to judge.", Shape.FLAG)
    ] = False
