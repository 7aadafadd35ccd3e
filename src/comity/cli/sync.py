"""`comity sync`: a session with each hub; once, or whenever something moved."""

import signal
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from comity.cli.asking import at_terminal
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.cli.sessions import COLUMNS, as_json, attended, numbers, tell_noticed, together
from comity.cli.streams import is_closed
from comity.domain.wording import some
from comity.errors import ConflictsExist, Locked, UsageError

if TYPE_CHECKING:
    from comity.desk.carriers.syncing import HubSession
    from comity.desk.desk import Desk
    from comity.log.keyfile import KeyFile


@click.command("sync", cls=Verb, epilog="Example: comity sync --hub ours --json")
@click.option("--hub", "names", multiple=True, metavar="NAME", help="This hub alone; without it, all of them.")
@click.option("--watch", "watching", is_flag=True, help="Sync again whenever something moves, until Ctrl-C.")
@click.option("--dry-run", is_flag=True, help="Say what would come and go; change nothing.")
@click.option("--strict", is_flag=True, help="Exit 5 where conflicts wait for a person.")
@pass_call
def sync(call: Call, names: tuple[str, ...], watching: bool, dry_run: bool, strict: bool) -> None:
    """Exchange with each hub what either side lacks; Ctrl-C is safe, the next sync goes on from there.

    While the keys are locked and nobody can be asked, what comes is verified and kept for the next unlock, and nothing
    leaves.
    """
    from comity.desk.carriers import syncing
    from comity.desk.members.ended import ended

    if watching and (dry_run or strict):
        raise UsageError("--watch goes on and on.", hint="Leave out --dry-run and --strict.")
    if file := _locked(call):
        option = "--watch" if watching else "--dry-run" if dry_run else "--strict" if strict else ""
        if option:
            hint = f"`comity unlock` first; or leave {option} out: what comes is fetched and kept for the next unlock"
            raise Locked(f"the keys are locked, and {option} cannot do without them", hint)
        _carry(call, file, names)
        return
    with opened_desk(call) as desk:
        if watching:
            _watch(call, desk, names)
            return
        if dry_run:
            sessions = syncing.outlook(desk, names)
        else:
            with attended(call) as (told, agree):
                sessions = syncing.sync(desk, names, tell=told, agree=agree)
        _print(call, desk, sessions)
        for each in ended(desk):
            tell(each.told)
    _end(sessions, strict=strict)


def _locked(call: Call) -> "KeyFile | None":
    """The keys of this device, where only a person could open them and none is here."""
    from comity import settings, unlocking
    from comity.home import check_home, home_folder

    home = home_folder(call.home)
    check_home(home)
    file = unlocking.key_file(home)
    return file if not at_terminal() and unlocking.must_ask(file, settings.load(home)) else None


def _carry(call: Call, file: "KeyFile", names: tuple[str, ...]) -> None:
    """A session with each hub by the carrier key alone."""
    from comity.desk.carriers.carrying import carry
    from comity.home import home_folder

    with attended(call) as (told, _):
        sessions = carry(home_folder(call.home), file.card.keys.sign, file.carrier, names, tell=told)
    if call.as_json:
        print_json({"hubs": [as_json({}, each) for each in sessions], "locked": True})
    else:
        _print_table(sessions)
        received = sum(each.total("received") for each in sessions)
        if not call.quiet:
            tell(f"The keys are locked: {some(received, 'envelope')} kept for the next unlock, nothing was sent.")
    _end(sessions, strict=False)


def _watch(call: Call, desk: "Desk", names: tuple[str, ...]) -> None:
    """A line for each session, until Ctrl-C or SIGTERM."""
    from comity.desk.carriers.syncing import Watching

    def heard(sessions: "Sequence[HubSession]") -> None:
        if call.as_json:
            _print(call, desk, sessions)
        else:
            print_lines(*(f"{desk.clock():%H:%M:%S} {_line(each)}" for each in sessions))
            for each in sessions:
                tell_noticed(desk, f"the hub {each.name}", each.groups)
        if is_closed(sys.stdout):
            raise KeyboardInterrupt  # nobody reads on

    watching = Watching(desk, names, heard=heard, agree=lambda change: call.yes)
    try:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, _interrupt)
        watching.run()
    except KeyboardInterrupt:
        watching.stop()


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _line(session: "HubSession") -> str:
    """One session in a line."""
    if session.error:
        return f"{session.name}: {session.error.message}"
    conflicts = sum(each.conflicts for each in session.groups)
    told = f"{session.name}: sent {session.total('sent')}, received {session.total('received')}"
    return f"{told}, {some(conflicts, 'conflict')}" if conflicts else told


def _print(call: Call, desk: "Desk", sessions: "Sequence[HubSession]") -> None:
    from comity.desk.carriers.partners import names

    if call.as_json:
        known = names(desk)
        print_json({"hubs": [as_json(known, each) for each in sessions]})
        return
    _print_table(sessions)
    for each in sessions:
        tell_noticed(desk, f"the hub {each.name}", each.groups)


def _print_table(sessions: "Sequence[HubSession]") -> None:
    rows = [(each.name, group.name, *numbers(group)) for each in sessions for group in each.groups]
    print_table(("hub", "group", *COLUMNS), rows)


def _end(sessions: "Sequence[HubSession]", *, strict: bool) -> None:
    """Raise what kept hubs from being synced, else that somebody has to settle something."""
    failed = {each.name: each.error for each in sessions if each.error}
    if failed:
        raise together(failed, len(sessions), "hubs were not synced")
    groups = {group.id: group.conflicts for each in sessions for group in each.groups}
    if strict and (count := sum(groups.values())):
        waits = "waits" if count == 1 else "wait"
        raise ConflictsExist(f"{some(count, 'value')} {waits} to be settled", "`comity conflict list` shows them")
