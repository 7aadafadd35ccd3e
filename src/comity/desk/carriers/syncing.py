"""Syncing with hubs: one session with each, what it did to each group in words for people, and watching.

A session has a store of its own, so that it can run in another thread than the desk's; it may end at any moment.
"""

from collections.abc import Callable, Collection, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from comity.desk.carriers import hubs
from comity.desk.consent import Agree, added, nobody, persisting
from comity.desk.desk import Desk, beside
from comity.desk.world import World
from comity.errors import ComityError
from comity.settings import Hub
from comity.store import exchange, visits
from comity.store.tally import Tally, conflicts_by_group, tally_of
from comity.store.visits import Visited
from comity.sync import engine
from comity.sync.carrier import Carrier
from comity.sync.outcome import Doubt, GroupOutcome, Tell, silently
from comity.sync.shelf import Shelf
from comity.sync.side import Side
from comity.sync.watch import AFTER, QUIET, Watch

if TYPE_CHECKING:
    from comity.sync.http import Patience

NONE = Tally(0, 0, 0, 0)


class Stopped(Exception):
    """What `tell` raises to end a session between two pages; what was exchanged stays."""


@dataclass(frozen=True, slots=True)
class GroupSession:
    """One group in one session, and how it is now."""

    id: str
    name: str
    outcome: GroupOutcome
    tally: Tally
    conflicts: int


@dataclass(slots=True)
class HubSession:
    """One session with a hub; `error` is what ended it early, all that was exchanged before stays."""

    name: str
    url: str
    groups: list[GroupSession] = field(default_factory=list)
    error: ComityError | None = None

    @property
    def reached(self) -> bool:
        """Whether the session came to its end."""
        return self.error is None or isinstance(self.error, Doubt)

    def total(self, what: str) -> int:
        """The sum of `sent`, `received` ... over the groups."""
        return sum(getattr(each.outcome, what) for each in self.groups)


def sync(desk: Desk, names: Collection[str] = (), *, tell: Tell = silently, agree: Agree = nobody) -> list[HubSession]:
    """A session with each hub, or with those named; that one is not reached keeps none of the others from it.

    Raises NotFound where there is no such hub, and whatever `tell` raises.
    """
    with beside(desk) as own:
        return _round(own, hubs.chosen(desk.home, names), tell, agree)


def outlook(desk: Desk, names: Collection[str] = ()) -> list[HubSession]:
    """What a session with each hub would bring and take now; nothing is changed anywhere."""
    with beside(desk) as own:
        return [_foreseen(own, name, hub) for name, hub in hubs.chosen(desk.home, names).items()]


class Watching:
    """A session now, and one with each hub whenever something moved there or was written here.

    `run` may run in another thread; `wake` and `stop` are for those around it. A hub that is away ends nothing.
    """

    def __init__(
        self,
        desk: Desk,
        names: Collection[str] = (),
        *,
        heard: Callable[[list[HubSession]], None],
        tell: Tell = silently,
        agree: Agree = nobody,
        quiet: tuple[float, float] = QUIET,
        after: tuple[float, float] = AFTER,
    ) -> None:
        self._desk, self._names, self._heard, self._tell, self._agree = desk, names, heard, tell, agree
        self._seen = 0
        keys = desk.store.keys
        known = hubs.chosen(desk.home, names).items()
        self._lines = [hubs.line(name, hub, keys.pair.public.sign, keys.carrier) for name, hub in known]
        self._own = desk
        self._watch = Watch(*self._lines, moved=self._moved, quiet=quiet, after=after)

    def run(self) -> None:
        """Until `stop`, or whatever `heard` or `tell` raises."""
        try:
            with beside(self._desk) as self._own:
                self._watch.run(self._meet)
        finally:
            self.stop()
            for each in self._lines:
                each.close()

    def wake(self) -> None:
        """Hold a session now."""
        self._watch.wake()

    def stop(self) -> None:
        """End after the session that is under way."""
        self._watch.stop()

    def _meet(self) -> None:
        from comity.sync.http import Patience

        self._seen = self._written()
        known = hubs.chosen(self._desk.home, self._names)
        once = Patience(attempts=2, longest=1.0)  # the next wake-up tries again
        self._heard(_round(self._own, known, self._tell, self._agree, once))

    def _moved(self) -> bool:
        return self._written() != self._seen

    def _written(self) -> int:
        side = shelf(self._own)
        seats = [seat for group in self._own.store.groups() for seat in side.own(bytes.fromhex(group))]
        with self._own.store.reading() as connection:
            return exchange.written(connection, seats)


def met(side: Side, carrier: Carrier, *, tell: Tell = silently, agree: Agree = nobody) -> list[GroupOutcome]:
    """One session of any side; asks for each group that is new or would change much. Raises Doubt where it may not."""
    return persisting(lambda allow: engine.sync(side, carrier, tell=tell, allow=allow), agree)


def told(desk: Desk, outcomes: Collection[GroupOutcome]) -> list[GroupSession]:
    """Outcomes with the names of their groups and how these are now; the private one first."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        disputed = conflicts_by_group(connection)
        found = [
            GroupSession(
                each.group.hex(),
                world.group_name(each.group.hex()),
                each,
                tally_of(connection, each.group),
                disputed[each.group.hex()],
            )
            for each in outcomes
        ]
    return sorted(found, key=lambda each: (each.id != desk.store.private, each.name, each.id))


def shelf(desk: Desk) -> Shelf:
    """The store of a desk as a session uses it."""
    return Shelf(desk.store, desk.at_ms)


def _round(
    desk: Desk, known: Mapping[str, Hub], tell: Tell, agree: Agree, patience: "Patience | None" = None
) -> list[HubSession]:
    """A session with each hub, and one more with those that lack what a later one brought."""
    sessions = {name: _session(desk, name, hub, tell, agree, patience) for name, hub in known.items()}
    brought = False
    for name, session in reversed(sessions.items()):
        if brought and session.reached:
            again = _session(desk, name, known[name], tell, agree, patience)
            before = {each.outcome.group: each.outcome for each in session.groups}
            outcomes = added(before, [each.outcome for each in again.groups])
            if again.reached:
                _note(desk, name, outcomes, desk.at_ms())
            sessions[name] = again
        brought = brought or bool(session.total("received"))
    return list(sessions.values())


def _session(
    desk: Desk, name: str, hub: Hub, tell: Tell, agree: Agree, patience: "Patience | None" = None
) -> HubSession:
    session = HubSession(name, hub.url)
    side = shelf(desk)
    outcomes: list[GroupOutcome] = []
    try:
        with closing(hubs.line(name, hub, side.device, desk.store.keys.carrier, patience=patience)) as carrier:
            outcomes = met(side, carrier, tell=tell, agree=agree)
    except ComityError as error:
        session.error = error
        outcomes = error.outcomes if isinstance(error, Doubt) else []
    session.groups = told(desk, outcomes)
    if session.reached:
        _note(desk, name, outcomes, side.clock())
    return session


def _foreseen(desk: Desk, name: str, hub: Hub) -> HubSession:
    session, side = HubSession(name, hub.url), shelf(desk)
    try:
        with closing(hubs.line(name, hub, side.device, desk.store.keys.carrier)) as carrier:
            session.groups = told(desk, engine.outlook(side, carrier))
    except ComityError as error:
        session.error = error
    return session


def _note(desk: Desk, name: str, outcomes: Collection[GroupOutcome], at_ms: int) -> None:
    withheld = {
        each.group: tuple((other.device, other.count) for other in each.withheld) for each in outcomes if each.withheld
    }
    sent, received = (sum(getattr(each, what) for each in outcomes) for what in ("sent", "received"))
    with desk.store.writing() as connection:
        visits.note(connection, name, Visited(at_ms, sent, received, withheld))
