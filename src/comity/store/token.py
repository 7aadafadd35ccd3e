"""The token file: the last envelope of each seat that left this device, so that a restored copy notices what it is."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec
from sqlalchemy import Connection, select

from comity.errors import IntegrityFailure
from comity.home import replace_file
from comity.store import schema

ANY_GROUP = b""


@dataclass(frozen=True)
class Token:
    """A small file beside the keys, outside every backup of the store."""

    path: Path

    def read(self) -> dict[bytes, tuple[bytes, int, bytes]]:
        """(seat, seq, id) of the last envelope that left, per group."""
        try:
            data = self.path.read_bytes()
        except FileNotFoundError:
            return {}
        try:
            return msgspec.msgpack.decode(data, type=dict[bytes, tuple[bytes, int, bytes]])
        except msgspec.MsgspecError as error:
            hint = "move it away; the next sync tells whether this store is an old copy"
            raise IntegrityFailure(f"{self.path} is damaged", hint) from error

    def advance(self, left: Mapping[bytes, tuple[bytes, int, bytes]]) -> None:
        """Note what is about to leave, on disk before it does."""
        replace_file(self.path, msgspec.msgpack.encode({**self.read(), **left}))

    def is_ahead(self, connection: Connection, group: bytes) -> bool:
        """Whether an envelope of this device left, is not here, and no new seat was taken since."""
        left = self._left(group)
        if left is None or schema.recall(connection, _renewed(group)) == left[2]:
            return False
        return connection.execute(select(schema.envelopes.c.no).where(schema.envelopes.c.id == left[2])).first() is None

    def settle(self, connection: Connection, group: bytes) -> None:
        """Note that a new seat was taken because the store is behind."""
        if left := self._left(group):
            schema.remember(connection, _renewed(group), left[2])

    def _left(self, group: bytes) -> tuple[bytes, int, bytes] | None:
        noted = self.read()
        return noted.get(group, noted.get(ANY_GROUP))


def unknown_past() -> bytes:
    """The token of a home that comes from a backup: what left of any group since is not known."""
    return msgspec.msgpack.encode({ANY_GROUP: (b"", 0, os.urandom(32))})


def _renewed(group: bytes) -> str:
    return f"renewed:{group.hex()}"
