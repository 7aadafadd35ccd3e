"""What this device remembers of its sessions with each hub: when it was reached last, and what became of it."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct, field
from sqlalchemy import Connection, delete, select

from comity.log.acts import Key
from comity.log.commit import Dot, Moment
from comity.store import schema

NAMED = "hub:"


class Visited(Struct, frozen=True, array_like=True):
    """The last session with a hub: when, what it took, and who says to hold how many that it did not show."""

    at_ms: Moment
    sent: int = 0
    received: int = 0
    withheld: Mapping[Dot, tuple[tuple[Key, int], ...]] = field(default_factory=dict)


def note(connection: Connection, hub: str, visited: Visited) -> None:
    """Remember the last session with a hub."""
    schema.remember(connection, f"{NAMED}{hub}", msgspec.msgpack.encode(visited))


def last(connection: Connection) -> dict[str, Visited]:
    """The last session with each hub, by its name."""
    rows = select(schema.local.c.name, schema.local.c.value).where(schema.local.c.name.startswith(NAMED))
    found = connection.execute(rows).all()
    return {name.removeprefix(NAMED): msgspec.msgpack.decode(packed, type=Visited) for name, packed in found}


def forget(connection: Connection, hub: str) -> None:
    """Forget all that a hub of this name showed: the next that is called so may be another."""
    name = schema.local.c.name
    shown = name.startswith("shown:") & name.endswith(f":{hub}", autoescape=True)
    connection.execute(delete(schema.local).where((name == f"{NAMED}{hub}") | shown))
