"""Options of a command that are derived from the fields of a kind."""

from collections.abc import Iterable, Mapping
from typing import Any

import click

from comity.domain.facet import Facet, Shape
from comity.domain.record import Record, choices, facets
from comity.errors import UsageError

ONE_WORD = (Shape.CODE, Shape.INSTITUTE, Shape.LANGUAGE)  # no comma can be part of it
HINTS = {
    Shape.CODE: "CODE",
    Shape.INSTITUTE: "INSTITUTE",
    Shape.LANGUAGE: "LANGUAGE",
    Shape.DATE: "DATE",
    Shape.MOMENT: "MOMENT",
    Shape.COUNT: "N",
    Shape.NUMBER: "N",
    Shape.FLAG: "yes|no",
    Shape.MARKING: "MARKING",
    Shape.FACTS: "JSON",
}


def kebab(name: str) -> str:
    """A name as it is typed: stand-down, window-start."""
    return name.replace("_", "-")


def field_options(kind: type[Record], names: Iterable[str]) -> list[click.Parameter]:
    """One option per field; a list repeats it, an empty text clears it."""
    return [_option(kind, name, facets(kind)[name]) for name in names]


def given_fields(kind: type[Record], told: Mapping[str, Any]) -> dict[str, Any]:
    """The raw values of the fields that were given; an empty list is one empty text."""
    for name, facet in facets(kind).items():
        if (
            facet.many
            and facet.shape in ONE_WORD
            and (joined := [each for each in told.get(name) or () if "," in each])
        ):
            option = f"--{kebab(name)}"
            again = " ".join(f"{option} {word.strip()}" for word in joined[0].split(",") if word.strip())
            raise UsageError(f"{option} takes one value each time.", hint=f"Repeat it: {again}")
    return {
        name: [each for each in told[name] if each] if facet.many else told[name]
        for name, facet in facets(kind).items()
        if told.get(name) not in (None, ())
    }


def _option(kind: type[Record], name: str, facet: Facet) -> click.Option:
    text = facet.help or facet.label + "."
    if facet.shape is Shape.CHOICE:
        text += f" One of: {', '.join(choices(kind, name))}."
    if facet.many:
        text += " Repeat for several."
    metavar = kebab(facet.refers).upper() if facet.shape is Shape.REF else HINTS.get(facet.shape, "TEXT")
    return click.Option([f"--{kebab(name)}", name], multiple=facet.many, metavar=metavar, help=text)
