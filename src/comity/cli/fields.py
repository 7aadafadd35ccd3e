"""Options of a command that are derived from the fields of a kind."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

from comity.cli.frame import Verb
from comity.domain.facet import Facet, Shape
from comity.domain.record import Record, choices, facets
from comity.domain.wording import words
from comity.errors import BadInput, UsageError

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


class KindVerb(Verb):
    """A command about one kind: who asks for its exercise is told the option that leads to it."""

    def __init__(self, kind: type[Record], name: str, **told: Any) -> None:
        super().__init__(name, **told)
        self.kind = kind

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            above = self.kind.parent_field
            if error.option_name != "--exercise" or above not in {option.name for option in self.params}:
                raise
            hint = f"The {words(above)} says of which exercise it is: {_typed(self.kind, above)}"
            raise UsageError(f"A {words(self.kind.noun)} has no --exercise.", hint=hint) from None


@contextmanager
def refused_by_option(kind: type[Record], given: Iterable[str]) -> Iterator[None]:
    """Where what is missing was refused, the hint names the option that says it."""
    try:
        yield
    except BadInput as error:
        wrong = [each.field for each in error.problems if each.field in facets(kind) and each.field not in given]
        wanted = [_typed(kind, name) for name in dict.fromkeys(wrong)]
        wanted += ["--reason TEXT"] if any(each.message.endswith("needs a reason") for each in error.problems) else []
        if not wanted:
            raise
        raise BadInput(error.message, f"Give {', '.join(wanted)}.", error.problems, code=error.code) from None


def _typed(kind: type[Record], name: str) -> str:
    """An option with what it takes; of markings the one that is shared most."""
    facet = facets(kind)[name]
    return f"--{kebab(name)} {'TLP:AMBER' if facet.shape is Shape.MARKING else _metavar(facet)}"


def _option(kind: type[Record], name: str, facet: Facet) -> click.Option:
    text = facet.help or facet.label + "."
    if facet.shape is Shape.CHOICE:
        text += f" One of: {', '.join(choices(kind, name))}."
    if facet.many:
        text += " Repeat for several."
    return click.Option([f"--{kebab(name)}", name], multiple=facet.many, metavar=_metavar(facet), help=text)


def _metavar(facet: Facet) -> str:
    return kebab(facet.refers).upper() if facet.shape is Shape.REF else HINTS.get(facet.shape, "TEXT")
