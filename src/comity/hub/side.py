"""This hub as one side of a session with another hub: sealed envelopes and receipts, kept by the rules of a push."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from msgspec import Struct

from comity.hub import membership, pushing, receipts, shelf
from comity.hub.ledger.database import Ledger
from comity.hub.refusals import Refusal
from comity.log.envelope import Envelope
from comity.log.receipt import Signed, Tip
from comity.log.upheaval import Ground
from comity.sync.carrier import Full
from comity.sync.side import Agree
from comity.sync.verify import Checked, check
from comity.sync.wire import PAGE, Link, Links, State, pages


class Seated(Struct, frozen=True):
    """The device on a seat, and its institute as far as it stands."""

    device: bytes
    institute: str


class Memory:
    """Receipts as the ledger has them; what another hub showed is remembered while this one runs."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._shown: dict[tuple[bytes, str], Mapping[bytes, Tip]] = {}

    def sign(self, group: bytes) -> None:
        """A hub signs no receipts: it is no place where anybody reads."""

    def receipts(self, group: bytes) -> Mapping[bytes, Signed]:
        with self._ledger.reading() as connection:
            return {device: Signed.decode(data) for device, data in receipts.held(connection, group)}

    def keep(self, group: bytes, given: Iterable[bytes]) -> int:
        with self._ledger.writing() as connection:
            return receipts.take(connection, group, given)

    def shown(self, group: bytes, carrier: str) -> Mapping[bytes, Tip]:
        return self._shown.get((group, carrier), {})

    def remember(self, group: bytes, carrier: str, tips: Mapping[bytes, Tip]) -> None:
        self._shown[group, carrier] = tips


class HubSide:
    """One session's view of the ledger; `institute` is whose hub the other one is."""

    def __init__(self, ledger: Ledger, memory: Memory, institute: str, room: pushing.Room, now_ms: int) -> None:
        self.evidence = memory
        self._ledger, self._institute, self._room, self._now_ms = ledger, institute, room, now_ms
        self._seated: dict[bytes, bytes] = {}

    def groups(self) -> list[bytes]:
        """Those in which the other's institute stands: the other hub is told of no more."""
        with self._ledger.reading() as connection:
            return membership.groups_with(connection, self._institute)

    def state(self, group: bytes) -> State:
        with self._ledger.reading() as connection:
            return receipts.state(connection, group)

    def own(self, group: bytes) -> set[bytes]:
        """None: a hub writes nothing."""
        return set()

    def seats(self, group: bytes) -> Mapping[bytes, Seated]:
        with self._ledger.reading() as connection:
            found = membership.seated(connection, group)
        return {name: Seated(device, institute) for name, device, institute in found}

    # -- taking
    def signers(self, group: bytes) -> dict[bytes, bytes]:
        with self._ledger.reading() as connection:
            return {name: device for name, device, _ in membership.seated(connection, group)}

    def check(self, group: bytes, data: tuple[bytes, ...], signers: dict[bytes, bytes]) -> Checked:
        known = set(signers)

        def followed(doubtful: list[Envelope]) -> set[bytes]:
            with self._ledger.reading() as connection:
                return pushing.followed(connection, group, doubtful)

        checked = check(data, group, signers, followed)
        self._seated |= {name: signers[name] for name in signers.keys() - known}
        return checked

    def ground(self, group: bytes) -> Ground:
        """Nothing: whether a session changes too much is for those to say who can read it."""
        return Ground()

    def take(self, group: bytes, page: list[Envelope], before: Ground, retired: set[int], agree: Agree) -> int:
        """Keep a page as if a device of the other's institute had pushed it; a group without room ends alone."""
        try:
            with self._ledger.writing() as connection:
                connection.lock(group)
                pushing.bring(connection, self._institute, page, self._room, self._now_ms)
                fresh = pushing.keep(connection, group, page, self._seated, self._room)
                if fresh:
                    connection.wake(group)
        except Refusal as refusal:
            raise Full(refusal.message, refusal.hint) from refusal
        return fresh

    def look_back(self, group: bytes) -> None:
        """Nothing to do: tips are kept as envelopes come."""

    def bodiless(self, group: bytes) -> list[bytes]:
        with self._ledger.reading() as connection:
            return shelf.bodiless(connection, group)

    # -- giving
    def links(self, group: bytes, seat: bytes) -> list[Link]:
        found: list[Link] = []
        more = True
        while more:
            with self._ledger.reading() as connection:
                part = shelf.links(connection, Links(group, seat, found[-1][:2] if found else (0, bytes(32))))
            found += part.links
            more = part.more
        return found

    def leaving(
        self, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes] = ()
    ) -> Iterator[tuple[bytes, ...]]:
        return pages(self._going(group, above, ids))

    def share_keys(self, group: bytes) -> int:
        """None are here."""
        return 0

    def _going(self, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes]) -> Iterator[bytes]:
        """Whole ends of chains, those first that began first: so each act leaves before what it seats."""
        with self._ledger.reading() as connection:
            seats = sorted(above, key=lambda seat: shelf.began(connection, group, seat))
        for seat in seats:
            after: tuple[int, bytes] | None = (above[seat], b"\xff" * 32)
            while after:
                with self._ledger.reading() as connection:
                    some, after = shelf.following(connection, group, seat, after)
                yield from some
        for start in range(0, len(ids), PAGE // 10):
            with self._ledger.reading() as connection:
                some = list(shelf.encoded(connection, ids[start : start + PAGE // 10]))
            yield from some
