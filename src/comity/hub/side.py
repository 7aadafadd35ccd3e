"""This hub as one side of a session with another hub: sealed envelopes and receipts, kept by the rules of a push.

A group in which the other's institute does not stand is, for the other, not here: nothing of it is told, and what the
other brings of it is not kept. Of a group that is new its acts wait in memory until one of them seats the institute.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from msgspec import Struct

from comity.hub import membership, pushing, receipts, shelf
from comity.hub.ledger.database import Connection, Ledger
from comity.hub.refusals import Refusal, no_group
from comity.log.envelope import Envelope, Type
from comity.log.receipt import Signed, Tip, sound
from comity.log.upheaval import Ground
from comity.sync.carrier import Full, NoGroup
from comity.sync.newcomer import Porch
from comity.sync.outcome import Allow
from comity.sync.side import Weigh
from comity.sync.verify import Checked, check
from comity.sync.wire import PAGE, PAGE_BYTES, Link, Links, State, pages

WAITING = 2 * PAGE  # acts of a group that may come before the one that seats the other's institute
WAITING_BYTES = 8 * PAGE_BYTES
PUT_OFF_MS = 10 * 60_000  # until a group that was refused is looked at again


class Seated(Struct, frozen=True):
    """The device on a seat, and its institute as far as it stands."""

    device: bytes
    institute: str


class Memory:
    """Receipts as the ledger has them; what another hub showed and was refused is remembered while this one runs."""

    def __init__(self, ledger: Ledger, institute: str) -> None:
        self._ledger, self._institute = ledger, institute
        self.refused: dict[bytes, int] = {}  # groups, when
        self._shown: dict[tuple[bytes, str], Mapping[bytes, Tip]] = {}

    def sign(self, group: bytes) -> None:
        """A hub signs no receipts: it is no place where anybody reads."""

    def receipts(self, group: bytes) -> Mapping[bytes, Signed]:
        with self._ledger.reading() as connection:
            held = receipts.held(connection, group) if self._is_theirs(connection, group) else ()
        return {device: Signed.decode(data) for device, data in held}

    def keep(self, group: bytes, given: Iterable[bytes]) -> int:
        with self._ledger.reading() as connection:
            carriers = receipts.carriers(connection, group) if self._is_theirs(connection, group) else []
        fresh = sound(given, group, carriers)
        if not fresh:
            return 0
        with self._ledger.writing() as connection:
            return receipts.keep(connection, group, fresh) if self._is_theirs(connection, group) else 0

    def shown(self, group: bytes, carrier: str) -> Mapping[bytes, Tip]:
        return self._shown.get((group, carrier), {})

    def remember(self, group: bytes, carrier: str, tips: Mapping[bytes, Tip]) -> None:
        self._shown[group, carrier] = tips

    def _is_theirs(self, connection: Connection, group: bytes) -> bool:
        return membership.houses(connection, self._institute, group)


class HubSide:
    """One session's view of the ledger; `institute` is whose hub the other one is."""

    def __init__(self, ledger: Ledger, memory: Memory, institute: str, room: pushing.Room, now_ms: int) -> None:
        self.evidence: Memory = memory
        self._ledger, self._institute, self._room, self._now_ms = ledger, institute, room, now_ms
        self._seated: dict[bytes, dict[bytes, bytes]] = defaultdict(dict)  # seats opened in this session, by group
        self._waiting: dict[bytes, dict[bytes, Envelope]] = {}

    def groups(self) -> list[bytes]:
        """Those in which the other's institute stands: the other hub is told of no more."""
        with self._ledger.reading() as connection:
            return membership.groups_with(connection, self._institute)

    def holds(self, group: bytes) -> bool:
        """Yes: which groups may be brought is judged as they are."""
        return True

    def welcome(self, porch: Porch, allow: Allow) -> bool:
        """Never asked."""
        return True

    def state(self, group: bytes) -> State:
        with self._told(group) as connection:
            return receipts.state(connection, group) if connection else State()

    def own(self, group: bytes) -> set[bytes]:
        """None: a hub writes nothing."""
        return set()

    def seats(self, group: bytes) -> Mapping[bytes, Seated]:
        with self._told(group) as connection:
            found = membership.seated(connection, group) if connection else []
        return {name: Seated(device, institute) for name, device, institute in found}

    # -- taking
    def signers(self, group: bytes) -> dict[bytes, bytes]:
        with self._told(group) as connection:
            if connection:
                return {name: device for name, device, _ in membership.seated(connection, group)}
        if self._now_ms < self.evidence.refused.get(group, -PUT_OFF_MS) + PUT_OFF_MS:
            raise _refused(no_group())
        return {}

    def check(self, group: bytes, data: tuple[bytes, ...], signers: dict[bytes, bytes]) -> Checked:
        known = set(signers)

        def followed(doubtful: list[Envelope]) -> set[bytes]:
            with self._ledger.reading() as connection:
                return pushing.followed(connection, group, doubtful)

        checked = check(data, group, signers, followed)
        self._seated[group] |= {name: signers[name] for name in signers.keys() - known}
        return checked

    def ground(self, group: bytes) -> Ground:
        """Nothing: whether a session changes too much is for those to say who can read it."""
        return Ground()

    def take(self, group: bytes, page: list[Envelope], before: Ground, retired: set[int], agree: Weigh) -> int:
        """Keep a page as if a device of the other's institute had pushed it; a group without room ends alone."""
        with self._told(group) as connection:
            is_theirs = connection is not None
        if is_theirs:
            return self._keep(group, page)
        waiting = self._waiting.setdefault(group, {})
        acts = {each.id: each for each in page if each.type is Type.ACT and each.id not in waiting}
        waiting |= acts
        try:
            fresh = self._keep(group, [*waiting.values()]) if acts else 0
        except NoGroup:
            if len(waiting) > WAITING or shelf.size(waiting.values()) > WAITING_BYTES:
                self.look_back(group)
            return len(acts)
        except Full:
            del self._waiting[group]
            raise
        if acts:
            del self._waiting[group]
        return fresh

    def look_back(self, group: bytes) -> None:
        """Refuse the group if all that came does not seat the other's institute; tips are kept as envelopes come."""
        with self._told(group) as connection:
            if connection:
                return
        self._waiting.pop(group, None)
        self.evidence.refused[group] = self._now_ms
        raise _refused(no_group())

    def bodiless(self, group: bytes) -> list[bytes]:
        with self._told(group) as connection:
            return shelf.bodiless(connection, group) if connection else []

    # -- giving
    def links(self, group: bytes, seat: bytes) -> list[Link]:
        found: list[Link] = []
        more = True
        while more:
            with self._told(group) as connection:
                if connection is None:
                    return []
                part = shelf.links(connection, Links(group, seat, found[-1][:2] if found else (0, bytes(32))))
            found += part.links
            more = part.more
        return found

    def leaving(
        self, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes] = ()
    ) -> Iterator[tuple[bytes, ...]]:
        with self._told(group) as connection:
            is_theirs = connection is not None
        return pages(self._going(group, above, ids) if is_theirs else ())

    def share_keys(self, group: bytes) -> int:
        """None are here."""
        return 0

    @contextmanager
    def _told(self, group: bytes) -> Iterator[Connection | None]:
        """Read what the other may be told of a group; None: nothing."""
        with self._ledger.reading() as connection:
            yield connection if membership.houses(connection, self._institute, group) else None

    def _keep(self, group: bytes, page: list[Envelope]) -> int:
        try:
            with self._ledger.writing() as connection:
                connection.lock(group)
                stood = membership.houses(connection, self._institute, group)
                pushing.bring(connection, self._institute, page, self._room, self._now_ms)
                fresh = pushing.keep(connection, group, page, self._seated[group], self._room)
                if not stood and not membership.houses(connection, self._institute, group):
                    raise no_group()
                if fresh:
                    connection.wake(group)
        except Refusal as refusal:
            raise _refused(refusal) from refusal
        return fresh

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


def _refused(refusal: Refusal) -> NoGroup | Full:
    """What ends the exchange of one group, and of no other."""
    return (NoGroup if refusal.code == NoGroup.code else Full)(refusal.message, refusal.hint)
