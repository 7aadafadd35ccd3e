"""The answer to a bundle by voice: eight letters that only a device which opened it can know."""

import base64
import hashlib
from collections.abc import Collection, Mapping

import msgspec
from msgspec import Struct

from comity.errors import NotFound
from comity.log.acts import Key
from comity.log.commit import Dot
from comity.log.receipt import Signed, Tip
from comity.sync.shelf import Shelf

_LETTERS = 8


class Answered(Struct, frozen=True):
    """Who holds what now, as a code says."""

    device: bytes
    groups: tuple[bytes, ...]


class _Expected(Struct, frozen=True, array_like=True):
    """What a bundle brings: the code by which each device answers, and how far it then holds each group."""

    codes: dict[Key, str]
    tips: dict[Dot, dict[Dot, Tip]]


def code(key: bytes, device: bytes) -> str:
    """What a device reads out that opened the bundle of this key."""
    digest = hashlib.blake2b(b"comity answer 1\x00" + device, key=key, digest_size=5).digest()
    letters = base64.b32encode(digest).decode()
    return f"{letters[: _LETTERS // 2]}-{letters[_LETTERS // 2 :]}"


def expect(shelf: Shelf, key: bytes, devices: Collection[bytes], tips: Mapping[bytes, Mapping[bytes, Tip]]) -> None:
    """Remember what the answers to a bundle will say."""
    said = _Expected(
        {device: code(key, device) for device in devices}, {group: dict(some) for group, some in tips.items()}
    )
    shelf.evidence.note_bundle(hashlib.blake2b(key, digest_size=16).digest(), msgspec.msgpack.encode(said))


def take(shelf: Shelf, spoken: str) -> Answered:
    """Note that a device holds what a bundle brought it."""
    letters = "".join(spoken.split()).replace("-", "").upper().replace("0", "O").replace("1", "I").replace("8", "B")
    for packed in shelf.evidence.noted_bundles():
        said = msgspec.msgpack.decode(packed, type=_Expected)
        for device, expected in said.codes.items():
            if expected.replace("-", "") == letters:
                for group, tips in said.tips.items():
                    shelf.evidence.remember(
                        group, _name(device), _higher(shelf.evidence.shown(group, _name(device)), tips)
                    )
                return Answered(device, tuple(sorted(said.tips)))
    raise NotFound("no bundle written here is answered by this code", "let it be read out again, letter by letter")


def known(shelf: Shelf, group: bytes, device: bytes, receipt: Signed | None) -> Mapping[bytes, Tip]:
    """How far a device holds each chain, by its receipt and by what it answered."""
    return _higher(shelf.evidence.shown(group, _name(device)), receipt.receipt.tips if receipt else {})


def _higher(one: Mapping[bytes, Tip], other: Mapping[bytes, Tip]) -> dict[bytes, Tip]:
    """Of each seat the tip that stands for more."""
    return {
        seat: max((tips[seat] for tips in (one, other) if seat in tips), key=lambda tip: (tip.count, tip.seq))
        for seat in one.keys() | other.keys()
    }


def _name(device: bytes) -> str:
    return f"device {device.hex()}"
