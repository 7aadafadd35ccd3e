"""What every house agrees to hold fixed: protocols and the concurrence of each institute."""

from typing import Annotated, Any, ClassVar, Literal

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.field_classes import FIELD_CLASSES as FIELD_CLASSES
from comity.domain.field_classes import FieldClass as FieldClass
from comity.domain.record import CHOICE, MANY, Record

ProtocolStatus = Literal["draft", "circulated", "frozen", "superseded", "withdrawn"]


class Protocol(Record, table=True):
    """The settings of a strand. Each is a value, `any` (never deviates, still reported) or not set."""

    noun: ClassVar[str] = "protocol"
    plural: ClassVar[str] = "protocols"
    name_field: ClassVar[str] = "version"
    columns: ClassVar[tuple[str, ...]] = ("strand", "version", "status", "content_hash")
    parent_field: ClassVar[str] = "strand"

    strand: Annotated[str, Facet("Strand", shape=Shape.REF, refers="strand", fixed=True)]
    version: Annotated[int, Facet("Version", shape=Shape.COUNT, fixed=True)] = 1
    status: Annotated[ProtocolStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "draft"
    identity: Annotated[
        dict[str, Any], Facet("Identity", "System, checkpoint, task, version, dataset, items.", Shape.FACTS), MANY
    ] = {}
    elicitation: Annotated[
        dict[str, Any], Facet("Elicitation", "Solver, attempts, epochs, temperature, seed ...", Shape.FACTS), MANY
    ] = {}
    environment: Annotated[
        dict[str, Any], Facet("Environment", "Sandbox, image hash, network posture, harness.", Shape.FACTS), MANY
    ] = {}
    scoring: Annotated[
        dict[str, Any], Facet("Scoring", "Scorer, judge model, guide version, metric.", Shape.FACTS), MANY
    ] = {}
    budget: Annotated[
        dict[str, Any], Facet("Budget", "Message, token, time, working, cost limits.", Shape.FACTS), MANY
    ] = {}
    content_hash: Annotated[str, Facet("Hash", "Of the frozen settings in canonical form.", Shape.CODE)] = ""


ConcurrenceAnswer = Literal["pending", "concur", "concur_with_reservation", "object", "lapsed"]


class Concurrence(Record, table=True):
    """One institute's answer to one version of a protocol, by its hash."""

    noun: ClassVar[str] = "concurrence"
    plural: ClassVar[str] = "concurrences"
    name_field: ClassVar[str] = "answer"
    columns: ClassVar[tuple[str, ...]] = ("protocol", "institute", "answer", "fields_concerned", "reason")
    parent_field: ClassVar[str] = "protocol"

    protocol: Annotated[str, Facet("Protocol", shape=Shape.REF, refers="protocol", fixed=True)]
    institute: Annotated[str, Facet("Institute", "Whose answer it is.", Shape.INSTITUTE, fixed=True, speaks=True)]
    answer: Annotated[ConcurrenceAnswer, Facet("Answer", shape=Shape.CHOICE), CHOICE] = "pending"
    version_hash: Annotated[str, Facet("Hash", "Of the settings it answers.", Shape.CODE)] = ""
    reason: Annotated[str, Facet("Reason", shape=Shape.PROSE)] = ""
    fields_concerned: Annotated[
        list[str],
        Facet("Fields", "Settings the answer is about, e.g. budget.token_limit.", merge=Merge.TAGS, many=True),
        MANY,
    ] = []
