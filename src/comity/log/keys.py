"""The secret keys of a device and of an institute's recovery: made, shown in public, and used."""

import hashlib
import os
from functools import lru_cache

from msgspec import Struct
from nacl.bindings import (
    crypto_box,
    crypto_box_NONCEBYTES,
    crypto_box_seal_open,
    crypto_box_seed_keypair,
    crypto_scalarmult_base,
    crypto_sign_seed_keypair,
)
from nacl.exceptions import CryptoError

from comity.log.acts import Public
from comity.log.body import Entropy

KEY = 32


class Pair(Struct, frozen=True):
    """What signs for a seat and opens what is sealed to it; made from two secrets of 32 bytes."""

    seed: bytes
    box: bytes

    @classmethod
    def make(cls, entropy: Entropy = os.urandom) -> "Pair":
        """A new one."""
        return cls(entropy(KEY), entropy(KEY))

    @classmethod
    def of_recovery(cls, secret: bytes) -> "Pair":
        """The pair of a recovery key, from the secret that its words stand for."""
        return cls(_part(secret, b"sign"), _part(secret, b"box"))

    @property
    def secret(self) -> bytes:
        """What `envelope.sealed` and `envelope.clear` sign with."""
        return signing_key(self.seed)

    @property
    def public(self) -> Public:
        """What others may know."""
        return _public(self.seed, self.box)

    def opened(self, box: bytes) -> bytes | None:
        """What somebody sealed to this pair; None where it does not open."""
        try:
            return crypto_box_seal_open(box, self.public.box, self.box)
        except (CryptoError, ValueError):
            return None

    def __repr__(self) -> str:
        return "Pair(secret)"


class DeviceKeys(Struct, frozen=True):
    """All secrets of a device: its pair, the key of its store, and the seed of the carrier key (kept unsealed)."""

    pair: Pair
    store: bytes
    carrier: bytes

    @classmethod
    def make(cls, entropy: Entropy = os.urandom) -> "DeviceKeys":
        """New ones."""
        return cls(Pair.make(entropy), entropy(KEY), entropy(KEY))

    def __repr__(self) -> str:
        return "DeviceKeys(secret)"


@lru_cache(maxsize=16)
def _public(seed: bytes, box: bytes) -> Public:
    return Public(public_of(seed), crypto_scalarmult_base(box))


def signing_key(seed: bytes) -> bytes:
    """The 64 bytes that sign, from the 32 that are kept."""
    secret: bytes = crypto_sign_seed_keypair(seed)[1]
    return secret


def public_of(seed: bytes) -> bytes:
    """The public half of a signing seed."""
    public: bytes = crypto_sign_seed_keypair(seed)[0]
    return public


def sealed_to(box: bytes, secret: bytes, entropy: Entropy = os.urandom) -> bytes:
    """A secret that only the holder of a box key opens: a sealed box of libsodium, with its randomness given."""
    once, key = crypto_box_seed_keypair(entropy(KEY))
    nonce = hashlib.blake2b(once + box, digest_size=crypto_box_NONCEBYTES).digest()
    return bytes(once + crypto_box(secret, nonce, box, key))


def _part(secret: bytes, purpose: bytes) -> bytes:
    return hashlib.blake2b(b"comity recovery 1\x00" + purpose, key=secret, digest_size=KEY).digest()
