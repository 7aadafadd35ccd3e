"""The address book: cards of devices as their owners gave them; of this device alone."""

from collections.abc import Iterator

from msgspec import Struct, msgpack
from sqlalchemy import Connection, select

from comity.store import schema

CARD = "card:"


class Noted(Struct, frozen=True, array_like=True):
    """A card as it came, and when its words were compared; 0: never."""

    line: str
    at_ms: int


def note(connection: Connection, device: bytes, noted: Noted) -> None:
    """Keep the card of a device, in place of the one that was kept."""
    schema.remember(connection, f"{CARD}{device.hex()}", msgpack.encode(noted))


def noted(connection: Connection) -> Iterator[Noted]:
    """Every card that is kept."""
    local = schema.local.c
    values = connection.execute(select(local.value).where(local.name.startswith(CARD)).order_by(local.name)).scalars()
    for packed in values:
        yield msgpack.decode(packed, type=Noted)
