"""What came while the device was locked: a file that only grows, each entry whole or not there, and taking it in."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final, Literal

import msgspec
from msgspec import Struct

from comity.home import SPOOL, alone, keep_names, replace_file
from comity.log.commit import Dot
from comity.store import schema
from comity.store.store import Store
from comity.sync.intake import Intake
from comity.sync.newcomer import Porch
from comity.sync.outcome import MassChange, Newcomer, refuse, silently
from comity.sync.shelf import Shelf
from comity.sync.wire import pages

ENVELOPE: Final = 1
RECEIPT: Final = 2
LENGTH, DIGEST = 4, 8  # before each entry
LONGEST: Final = 2**24
HALTED: Final = "halted"  # the name of what was seen when a group stayed in the spool


class Entry(Struct, frozen=True, array_like=True):
    """An envelope or a receipt, as it was carried."""

    sort: Literal[1, 2]
    group: Dot
    data: bytes


class Spool:
    """The file of a home; what a cut left half at its end is not there."""

    def __init__(self, home: Path) -> None:
        self.path = home / SPOOL
        self.entries: list[Entry] = []
        data = self.path.read_bytes() if self.path.exists() else b""
        self._end = 0
        while entry := _at(data, self._end):
            self.entries.append(entry[0])
            self._end = entry[1]

    def add(self, entries: Iterable[Entry]) -> None:
        """Keep entries; on disk when this returns."""
        packed = b"".join(map(_framed, entries))
        if not packed:
            return
        handle = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.truncate(self._end)
            file.seek(self._end)
            file.write(packed)
            file.flush()
            os.fsync(handle)
        if not self._end:
            keep_names(self.path.parent)
        self._end += len(packed)

    def keep_only(self, groups: set[bytes]) -> None:
        """Forget what was taken in."""
        left = [each for each in self.entries if each.group in groups]
        if not left:
            self.path.unlink()
            return
        packed = b"".join(map(_framed, left))
        replace_file(self.path, packed)
        self._end, self.entries = len(packed), left


def _framed(entry: Entry) -> bytes:
    packed = msgspec.msgpack.encode(entry)
    return len(packed).to_bytes(LENGTH, "big") + hashlib.blake2b(packed, digest_size=DIGEST).digest() + packed


def _at(data: bytes, start: int) -> tuple[Entry, int] | None:
    """The whole entry at a place, and where it ends."""
    first = start + LENGTH + DIGEST
    size = int.from_bytes(data[start : start + LENGTH], "big")
    packed, told = data[first : first + size], data[start + LENGTH : first]
    if len(packed) != size or not 0 < size <= LONGEST or hashlib.blake2b(packed, digest_size=DIGEST).digest() != told:
        return None
    try:
        return msgspec.msgpack.decode(packed, type=Entry), first + size
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def take_in(home: Path, store: Store, clock: Callable[[], int]) -> int:
    """Verify and store what came while the device was locked; how many envelopes were new.

    A group that would be changed much stays in the spool until a sync has asked; it is looked at again when either
    moved. Of a new one that nobody known let this device into nothing is kept: it comes again by the next sync, which
    asks. Raises Refused while another process carries.
    """
    seen = _stamp(home, store)
    if not seen:
        return 0
    with store.reading() as connection:
        if schema.recall(connection, HALTED) == seen:
            return 0
    with alone(home):
        received = _take_in(Spool(home), Shelf(store, clock))
    if left := _stamp(home, store):
        with store.writing() as connection:
            schema.remember(connection, HALTED, left)
    return received


def _stamp(home: Path, store: Store) -> bytes:
    """The state of a spool and of the store beside it; empty where nothing came."""
    try:
        seen = (home / SPOOL).stat()
    except OSError:
        return b""
    told = (seen.st_ino, seen.st_size, seen.st_mtime_ns, store.database.version())
    return msgspec.msgpack.encode(told) if seen.st_size else b""


def _take_in(spool: Spool, shelf: Shelf) -> int:
    by_group: dict[bytes, list[Entry]] = defaultdict(list)
    for each in spool.entries:
        by_group[each.group].append(each)
    halted: set[bytes] = set()
    received = 0
    for group, entries in by_group.items():
        intake = Intake(shelf, group, silently, refuse)
        envelopes = [each.data for each in entries if each.sort == ENVELOPE]
        try:
            if not shelf.holds(group) and not _is_let_in(shelf, group, envelopes):
                continue
            for page in pages(envelopes):
                intake.take(page)
        except Newcomer:
            continue
        except MassChange:
            halted.add(group)
            continue
        finally:
            received += intake.outcome.received
        shelf.evidence.keep(group, [each.data for each in entries if each.sort == RECEIPT])
    spool.keep_only(halted)
    return received


def _is_let_in(shelf: Shelf, group: bytes, envelopes: list[bytes]) -> bool:
    porch = Porch(group)
    for page in pages(envelopes):
        porch.take(page)
    return shelf.welcome(porch, refuse)
