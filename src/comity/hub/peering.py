"""Meets other hubs, all the time and in threads of their own: what they do, or fail to do, never stops this hub.

The client's engine runs over sealed bytes, with this hub as one side (`side`) and the other as an ordinary carrier;
how it is let in there says `joining`.
"""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

from comity.errors import ComityError, HubUnreachable, IntegrityFailure
from comity.hub import peers
from comity.hub.joining import line
from comity.hub.ledger.database import Ledger, Unavailable
from comity.hub.limits import Limits
from comity.hub.peers import Peer
from comity.hub.side import HubSide, Memory
from comity.sync.carrier import Carrier
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier, Tls
from comity.sync.outcome import GroupOutcome, Progress
from comity.sync.watch import Watch
from comity.sync.wire import Chain, Links, Look, Looked, Page, Pull, Push, Pushed, Receipts, Swap

LOG = logging.getLogger("comity.hub")
GATHER = 1.0  # seconds in which what moves is gathered for one session
QUIET = (30.0, 60.0)  # seconds after which the other is asked, should its wake-ups not come through
AFTER = (2.0, 60.0)  # seconds to wait after it was not reached, first and at most
AGAIN = 30.0  # seconds after a session that ended as none should
LINKS = 500_000  # of chains in one session, and of answers that tell of groups:
LOOKS = 100  # whoever shows more wears out this hub's memory
STOP = 5.0


class Stopped(ComityError):
    """The hub is told to stop."""

    code = "stopped"


class Bounded:
    """Another hub, as far as it is listened to in one session."""

    def __init__(self, carrier: Carrier) -> None:
        self._carrier = carrier
        self._links = self._looks = 0

    @property
    def name(self) -> str:
        return self._carrier.name

    def look(self, ask: Look) -> Looked:
        self._looks += 1
        self._bear(self._looks <= LOOKS)
        return self._carrier.look(ask)

    def links(self, ask: Links) -> Chain:
        found = self._carrier.links(ask)
        self._links += len(found.links)
        self._bear(self._links <= LINKS)
        return found

    def pull(self, ask: Pull) -> Page:
        return self._carrier.pull(ask)

    def push(self, give: Push) -> Pushed:
        return self._carrier.push(give)

    def swap(self, ask: Swap) -> Receipts:
        return self._carrier.swap(ask)

    def _bear(self, within: bool) -> None:
        if not within:
            raise IntegrityFailure(f"{self.name} shows more than any hub holds.", "ask who runs it")


class Meeting:
    """The sessions with one other hub."""

    def __init__(self, ledger: Ledger, peer: Peer, tls: Tls, limits: Limits, stop: threading.Event) -> None:
        self._ledger, self._peer, self._tls, self._limits, self._stop = ledger, peer, tls, limits, stop
        self._carrier = self._line()
        self._memory = Memory(ledger, peer.institute)
        self._watch = self._new()

    def run(self) -> None:
        """Meet until told to stop; a session that dies of a fault in this program is logged by its thread alone."""
        while not self._stop.is_set():
            self._watch = self._new()
            life = threading.Thread(target=self._watch.run, args=(self.meet,), daemon=True)
            life.start()
            life.join()
            self._watch.stop()
            self._stop.wait(AGAIN)
        self._carrier.close()

    def wake(self) -> None:
        """Something moved here."""
        self._watch.wake()

    def end(self) -> None:
        """Begin no further session."""
        self._watch.stop()

    def events(self) -> Iterator[bytes]:
        """What moves there."""
        with closing(self._line()) as carrier:
            try:
                yield from carrier.events()
            except ComityError as error:
                raise HubUnreachable(error.message, error.hint) from error

    def _line(self) -> HttpCarrier:
        return line(self._ledger, self._peer.url, self._tls)

    def _new(self) -> Watch:
        return Watch(self, quiet=QUIET, after=AFTER)

    def meet(self) -> None:
        """One session."""
        self._stop.wait(GATHER)
        if self._stop.is_set():
            return
        now_ms = time.time_ns() // 1_000_000
        side = HubSide(self._ledger, self._memory, self._peer.institute, self._limits.room, now_ms)
        try:
            outcomes = sync(side, Bounded(self._carrier), tell=self._go_on)
            self._told(outcomes, now_ms)
        except ComityError as error:
            self._failed(error)
            raise HubUnreachable(error.message, error.hint) from error

    def _told(self, outcomes: list[GroupOutcome], now_ms: int) -> None:
        received, sent = sum(each.received for each in outcomes), sum(each.sent for each in outcomes)
        withheld = sum(each.count for outcome in outcomes for each in outcome.withheld)
        refused = sum(outcome.refused.total() + outcome.bad.total() for outcome in outcomes)
        peers.note(self._ledger, self._peer.url, met_ms=now_ms, withheld=withheld)
        if received or sent or refused or withheld:
            told = (self._peer.name, received, sent, refused, withheld)
            LOG.info("peer %s: %d received, %d sent, %d refused, %d withheld", *told)

    def _failed(self, error: ComityError) -> None:
        if not isinstance(error, Stopped):
            LOG.warning("peer %s: %s", self._peer.name, error.code)
            with suppress(Unavailable):
                peers.note(self._ledger, self._peer.url, fault=error.code)

    def _go_on(self, progress: Progress) -> None:
        if self._stop.is_set():
            raise Stopped("The hub stops.")


@contextmanager
def meeting(ledger: Ledger, urls: tuple[str, ...], tls: Tls, limits: Limits) -> Iterator[list[Meeting]]:
    """Meet these hubs for as long as the block lasts."""
    stop = threading.Event()
    meetings = [Meeting(ledger, peers.joined(ledger, url), tls, limits, stop) for url in urls]
    threads = [threading.Thread(target=each.run, daemon=True) for each in meetings]
    watch = threading.Thread(target=_watch, args=(ledger, meetings, stop), daemon=True)
    for thread in (*threads, watch):
        thread.start()
    try:
        yield meetings
    finally:
        stop.set()
        for each in meetings:
            each.end()
        end = time.monotonic() + STOP
        for thread in (*threads, watch):
            thread.join(max(0.0, end - time.monotonic()))


def _watch(ledger: Ledger, meetings: list[Meeting], stop: threading.Event) -> None:
    """Wake all when something moved in the ledger, by whichever process."""

    def moved(group: bytes) -> None:
        for each in meetings:
            each.wake()

    while not stop.is_set():
        try:
            ledger.watch(moved, stop)
        except Unavailable:
            stop.wait(1)
