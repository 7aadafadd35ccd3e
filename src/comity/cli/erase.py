"""`comity erase`: what a record said goes for good, wherever the erase arrives."""

from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, tell
from comity.cli.previews import said_beside
from comity.domain.wording import some
from comity.errors import Problem, Refused

if TYPE_CHECKING:
    from comity.desk.members.erasing import Erased, Erasure


@click.command("erase", cls=Verb, epilog='Example: comity erase "A. Oak" --reason "she asked for it" --yes')
@click.argument("ref", metavar="REF")
@click.option("--reason", required=True, metavar="TEXT", help="Why; kept, so name nobody in it.")
@click.option("--dry-run", is_flag=True, help="Only say what would go, what stays and who holds copies.")
@pass_call
def erase(call: Call, ref: str, reason: str, dry_run: bool) -> None:
    """Erase a record for good: every word of it, here and wherever the erase arrives. It cannot be undone.

    Meant for personal data. Commits of others are erased by them, or from a seat above theirs; you are told who can.
    """
    from comity.desk.asking import find
    from comity.desk.members import erasing

    with opened_desk(call) as desk:
        seen = erasing.preview(desk, find(desk, ref))
        said_beside(call, erasing.lines(seen))
        if dry_run:
            if call.as_json:
                print_json(_seen(seen))
            return
        if seen.commits:
            agree(f"Erase {seen.name} for good?", seen.name, yes=call.yes)
        done = erasing.erase(desk, seen, reason)
    if call.as_json:
        print_json({**_seen(seen), "erased": done.commits})
    elif not call.quiet:
        tell(
            f"{seen.name} is erased: {some(done.commits, 'commit')}. It goes from others with the next sync or bundle."
        )
    _say_what_stays(done)


def _say_what_stays(done: "Erased") -> None:
    if done.bound:
        whose = [
            Problem(
                f"{each.institute} {each.device}", f"{some(each.commits, 'commit')}; {', '.join(each.can)} can erase"
            )
            for each in done.bound
        ]
        told = "Not all of it could be erased from here; what stays is set blank over."
        raise Refused(told, "Ask them to run the same command.", whose, "erase.left")


def _seen(seen: "Erasure") -> dict[str, Any]:
    from comity.domain.record import encode

    return {
        "kind": seen.record.noun,
        "id": seen.record.id,
        "ref": seen.name,
        "group": seen.group_name,
        "commits": len(seen.commits),
        "fields": list(seen.fields),
        "beside": list(seen.beside),
        "related": list(seen.related),
        "left": [
            {"institute": each.institute, "device": each.device, "commits": each.commits, "can": list(each.can)}
            for each in seen.bound
        ],
        "copies": [{"who": each.who, "commits": each.commits, "at": encode(each.at)} for each in seen.copies],
    }
