"""A locked device in a session: its carrier key speaks for it, it verifies and keeps what comes, and sends nothing."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from comity.log.acts import act_of, seated
from comity.log.body import Malformed
from comity.log.envelope import Envelope, Type, decode
from comity.log.receipt import NOTHING, Receipt, Signed, Tip, sound
from comity.log.upheaval import Ground
from comity.sync import sketch
from comity.sync.clock import Millis, now_ms
from comity.sync.newcomer import Porch
from comity.sync.outcome import Allow
from comity.sync.side import Weigh
from comity.sync.sketch import Outline, Sitting
from comity.sync.spool import ENVELOPE, RECEIPT, Entry, Spool
from comity.sync.verify import Checked, check
from comity.sync.wire import Link, Order, State

ROOM = 64 * 1024 * 1024  # bytes kept of groups that nobody said yes to yet


@dataclass
class LockedGroup:
    """One group: what the store was left with, and what came since."""

    outline: Outline
    signers: dict[bytes, bytes]
    chains: dict[bytes, dict[bytes, Envelope]] = field(default_factory=dict)  # without their bodies
    receipts: dict[bytes, Signed] = field(default_factory=dict)

    def tips(self) -> dict[bytes, Tip]:
        """How far each chain is held without a gap."""
        return {seat: self._tip(seat) for seat in self.outline.tips.keys() | self.chains.keys()}

    def _tip(self, seat: bytes) -> Tip:
        end = self.outline.tips.get(seat, NOTHING)
        if not end.regular or seat in self.outline.knots:
            return end
        after = {each.prev: each for each in self.chains.get(seat, {}).values() if each.seq > end.seq}
        while (link := after.get(end.id)) and link.seq == end.seq + 1:
            end = Tip(link.seq, link.id, link.seq)
        return end

    def add(self, envelope: Envelope) -> None:
        """Note an envelope that was verified, and the seats that it opens."""
        act = act_of(envelope) if envelope.type is Type.ACT else None
        self.chains.setdefault(envelope.seat, {})[envelope.id] = _bare(envelope)
        if act is not None:
            self.signers |= seated(envelope, act, self.signers)


class LockedSide:
    """The side of a locked device. It believes its sketch of the store for what is held there, and opens nothing."""

    def __init__(self, home: Path, device: bytes, carrier: bytes, clock: Millis = now_ms) -> None:
        self.device, self.carrier, self.clock = device, carrier, clock
        self._sketch = sketch.read(home)
        self._is_sure = self._sketch.is_of(home)
        self._spool = Spool(home)
        self._held = {group: _held(outline) for group, outline in self._sketch.groups.items()}
        for each in self._spool.entries:
            self._load(each)
        strange = (each for each in self._spool.entries if each.group not in self._sketch.groups)
        self._unasked = sum(len(each.data) for each in strange)

    @property
    def evidence(self) -> "LockedSide":
        """Itself: what others said is kept in the same file."""
        return self

    def groups(self) -> list[bytes]:
        """Those that the sketch tells of, or that came since."""
        return sorted(self._held)

    def holds(self, group: bytes) -> bool:
        """Yes: whether a new group may come in is asked when it is taken in."""
        return True

    def welcome(self, porch: Porch, allow: Allow) -> bool:
        """Nobody can be asked."""
        return False

    def state(self, group: bytes) -> State:
        """What is held of a group, here and in the store."""
        held = self._of(group)
        receipts = {device: Order(*each.receipt.order) for device, each in held.receipts.items()}
        return State(held.tips(), dict(held.outline.knots), receipts)

    def own(self, group: bytes) -> set[bytes]:
        """The seats of this device."""
        return {id for id, seat in self._of(group).outline.seats.items() if seat.device == self.device}

    def seats(self, group: bytes) -> Mapping[bytes, Sitting]:
        """The seats that existed when the store was left."""
        return self._of(group).outline.seats

    # -- taking
    def signers(self, group: bytes) -> dict[bytes, bytes]:
        """The keys of the seats known here."""
        return dict(self._of(group).signers)

    def check(self, group: bytes, data: tuple[bytes, ...], signers: dict[bytes, bytes]) -> Checked:
        """Verify a page."""
        chains = self._of(group).chains.values()
        named = {each.prev for chain in chains for each in chain.values()}
        return check(data, group, signers, lambda doubtful: named.intersection(each.id for each in doubtful))

    def ground(self, group: bytes) -> Ground:
        """Nothing: how much is changed is seen when it is taken in."""
        return Ground()

    def take(self, group: bytes, page: list[Envelope], before: Ground, retired: set[int], agree: Weigh) -> int:
        """Keep a verified page; how many were not here."""
        held = self._of(group)
        fresh = [each for each in page if each.id not in held.chains.get(each.seat, {})]
        if group not in self._sketch.groups:
            self._unasked += sum(each.length for each in fresh)
            if self._unasked > ROOM:
                return 0
        self._spool.add(Entry(ENVELOPE, group, each.encode()) for each in fresh)
        for each in fresh:
            held.add(each)
        return len(fresh)

    def look_back(self, group: bytes) -> None:
        """Nothing to remember."""

    def bodiless(self, group: bytes) -> list[bytes]:
        """None: the store asks for them once it is open."""
        return []

    # -- giving: nothing, since what leaves is noted in the store first
    def links(self, group: bytes, seat: bytes) -> list[Link]:
        """As much of a chain as came."""
        chain = self._of(group).chains.get(seat, {}).values()
        return sorted(Link(each.seq, each.id, True) for each in chain)

    def leaving(
        self, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes] = ()
    ) -> Iterator[tuple[bytes, ...]]:
        """Nothing."""
        yield from ()

    def share_keys(self, group: bytes) -> int:
        """None: they cannot be opened."""
        return 0

    # -- what others hold
    def sign(self, group: bytes) -> None:
        """Say what is held, where the store is sure to be as it was left: of an older copy nothing is claimed.

        Nor of a new group: it may not be let in.
        """
        held = self._of(group)
        tips, said = held.tips(), held.receipts.get(self.device)
        if not self._is_sure or group not in self._sketch.groups or (said and said.receipt.tips == tips):
            return
        at_ms = max(self.clock(), said.receipt.at_ms + 1 if said else 0)
        signed = Signed.of(Receipt(group, self.device, at_ms, tips, held.outline.lacking), self.carrier)
        self._spool.add([Entry(RECEIPT, group, signed.encode())])
        held.receipts[self.device] = signed

    def receipts(self, group: bytes) -> Mapping[bytes, Signed]:
        """The newest receipt of each device."""
        return self._of(group).receipts

    def keep(self, group: bytes, given: Iterable[bytes]) -> int:
        """Keep the receipts that a device with a seat signed; how many were new."""
        held = self._of(group)
        carriers = {(seat.device, seat.carrier) for seat in held.outline.seats.values() if seat.carrier}
        known = {device: each.receipt.order for device, each in held.receipts.items()}
        told = {each.receipt.device: each for each in sound(given, group, carriers)}
        fresh = {device: each for device, each in told.items() if each.receipt.order > known.get(device, (-1, -1))}
        self._spool.add(Entry(RECEIPT, group, each.encode()) for each in fresh.values())
        held.receipts |= fresh
        return len(fresh)

    def shown(self, group: bytes, carrier: str) -> Mapping[bytes, Tip]:
        """What a carrier showed is known in the store."""
        return {}

    def remember(self, group: bytes, carrier: str, tips: Mapping[bytes, Tip]) -> None:
        """The next session of the open store looks again."""

    # -- within
    def _of(self, group: bytes) -> LockedGroup:
        if group not in self._held:
            self._held[group] = _held(Outline())
        return self._held[group]

    def _load(self, entry: Entry) -> None:
        held = self._of(entry.group)
        try:
            if entry.sort == ENVELOPE:
                held.add(decode(entry.data))
            else:
                signed = Signed.decode(entry.data)
                held.receipts[signed.receipt.device] = signed
        except Malformed:
            return


def _bare(envelope: Envelope) -> Envelope:
    """Without its body, which is in the spool; acts always have theirs."""
    return envelope.strip() if envelope.type is Type.COMMIT else envelope


def _held(outline: Outline) -> LockedGroup:
    receipts = [Signed.decode(each) for each in outline.receipts]
    return LockedGroup(outline, dict(outline.signers), receipts={each.receipt.device: each for each in receipts})
