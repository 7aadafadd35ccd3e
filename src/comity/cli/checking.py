"""What needs attention."""

from typing import TYPE_CHECKING

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.listing import joined
from comity.cli.output import print_json, print_table, tell
from comity.errors import ConflictsExist

if TYPE_CHECKING:
    from comity.desk.desk import Desk


@click.command(
    "check", cls=Verb, epilog="Example: comity check is:stale", context_settings={"ignore_unknown_options": True}
)
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY]...")
@click.option("--strict", is_flag=True, help="Exit 5 if something stops work.")
@pass_call
def check(call: Call, query: tuple[str, ...], strict: bool) -> None:
    """What needs attention, the worst first: one sentence each; on stderr what is no record."""
    from comity.desk.checking import checks
    from comity.desk.members.reminding import reminders

    with opened_desk(call) as desk:
        found = [(each, _ref(desk, each.kind, each.id)) for each in checks(desk, joined(query))]
        beside = [] if query or call.as_json or call.quiet else list(reminders(desk))
    if call.as_json:
        keys = ("check", "severity", "kind", "id", "text", "records")
        items = [{**{key: getattr(each, key) for key in keys}, "ref": name} for each, name in found]
        print_json({"items": items, "count": len(items)})
    else:
        print_table(
            ("severity", "ref", "text", "check"),
            [(c.severity, name, c.text, c.check) for c, name in found],
            wrapped=("text",),
        )
    for each in beside:
        tell(each)
    blockers = [each for each, _ in found if each.severity == "blocker"]
    if strict and blockers:
        raise ConflictsExist(f"{len(blockers)} of {len(found)} stop work.", code="blocked")


def _ref(desk: "Desk", noun: str, id: str) -> str:
    from comity.desk import asking

    record = asking.get(desk, noun, id)
    return asking.ref(desk, record) if record else id
