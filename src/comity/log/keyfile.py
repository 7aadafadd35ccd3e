"""The bytes of a key file: the card and carrier key in the clear, the other secrets sealed under a passphrase."""

import os
from enum import StrEnum
from typing import Annotated
from unicodedata import normalize

import msgspec
from msgspec import Meta, Struct
from nacl.bindings import crypto_pwhash_alg, crypto_pwhash_ALG_ARGON2ID13

from comity.errors import Locked
from comity.log.acts import Key
from comity.log.body import Entropy, Malformed, seal, unseal
from comity.log.card import Card
from comity.log.keys import DeviceKeys, Pair

MIB = 1024 * 1024
INTERACTIVE = (2, 64 * MIB)  # the floor: anything less is refused on opening
MODERATE = (3, 256 * MIB)
CEILING = (10, 1024 * MIB)  # a hostile file must not eat the machine


class Kdf(StrEnum):
    """How the key that seals the file is derived; `none`: from nothing secret, on a device without a passphrase."""

    ARGON2ID = "argon2id"
    NONE = "none"


class _Clear(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    card: Card
    carrier: Key
    kdf: Kdf
    rounds: int
    memory: int
    salt: Annotated[bytes, Meta(min_length=16, max_length=16)]


class _File(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    clear: bytes
    sealed: bytes


class _Secrets(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    seed: Key
    box: Key
    store: Key


class KeyFile(Struct, frozen=True):
    """A key file as read: what it says in the clear, and what a passphrase opens."""

    clear: _Clear
    data: _File

    @property
    def card(self) -> Card:
        """The public card of the device."""
        return self.clear.card

    @property
    def carrier(self) -> bytes:
        """The seed of the carrier key, for sync while the device is locked."""
        return self.clear.carrier

    @property
    def has_passphrase(self) -> bool:
        """Whether opening needs one."""
        return self.clear.kdf is not Kdf.NONE

    def encode(self) -> bytes:
        """The bytes to be written."""
        return _ENCODER.encode(self.data)

    @classmethod
    def decode(cls, data: bytes) -> "KeyFile":
        """A key file; weaker or greedier settings than allowed are refused before anything is derived."""
        try:
            file = msgspec.msgpack.decode(data, type=_File)
            clear = msgspec.msgpack.decode(file.clear, type=_Clear)
        except (msgspec.MsgspecError, ValueError) as error:
            raise Malformed("This is not a key file.", hint="Restore device.key from a backup.") from error
        cost = (clear.rounds, clear.memory)
        if clear.version != 1 or (clear.kdf is Kdf.ARGON2ID and not _within(INTERACTIVE, cost, CEILING)):
            raise Malformed("The key file asks for a derivation that Comity does not do: too weak or too costly.")
        return cls(clear, file)

    def derive(self, passphrase: str) -> bytes:
        """The key that opens the file, as a session keeps it; costs memory and time, so never inside a transaction."""
        return _derived(self.clear, passphrase)

    def unlock(self, key: bytes) -> DeviceKeys:
        """The secrets, with the key that the passphrase gives."""
        try:
            secrets = msgspec.msgpack.decode(unseal(self.data.sealed, key, self.data.clear), type=_Secrets)
        except Malformed as error:
            raise Locked("The passphrase is wrong, or the key file was changed.", hint="Try again.") from error
        return DeviceKeys(Pair(secrets.seed, secrets.box), secrets.store, self.clear.carrier)


def sealed(
    keys: DeviceKeys,
    card: Card,
    passphrase: str,
    cost: tuple[int, int] = MODERATE,
    entropy: Entropy = os.urandom,
) -> KeyFile:
    """The key file of a device; an empty passphrase seals under nothing secret."""
    kdf = Kdf.ARGON2ID if passphrase else Kdf.NONE
    clear = _Clear(1, card, keys.carrier, kdf, *cost, entropy(16))
    bound = _ENCODER.encode(clear)
    secrets = _ENCODER.encode(_Secrets(keys.pair.seed, keys.pair.box, keys.store))
    return KeyFile(clear, _File(bound, seal(secrets, _derived(clear, passphrase), bound, entropy)))


def _derived(clear: _Clear, passphrase: str) -> bytes:
    if clear.kdf is Kdf.NONE:
        return bytes(32)
    key: bytes = crypto_pwhash_alg(
        32, normalize("NFC", passphrase).encode(), clear.salt, clear.rounds, clear.memory, crypto_pwhash_ALG_ARGON2ID13
    )
    return key


def _within(low: tuple[int, int], cost: tuple[int, int], high: tuple[int, int]) -> bool:
    return all(least <= asked <= most for least, asked, most in zip(low, cost, high, strict=True))


_ENCODER = msgspec.msgpack.Encoder()
