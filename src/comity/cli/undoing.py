"""`comity undo` and `comity redo`: what an act wrote on a record is taken back by a new one, step by step."""

from typing import TYPE_CHECKING

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, tell
from comity.cli.telling import moves
from comity.domain.record import Record, facets
from comity.domain.wording import some

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.undoing import Undone


@click.command("undo", cls=Verb, epilog="Example: comity undo SALTMARSH/R3")
@click.argument("ref", metavar="REF")
@pass_call
def undo(call: Call, ref: str) -> None:
    """Take back the newest act on a record, whatever else that act wrote; the history keeps both.

    Again takes back the one before it; `comity redo` takes an undo back. What was undone at another device is an act
    like any other.
    """
    from comity.desk import asking, undoing

    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        _tell(call, desk, record, undoing.undo(desk, undoing.newest(desk, record)))


@click.command("redo", cls=Verb, epilog="Example: comity redo SALTMARSH/R3")
@click.argument("ref", metavar="REF")
@pass_call
def redo(call: Call, ref: str) -> None:
    """Take back the last undo on a record, until something else is done to it."""
    from comity.desk import asking, undoing

    with opened_desk(call) as desk:
        record = asking.find(desk, ref)
        _tell(call, desk, record, undoing.redo(desk, record))


def _tell(call: Call, desk: "Desk", before: Record, undone: "Undone") -> None:
    """The record as it is now, or each of its fields that went back."""
    from comity.desk import asking, telling

    record = asking.get(desk, before.noun, before.id) or before
    if call.as_json:
        print_json(telling.as_json(desk, record))
    elif not call.quiet:
        moved = moves(desk, before, record, [name for name in facets(type(record)) if name in undone.fields])
        moved += [] if record.retired == before.retired else ["retired" if record.retired else "back in the lists"]
        others = len({*undone.records} - {(record.noun, record.id)})
        moved += [f"with {some(others, 'other record')} of that act"] if others else []
        tell(f"{asking.ref(desk, record)}: {'; '.join([undone.reason, *moved])}.")
