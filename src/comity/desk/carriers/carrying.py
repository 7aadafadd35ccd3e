"""Syncing while the device is locked: what comes is verified and kept for the next unlock, and nothing leaves."""

from collections.abc import Collection
from contextlib import closing
from pathlib import Path

from comity.desk.carriers import hubs
from comity.desk.carriers.syncing import NONE, GroupSession, HubSession, met
from comity.errors import ComityError
from comity.home import alone
from comity.settings import Hub
from comity.sync.clock import now_ms
from comity.sync.locked import LockedSide
from comity.sync.outcome import GroupOutcome, Tell, silently


def carry(
    home: Path, device: bytes, carrier: bytes, names: Collection[str] = (), *, tell: Tell = silently
) -> list[HubSession]:
    """A session with each hub, or with those named, by the device's public key and the seed of its carrier key."""
    chosen = hubs.chosen(home, names)
    with alone(home):
        return [_session(LockedSide(home, device, carrier, now_ms), name, hub, tell) for name, hub in chosen.items()]


def _session(side: LockedSide, name: str, hub: Hub, tell: Tell) -> HubSession:
    session = HubSession(name, hub.url)
    try:
        with closing(hubs.line(name, hub, side.device, side.carrier)) as carrier:
            session.groups = [_told(side, each) for each in met(side, carrier, tell=tell)]
    except ComityError as error:
        session.error = error
    return session


def _told(side: LockedSide, outcome: GroupOutcome) -> GroupSession:
    """A group by the start of its id: its name is in the store. What was not sent is not the hub's to show."""
    outcome.withheld = [each for each in outcome.withheld if each.device != side.device]
    return GroupSession(outcome.group.hex(), outcome.group.hex()[:8], outcome, NONE, 0)
