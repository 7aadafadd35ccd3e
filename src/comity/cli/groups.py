"""`comity group`: founding a sharing group, who is in it, admitting, revoking, renewing."""

from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.cli.previews import admission_json, holding_json, revocation_json, said_beside
from comity.desk.members.foretelling import admission_lines, revocation_lines

if TYPE_CHECKING:
    from datetime import date

    from comity.desk.carriers.partners import Partner
    from comity.desk.desk import Desk
    from comity.desk.members.membership import Admission
    from comity.desk.members.seats import GroupSeat

COLUMNS = (
    *("institute", "device", "role", "state", "lacks", "lacks_keys", "admitted_by", "since", "seat"),
    "last_word",
)
ROLES = "reader|editor|admin|chair"


@click.command("create", cls=Verb, epilog="Example: comity group create UKUS --with gaithers-1.card")
@click.argument("name")
@click.option("--purpose", default="", metavar="TEXT", help="What it is for.")
@click.option("--with", "cards", default="", metavar="CARD,...", help="Admit these devices at once.")
@click.option("--role", default="editor", metavar=ROLES, help="As what they are admitted; editor if not told.")
@pass_call
def create(call: Call, name: str, purpose: str, cards: str, role: str) -> None:
    """Found a group that reaches your institute alone until others are admitted; prints its id."""
    from comity.desk import devices, telling
    from comity.desk.asking import find
    from comity.desk.members import groups, membership

    chosen = [each.strip() for each in cards.split(",") if each.strip()]
    with opened_desk(call) as desk:
        with desk.store.reading() as connection:
            who = [devices.candidate(desk, connection, each) for each in chosen]
        for it in who:
            agree(f"Admit {it.institute} {it.name} to {name}?", it.institute, yes=call.yes)
        id = groups.found(desk, name, purpose)
        for each in chosen:
            membership.admit(desk, membership.admission(desk, id, each, role))
        if call.as_json:
            print_json(telling.as_json(desk, find(desk, name, "group")))
        else:
            print_lines(id)


@click.command("show", cls=Verb, epilog="Example: comity group show UKUS")
@click.argument("name", metavar="NAME")
@pass_call
def show(call: Call, name: str) -> None:
    """Who sits in a group, in which role, who stands and who was revoked; what it holds; which keys are lacking."""
    from comity.desk import placing, telling
    from comity.desk.asking import get
    from comity.desk.carriers import partners
    from comity.desk.members import holdings, seats
    from comity.desk.world import World
    from comity.domain.wording import some

    with opened_desk(call) as desk:
        with desk.store.reading() as connection:
            world = World(desk, connection)
            id = placing.group_id(world, name)
            held, called = holdings.holding_of(world, id), world.group_name(id)
        places, keys, record = seats.places(desk, id), seats.keys(desk, id), get(desk, "group", str(UUID(id)))
        told = telling.as_json(desk, record) if record else {"group": called, "group_id": id}
        held_by, today = {each.device: each for each in partners.partners(desk, id)}, desk.today
    if call.as_json:
        members = [{**_place(each), **_holds(held_by.get(each.device))} for each in places]
        holds = {"holds": holding_json(held), "keys": {"held": keys.held, "lacking": keys.lacking}}
        print_json({**told, "members": members, **holds})
        return
    print_lines(f"{called}  {id}")
    if record and record.purpose:  # type: ignore[attr-defined]
        print_lines(record.purpose)  # type: ignore[attr-defined]
    print_lines(
        f"{some(held.records, 'record')}, {held.retired} retired; keys: {keys.held} here, {keys.lacking} lacking"
    )
    print_table(COLUMNS, [_row(each, held_by.get(each.device), today) for each in places])


@click.command("admit", cls=Verb, epilog="Example: comity group admit UKUS --device gaithers-1.card --role editor")
@click.argument("name", metavar="NAME")
@click.option("--device", required=True, metavar="CARD|ID|NAME", help="A card, or a device that is known here.")
@click.option("--role", required=True, metavar=ROLES, help="What it may do.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the members read it.")
@click.option("--dry-run", is_flag=True, help="Say what it would get, admit nobody.")
@pass_call
def admit(call: Call, name: str, device: str, role: str, reason: str, dry_run: bool) -> None:
    """Let a device into a group; it gets all the group holds, history included, which is shown first.

    A device of an institute that is not in the group brings it in, with its recovery key: that takes a chair.
    """
    from comity.desk.members import membership

    with opened_desk(call) as desk:
        seen = membership.admission(desk, name, device, role)
        if dry_run:
            show_admission(call, seen)
            return
        admit_shown(call, desk, seen, reason)
    if call.as_json:
        print_json(admission_json(seen))
    elif not call.quiet:
        tell(f"{seen.candidate.institute} is in {seen.group_name}. It learns so by a sync or a bundle.")


@click.command("revoke", cls=Verb, epilog="Example: comity group revoke UKUS --device gaithers-1 --reason 'stolen'")
@click.argument("name", metavar="NAME")
@click.option("--device", "devices", multiple=True, metavar="ID|NAME|CARD", help="Whose seats end. Repeat for several.")
@click.option("--institute", default="", metavar="CODE", help="All devices of this institute, and its recovery key.")
@click.option("--since", default="", metavar="DATE", help="Since when their work is not trusted; else from now on.")
@click.option("--reason", default="", metavar="TEXT", help="Why; the members read it.")
@click.option("--dry-run", is_flag=True, help="Say what falls, revoke nobody.")
@pass_call
def revoke(
    call: Call, name: str, devices: tuple[str, ...], institute: str, since: str, reason: str, dry_run: bool
) -> None:
    """End the seats of devices below yours. What is held here goes on counting; a new key shuts them out."""
    from comity.desk.members import revoking
    from comity.errors import UsageError

    if not devices and not institute:
        raise UsageError("Whom?", hint="Name --device ID, or --institute CODE.")
    if not reason and not dry_run:
        raise UsageError("Revoking needs a reason.", hint="Say why: --reason TEXT.")
    with opened_desk(call) as desk:
        seen = revoking.revocation(desk, name, devices, institute, since)
        if dry_run and not call.as_json:
            print_lines(*revocation_lines(seen))
        if not dry_run:
            said_beside(call, revocation_lines(seen))
            agree("Revoke them?", seen.group_name, yes=call.yes)
            revoking.revoke(desk, seen, reason)
    if call.as_json:
        print_json(revocation_json(seen))
    elif not dry_run and not call.quiet:
        tell(f"Revoked in {seen.group_name}. Others learn so by a sync or a bundle.")


@click.command("renew", cls=Verb, epilog="Example: comity group renew UKUS")
@click.argument("name", default="", metavar="[NAME]")
@pass_call
def renew(call: Call, name: str) -> None:
    """Take a new seat for this device at its place, in one group or in all: after a copy of its store was used."""
    from comity.desk.members import membership

    with opened_desk(call) as desk:
        renewed = membership.renew(desk, name)
    if call.as_json:
        print_json({"groups": renewed})
    elif not call.quiet:
        tell(f"A new seat in {', '.join(renewed) or 'no group'}.")


def show_admission(call: Call, seen: "Admission") -> None:
    """The preview as the result."""
    if call.as_json:
        print_json(admission_json(seen))
    else:
        print_lines(*admission_lines(seen))


def admit_shown(call: Call, desk: "Desk", seen: "Admission", reason: str) -> None:
    """Show an admission, have it agreed to, and make it."""
    from comity.desk.members import membership

    said_beside(call, admission_lines(seen))
    membership.only_fit(seen)
    code = seen.candidate.institute
    agree(f"What has left cannot be unsent. Admit {code}?", code, yes=call.yes)
    membership.admit(desk, seen, reason)


def _row(place: "GroupSeat", partner: "Partner | None", today: "date") -> tuple[object, ...]:
    from comity.domain.when import show_moment

    name = "recovery key" if place.recovery else place.name or place.device[:12]
    state = ("stands" if place.standing else "revoked") + (", this device" if place.own else "")
    since, last = (show_moment(at, today) if at else "" for at in (place.since, place.last_word))
    lacks = (partner.lacks if partner else "", place.lacks_keys or "")
    return (place.institute, name, place.role, state, *lacks, place.above, since, place.seat[:12], last)


def _holds(partner: "Partner | None") -> dict[str, Any]:
    """What is known of what a device holds, by what it said."""
    from comity.domain.record import encode

    if partner is None:
        return {}
    return {
        "receipt_at": encode(partner.receipt),
        "lacks": partner.lacks,
        "lacks_ours": partner.lacks_ours,
        "withheld_by": [{"hub": hub, "count": count} for hub, count in partner.withheld_by],
    }


def _place(place: "GroupSeat") -> dict[str, Any]:
    from comity.domain.record import encode

    return {
        "seat": place.seat,
        "institute": place.institute,
        "device": place.device,
        "name": place.name,
        "role": place.role,
        "standing": place.standing,
        "recovery": place.recovery,
        "own": place.own,
        "renewals": place.renewals,
        "admitted_by": place.above,
        "since": encode(place.since),
        "last_word_at": encode(place.last_word),
        "lacks_keys": place.lacks_keys,
    }
