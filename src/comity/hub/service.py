"""A hub at work: its parts, and the operations that devices may ask for."""

from collections.abc import Callable
from typing import Any, NamedTuple

from msgspec import Struct

from comity.hub import access, looking, membership, pushing, receipts, shelf
from comity.hub.events import Listeners
from comity.hub.ledger.database import Ledger
from comity.hub.limits import Buckets, Limits
from comity.hub.membership import Caller
from comity.hub.metrics import Metrics
from comity.log.receipt import sound
from comity.sync import clock, wire

SMALL = 8 * 1024  # bytes of a message before a session


class Hub:
    """What one process works with."""

    def __init__(
        self,
        ledger: Ledger,
        hosts: list[str],
        limits: Limits,
        now_ms: Callable[[], int] | None = None,
        *,
        metrics_token: str = "",
    ) -> None:
        self.ledger = ledger
        self.metrics_token = metrics_token
        self.limits = limits
        self.now_ms = now_ms or clock.now_ms
        self.identity = access.identity(ledger, hosts)
        with ledger.writing() as connection:
            membership.settle(connection)
        self.metrics = Metrics()
        self.listeners = Listeners(ledger, limits)
        self.metrics.listeners.set_function(lambda: len(self.listeners))
        self.addresses, self.devices = Buckets(limits.address), Buckets(limits.device)
        self.knocks = Buckets(limits.knocks)

    def caller(self, token: str) -> Caller:
        """Who speaks in the session of this token."""
        with self.ledger.reading() as connection:
            return access.caller_of(connection, token, self.now_ms())

    def tidy(self) -> None:
        """Forget sessions and challenges that are over, and what was erased."""
        with self.ledger.writing() as connection:
            access.tidy(connection, self.now_ms())
        self.ledger.tidy()


class Operation(NamedTuple):
    """Something to ask for by POST: the message, the answer, how much may come, and what is done."""

    name: str
    says: str
    asks: type[Struct]
    answers: type[Struct]
    limit: int
    run: Callable[[Hub, Caller, Any], Struct]


def _challenge(hub: Hub, _: Caller, given: wire.Hello) -> wire.Challenge:
    return access.challenge(hub.identity, given, hub.now_ms())


def _session(hub: Hub, _: Caller, given: wire.Login) -> wire.Session:
    with hub.ledger.writing() as connection:
        return access.login(connection, hub.identity, given, hub.now_ms())


def _look(hub: Hub, caller: Caller, given: wire.Look) -> wire.Looked:
    with hub.ledger.reading() as connection:
        return looking.look(connection, caller, given)


def _links(hub: Hub, caller: Caller, given: wire.Links) -> wire.Chain:
    with hub.ledger.reading() as connection:
        looking.check(connection, caller, given.group)
        return shelf.links(connection, given)


def _pull(hub: Hub, caller: Caller, given: wire.Pull) -> wire.Page:
    with hub.ledger.reading() as connection:
        looking.check(connection, caller, given.group)
        return shelf.page(connection, given)


def _push(hub: Hub, caller: Caller, given: wire.Push) -> wire.Pushed:
    with hub.ledger.reading() as connection:
        verified = pushing.verified(connection, given)
    with hub.ledger.writing() as connection:
        pushed = pushing.push(connection, caller, verified, hub.limits.room, hub.now_ms())
    hub.metrics.envelopes.inc(pushed.fresh)
    for _, reason in pushed.refused:
        hub.metrics.refused.labels(reason).inc()
    return pushed


def _receipts(hub: Hub, caller: Caller, given: wire.Swap) -> wire.Receipts:
    with hub.ledger.reading() as connection:
        looking.check(connection, caller, given.group)
        carriers = receipts.carriers(connection, given.group) if given.give else []
    fresh = sound(given.give, given.group, carriers)
    if fresh:
        with hub.ledger.writing() as connection:
            looking.check(connection, caller, given.group)
            receipts.keep(connection, given.group, fresh)
    with hub.ledger.reading() as connection:
        looking.check(connection, caller, given.group)
        return receipts.handed(connection, given)


BEFORE = (  # a session is open
    Operation("challenge", "Ask for a number to sign.", wire.Hello, wire.Challenge, SMALL, _challenge),
    Operation("session", "Prove the carrier key.", wire.Login, wire.Session, SMALL, _session),
)
WITHIN = (
    Operation("look", "What is held of the device's groups.", wire.Look, wire.Looked, wire.MESSAGE_LIMIT, _look),
    Operation("links", "The ids of one chain.", wire.Links, wire.Chain, SMALL, _links),
    Operation("pull", "Envelopes by seat and seq, and by id.", wire.Pull, wire.Page, wire.MESSAGE_LIMIT, _pull),
    Operation("push", "Bring envelopes.", wire.Push, wire.Pushed, wire.MESSAGE_LIMIT, _push),
    Operation("receipts", "Swap receipts.", wire.Swap, wire.Receipts, wire.MESSAGE_LIMIT, _receipts),
)
