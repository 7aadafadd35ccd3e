"""What a device holds of each seat, signed: who holds what, for couriers and against hubs that withhold."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from comity.log.acts import Key
from comity.log.body import Malformed
from comity.log.commit import Dot, Moment
from comity.log.envelope import NO_PREV, sign, verify
from comity.log.keys import signing_key
from comity.log.verdict import Judgeable

CONTEXT = b"comity receipt 1\x00"
Number = Annotated[int, Meta(ge=0, le=2**63 - 1)]


class Tip(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """How far a chain is held without a gap: the highest seq, its id, and how many envelopes of the seat are held."""

    seq: Number
    id: Key
    count: Number

    @property
    def regular(self) -> bool:
        """Whether the chain has neither fork nor hole."""
        return self.seq == self.count


Vector = Mapping[bytes, Tip]
NOTHING = Tip(0, NO_PREV, 0)


def tip(chain: Iterable[Judgeable]) -> Tip:
    """How far the envelopes of one seat reach from its first, along `prev`; of several ends the highest (seq, id)."""
    after: dict[bytes, list[Judgeable]] = defaultdict(list)
    count = 0
    for link in chain:
        after[link.prev].append(link)
        count += 1
    seq, end, todo = 0, NO_PREV, [NO_PREV]
    while todo:
        for link in after.get(todo.pop(), ()):
            todo.append(link.id)
            seq, end = max((seq, end), (link.seq, link.id))
    return Tip(seq, end, count)


def knot(ids: Iterable[bytes]) -> bytes:
    """A hash that stands for all ids of a chain with forks or holes, which its tip does not tell."""
    return hashlib.blake2b(b"".join(sorted(ids)), digest_size=32).digest()


class Receipt(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a device says to hold of a group, and which keys it knows of and cannot open."""

    group: Dot
    device: Key
    at_ms: Moment
    tips: dict[Dot, Tip]
    lacking: tuple[Dot, ...] = ()

    @property
    def order(self) -> tuple[int, int]:
        """The newest of a device is the one to keep: highest by its clock, then by how much it holds."""
        return self.at_ms, sum(tip.count for tip in self.tips.values())


class Signed(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A receipt as it is carried."""

    content: bytes
    signature: bytes

    @classmethod
    def of(cls, receipt: Receipt, carrier: bytes) -> "Signed":
        """Signed with the seed of the device's carrier key, which needs no unlocking."""
        content = _ENCODER.encode(receipt)
        return cls(content, sign(CONTEXT, content, signing_key(carrier)))

    def encode(self) -> bytes:
        """The bytes that are carried."""
        return _ENCODER.encode(self)

    @classmethod
    def decode(cls, data: bytes) -> "Signed":
        """A carried receipt, not yet checked."""
        try:
            return msgspec.msgpack.decode(data, type=cls)
        except (msgspec.MsgspecError, ValueError) as error:
            raise Malformed("This is not a receipt.") from error

    @property
    def receipt(self) -> Receipt:
        """What it says."""
        try:
            return msgspec.msgpack.decode(self.content, type=Receipt)
        except (msgspec.MsgspecError, ValueError) as error:
            raise Malformed("This is not a receipt.") from error

    def authentic(self, carrier: bytes) -> bool:
        """Whether the holder of a carrier key (its public half, on card and seat) signed it."""
        return verify(CONTEXT, self.content, self.signature, carrier)


def sound(given: Iterable[bytes], group: bytes, carriers: Iterable[tuple[bytes, bytes]]) -> list[Signed]:
    """The receipts of a group that devices, each named with its carrier key, signed."""
    keys: dict[bytes, list[bytes]] = defaultdict(list)
    for device, carrier in carriers:
        keys[device].append(carrier)
    return [each for each in map(_signed, given) if each and _is_sound(each, group, keys)]


def _signed(data: bytes) -> Signed | None:
    try:
        return Signed.decode(data)
    except Malformed:
        return None


def _is_sound(signed: Signed, group: bytes, keys: Mapping[bytes, list[bytes]]) -> bool:
    try:
        receipt = signed.receipt
    except Malformed:
        return False
    return receipt.group == group and any(signed.authentic(key) for key in keys.get(receipt.device, ()))


_ENCODER = msgspec.msgpack.Encoder()
