"""`comity hub`: the hubs this device syncs with (`hubs.py`), and running one, which needs no device and no home."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import click

from comity.cli.frame import Call, Noun, Verb, bare, pass_call
from comity.cli.ledgers import database, opened, place
from comity.cli.ledgers import institute as whose
from comity.cli.output import print_json, print_lines, tell
from comity.errors import BadInput, NotFound

LAZY = {
    **{name: f"comity.cli.hubs:{where}" for name, where in (("list", "show"), ("add", "add"), ("remove", "remove"))},
    "serve": "comity.cli.hub_serving:serve",
    "join": "comity.cli.hub_peers:join",
    "peers": "comity.cli.hub_peers:peers",
    "dismiss": "comity.cli.hub_peers:dismiss",
}

hub = Noun(
    "hub",
    lazy=LAZY,
    help="The hubs of this device; or run one: it carries sealed envelopes between institutes and can read none.",
    epilog="Example: comity hub add ours https://hub.example.org --invite-file code.txt",
    invoke_without_command=True,
)
hub.callback = click.pass_context(bare(hub, "list"))


@hub.command("invite", cls=Verb, epilog="Example: comity hub invite --institute US-CAISI --expires 3d")
@click.option("--institute", required=True, metavar="CODE", help="Whose device will use it.")
@click.option("--expires", default="7d", show_default=True, metavar="AGE", help="How long it can be used.")
@click.option("--peer", is_flag=True, help="For a hub of that institute, which then carries all of its groups.")
@database
@pass_call
def invite(call: Call, institute: str, expires: str, peer: bool, database: str) -> None:
    """Print a code that lets one device open sessions and bring groups; it works once."""
    from comity.hub.access import invite as made

    until = datetime.now(UTC).replace(microsecond=0) + _age(expires)
    with opened(call, database) as ledger, ledger.writing() as connection:
        code = made(connection, whose(institute), int(until.timestamp() * 1000), peer=peer)
    if call.as_json:
        told = until.isoformat().replace("+00:00", "Z")
        print_json({"code": code, "institute": institute, "expires": told})
    else:
        print_lines(code)
        if not call.quiet:
            which = f"For one {'hub' if peer else 'device'} of {institute}, until {until:%Y-%m-%d %H:%M} UTC."
            tell(f"{which} It is not shown again.")


@hub.command("backup", cls=Verb, epilog="Example: comity hub backup hub-2026-11-23.db")
@click.argument("file", metavar="FILE")
@database
@pass_call
def backup(call: Call, file: str, database: str) -> None:
    """Write a copy of the ledger to a new file while the hub runs.

    It holds sealed envelopes, and the hub's keys and invites: keep it like these.
    """
    from comity.hub.ledger.copying import backup as written

    url = place(call, database)
    if url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise NotFound("There is no ledger at this place.", hint="Name it with --database, as serve does.")
    with opened(call, url) as ledger:
        count = written(ledger, Path(file))
    if call.as_json:
        print_json({"file": file, "envelopes": count})
    elif not call.quiet:
        tell(f"Written: {file}, {count} envelopes.")


@hub.command("restore", cls=Verb, epilog="Example: comity hub restore hub.db --database postgresql://hub@db/comity")
@click.argument("file", metavar="FILE")
@database
@pass_call
def restore(call: Call, file: str, database: str) -> None:
    """Fill an empty database from a backup; what came after it is brought again by the devices that hold it."""
    from comity.hub.ledger.copying import restored

    with opened(call, database) as ledger:
        count = restored(Path(file), ledger)
    if call.as_json:
        print_json({"file": file, "envelopes": count})
    elif not call.quiet:
        tell(f"Restored: {count} envelopes.")


def _age(text: str) -> timedelta:
    from comity.domain.when import age

    try:
        return age(text)
    except ValueError as error:
        raise BadInput(str(error), hint="Write --expires like 12h or 7d.") from error
