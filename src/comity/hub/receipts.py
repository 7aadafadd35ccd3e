"""The newest receipt of each device, kept for the others; the hub checks whose it is and nothing more."""

from collections.abc import Iterable, Iterator, Mapping

from comity.hub import shelf
from comity.hub.ledger.database import Connection, Row
from comity.log.receipt import Signed
from comity.sync import wire


def carriers(connection: Connection, group: bytes) -> list[Row]:
    """The devices that have a seat, each with the carrier key that signs its receipts."""
    return connection.all(
        'SELECT DISTINCT signer, carrier FROM seat WHERE "group" = ? AND LENGTH(carrier) > 0', [group]
    )


def handed(connection: Connection, asked: wire.Swap) -> wire.Receipts:
    """Those asked for, as many as a message holds."""
    if not asked.want:
        return wire.Receipts()
    those, values = connection.among(asked.want)
    query = f'SELECT device, data FROM receipt WHERE "group" = ? AND device {those}'
    return wire.Receipts(tuple(_fitting(asked.want, dict(connection.all(query, [asked.group, *values])))))


def keep(connection: Connection, group: bytes, sound: Iterable[Signed]) -> int:
    """Keep those that are newer; how many were. Their signatures were verified: that takes long."""
    connection.lock(group)
    return sum(_keep(connection, group, each) for each in sound)


def held(connection: Connection, group: bytes) -> list[Row]:
    """The devices whose receipts are here, and these."""
    return connection.all('SELECT device, data FROM receipt WHERE "group" = ?', [group])


def orders(connection: Connection, group: bytes) -> dict[bytes, wire.Order]:
    """Which receipts are here."""
    rows = connection.all('SELECT device, at_ms, held FROM receipt WHERE "group" = ?', [group])
    return {device: wire.Order(at_ms, held) for device, at_ms, held in rows}


def state(connection: Connection, group: bytes) -> wire.State:
    """All that is held of a group, as two sides compare it."""
    held = shelf.tips(connection, group)
    return wire.State(
        {seat: reach for seat, (reach, _) in held.items()},
        {seat: knot for seat, (_, knot) in held.items() if knot is not None},
        orders(connection, group),
    )


def _fitting(wanted: Iterable[bytes], held: Mapping[bytes, bytes]) -> Iterator[bytes]:
    """In the order asked for, the first that fit; one alone always does."""
    room = wire.PAGE_BYTES
    for device in dict.fromkeys(wanted):
        if device in held:
            room -= len(held[device])
            if room < 0 and room + len(held[device]) < wire.PAGE_BYTES:
                return
            yield held[device]


def _keep(connection: Connection, group: bytes, signed: Signed) -> int:
    receipt = signed.receipt
    at_ms, held = receipt.order
    return connection.run(
        'INSERT INTO receipt VALUES (?, ?, ?, ?, ?) ON CONFLICT ("group", device) DO UPDATE SET'
        " at_ms = excluded.at_ms, held = excluded.held, data = excluded.data"
        " WHERE (excluded.at_ms, excluded.held) > (receipt.at_ms, receipt.held)",
        [group, receipt.device, at_ms, min(held, 2**63 - 1), signed.encode()],
    )
