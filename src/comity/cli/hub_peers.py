"""`comity hub join|peers|dismiss`: the hubs that a hub meets, and an end of what it granted."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.frame import Call, Verb, pass_call
from comity.cli.invites import invite_told, invited
from comity.cli.ledgers import database, extra, institute, opened
from comity.cli.output import print_json, print_table, tell
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.hub.peers import Peer


@click.command(
    "join",
    cls=Verb,
    epilog="Example: comity hub join https://hub.example.org --institute UK-AISI --invite-file FILE",
)
@click.argument("url", metavar="URL")
@click.option("--institute", "code", required=True, metavar="CODE", help="Whose hub that is: it gets their groups.")
@invited
@click.option("--ca", default="", metavar="FILE", help="Authority that signed its certificate.")
@click.option("--cert", default="", metavar="FILE", help="Certificate to show, if it asks for one.")
@click.option("--key", default="", metavar="FILE", help="Its private key.")
@database
@pass_call
def join(call: Call, /, url: str, code: str, invite: str, invite_file: str, database: str, **told: str) -> None:
    """Show another hub its invite for hubs, once; then `comity hub serve --peer URL` meets it."""
    whose, shown = institute(code), invite_told(invite, invite_file)
    if not shown:
        raise UsageError("The invite is not given.", hint="Give it with --invite-file, or --invite.")
    with opened(call, database) as ledger, extra():
        from comity.hub.joining import join as joined
        from comity.sync.http import Tls

        tls = Tls(**{name: Path(file) for name, file in told.items() if file})
        peer = joined(ledger, url, whose, shown, tls)
    if call.as_json:
        print_json(_told(peer))
    elif not call.quiet:
        tell(f"Joined. Meet it with: comity hub serve --peer {peer.url}")


@click.command("peers", cls=Verb, epilog="Example: comity hub peers --json")
@database
@pass_call
def peers(call: Call, database: str) -> None:
    """The hubs that were joined, and how the last session with each ended."""
    with opened(call, database) as ledger, ledger.reading() as connection:
        from comity.hub.peers import peers as all_of

        found = [_told(each) for each in all_of(connection)]
    if call.as_json:
        print_json({"items": found, "count": len(found)})
    else:
        columns = ("url", "institute", "met", "fault", "withheld")
        print_table(columns, [tuple(each[name] for name in columns) for each in found])


@click.command("dismiss", cls=Verb, epilog="Example: comity hub dismiss US-CAISI")
@click.argument("code", metavar="INSTITUTE")
@database
@pass_call
def dismiss(call: Call, code: str, database: str) -> None:
    """Take back all invites of an institute, also those that were used; devices with a seat in a group keep it."""
    from comity.hub.access import dismiss as dismissed

    with opened(call, database) as ledger, ledger.writing() as connection:
        count = dismissed(connection, institute(code))
    if call.as_json:
        print_json({"institute": code, "dismissed": count})
    elif not call.quiet:
        tell(f"Dismissed: {count} of {code}. What they brought stays.")


def _told(peer: "Peer") -> dict[str, Any]:
    met = datetime.fromtimestamp(peer.met_ms // 1000, UTC).isoformat().replace("+00:00", "Z") if peer.met_ms else None
    return {
        "url": peer.url,
        "institute": peer.institute,
        "met": met,
        "fault": peer.fault or None,
        "withheld": peer.withheld,
    }
