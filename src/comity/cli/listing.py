"""`comity KIND list`: records that match a query, as a table, lines, CSV or JSON."""

from typing import TYPE_CHECKING, Any

import click

from comity.cli.desks import opened_desk
from comity.cli.fields import kebab
from comity.cli.frame import Call, Verb, pass_call, unknown
from comity.cli.output import on_terminal, print_csv, print_json, print_table
from comity.domain.facet import Shape
from comity.domain.record import Record, encode, facets
from comity.domain.sharing import Group
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.desk.desk import Desk

TOLD = ("id", "ref", "group", "originator", "created_at", "created_by", "updated_at", "updated_by", "retired")
MEMBERS = "members"  # of a group: institutes and roles
QUERY = "QUERY: words, field:value, field:a,b, -field:value, field<value, ~regex, is:stale, age>7d."


def list_command(kind: type[Record]) -> click.Command:
    """`comity KIND list [QUERY ...]`."""

    def show(call: Call, query: tuple[str, ...], **told: Any) -> None:
        how = {"sort": _order(told["sort"]), "limit": told["limit"], "retired": told["retired"]}
        text, columns = joined(query), _columns(kind, told["columns"])
        from comity.desk import listing, telling

        with opened_desk(call) as desk:
            if call.as_json:
                print_json(_with_members(desk, kind, telling.listed(desk, kind.noun, text, **how)))
                return
            rows = [_row(desk, ref, record, columns) for ref, record in listing.records(desk, kind.noun, text, **how)]
            (print_csv if told["csv"] else print_table)(columns, rows)

    own: list[click.Parameter] = [
        click.Argument(["query"], nargs=-1, type=click.UNPROCESSED, metavar="[QUERY]..."),
        click.Option(["--sort"], default="", metavar="FIELD,-FIELD", help="Order by fields; - turns one round."),
        click.Option(["--limit"], type=click.IntRange(0), metavar="N", help="At most so many."),
        click.Option(["--columns"], default="", metavar="A,B", help="Show these fields."),
        click.Option(["--retired"], is_flag=True, help="Retired records too."),
        click.Option(["--csv"], is_flag=True, help="Print CSV for spreadsheets."),
    ]
    name = kebab(kind.noun)
    return Verb(
        "list",
        callback=pass_call(show),
        params=own,
        help=f"{kind.plural.capitalize()} that match. {QUERY}\n\n{_said_order(kind)}",
        epilog=f"Example: comity {name} list -is:conflict --json",
        context_settings={"ignore_unknown_options": True},  # -field:value is a query
    )


def _said_order(kind: type[Record]) -> str:
    """The order of a list without `--sort`, in words."""
    above = {"exercise", "objective", "protocol", "run", "stand_down", "strand"}
    first = ["exercise"] if above & {*kind.model_fields} else []
    day = [kind.ordered_by.replace("_", " ")] if kind.ordered_by else []
    label = kind.label_prefix or "R"
    by = ", then ".join([*first, *day, "name"])
    return f"Their order is by {by} ({label}2 before {label}10); with --json by group and id."


def _order(told: str) -> tuple[str, ...]:
    """Field names to sort by, `-` before those that are turned round."""
    words = [word.strip() for word in told.split(",") if word.strip()]
    return tuple(word[:1] + word[1:].replace("-", "_") for word in words)


def joined(query: tuple[str, ...]) -> str:
    """The words of a query as one text."""
    for word, value in zip(query, (*query[1:], ""), strict=False):
        if word.startswith("--"):
            name, _, given = word[2:].partition("=")
            asked = (
                f" A field is asked for without dashes: {name.replace('-', '_')}:{given or value}."
                if given or value
                else ""
            )
            hint = f"See {click.get_current_context().command_path} --help.{asked}"
            raise UsageError(f"No such option: {word}", hint=hint)
    return " ".join(query)


def _columns(kind: type[Record], told: str) -> list[str]:
    own = [name for name in kind.model_fields if name not in Record.model_fields and name not in facets(kind)]
    known = [*TOLD, *facets(kind), *own]
    seated = [MEMBERS] if kind is Group else []
    known += seated
    asked = [word.strip().replace("-", "_") for word in told.split(",") if word.strip()]
    for word in asked:
        if word not in known:
            raise unknown(f"There is no column «{word}».", word, known)
    return asked or ["ref", *(name for name in kind.columns if name != kind.code_field), *seated, "marking"]


def _row(desk: "Desk", ref: str, record: Record, columns: list[str]) -> list[object]:
    """The cells of a record: as people read them on a terminal, as JSON has them in a pipe; references by name."""
    from comity.desk import asking

    read = [name for name in columns if name not in TOLD and (on_terminal() or _refers(type(record), name))]
    texts = {"ref": ref, **asking.texts(desk, record, read)}
    return [texts[column] if column in texts else _told(desk, record, column) for column in columns]


def _with_members(desk: "Desk", kind: type[Record], found: dict[str, Any]) -> dict[str, Any]:
    """Beside each group the institutes in it and their roles."""
    if kind is Group:
        from comity.desk.members import seats

        for item in found["items"]:
            item["derived"][MEMBERS] = seats.members(desk, item["group_id"])
    return found


def _refers(kind: type[Record], name: str) -> bool:
    return name in facets(kind) and facets(kind)[name].shape is Shape.REF


def _told(desk: "Desk", record: Record, column: str) -> object:
    from comity.desk import asking

    if column == "group":
        return asking.group_name(desk, record.group)
    if column == MEMBERS:
        from comity.desk.members import seats

        return ", ".join(f"{institute} {role}" for institute, role in seats.members(desk, record.group).items())
    value = encode(getattr(record, column))
    return ",".join(map(str, value)) if isinstance(value, list) else value
