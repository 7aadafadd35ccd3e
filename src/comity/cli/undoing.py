"""`comity undo`: the newest act on a record is taken back by a new one."""

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, tell
from comity.domain.record import facets


@click.command("undo", cls=Verb, epilog="Example: comity undo SALTMARSH/R3")
@click.argument("ref", metavar="REF")
@pass_call
def undo(call: Call, ref: str) -> None:
    """Take back the newest act on a record, whatever else that act wrote; the history keeps both."""
    from comity.desk import asking, telling, undoing

    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        undone = undoing.undo(desk, undoing.newest(desk, record))
        names = [name for name in facets(type(record)) if name in undone.fields]
        before = asking.texts(desk, record, names)
        record = asking.get(desk, record.noun, record.id) or record
        after = asking.texts(desk, record, names)
        if call.as_json:
            print_json(telling.as_json(desk, record))
        elif not call.quiet:
            moved = (f"{name}: {before[name] or 'empty'} -> {after[name] or 'empty'}" for name in names)
            tell(f"{asking.ref(desk, record)}: {'; '.join([undone.reason, *moved])}.")
