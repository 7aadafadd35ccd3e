"""The file a courier carries: flat, sealed to the devices it is for, and checked whole before anything is used.

    0 `CYBUNDL1` · 8 length of the manifest (4) · 12 BLAKE2b-256 of the manifest (32) · 44 manifest · sealed pages

In the clear are the ids of groups, and how many pages of which length. Each page is sealed under the key of the bundle,
bound to the bundle and its place in it; the key is boxed for each device, and no box says for which.
"""

import hashlib
import os
import struct
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO

import msgspec
from msgspec import Meta, Struct

from comity.errors import IntegrityFailure, Refused
from comity.home import given_file, replacing
from comity.log.acts import Key
from comity.log.body import NONCE, TAG, seal, unseal
from comity.log.card import PREFIX as CARD
from comity.log.commit import Dot
from comity.log.keys import KEY, Pair, sealed_to

MAGIC = b"CYBUNDL1"
PAGE_LIMIT = 2 * 1024 * 1024  # sealed bytes of one page
MANIFEST_LIMIT = 4 * 1024 * 1024
_START = struct.Struct(">8sI32s")
_PROOF = b"comity bundle proof 1\x00"
_STEP = 256 * 1024
_NAME_IT = "name the file that the courier brought"


class Manifest(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What a bundle holds, without saying whose it is."""

    id: Dot
    groups: Annotated[tuple[Dot, ...], Meta(max_length=1_000)]
    boxes: Annotated[tuple[Annotated[bytes, Meta(max_length=200)], ...], Meta(max_length=5_000)]
    pages: Annotated[
        tuple[tuple[Annotated[int, Meta(gt=NONCE + TAG, le=PAGE_LIMIT)], Key], ...], Meta(max_length=60_000)
    ]
    proof: bytes = b""  # that the rest was said by whoever made the key of the bundle

    @property
    def size(self) -> int:
        """Bytes of all pages."""
        return sum(length for length, _ in self.pages)

    def proved(self, key: bytes) -> "Manifest":
        """The manifest with the proof that `key` gives."""
        told = msgspec.msgpack.encode((self.id, self.groups, self.boxes, self.pages))
        proof = hashlib.blake2b(_PROOF + told, key=key, digest_size=32).digest()
        return Manifest(self.id, self.groups, self.boxes, self.pages, proof)


class BundleDraft:
    """A bundle being written: pages go to a nameless file, as the manifest that comes before them must name them."""

    def __init__(self, folder: Path) -> None:
        self.id, self.key = os.urandom(16), os.urandom(KEY)
        self.size = 0
        self._pages: list[tuple[int, bytes]] = []
        self._spool = TemporaryFile(dir=folder)  # noqa: SIM115 - whoever made the draft closes it

    def add(self, content: bytes) -> None:
        """One more page."""
        sealed = seal(content, self.key, _bound(self.id, len(self._pages)))
        self._spool.write(sealed)
        self._pages.append((len(sealed), _hash(sealed)))
        self.size += len(sealed)

    def close(self) -> None:
        """Forget the pages."""
        self._spool.close()

    def finish(self, path: Path, groups: Iterable[bytes], boxes: Iterable[bytes]) -> Manifest:
        """Write the file, whole or not at all, for the holders of these box keys."""
        sealed = tuple(sorted(sealed_to(box, self.key) for box in boxes))
        manifest = Manifest(self.id, tuple(sorted(groups)), sealed, tuple(self._pages)).proved(self.key)
        packed = msgspec.msgpack.encode(manifest)
        with replacing(path) as file:
            file.write(_START.pack(MAGIC, len(packed), _hash(packed)) + packed)
            self._spool.seek(0)
            while data := self._spool.read(_STEP):
                file.write(data)
        return manifest


class Container:
    """A bundle that was found whole; its pages are checked again as they are read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with given_file(path, _NAME_IT) as file:
            self.manifest = _manifest(file, path)
            self._start = file.tell()
            for _ in self._sealed(file):
                pass
            if file.read(1):
                raise _damaged(path, "there is something after its end")

    def key(self, pair: Pair) -> bytes:
        """The key of the bundle, if it is for the holder of this pair."""
        opened = (pair.opened(box) for box in self.manifest.boxes)
        key = next((key for key in opened if key is not None and len(key) == KEY), None)
        if key is None:
            raise Refused(
                f"the file {self.path.name} is for other devices",
                "ask its writer for one --for this device",
                code="not_for_us",
            )
        if self.manifest != self.manifest.proved(key):
            raise _damaged(self.path, "its table of contents is not its writer's")
        return key

    def pages(self, key: bytes) -> Iterator[bytes]:
        """What was put into it, a page at a time."""
        with given_file(self.path, _NAME_IT) as file:
            file.seek(self._start)
            for number, data in enumerate(self._sealed(file)):
                yield unseal(data, key, _bound(self.manifest.id, number))

    def _sealed(self, file: BinaryIO) -> Iterator[bytes]:
        for length, digest in self.manifest.pages:
            data = file.read(length)
            if len(data) < length:
                raise _damaged(self.path, "its end is missing")
            if _hash(data) != digest:
                raise _damaged(self.path, "some of it was changed")
            yield data


def _manifest(file: BinaryIO, path: Path) -> Manifest:
    start = file.read(_START.size)
    if start[: len(MAGIC)] != MAGIC and CARD.encode() in start + file.read(_STEP):
        hint = f"`comity device add {path}` takes it; `bundle read` takes what `bundle write` wrote"
        raise Refused(f"the file {path.name} is the card of a device, no bundle", hint, code="not_a_bundle")
    if len(start) < _START.size or start[: len(MAGIC)] != MAGIC:
        raise _damaged(path, "it does not begin like a bundle")
    _, length, digest = _START.unpack(start)
    packed = file.read(length) if length <= MANIFEST_LIMIT else b""
    if _hash(packed) != digest:
        raise _damaged(path, "its table of contents is cut or changed")
    try:
        return msgspec.msgpack.decode(packed, type=Manifest)
    except (msgspec.MsgspecError, RecursionError, ValueError):
        raise _damaged(path, "its table of contents is none that Comity writes") from None


def _damaged(path: Path, what: str) -> IntegrityFailure:
    return IntegrityFailure(
        f"the file {path.name} is no whole bundle: {what}; nothing was changed",
        "copy it anew, or ask for another",
        code="bundle",
    )


def _bound(bundle: bytes, number: int) -> bytes:
    return b"comity bundle 1\x00" + bundle + number.to_bytes(4, "big")


def _hash(data: bytes) -> bytes:
    return hashlib.blake2b(data, digest_size=32).digest()
