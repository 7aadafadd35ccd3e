"""Institutes, and the agreements between them and with developers."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from comity.domain.countries import why_no_country
from comity.domain.facet import Facet, Merge, Shape
from comity.domain.record import CHOICE, MANY, Record, window_order
from comity.errors import Problem


class Institute(Record, table=True):
    """An AI safety or security institute or mandated office; named by code everywhere, since they get renamed."""

    noun: ClassVar[str] = "institute"
    plural: ClassVar[str] = "institutes"
    code_field: ClassVar[str] = "code"
    name_field: ClassVar[str] = "name"
    columns: ClassVar[tuple[str, ...]] = ("code", "name", "country", "time_zone", "valid_to")

    code: Annotated[str, Facet("Code", "The key that everybody uses, e.g. UK-AISI.", Shape.CODE, fixed=True)]
    name: Annotated[str, Facet("Name", "Its name now; the code stays when it is renamed.")] = ""
    country: Annotated[str, Facet("Country", "ISO 3166 code of two letters, e.g. GB.", Shape.CODE)] = ""
    time_zone: Annotated[str, Facet("Time zone", "IANA name, e.g. Europe/London.")] = ""
    valid_from: Annotated[date | None, Facet("From", "First day under this code.", Shape.DATE)] = None
    valid_to: Annotated[date | None, Facet("To", "Last day under this code.", Shape.DATE)] = None

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """A country that there is not, and a code that ends before it starts."""
        if why := why_no_country(values.get("country") or ""):
            yield Problem("country", why)
        yield from window_order(values, "valid_from", "valid_to")


AgreementKind = Literal["mou", "annex", "developer"]
AgreementStatus = Literal["draft", "signed", "in_force", "terminated", "superseded"]


class Agreement(Record, table=True):
    """A memorandum, an annex to one, or an agreement with a developer."""

    noun: ClassVar[str] = "agreement"
    plural: ClassVar[str] = "agreements"
    code_field: ClassVar[str] = "reference"
    name_field: ClassVar[str] = "title"
    columns: ClassVar[tuple[str, ...]] = ("reference", "title", "kind", "status", "parties", "expires_on")

    title: Annotated[str, Facet("Title")]
    reference: Annotated[str, Facet("Reference", "The number people cite.", Shape.CODE)] = ""
    kind: Annotated[
        AgreementKind, Facet("Kind", "Memorandum, annex to one, or with a developer.", Shape.CHOICE), CHOICE
    ] = "mou"
    parties: Annotated[
        list[str], Facet("Parties", "Institutes that signed.", Shape.INSTITUTE, merge=Merge.TAGS, many=True), MANY
    ] = []
    developer: Annotated[str, Facet("Developer", "The company, where one is a party.")] = ""
    scope: Annotated[str, Facet("Scope", "What it covers.", Shape.PROSE)] = ""
    in_force_from: Annotated[date | None, Facet("In force from", shape=Shape.DATE)] = None
    expires_on: Annotated[date | None, Facet("Expires on", "Last day; empty if open-ended.", Shape.DATE)] = None
    status: Annotated[AgreementStatus, Facet("Status", shape=Shape.CHOICE), CHOICE] = "draft"

    @classmethod
    def contradictions(cls, values: Mapping[str, Any]) -> Iterator[Problem]:
        """An agreement that expires before it is in force."""
        yield from window_order(values, "in_force_from", "expires_on")
