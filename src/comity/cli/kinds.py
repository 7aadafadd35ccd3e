"""`comity kinds`: what can be recorded, and how each field is written."""

from typing import Any

import click

from comity.cli.fields import kebab
from comity.cli.frame import Call, Verb, pass_call, unknown
from comity.cli.output import print_json, print_table
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record, choices, facets, required


@click.command("kinds", cls=Verb, epilog="Example: comity kinds run")
@click.argument("kind", required=False)
@pass_call
def kinds(call: Call, kind: str | None) -> None:
    """The kinds of record; with KIND its fields, what they take and how two houses' values come together."""
    found = KINDS if kind is None else (_named(kind),)
    if call.as_json:
        print_json({"items": [_described(each) for each in found], "count": len(found)})
    elif kind is None:
        print_table(
            ("kind", "what it is"), [(kebab(each.noun), _sentence(each)) for each in found], wrapped=("what it is",)
        )
    else:
        _print_fields(found[0])


def _named(word: str) -> type[Record]:
    known = {kebab(noun): kind for noun, kind in BY_NOUN.items()}
    if kebab(word) not in known:
        raise unknown(f"There is no kind «{word}».", word, list(known))
    return known[kebab(word)]


def _print_fields(kind: type[Record]) -> None:
    from comity.cli.records import steps

    rows = [
        (f"--{kebab(name)}", facet.label, _takes(kind, name), facet.merge, facet.help)
        for name, facet in facets(kind).items()
    ]
    print_table(("field", "label", "takes", "merge", "help"), rows, wrapped=("takes", "help"))
    if found := steps(kind):
        print_table(
            ("step", "from", "to"),
            [(step.name, ", ".join(step.sources), step.target) for step in found],
            wrapped=("from",),
        )


def _takes(kind: type[Record], name: str) -> str:
    facet = facets(kind)[name]
    words = ", ".join(choices(kind, name)) or (f"ref to {kebab(facet.refers)}" if facet.refers else str(facet.shape))
    return words + ("; several" if facet.many else "") + ("; needed" if required(kind, name) else "")


def _described(kind: type[Record]) -> dict[str, Any]:
    from comity.cli.records import steps

    return {
        "kind": kind.noun,
        "help": _sentence(kind),
        "fields": [_field(kind, name) for name in facets(kind)],
        "steps": [{"name": step.name, "from": step.sources, "to": step.target} for step in steps(kind)],
    }


def _field(kind: type[Record], name: str) -> dict[str, Any]:
    facet = facets(kind)[name]
    return {
        "name": name,
        "label": facet.label,
        "help": facet.help,
        "shape": facet.shape,
        "choices": choices(kind, name),
        "refers": facet.refers,
        "merge": facet.merge,
        "many": facet.many,
        "required": required(kind, name),
        "fixed": facet.fixed,
    }


def _sentence(kind: type[Record]) -> str:
    return (kind.__doc__ or "").partition("\n")[0]
