"""Conflicts: values that were written apart, and settling them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, bare, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.settling import Fork, Voice


@click.command("list", cls=Verb, epilog="Example: comity conflict list --json")
@pass_call
def listed(call: Call) -> None:
    """Every field that waits for a person, with its values and their numbers."""
    from comity.desk import settling

    with opened_desk(call) as desk:
        found = settling.forks(desk)
        _print(desk, call, found)
        settling.note_shown(desk, found)


@click.command("show", cls=Verb, epilog="Example: comity conflict show SALTMARSH")
@click.argument("ref", metavar="REF")
@pass_call
def show(call: Call, ref: str) -> None:
    """Every field of one record in which several values stand: who wrote which, when and why.

    Also markings (the strictest holds), single entries of lists, and a retirement that did not see all of the record.
    """
    from comity.desk import asking, settling

    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        found = settling.apart(desk, record)
        if call.as_json or found:
            _print(desk, call, found)
        else:
            print_lines(f"{asking.ref(desk, record)}: nothing is in conflict.")
        settling.note_shown(desk, found)


@click.command("settle", cls=Verb, epilog="Example: comity conflict settle R2 --field sandbox --keep 1 --reason agreed")
@click.argument("ref", metavar="REF")
@click.option("--field", required=True, metavar="FIELD", help="The field, as `conflict show` names it.")
@click.option("--keep", type=int, default=None, metavar="N", help="Keep the value of this number.")
@click.option("--value", default=None, metavar="VALUE", help="Write another value.")
@click.option("--reason", required=True, metavar="TEXT", help="Why this one; kept in the history.")
@pass_call
def settle(call: Call, ref: str, field: str, keep: int | None, value: str | None, reason: str) -> None:
    """Replace the values that were shown by one. All of them stay in the history.

    A value that arrived since `conflict show` is not replaced: you are told, and settle once more.
    """
    from comity.desk import asking, settling, telling

    if (keep is None) == (value is None):
        raise UsageError("Which value shall stand?", hint="Give either --keep N or --value VALUE.")
    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        fork = settling.fork_of(desk, record, field if ":" in field else field.replace("-", "_"))
        choice = settling.voice_of(fork, keep) if keep is not None else value or ""
        saved = settling.settle(desk, settling.as_shown(fork, choice), choice, reason)
        if saved.moved:
            came = f"{fork.name}: another value for {fork.field} came since it was shown; it is kept beside yours."
            tell(f"{came} Look: comity conflict show {ref}")
        if call.as_json:
            print_json(telling.as_json(desk, saved.record))
        elif not call.quiet and not saved.moved:
            text = choice if isinstance(choice, str) else choice.text
            tell(f"{fork.name}: {fork.label} is settled: {text}.")


def _print(desk: "Desk", call: Call, forks: "Sequence[Fork]") -> None:
    from comity.domain.when import show_moment

    if call.as_json:
        print_json({"items": [_item(fork) for fork in forks], "count": len(forks)})
        return
    columns = ("ref", "kind", "field", "n", "value", "by", "institute", "at", "reason")
    rows = []
    for fork in forks:
        about = (fork.name, fork.record.noun.replace("_", "-"), fork.field)
        for each in _ordered(fork):
            at = show_moment(each.at, desk.today)
            rows.append((*about, each.n, each.text, each.by, each.institute, at, each.reason))
    print_table(columns, rows, wrapped=("value", "reason"))


def _item(fork: "Fork") -> dict[str, Any]:
    from comity.domain.record import encode

    values = [
        {"n": each.n, "value": encode(each.value), "by": each.by, "institute": each.institute, "at": encode(each.at)}
        for each in _ordered(fork)
    ]
    told = {"kind": fork.record.noun, "id": fork.record.id, "ref": fork.name, "field": fork.field}
    return {**told, "values": values}


def _ordered(fork: "Fork") -> "list[Voice]":
    return sorted(fork.voices, key=lambda voice: voice.n)


conflict = Noun("conflict", help="Fields that were written apart: list, show, settle.", invoke_without_command=True)
conflict.callback = click.pass_context(bare(conflict, "list"))
for command in (listed, show, settle):
    conflict.add_command(command)
