"""`comity hub list|add|remove`: the hubs that this device syncs with."""

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.invites import invite_told, invited
from comity.cli.output import print_json, print_table, tell


@click.command("list", cls=Verb, epilog="Example: comity hub list --json")
@pass_call
def show(call: Call) -> None:
    """The hubs of this device, and when each was reached last."""
    from comity.desk.carriers import hubs

    with opened_desk(call) as desk:
        found = [hubs.as_json(each) for each in hubs.listed(desk)]
    if call.as_json:
        print_json({"items": found, "count": len(found)})
        return
    columns = ("name", "url", "reached_at", "sent", "withheld")
    print_table(columns, [tuple(each[name] for name in columns) for each in found])
    if not found and not call.quiet:
        tell("This device has no hub: comity hub add NAME URL --invite-file FILE, or carry a bundle.")


@click.command("add", cls=Verb, epilog="Example: comity hub add ours https://hub.example.org --invite-file code.txt")
@click.argument("name")
@click.argument("url")
@invited
@click.option("--ca", default="", metavar="FILE", help="The authority that signed its certificate, if it is private.")
@click.option("--cert", default="", metavar="FILE", help="The client certificate that it asks for.")
@click.option("--key", default="", metavar="FILE", help="The private key of that certificate.")
@click.option(
    "--proxy", default="", metavar="URL", help="A proxy on the way, no password; the environment's is never taken."
)
@pass_call
def add(call: Call, /, name: str, url: str, invite: str, invite_file: str, **told: str) -> None:
    """Add a hub: it is asked at once, and kept if it lets this device in; which hub it is is remembered."""
    from comity.desk.carriers import hubs

    code = invite_told(invite, invite_file)
    with opened_desk(call) as desk:
        found = hubs.add(desk, name, url, invite=code, **told)
    if call.as_json:
        print_json(hubs.as_json(found))
    elif not call.quiet:
        tell(f"Added {name}. Nothing was sent yet: comity sync sends what partners lack.")


@click.command("remove", cls=Verb, epilog="Example: comity hub remove ours")
@click.argument("name")
@pass_call
def remove(call: Call, name: str) -> None:
    """Forget a hub; what it holds stays there."""
    from comity.desk.carriers import hubs

    with opened_desk(call) as desk:
        hubs.remove(desk, name)
    if call.as_json:
        print_json({"name": name})
    elif not call.quiet:
        tell(f"Removed {name}.")
