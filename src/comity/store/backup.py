"""Backups: one file with the encrypted store and the sealed keys, checked before it is put in place.

    `CYB1` · length of the contents list (4) · list: msgpack [[name, size, BLAKE2b-256] ...] · one file after the other

Names are chosen from those below and never used as a path. The store in it opens with the keys in it, these with the
passphrase of the day of the backup. Settings are left out: they can name a program that is run for the passphrase.
"""

import glob
import hashlib
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Annotated, Final

import msgspec
from msgspec import Meta, Struct

from comity.errors import IntegrityFailure, NotFound, Refused
from comity.home import KEYS, STORE, TOKEN, alone, given_path, new_file, put_in_place, replace_file
from comity.log.keyfile import KeyFile
from comity.store.store import Store
from comity.store.token import unknown_past

MAGIC: Final = b"CYB1"
KEPT: Final = (KEYS, STORE)
LIST_LIMIT: Final = 10_000  # bytes of the contents list
BLOCK: Final = 1024 * 1024


class Part(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A file in a backup."""

    name: str
    size: Annotated[int, Meta(ge=0)]
    digest: bytes


def write(home: Path, store: Store, target: Path) -> None:
    """Write a backup of a home, of one state of its store even while others write; refuses where a file is."""
    if target.exists():
        raise Refused(f"{target} is there already; nothing was written", "name another file", code="exists")
    try:
        with tempfile.TemporaryDirectory(prefix=f".{target.name}.", dir=target.absolute().parent) as folder:
            place = Path(folder)
            _copy(store, place / STORE, target)
            for name in KEPT:
                if name != STORE and (home / name).exists():
                    shutil.copyfile(home / name, place / name)
            if not (place / KEYS).exists():
                raise NotFound(f"{home} has no {KEYS}", "a backup without it could never be opened")
            _pack(place, place / "whole")
            put_in_place(place / "whole", target)
    except OSError as error:
        hint = "check the room and the rights where it should go; a backup is one file"
        raise Refused(f"{target} cannot be written: {error.strerror}", hint, code="backup_failed") from error


def restore(source: Path, home: Path) -> None:
    """Make a home from a backup: all of it or nothing, and only where there is none. It opens as a copy of the past."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        hint = "name another home with --home, or move this one away"
        raise Refused(f"{home} is not empty; nothing was changed", hint, code="home_exists")
    given = given_path(source, "name the file that `comity backup` wrote")
    try:
        home.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{home.name}.restoring-"
        with alone(home.parent), tempfile.TemporaryDirectory(prefix=prefix, dir=home.parent) as folder:
            _clear(home.parent, prefix, Path(folder))
            place = Path(folder) / "home"
            place.mkdir(mode=0o700)
            with given.open("rb") as file:
                _unpack(file, place)
            KeyFile.decode((place / KEYS).read_bytes())
            replace_file(place / TOKEN, unknown_past())
            (place / "logs").mkdir(mode=0o700)
            put_in_place(place, home)
    except OSError as error:
        hint = "check that the backup can be read, and the room and the rights there; nothing was put in place"
        raise Refused(
            f"{source} cannot be restored to {home}: {error.strerror}", hint, code="restore_failed"
        ) from error


def _copy(store: Store, place: Path, target: Path) -> None:
    """The store as it is now; what is in the way is told of the backup that somebody asked for."""
    try:
        store.database.copy(place)
    except Refused as error:
        hint = "make room where it should go, or name another place"
        why = error.message.partition(";")[0]
        raise Refused(f"{target} was not written: {why}", hint, code=error.code) from None


def _clear(parent: Path, prefix: str, kept: Path) -> None:
    """Throw away what restores that were killed left behind."""
    for left in parent.glob(f"{glob.escape(prefix)}*"):
        if left != kept:
            shutil.rmtree(left, ignore_errors=True)


def _pack(place: Path, whole: Path) -> None:
    files = [place / name for name in KEPT if (place / name).exists()]
    parts = [Part(file.name, file.stat().st_size, _digest(file)) for file in files]
    contents = msgspec.msgpack.encode(parts)

    def data() -> Iterator[bytes]:
        yield MAGIC + len(contents).to_bytes(4, "big") + contents
        for each in files:
            with each.open("rb") as file:
                yield from _blocks(file)

    with new_file(whole) as packed:
        packed.writelines(data())


def _unpack(file: IO[bytes], place: Path) -> None:
    for part in _contents(file):
        seen = hashlib.blake2b(digest_size=32)

        def data(part: Part = part, seen: "hashlib.blake2b" = seen) -> Iterator[bytes]:
            for block in _blocks(file, part.size):
                seen.update(block)
                yield block

        with new_file(place / part.name) as unpacked:
            unpacked.writelines(data())
        if seen.digest() != part.digest:
            raise _damaged(f"{part.name} is cut short or was changed")
    if file.read(1):
        raise _damaged("bytes follow after its end")


def _contents(file: IO[bytes]) -> Sequence[Part]:
    start = file.read(len(MAGIC) + 4)
    if start[: len(MAGIC)] != MAGIC:
        raise IntegrityFailure("this is not a backup of Comity", "name the file that `comity backup` wrote")
    length = int.from_bytes(start[len(MAGIC) :], "big")
    try:
        parts = msgspec.msgpack.decode(file.read(min(length, LIST_LIMIT)), type=list[Part])
    except (msgspec.MsgspecError, ValueError):
        raise _damaged("its contents cannot be read") from None
    names = [part.name for part in parts]
    if len(set(names)) != len(names) or set(names) != set(KEPT):
        raise _damaged("its contents are not those of a home")
    return parts


def _damaged(why: str) -> IntegrityFailure:
    return IntegrityFailure(f"the backup is damaged: {why}; nothing was put in place", "take another backup")


def _digest(path: Path) -> bytes:
    seen = hashlib.blake2b(digest_size=32)
    with path.open("rb") as file:
        for block in _blocks(file):
            seen.update(block)
    return seen.digest()


def _blocks(file: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    while block := file.read(BLOCK if size is None else min(BLOCK, size)):
        yield block
        size = None if size is None else size - len(block)
