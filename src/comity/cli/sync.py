"""`comity sync`: a session with each hub; once, or whenever something moved."""

import signal
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import at_terminal
from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell
from comity.cli.streams import is_closed
from comity.domain.wording import some
from comity.errors import ComityError, ConflictsExist, Locked, Problem, UsageError

if TYPE_CHECKING:
    from comity.desk.carriers.syncing import GroupSession, HubSession
    from comity.desk.consent import Agree
    from comity.desk.desk import Desk
    from comity.log.keyfile import KeyFile
    from comity.sync.outcome import Doubt, Progress, Tell

COLUMNS = ("sent", "received", "waiting", "void", "missing", "conflicts")


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
        rows = [(each.name, group.name, *numbers(group)) for each in sessions for group in each.groups]
        print_table(("hub", "group", *COLUMNS), rows)
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
    rows = [(each.name, group.name, *numbers(group)) for each in sessions for group in each.groups]
    print_table(("hub", "group", *COLUMNS), rows)
    for each in sessions:
        tell_noticed(desk, f"the hub {each.name}", each.groups)


def _end(sessions: "Sequence[HubSession]", *, strict: bool) -> None:
    """Raise what kept hubs from being synced, else that somebody has to settle something."""
    failed = {each.name: each.error for each in sessions if each.error}
    if failed:
        raise together(failed, len(sessions), "hubs were not synced")
    groups = {group.id: group.conflicts for each in sessions for group in each.groups}
    if strict and (count := sum(groups.values())):
        from comity.domain.wording import some

        waits = "waits" if count == 1 else "wait"
        raise ConflictsExist(f"{some(count, 'value')} {waits} to be settled", "`comity conflict list` shows them")


def together(failed: "Mapping[str, ComityError]", among: int, what: str) -> ComityError:
    """One error for all that failed, of the sort of the first."""
    first = next(iter(failed.values()))
    if len(failed) == 1:
        return first
    problems = [Problem(name, f"{error.message}; {error.hint}") for name, error in failed.items()]
    found = ComityError(f"{len(failed)} of {among} {what}", "what the others brought stays", problems, first.code)
    found.exit_code = first.exit_code
    return found


def as_json(known: "dict[bytes, str]", session: "HubSession") -> dict[str, Any]:
    """A session as scripts read it; `known` are the names of devices."""
    error = session.error
    return {
        "name": session.name,
        "url": session.url,
        "reached": session.reached,
        "error": error and {"code": error.code, "message": error.message, "hint": error.hint},
        "groups": [group_json(known, each) for each in session.groups],
    }


def group_json(known: "dict[bytes, str]", each: "GroupSession") -> dict[str, Any]:
    """One group of a session as scripts read it; `known` are the names of devices."""
    return {
        "group": each.name,
        "group_id": each.id,
        **dict(zip(COLUMNS, numbers(each), strict=True)),
        "withheld": [
            {"institute": other.institute, "device": _called(known, other.device), "count": other.count}
            for other in each.outcome.withheld
        ],
        "rolled_back": each.outcome.rolled_back,
        "bad": each.outcome.bad.total(),
        "unknown": each.outcome.unknown,
        "refused": each.outcome.refused.total(),
        "asks": each.outcome.asks,
    }


def _called(known: "dict[bytes, str]", device: bytes) -> str:
    from comity.desk.devices import called

    return called(known, device)


def numbers(each: "GroupSession") -> tuple[int, ...]:
    """What stands in the columns of one group."""
    tally = each.tally
    return each.outcome.sent, each.outcome.received, tally.waiting, tally.void, tally.missing, each.conflicts


def tell_noticed(desk: "Desk", carrier: str, groups: "Iterable[GroupSession]") -> None:
    """What a carrier does that it should not, in words."""
    from comity.desk.carriers.noticing import noticed
    from comity.desk.carriers.partners import names

    known = names(desk)
    for each in groups:
        for line in noticed(known, carrier, each):
            tell(line[:1].upper() + line[1:])


@contextmanager
def attended(call: Call, doing: str = "Syncing") -> "Iterator[tuple[Tell, Agree]]":
    """How far a session is told, on a terminal only, and a change of much asked about; `--yes` means it."""
    from rich.console import Console

    with ExitStack() as stack:
        status = None
        if not call.quiet and sys.stderr.isatty():
            status = stack.enter_context(Console(stderr=True).status(doing, spinner="line"))

        def told(progress: "Progress") -> None:
            if status:
                status.update(f"{progress.doing.capitalize()} {progress.done:,}")

        def agree(change: "Doubt") -> bool:
            if call.yes or not at_terminal():
                return call.yes
            if status:
                status.stop()
            return click.confirm(f"{change.message[:1].upper()}{change.message[1:]}. Go on?", err=True)

        yield told, agree
