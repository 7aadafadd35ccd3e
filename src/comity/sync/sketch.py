"""What a device leaves beside its store so that it can carry while locked: of each group what a hub sees, no more."""

import hashlib
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace

from comity.errors import ComityError
from comity.home import SKETCH, STORE, write_private
from comity.log.receipt import Tip
from comity.log.ring import lacking
from comity.store import exchange
from comity.store.database import Connection
from comity.store.store import Store


class Sitting(Struct, frozen=True, array_like=True):
    """Who sits on a seat, and the carrier key that signs its receipts."""

    device: bytes
    carrier: bytes
    institute: str


class Outline(Struct, frozen=True, array_like=True):
    """One group: how far its chains are held, whose keys sign there, and what devices said to hold."""

    tips: dict[bytes, Tip] = field(default_factory=dict)
    knots: dict[bytes, bytes] = field(default_factory=dict)
    signers: dict[bytes, bytes] = field(default_factory=dict)
    seats: dict[bytes, Sitting] = field(default_factory=dict)
    receipts: tuple[bytes, ...] = ()
    lacking: tuple[bytes, ...] = ()  # keys that this device knows of and cannot open


class Sketch(Struct, frozen=True, array_like=True):
    """All groups that others are in, as of a state of the store."""

    mark: bytes = b""
    file: tuple[int, int, int] = (0, 0, 0)  # of the store as it was left
    groups: dict[bytes, Outline] = field(default_factory=dict)

    def is_of(self, home: Path) -> bool:
        """Whether the store is still as it was left: an older copy put in its place would hold less."""
        return self.file == _stamp(home)


def read(home: Path) -> Sketch:
    """The sketch of a home; an empty one where there is none, or it cannot be read."""
    try:
        return msgspec.msgpack.decode((home / SKETCH).read_bytes(), type=Sketch)
    except (OSError, msgspec.MsgspecError, ValueError):
        return Sketch()


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
    if not sketch.is_of(home):
        write_private(home / SKETCH, msgspec.msgpack.encode(replace(sketch, file=_stamp(home))))


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
