"""Who may hold what, and what has left: groups, disclosures and notes."""

from datetime import datetime
from typing import Annotated, ClassVar, Literal

from comity.domain.facet import Facet, Shape
from comity.domain.record import CHOICE, Record


class Group(Record, table=True):
    """What the members of a sharing group call it; its id is the group's. Who is in it is told by the log."""

    noun: ClassVar[str] = "group"
    plural: ClassVar[str] = "groups"
    code_field: ClassVar[str] = "name"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("name", "purpose")

    name: Annotated[str, Facet("Name", "e.g. UKUS.", Shape.CODE)]
    purpose: Annotated[str, Facet("Purpose", shape=Shape.PROSE)] = ""


DisclosureDoor = Literal["sync", "bundle", "tearline", "report", "sheet", "spoken", "other"]


class Disclosure(Record, table=True):
    """What left, to whom, when and by which door. What has left cannot be unsent."""

    noun: ClassVar[str] = "disclosure"
    plural: ClassVar[str] = "disclosures"
    name_field: ClassVar[str] = "recipient"
    ordered_by: ClassVar[str] = "disclosed_at"
    columns: ClassVar[tuple[str, ...]] = (
        "recipient",
        "subject",
        "door",
        "released_marking",
        "disclosed_at",
        "acknowledged_at",
    )

    subject: Annotated[str, Facet("Record", "Id of what left.", Shape.CODE)] = ""
    revision: Annotated[str, Facet("Revision", "The commit it was at.", Shape.CODE)] = ""
    content_hash: Annotated[str, Facet("Hash", "Of what left.", Shape.CODE)] = ""
    copied_to: Annotated[str, Facet("Copy", "Id of the tearline copy, which does not point back.", Shape.CODE)] = ""
    recipient: Annotated[str, Facet("To", "Institute, developer or public.")]
    door: Annotated[DisclosureDoor, Facet("Door", shape=Shape.CHOICE), CHOICE] = "other"
    released_marking: Annotated[str, Facet("Marked", "The marking it left under.", Shape.MARKING)] = ""
    reason: Annotated[str, Facet("Reason", shape=Shape.PROSE)] = ""
    disclosed_at: Annotated[datetime | None, Facet("When", shape=Shape.MOMENT)] = None
    acknowledged_at: Annotated[datetime | None, Facet("Acknowledged", shape=Shape.MOMENT)] = None
    retracted_at: Annotated[datetime | None, Facet("Retraction asked", shape=Shape.MOMENT)] = None
    retraction: Annotated[str, Facet("Retraction", "What the holder answered.", Shape.PROSE)] = ""


class Note(Record, table=True):
    """A text about any record, or about none."""

    noun: ClassVar[str] = "note"
    plural: ClassVar[str] = "notes"
    name_field: ClassVar[str] = "text"
    ordered_by: ClassVar[str] = "created_at"
    columns: ClassVar[tuple[str, ...]] = ("text", "subject", "created_by", "created_at")

    text: Annotated[str, Facet("Text", shape=Shape.PROSE)]
    subject: Annotated[str | None, Facet("About", "Any record.", Shape.REF, refers="*")] = None
