"""`comity device`: this device's card, the address book, and the devices that groups tell of."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import agree
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, bare, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell, write_new

if TYPE_CHECKING:
    from comity.desk.members.seats import Device

SHORT = 12


@click.command("card", cls=Verb, epilog="Example: comity device card --out laptop-1.card")
@click.option("--out", default="", metavar="FILE", help="Write it to a new file instead of printing it.")
@pass_call
def card(call: Call, out: str) -> None:
    """This device's public card, for whoever admits it; read its words out to them. It holds no secret."""
    from comity.desk import devices

    with opened_desk(call) as desk:
        line, own = devices.own_line(desk), devices.own(desk)
    words = " ".join(own.fingerprint())
    if out:
        write_new(Path(out), line + "\n")
    if call.as_json:
        told = {"institute": own.institute, "name": own.name, "person": own.person}
        print_json({"card": line, "fingerprint": words, "id": own.keys.sign.hex(), **told})
        return
    if not out:
        print_lines(line)
    if not call.quiet:
        tell(f"Its words, to be read out to who gets it: {words}")


@click.command("add", cls=Verb, epilog="Example: comity device add gaithers-1.card")
@click.argument("card", metavar="CARD")
@click.option("--fingerprint", default="", metavar="WORDS", help="The words as its owner read them out; checked.")
@pass_call
def add(call: Call, card: str, fingerprint: str) -> None:
    """Keep another device's card, once its words were compared by voice. CARD is a file or the line itself."""
    from comity.desk import devices

    with opened_desk(call) as desk:
        shown = devices.show(desk, card)
        for warning in shown.warnings:
            tell(f"Look: {warning}.")
        if fingerprint:
            devices.check_words(shown, fingerprint)
        else:
            tell(f"{shown.card.institute} {shown.card.name}, {shown.card.person}: {shown.words}")
            question = "Let its owner read the words out by voice. Are they the same?"
            agree(question, shown.card.institute, yes=call.yes)
        devices.add(desk, shown)
    if call.as_json:
        told = {"institute": shown.card.institute, "name": shown.card.name, "person": shown.card.person}
        id, seen = shown.card.keys.sign.hex(), {"known": shown.known, "warnings": list(shown.warnings)}
        print_json({"id": id, **told, "fingerprint": shown.words, **seen})
    else:
        print_lines(shown.card.keys.sign.hex())


@click.command("list", cls=Verb, epilog="Example: comity device list --json")
@pass_call
def listed(call: Call) -> None:
    """This device, those in the address book and those in groups: where they sit, and their last word."""
    from comity.desk.members import seats
    from comity.domain.when import show_moment

    with opened_desk(call) as desk:
        found, today = seats.known(desk), desk.today
    if call.as_json:
        print_json({"items": [_item(each) for each in found], "count": len(found)})
        return
    rows = [
        (
            *(each.institute, each.name, each.id[:SHORT], _told(each)),
            *(show_moment(at, today) if at else "" for at in (each.last_word, each.compared)),
        )
        for each in found
    ]
    print_table(("institute", "name", "id", "groups", "last_word", "compared"), rows, wrapped=("groups",))


def _told(device: "Device") -> str:
    told = [f"{each.group_name} {each.role if each.standing else 'revoked'}" for each in device.places]
    return ", ".join(["this device"] * device.own + told)


def _item(device: "Device") -> dict[str, Any]:
    from comity.domain.record import encode

    groups = [
        {
            "group": each.group_name,
            "group_id": each.group,
            "seat": each.seat,
            "role": each.role,
            "standing": each.standing,
            "since": encode(each.since),
            "last_word_at": encode(each.last_word),
        }
        for each in device.places
    ]
    return {
        "id": device.id,
        "institute": device.institute,
        "name": device.name,
        "person": device.person,
        "own": device.own,
        "fingerprint": " ".join(device.words),
        "compared_at": encode(device.compared),
        "groups": groups,
    }


device = Noun("device", help="Devices: this one's card, others' cards, who sits where.", invoke_without_command=True)
device.callback = click.pass_context(bare(device, "list"))
for command in (card, add, listed):
    device.add_command(command)
