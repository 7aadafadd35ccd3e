"""What a session did, as lines and as JSON, and asking a person in its midst: of hubs, bundles and recovery alike."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

import click

from comity.cli.asking import at_terminal
from comity.cli.frame import Call
from comity.cli.output import tell
from comity.errors import ComityError, Problem

if TYPE_CHECKING:
    from comity.desk.carriers.syncing import GroupSession, HubSession
    from comity.desk.consent import Agree
    from comity.desk.desk import Desk
    from comity.sync.outcome import Doubt, Progress, Tell

COLUMNS = ("sent", "received", "waiting", "void", "missing", "conflicts")


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
