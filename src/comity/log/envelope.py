"""The envelope in which commits and acts are kept and carried: a header of 136 bytes, a signature of 64, a body.

    0 `CY` · 2 version · 3 type · 4 group (16) · 20 seat (16) · 36 seq (8) · 44 gen (8) · 52 key id (16) · 68 prev (32)
    100 length of the body (4) · 104 BLAKE2b-256 of the body (32) · 136 signature over a context string + id · 200 body

Big-endian. The id is the BLAKE2b-256 of the header, so it stands for the whole chain before and for the body, also when
that was dropped. A sealed body is bound to the header up to the hash of the body, which cannot bind itself.
"""

import hashlib
import os
import struct
from collections.abc import Iterable
from enum import IntEnum
from typing import NamedTuple

from msgspec import Struct
from nacl.bindings import crypto_sign, crypto_sign_open
from nacl.exceptions import CryptoError

from comity.log import body as bodies
from comity.log.body import Entropy, Malformed

VERSION = 1
HEADER = 136
STRIPPED = 200  # header and signature: what stays, and still verifies, when a body is dropped
BOUND = 104  # the part of the header that a sealed body is bound to
DOT = 16
GEN_CAP = 2**48
NO_KEY = bytes(16)
NO_PREV = bytes(32)
CONTEXT = b"comity envelope 1\x00"

_LAYOUT = struct.Struct(">2sBB16s16sQQ16s32sI32s")
_SEQ_CAP = 2**63 - 1  # what a database column holds


class Type(IntEnum):
    """What an envelope carries: the changes of a person, sealed, or a membership step, in the clear."""

    COMMIT = 1
    ACT = 2


class Slot(NamedTuple):
    """Where an envelope stands: its group, seat and place in the seat's chain."""

    group: bytes
    seat: bytes
    seq: int
    gen: int
    prev: bytes = NO_PREV


class Envelope(Struct, frozen=True):
    """One envelope, checked in layout and hashes but not in signature. `body` is None once dropped."""

    header: bytes
    signature: bytes
    body: bytes | None
    type: Type
    group: bytes
    seat: bytes
    seq: int
    gen: int
    key: bytes
    prev: bytes
    length: int
    digest: bytes
    id: bytes

    @property
    def dot(self) -> bytes:
        """The short name by which commits, and acts, speak of it."""
        return dot(self.id)

    def encode(self) -> bytes:
        """The bytes that are stored and carried."""
        return self.header + self.signature + (self.body or b"")

    def strip(self) -> "Envelope":
        """The same envelope without its body: 200 bytes that still verify."""
        return _parse(self.header, self.signature, None)


def dot(identity: bytes) -> bytes:
    """The dot of an id."""
    return identity[:DOT]


def next_gen(highest: int) -> int:
    """The gen to write with, above the highest of envelopes that count; at the cap it stays there."""
    return min(GEN_CAP, highest + 1)


def decode(data: bytes) -> Envelope:
    """The envelope in `data`, whole or stripped; anything else is malformed."""
    if len(data) < STRIPPED:
        raise Malformed(f"An envelope has at least {STRIPPED} bytes, here are {len(data)}.")
    if len(data) > STRIPPED + bodies.CARRIED_LIMIT:
        raise Malformed("An envelope is larger than 256 KiB.")
    return _parse(data[:HEADER], data[HEADER:STRIPPED], data[STRIPPED:] or None)


def sealed(slot: Slot, packed: bytes, key: bytes, secret: bytes, entropy: Entropy = os.urandom) -> Envelope:
    """A commit, sealed under `key` and signed with the device's secret."""
    length = bodies.sealed_length(packed)
    bound = _LAYOUT.pack(*_first(Type.COMMIT, slot, bodies.key_id(key)), length, bytes(32))[:BOUND]
    body = bodies.seal(packed, key, bound, entropy)
    return _signed(bound + _hash(body), body, secret)


def clear(slot: Slot, packed: bytes, secret: bytes) -> Envelope:
    """An act, readable by all who carry it, signed with the device's secret."""
    length = bodies.checked_length(len(packed))
    header = _LAYOUT.pack(*_first(Type.ACT, slot, NO_KEY), length, _hash(packed))
    return _signed(header, packed, secret)


def opened(envelope: Envelope, key: bytes) -> bytes:
    """The msgpack bytes of a sealed commit."""
    if envelope.body is None:
        raise Malformed("The body of this envelope was dropped.")
    return bodies.unpack(bodies.unseal(envelope.body, key, envelope.header[:BOUND]))


def shown(envelope: Envelope) -> bytes:
    """The msgpack bytes of an act."""
    if envelope.body is None:
        raise Malformed("The body of this envelope was dropped.")
    return bodies.unpack(envelope.body)


def sign(context: bytes, message: bytes, secret: bytes) -> bytes:
    """The signature of a message in a context, so that no signature can be shown elsewhere."""
    return crypto_sign(context + message, secret)[:64]


def verify(context: bytes, message: bytes, signature: bytes, public: bytes) -> bool:
    """Whether the holder of `public` signed the message in that context."""
    try:
        crypto_sign_open(signature + context + message, public)
    except (CryptoError, ValueError):
        return False
    return True


def authentic(envelope: Envelope, public: bytes) -> bool:
    """Whether the envelope carries a signature of `public`."""
    return verify(CONTEXT, envelope.id, envelope.signature, public)


def vouched(envelopes: Iterable[Envelope], public: bytes) -> list[Envelope]:
    """Those envelopes of one seat that `public` signed, or that one of them names as `prev`.

    A run without gaps costs one signature. Forks, holes and strangers in between cost one each.
    """
    found: list[Envelope] = []
    named: set[bytes] = set()
    for envelope in sorted(envelopes, key=lambda e: e.seq, reverse=True):
        if envelope.id in named or authentic(envelope, public):
            found.append(envelope)
            named.add(envelope.prev)
    found.reverse()
    return found


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()


def _first(sort: Type, slot: Slot, key: bytes) -> tuple[bytes, int, int, bytes, bytes, int, int, bytes, bytes]:
    return b"CY", VERSION, sort, slot.group, slot.seat, slot.seq, slot.gen, key, slot.prev


def _signed(header: bytes, body: bytes, secret: bytes) -> Envelope:
    return _parse(header, sign(CONTEXT, _hash(header), secret), body)


def _parse(header: bytes, signature: bytes, body: bytes | None) -> Envelope:
    magic, version, sort, group, seat, seq, gen, key, prev, length, digest = _LAYOUT.unpack(header)
    if magic != b"CY":
        raise Malformed("These bytes are not an envelope.")
    if version != VERSION:
        raise Malformed(
            f"The envelope has version {version}; this Comity knows version {VERSION}.", hint="Upgrade Comity."
        )
    if sort not in (1, 2) or (sort == Type.ACT) != (key == NO_KEY):
        raise Malformed("An envelope is a sealed commit or a clear act.")
    if not 1 <= seq <= _SEQ_CAP or gen > _SEQ_CAP or (seq == 1) != (prev == NO_PREV):
        raise Malformed("The numbers of an envelope do not fit: only the first of a seat has none before it.")
    if not 0 < length <= bodies.CARRIED_LIMIT:
        raise Malformed("The body of an envelope has 1 byte to 256 KiB.")
    if body is None and sort == Type.ACT:
        raise Malformed("An act always has its body.")
    if body is not None and (len(body) != length or _hash(body) != digest):
        raise Malformed("The body of an envelope is not the one its header names.")
    return Envelope(
        header, signature, body, Type(sort), group, seat, seq, gen, key, prev, length, digest, _hash(header)
    )
