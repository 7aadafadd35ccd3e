"""The late tray on the command line: what revoked devices wrote beyond their cut, and adopting it."""

from typing import TYPE_CHECKING, Any

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, bare, pass_call
from comity.cli.output import print_json, print_table, tell
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.desk.members.late import LateCommit

SHOWN = 12  # digits of an id


@click.command("list", cls=Verb, epilog="Example: comity late list --json")
@pass_call
def listed(call: Call) -> None:
    """What came too late to count, field by field, with what stands there now."""
    from comity.desk.members import late
    from comity.domain.when import show_moment

    with opened_desk(call) as desk:
        found = late.tray(desk)
        if call.as_json:
            print_json({"items": [_item(each) for each in found], "count": len(found)})
            return
        rows = [
            (
                *(each.id[:SHOWN], f"{each.institute} {each.device}", each.by, show_moment(each.at, desk.today)),
                *(said.ref, said.field, said.text, said.now_text),
            )
            for each in found
            for said in each.says
        ]
        print_table(("id", "device", "by", "at", "ref", "field", "value", "now"), rows, wrapped=("value", "now"))


@click.command("adopt", cls=Verb, epilog="Example: comity late adopt 3f2a9c41 --reason 'written before the theft'")
@click.argument("ids", nargs=-1, metavar="[ID ...]")
@click.option("--all", "every", is_flag=True, help="Adopt everything in the tray.")
@click.option("--reason", default="", metavar="TEXT", help="Why; kept in the history beside the reason given then.")
@pass_call
def adopt(call: Call, ids: tuple[str, ...], every: bool, reason: str) -> None:
    """Write the same values as your own. What others wrote since is kept beside, as a conflict to settle."""
    from comity.desk.members import late
    from comity.domain.wording import some

    if bool(ids) == every:
        raise UsageError("What shall be adopted?", hint="Name ids from `comity late list`, or give --all.")
    with opened_desk(call) as desk:
        found = late.tray(desk)
        wanted = found if every else late.chosen(found, ids)
        disputed = late.adopt(desk, wanted, reason) if wanted else ()
        if call.as_json:
            print_json({"adopted": [each.id for each in wanted], "conflicts": list(disputed)})
        elif not call.quiet:
            tell(f"{len(wanted)} adopted.")
        if disputed:
            tell(f"Of several values now: {some(len(disputed), 'record')}. See: comity conflict list")


def _item(each: "LateCommit") -> dict[str, Any]:
    from comity.domain.record import encode

    changes = [
        {
            "kind": said.kind,
            "id": said.record,
            "ref": said.ref,
            "field": said.field,
            "value": encode(said.value),
            "now": encode(said.now),
        }
        for said in each.says
    ]
    return {
        "id": each.id,
        "group": each.group_name,
        "group_id": each.group,
        "institute": each.institute,
        "device": each.device,
        "by": each.by,
        "at": encode(each.at),
        "reason": each.reason,
        "changes": changes,
    }


late = Noun("late", help="What revoked devices wrote beyond their cut: list, adopt.", invoke_without_command=True)
late.callback = click.pass_context(bare(late, "list"))
for command in (listed, adopt):
    late.add_command(command)
