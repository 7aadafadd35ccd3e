"""A commit: the changes of one act of one person, and how it is written into the body of an envelope."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from comity.domain.values import storable
from comity.log.body import Malformed, pack

VERSION = 1
ORIGINATOR = "originator"  # set by a create: the institute whose record it is
RETIRED = "retired"  # set by a retire, whose `over` names every head of the record
LAST_MOMENT = 253_402_300_799_999  # the end of the year 9999, in milliseconds

Dot = Annotated[bytes, Meta(min_length=16, max_length=16)]
Name = Annotated[str, Meta(min_length=1, max_length=200)]
Moment = Annotated[int, Meta(ge=0, le=LAST_MOMENT)]


class Change(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Fields of one record set anew; `over` are the dots of the heads that were shown to the writer."""

    kind: Name
    id: Dot
    set: Annotated[dict[Name, Any], Meta(min_length=1)]
    over: tuple[Dot, ...] = ()


class Commit(Struct, frozen=True):
    """What one person did at once, in one group."""

    at_ms: Moment
    author: str
    reason: str
    changes: tuple[Change, ...]

    def encode(self) -> bytes:
        """The bytes to be sealed."""
        return pack(_Body(VERSION, self.at_ms, self.author, self.reason, self.changes))

    @classmethod
    def decode(cls, packed: bytes) -> "Commit":
        """The commit in the msgpack bytes of a body; what no Comity writes is malformed."""
        try:
            body = _DECODER.decode(packed)
            if body.version != VERSION:
                raise Malformed(f"The commit has version {body.version}; this Comity knows version {VERSION}.")
            _check(body.changes)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            raise Malformed(f"The body of a commit cannot be read: {error}.") from error
        return cls(body.at_ms, body.author, body.reason, body.changes)


class _Body(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    version: int
    at_ms: Moment
    author: str
    reason: str
    changes: Annotated[tuple[Change, ...], Meta(min_length=1)]


_DECODER = msgspec.msgpack.Decoder(_Body)


def _check(changes: tuple[Change, ...]) -> None:
    seen: set[tuple[bytes, str]] = set()
    for change in changes:
        for field, value in change.set.items():
            if (change.id, field) in seen:
                raise Malformed(f"A commit sets the field {field!r} of one record twice.")
            seen.add((change.id, field))
            if not storable(value):
                raise Malformed(f"A commit holds a value that no record can: {type(value).__name__}.")
