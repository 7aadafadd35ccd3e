"""`comity recovery`: acts made with the words on paper, for a house that lost its devices or one of them."""

from pathlib import Path
from typing import Any

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.groups import ROLES
from comity.cli.output import print_json, print_lines, tell
from comity.cli.previews import admission_json, holding_json, revocation_json, said_beside
from comity.cli.sessions import attended
from comity.desk.members.foretelling import admission_lines, parcel_lines, revocation_lines

words_option = click.option("--words-file", required=True, metavar="FILE", help="The recovery words, chmod 600.")
reason_option = click.option("--reason", default="", metavar="TEXT", help="Why; the members read it.")
dry_option = click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")


@click.command("show-public", cls=Verb, epilog="Example: comity recovery show-public --words-file words.txt")
@click.option("--words-file", default="", metavar="FILE", help="Of these words; needs no home. Else of this institute.")
@pass_call
def show_public(call: Call, words_file: str) -> None:
    """The public half of a recovery key, as `init --recovery-public` takes it; it holds no secret."""
    from comity.log.card import house_line, house_words

    if words_file:
        from comity.desk.members.recovery import pair_in

        public = pair_in(Path(words_file)).public
    else:
        with opened_desk(call) as desk:
            public = desk.root
    line, words = house_line(public), " ".join(house_words(public))
    if call.as_json:
        print_json({"recovery": line, "fingerprint": words})
        return
    print_lines(line)
    if not call.quiet:
        tell(f"Its words, to be compared by voice; they are not the secret ones: {words}")


@click.command("admit", cls=Verb, epilog="Example: comity recovery admit --words-file words --bundle from-us.comity")
@words_option
@click.option("--bundle", default="", metavar="FILE", help="First take in what a partner wrote for these words.")
@click.option("--group", default="", metavar="NAME", help="In this group; else wherever the key has a seat.")
@click.option("--device", default="", metavar="CARD|ID|NAME", help="This device if none is named.")
@click.option("--role", default="", metavar=ROLES, help="What it may do; else all that the key may.")
@reason_option
@dry_option
@pass_call
def admit(
    call: Call, words_file: str, bundle: str, group: str, device: str, role: str, reason: str, dry_run: bool
) -> None:
    """Let a device of your institute back in, by the words on paper, with all keys that were sealed to them."""
    from comity.desk import asking
    from comity.desk.members import membership, recovery
    from comity.domain.wording import some
    from comity.errors import UsageError

    if bundle and dry_run:
        hint = "Leave --dry-run out: nobody is admitted before a yes."
        raise UsageError("What a bundle opens is seen once it is taken in.", hint)

    with opened_desk(call) as desk:
        pen = recovery.hand(desk, Path(words_file))
        if bundle:
            with attended(call, "Reading") as (_, agreed):
                count = recovery.receive(desk, pen, Path(bundle), agreed)
            tell(f"{some(count, 'envelope')} taken in from {bundle}.")
        found = recovery.admissions(desk, pen, group, device, role)
        for seen in found:
            if not call.as_json:
                said_beside(call, admission_lines(seen))
        if found and not dry_run:
            code = found[0].candidate.institute
            agree(f"Admit it to {some(len(found), 'group')}?", code, yes=call.yes)
            for seen in found:
                membership.admit(desk, seen, reason, pen)
        names = [asking.group_name(desk, seen.group) for seen in found]  # the keys that came with it may open them
        if not found and not call.as_json and not call.quiet:
            seated = ", ".join(sorted(asking.group_name(desk, each) for each in recovery.groups(desk, pen)))
            tell(f"Nothing to do: it has a seat in {seated}. What a partner wrote brings more: --bundle FILE.")
    _told(call, [admission_json(seen) for seen in found], names, dry_run=dry_run)


@click.command(
    "revoke", cls=Verb, epilog="Example: comity recovery revoke --words-file words.txt --group UKUS --device laptop-1"
)
@words_option
@click.option("--group", required=True, metavar="NAME", help="In this group.")
@click.option("--device", "devices", multiple=True, metavar="ID|NAME|CARD", help="Whose seats end. Repeat for several.")
@click.option("--institute", default="", metavar="CODE", help="All devices of this institute, and its recovery key.")
@click.option("--since", default="", metavar="DATE", help="Since when their work is not trusted; else from now on.")
@reason_option
@dry_option
@pass_call
def revoke(
    call: Call,
    words_file: str,
    group: str,
    devices: tuple[str, ...],
    institute: str,
    since: str,
    reason: str,
    dry_run: bool,
) -> None:
    """End the seats of lost devices by the words on paper, from above all that your institute admitted."""
    from comity.desk.members import recovery, revoking
    from comity.errors import UsageError

    if not devices and not institute:
        raise UsageError("Whom?", hint="Name --device ID, or --institute CODE.")
    if not reason and not dry_run:
        raise UsageError("Revoking needs a reason.", hint="Say why: --reason TEXT.")
    with opened_desk(call) as desk:
        pen = recovery.hand(desk, Path(words_file))
        seen = recovery.revocation(desk, pen, group, devices, institute, since)
        if not call.as_json:
            said_beside(call, revocation_lines(seen))
        if not dry_run:
            agree("Revoke them?", seen.group_name, yes=call.yes)
            revoking.revoke(desk, seen, reason, pen)
    _told(call, [revocation_json(seen)], [seen.group_name], dry_run=dry_run)


@click.command("bundle", cls=Verb, epilog="Example: comity recovery bundle for-us.comity --for US-CAISI")
@click.argument("file", metavar="FILE")
@click.option("--for", "institute", required=True, metavar="CODE", help="The institute that lost its devices.")
@click.option("--group", default="", metavar="NAME", help="This group alone; else all that its key has a seat in.")
@pass_call
def bundle(call: Call, file: str, institute: str, group: str) -> None:
    """Help a partner who lost every device: all that it may hold, to be opened with its recovery words alone."""
    from comity.desk.members import recovery
    from comity.domain.wording import some

    with opened_desk(call) as desk:
        parcel = recovery.parcel(desk, institute, group)
        said_beside(call, parcel_lines(parcel))
        agree(f"Write all of that to {file}?", institute, yes=call.yes)
        count = recovery.write(desk, parcel, Path(file))
    if call.as_json:
        groups = [{"group": each.name, "group_id": each.group, **holding_json(each.holding)} for each in parcel.holds]
        print_json({"file": file, "institute": institute, "envelopes": count, "groups": groups})
    elif not call.quiet:
        tell(f"Written: {file}, {some(count, 'envelope')}.")
        tell(f"There: comity recovery admit --words-file FILE --bundle {file}")


def _told(call: Call, items: list[dict[str, Any]], groups: list[str], *, dry_run: bool) -> None:
    if call.as_json:
        print_json({"items": items, "count": len(items)})
    elif not call.quiet and groups:
        done = "Nothing was written" if dry_run else "Done"
        tell(f"{done}: {', '.join(groups)}." + ("" if dry_run else " Others learn by a sync or bundle."))


recovery = Noun("recovery", help="Acts made with the recovery words on paper: show-public, admit, revoke, bundle.")
for command in (show_public, admit, revoke, bundle):
    recovery.add_command(command)
