"""Syncing now (`S`): a preview where somebody or something is new, then a session with each hub in a thread."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.app import App

from comity.desk.carriers import hubs, leaving, partners, syncing
from comity.desk.carriers.leaving import Leaving
from comity.desk.carriers.noticing import noticed
from comity.desk.members.ended import ended
from comity.domain.wording import some
from comity.errors import ComityError, HubUnreachable
from comity.sync.outcome import Doubt, Tell
from comity.tui.refusals import sentences
from comity.tui.screens.outgoing import OutgoingPage, code_of, why
from comity.tui.session import host
from comity.tui.trip import Trip

if TYPE_CHECKING:
    from comity.desk.carriers.syncing import HubSession
    from comity.desk.consent import Agree


def start(app: App[None], section: str) -> None:
    """Sync with every hub; asks first if the set of receivers or the highest marking grew."""
    desk = host(app).desk
    if not hubs.listed(desk):
        host(app).say("No hub. Bundles work without one: B. `comity hub add NAME URL --invite-file FILE` adds one.")
        return
    found = [each for each in leaving.everywhere(desk) if each.envelopes]
    asking = [each for each in found if each.asks]
    go = partial(_go, app, found)
    if asking:
        app.push_screen(OutgoingPage(section, "Sync", asking, code_of(asking), go, why(asking)))
    else:
        go()


def _go(app: App[None], found: Sequence[Leaving]) -> None:
    def run(tell: Tell, agree: "Agree") -> "list[HubSession]":
        return syncing.sync(host(app).desk, tell=tell, agree=agree)

    leaving.note(host(app).desk, found)
    host(app).depart(Trip("syncing", run, partial(_told, app)))


def _told(app: App[None], sessions: "list[HubSession]") -> None:
    """Hub by hub in a line; what somebody has to know stays until it is read."""
    desk, session = host(app).desk, host(app).session
    missing = {each.name for each in sessions if isinstance(each.error, HubUnreachable)}
    session.away = {name: session.away.get(name, desk.clock()) for name in sorted(missing)}
    host(app).arrived()
    host(app).say(" · ".join(_line(each) for each in sessions))
    for left in ended(desk):
        host(app).say(left.told, "notice")
    known = partners.names(desk)
    for each in sessions:
        if each.error and each.name not in missing:
            asked = isinstance(each.error, Doubt)
            host(app).say(f"{each.name}: {_declined(each.error) if asked else sentences(each.error)}", "red")
        for group in each.groups:
            for told in noticed(known, f"the hub {each.name}", group):
                host(app).say(told[:1].upper() + told[1:], "notice")


def _line(session: "HubSession") -> str:
    """One session in a line."""
    if isinstance(session.error, HubUnreachable):
        return f"{session.name}: not reached; what is here waits"
    told = f"{session.name}: sent {session.total('sent')}, received {session.total('received')}"
    conflicts = sum(each.conflicts for each in session.groups)
    return f"{told}, {some(conflicts, 'conflict')}" if conflicts else told


def _declined(error: ComityError) -> str:
    return f"{error.message[:1].upper()}{error.message[1:]}; that was not let in. S asks again."
