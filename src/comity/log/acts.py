"""The acts: steps of membership, carried in the clear so that whoever carries envelopes can tell who may write.

Devices are named by their signing key, seats and revokes by 16 bytes, the ends of a cut by whole ids. No act has a word
of a person: who asked for it, and why, is said in a sealed commit beside it, which can be erased.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from comity.log.body import Malformed, pack
from comity.log.commit import Dot, Moment
from comity.log.envelope import Envelope, shown

Key = Annotated[bytes, Meta(min_length=32, max_length=32)]
Short = Annotated[str, Meta(min_length=1, max_length=200)]


class Role(StrEnum):
    """What a seat may do, from least to most."""

    READER = "reader"
    EDITOR = "editor"
    ADMIN = "admin"
    CHAIR = "chair"

    @property
    def rank(self) -> int:
        """0 for a reader to 3 for a chair."""
        return _RANK[self]


_RANK = {role: rank for rank, role in enumerate(Role)}


class Public(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The public halves of a device or recovery key: it signs with one, receives keys with the other."""

    sign: Key
    box: Key


class Member(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A device as an act admits it: its keys, and the carrier key of its unattended sync."""

    keys: Public
    carrier: Key


class Act(Struct, frozen=True, array_like=True, forbid_unknown_fields=True, tag_field="act"):
    """What every act says: when, by the clock of its device; shown, never decided by."""

    at_ms: Moment

    def encode(self) -> bytes:
        """The body of the envelope."""
        return pack(self)


class Found(Act, frozen=True, array_like=True, tag="found"):
    """The start of a group: its root is a recovery key, and under it sits the founder's device as chair."""

    salt: Dot
    root: Public
    device: Member
    institute: Short


class Admit(Act, frozen=True, array_like=True, tag="admit"):
    """A seat for one device; `names` are the revokes of it that the admitting place takes back."""

    device: Member
    institute: Short
    role: Role
    names: tuple[Dot, ...] = ()


class Institute(Act, frozen=True, array_like=True, tag="institute"):
    """Two seats for an institute: its recovery key, and under it a first device."""

    recovery: Public
    device: Member
    institute: Short
    role: Role


class Renew(Act, frozen=True, array_like=True, tag="renew"):
    """Another chain of the seat's place, for the same device, institute and role: so it says none of them."""


class Revoke(Act, frozen=True, array_like=True, tag="revoke"):
    """Devices whose seats below stand no longer; `cuts` are the ends per seat up to which their envelopes count."""

    devices: Annotated[tuple[Key, ...], Meta(min_length=1)]
    cuts: dict[Dot, tuple[Key, ...]]


class Rekey(Act, frozen=True, array_like=True, tag="rekey"):
    """A new key, boxed for each device; `ring`: `older` ones, sealed under it; `names`: the revokes its maker knew."""

    key: Dot
    names: tuple[Dot, ...]
    older: tuple[Dot, ...]
    ring: bytes
    boxes: dict[Key, bytes]


class Share(Act, frozen=True, array_like=True, tag="share"):
    """Keys handed to devices that lack them: in each box the keys one after the other."""

    keys: Annotated[tuple[Dot, ...], Meta(min_length=1)]
    boxes: dict[Key, bytes]


class Erase(Act, frozen=True, array_like=True, tag="erase"):
    """Commits whose bodies are dropped everywhere, by dot."""

    commits: Annotated[tuple[Dot, ...], Meta(min_length=1)]


AnyAct = Found | Admit | Institute | Renew | Revoke | Rekey | Share | Erase
_DECODER: msgspec.msgpack.Decoder[AnyAct] = msgspec.msgpack.Decoder(AnyAct)


def decode(packed: bytes) -> AnyAct:
    """The act in a body; what no Comity writes is malformed."""
    try:
        return _DECODER.decode(packed)
    except (msgspec.MsgspecError, RecursionError, ValueError) as error:
        raise Malformed(f"The body of an act cannot be read: {error}.") from error


def act_of(envelope: Envelope) -> AnyAct | None:
    """The act an envelope carries; None where it is malformed."""
    try:
        return decode(shown(envelope))
    except Malformed:
        return None


def group_id(found: Found) -> bytes:
    """The id of a group, and of its root seat: a hash of all that founding says, so that nobody founds it otherwise."""
    return hashlib.blake2b(b"comity group 1\x00" + msgspec.msgpack.encode(found), digest_size=16).digest()


def signer(envelope: Envelope, act: AnyAct | None, signers: Mapping[bytes, bytes]) -> bytes | None:
    """Whose key must have signed an envelope: a found act is its founder's, as the root is on paper; else the seat's.

    `signers` are the keys of the seats known so far; None: the seat is not among them.
    """
    if isinstance(act, Found) and envelope.group == envelope.seat == group_id(act):
        return act.device.keys.sign
    return signers.get(envelope.seat)


def second_seat(dot: bytes) -> bytes:
    """The seat of the device that an act seats under a recovery key; the recovery key sits on the dot itself."""
    return hashlib.blake2b(dot + b"\x01", digest_size=16).digest()


def seated(envelope: Envelope, act: AnyAct, signers: Mapping[bytes, bytes]) -> dict[bytes, bytes]:
    """The seats an act opens, with the key that signs there: what checking the signatures of others needs.

    `signers` are the seats known so far. It says nothing about who may open seats: `standing` does.
    """
    match act:
        case Found() if envelope.group == envelope.seat == group_id(act):
            return {envelope.group: act.root.sign, second_seat(envelope.dot): act.device.keys.sign}
        case Institute():
            return {envelope.dot: act.recovery.sign, second_seat(envelope.dot): act.device.keys.sign}
        case Admit():
            return {envelope.dot: act.device.keys.sign}
        case Renew() if envelope.seat in signers:
            return {envelope.dot: signers[envelope.seat]}
    return {}
