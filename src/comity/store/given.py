"""What this device remembers of what it gave to whom: the marking of the whole that left, by group and device."""

from sqlalchemy import Connection, select

from comity.store import schema


def note(connection: Connection, group: bytes, device: bytes, marking: str) -> None:
    """Remember that what is marked so was given to a device."""
    schema.remember(connection, f"{_of(group)}{device.hex()}", marking.encode())


def markings(connection: Connection, group: bytes) -> dict[bytes, str]:
    """The marking of what was given last, by device."""
    name, value = schema.local.c.name, schema.local.c.value
    rows = connection.execute(select(name, value).where(name.startswith(_of(group)))).all()
    return {bytes.fromhex(key.removeprefix(_of(group))): packed.decode() for key, packed in rows}


def _of(group: bytes) -> str:
    return f"left:{group.hex()}:"
