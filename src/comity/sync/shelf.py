"""The side of a session that is here: what a device's store shows, takes, gives and signs."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence

from comity.log.envelope import Envelope
from comity.log.standing import Seat
from comity.log.upheaval import Ground, Upheaval, is_great
from comity.store import door, exchange, upheaval
from comity.store.known import known
from comity.store.store import Store
from comity.sync.clock import Millis, now_ms
from comity.sync.evidence import Evidence
from comity.sync.newcomer import Porch, is_welcome
from comity.sync.outcome import Allow, Doubt
from comity.sync.side import Weigh
from comity.sync.verify import Checked, check
from comity.sync.wire import PAGE_BYTES, Link, Order, State, pages

GATHERED = 100  # envelopes read at a time while a page is filled


class Shelf:
    """A store as a session uses it: no transaction is held open while a carrier is waited for.

    A session in another thread than its store's takes a store of its own, opened on the same home.
    """

    def __init__(self, store: Store, clock: Millis = now_ms) -> None:
        self.store = store
        self.clock = clock
        self.evidence = Evidence(store, clock)

    @property
    def device(self) -> bytes:
        """The signing key by which this device is known."""
        return self.store.keys.pair.public.sign

    def groups(self) -> list[bytes]:
        """The groups that other devices have a seat in; what is of this device alone reaches nobody."""
        with self.store.reading():
            circles = self.store.circles
            return [group for group in circles.groups() if self._others(group)]

    def holds(self, group: bytes) -> bool:
        """Whether anything of a group is here."""
        with self.store.reading():
            return group in self.store.circles.groups()

    def welcome(self, porch: Porch, allow: Allow, paper: Collection[bytes] = ()) -> bool:
        """Whether a new group may come in; `paper` are keys that a person holds beside this device's."""
        with self.store.reading() as connection:
            others = known(connection, self.store)
        return is_welcome(porch, {self.device, *paper}, others, allow)

    def state(self, group: bytes) -> State:
        """What is held of a group."""
        with self.store.reading() as connection:
            reached = exchange.reaches(connection, group)
            orders = exchange.orders(connection, group)
        return State(
            {seat: reach.tip for seat, reach in reached.items()},
            {seat: reach.knot for seat, reach in reached.items() if reach.knot != exchange.LINE},
            {device: Order(*order) for device, order in orders.items()},
        )

    def own(self, group: bytes) -> set[bytes]:
        """The seats of this device, also those it lost."""
        with self.store.reading():
            seats = self.store.circles.of(group).standing.seats.values()
            return {seat.id for seat in seats if seat.device == self.device}

    # -- taking
    def signers(self, group: bytes) -> dict[bytes, bytes]:
        """The keys of the seats known here."""
        with self.store.reading() as connection:
            return exchange.signers(connection, group)

    def check(self, group: bytes, data: tuple[bytes, ...], signers: dict[bytes, bytes]) -> Checked:
        """Verify a page, without a lock."""
        return check(data, group, signers, self._followed)

    def ground(self, group: bytes) -> Ground:
        """The group as it is now, or before a change that was refused, to tell what a session does to it."""
        with self.store.reading() as connection:
            return upheaval.ground(connection, group)

    def take(self, group: bytes, page: list[Envelope], before: Ground, retired: set[int], agree: Weigh) -> int:
        """Store a verified page in one transaction, if `agree` does; how many were not here before.

        `retired` are the records that this session retired so far, and learn those of this page.
        """
        with self.store.reading() as connection:
            retired |= upheaval.gone_before(connection, group)
        stored = set(retired)
        try:
            with self.store.writing() as connection:
                admitted = door.admit(connection, self.store.circles, page)
                retired |= upheaval.retired(connection, before, admitted.records)
                change = Upheaval(len(retired), upheaval.void(connection, group, before))
                agree(before, change)
                if is_great(before, change):
                    upheaval.agreed(connection, group)
        except Doubt:
            with self.store.writing() as connection:
                upheaval.halt(connection, group, before, stored)
            raise
        return admitted.fresh

    def look_back(self, group: bytes) -> None:
        """Remember how far chains reach, so that what was taken is not looked at again."""
        with self.store.writing() as connection:
            exchange.note_reaches(connection, group)

    def bodiless(self, group: bytes) -> list[bytes]:
        """The ids of envelopes whose bodies are asked for, until they come or an erase that counts does."""
        with self.store.reading() as connection:
            return exchange.bodiless(connection, group)

    # -- giving
    def links(self, group: bytes, seat: bytes) -> list[Link]:
        """The chain of a seat, which is of one group only."""
        with self.store.reading() as connection:
            return [Link(*link) for link in exchange.links(connection, seat)]

    def openers(self, group: bytes, above: Mapping[bytes, int]) -> list[bytes]:
        """The acts that open seats, above what another holds."""
        with self.store.reading() as connection:
            return exchange.openers(connection, group, above)

    def leaving(
        self, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes] = (), room: int = PAGE_BYTES
    ) -> Iterator[tuple[bytes, ...]]:
        """Pages of what another lacks; the token knows of each before it leaves."""
        own = self.own(group)
        with self.store.reading() as connection:
            places = exchange.numbers(connection, group, above, ids)
        left = 0
        for page in pages(self._carried(places), room):
            with self.store.writing() as connection:  # another session of this device may send at the same time
                some = places[left : left + len(page)]
                exchange.leave(connection, self.store.writer.token, group, some, own)
            left += len(page)
            yield page

    def unsent(self, group: bytes) -> int:
        """How many envelopes of this device no carrier and no other device is known to hold."""
        own = self.own(group)
        if any(seat.id in own and seat.place.path == (group,) for seat in self.seats(group).values()):
            own.add(group)  # the root, from which this device founded the group
        with self.store.reading() as connection:
            return exchange.not_elsewhere(connection, group, self.device, own)

    def count(self, group: bytes, above: Mapping[bytes, int]) -> int:
        """How many envelopes there are above what another holds."""
        with self.store.reading() as connection:
            return len(exchange.numbers(connection, group, above))

    def share_keys(self, group: bytes) -> int:
        """Hand the keys held here to those who lack them, as an act of this device; how many acts it took."""
        with self.store.reading() as connection:
            told = {device: each.receipt.lacking for device, each in exchange.receipts(connection, group).items()}
            at_ms = self.clock()
            acts = list(self.store.circles.of(group).shares(at_ms, told)) if self._may_write(group) else []
        if acts:
            with self.store.writing() as connection:
                for act in acts:
                    self.store.writer.act(connection, group, act, at_ms)
        return len(acts)

    # -- who stands
    def standing(self, group: bytes) -> dict[bytes, Seat]:
        """The devices that stand in a group, each with its highest seat."""
        with self.store.reading():
            found = self.store.circles.of(group).standing.devices()
        return {device: seat for device, seat in found.items() if seat.carrier}

    def new_here(self, ids: Collection[bytes]) -> int:
        """How many of these envelopes are not here."""
        with self.store.reading() as connection:
            return len(ids) - len(exchange.held(connection, list(ids)))

    def seats(self, group: bytes) -> dict[bytes, Seat]:
        """The seats of a group that exist."""
        with self.store.reading():
            return dict(self.store.circles.of(group).standing.seats)

    # -- within
    def _others(self, group: bytes) -> bool:
        seats = self.store.circles.of(group).standing.seats.values()
        return any(seat.carrier and seat.device != self.device for seat in seats)

    def _may_write(self, group: bytes) -> bool:
        standing = self.store.circles.of(group).standing.standing()
        return any(seat.device == self.device and seat.role.rank > 0 for seat in standing)

    def _followed(self, envelopes: list[Envelope]) -> set[bytes]:
        with self.store.reading() as connection:
            return exchange.followed(connection, envelopes)

    def _carried(self, places: "array[int]") -> Iterator[bytes]:
        for start in range(0, len(places), GATHERED):
            with self.store.reading() as connection:
                envelopes = exchange.carried(connection, places[start : start + GATHERED])
            yield from envelopes
