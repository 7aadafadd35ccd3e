"""What a device leaves beside its store so that it can carry while locked: of each group what a hub sees, no more."""

import hashlib
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from comity.errors import ComityError
from comity.home import SKETCH, STORE, replace_file
from comity.log.acts import Key
from comity.log.body import Malformed
from comity.log.commit import Dot
from comity.log.receipt import Signed, Tip
from comity.log.ring import lacking
from comity.store import exchange
from comity.store.database import Connection
from comity.store.store import Store
from comity.sync.wire import SignedReceipt

LONGEST: Final = 64 * 1024 * 1024  # of the file; a device with more to tell carries while it is open only


class Sitting(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Who sits on a seat, and the carrier key that signs its receipts; the seat of a paper key has none."""

    device: Key
    carrier: Annotated[bytes, Meta(max_length=32)]
    institute: str


class Outline(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """One group: how far its chains are held, whose keys sign there, and what devices said to hold."""

    tips: dict[Dot, Tip] = field(default_factory=dict)
    knots: dict[Dot, Key] = field(default_factory=dict)
    signers: dict[Dot, Key] = field(default_factory=dict)
    seats: dict[Dot, Sitting] = field(default_factory=dict)
    receipts: tuple[SignedReceipt, ...] = ()
    lacking: tuple[Dot, ...] = ()  # keys that this device knows of and cannot open


class Sketch(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """All groups that others are in, as of a state of the store."""

    mark: Annotated[bytes, Meta(max_length=16)] = b""
    file: tuple[int, int, int] = (0, 0, 0)  # of the store as it was left
    groups: dict[Dot, Outline] = field(default_factory=dict)

    def is_of(self, home: Path) -> bool:
        """Whether the store is still as it was left: an older copy put in its place would hold less."""
        return self.file == _stamp(home)


def read(home: Path) -> Sketch:
    """The sketch of a home; an empty one where there is none, or not every byte of it can be read."""
    try:
        return decode((home / SKETCH).read_bytes() if (home / SKETCH).stat().st_size <= LONGEST else b"")
    except (OSError, Malformed):
        return Sketch()


def decode(data: bytes) -> Sketch:
    """What a file says, each key and each receipt looked at."""
    try:
        sketch = msgspec.msgpack.decode(data, type=Sketch)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise Malformed("This is not a sketch.") from error
    for group, outline in sketch.groups.items():
        if any(Signed.decode(each).receipt.group != group for each in outline.receipts):
            raise Malformed("A receipt is of another group.")
    return sketch


def drawn(store: Store, home: Path) -> Sketch:
    """The sketch of an open store; as it was where nothing moved since."""
    before = read(home)
    with store.reading() as connection:
        own = store.keys.pair.public.sign
        groups = [group for group in store.circles.groups() if _shared(store, group, own)]
        orders = [(group, sorted(exchange.orders(connection, group).items())) for group in groups]
        told = msgspec.msgpack.encode((store.database.version(), orders))
        mark = hashlib.blake2b(told, digest_size=16).digest()
        if mark == before.mark:
            return before
        return Sketch(mark, (0, 0, 0), {group: _outline(connection, store, group) for group in groups})


def leave(home: Path, store: Store) -> None:
    """Close a store and leave its sketch; where that cannot be, the device carries less while it is locked, no more."""
    with suppress(ComityError, OSError):
        sketch = drawn(store, home)
        store.close()
        keep(home, sketch)
    store.close()


def keep(home: Path, sketch: Sketch) -> None:
    """Leave a sketch beside the store that was just closed."""
    if sketch.is_of(home):
        return
    packed = msgspec.msgpack.encode(replace(sketch, file=_stamp(home)))
    if len(packed) <= LONGEST:
        replace_file(home / SKETCH, packed)


def _shared(store: Store, group: bytes, own: bytes) -> bool:
    seats = store.circles.of(group).standing.seats.values()
    return any(seat.carrier and seat.device != own for seat in seats)


def _outline(connection: Connection, store: Store, group: bytes) -> Outline:
    circle, reached = store.circles.of(group), exchange.reaches(connection, group)
    return Outline(
        {seat: reach.tip for seat, reach in reached.items()},
        {seat: reach.knot for seat, reach in reached.items() if reach.knot != exchange.LINE},
        exchange.signers(connection, group),
        {seat.id: Sitting(seat.device, seat.carrier, seat.institute) for seat in circle.standing.seats.values()},
        tuple(each.encode() for each in exchange.receipts(connection, group).values()),
        lacking(circle.acts, circle.keys),
    )


def _stamp(home: Path) -> tuple[int, int, int]:
    try:
        seen = (home / STORE).stat()
    except OSError:
        return (0, 0, 0)
    return seen.st_ino, seen.st_size, seen.st_mtime_ns
