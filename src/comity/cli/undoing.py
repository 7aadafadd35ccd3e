"""`comity undo`: the newest act on a record is taken back by a new one."""

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, tell


@click.command("undo", cls=Verb, epilog="Example: comity undo SALTMARSH/R3")
@click.argument("ref", metavar="REF")
@pass_call
def undo(call: Call, ref: str) -> None:
    """Take back the newest act on a record, whatever else that act wrote; the history keeps both."""
    from comity.desk import asking, telling, undoing

    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        undone = undoing.undo(desk, undoing.newest(desk, record))
        record = asking.get(desk, record.noun, record.id) or record
        if call.as_json:
            print_json(telling.as_json(desk, record))
        elif not call.quiet:
            tell(f"{asking.ref(desk, record)}: {undone.reason}.")
