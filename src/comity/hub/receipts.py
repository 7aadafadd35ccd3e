"""The newest receipt of each device, kept for the others; the hub checks whose it is and nothing more."""

from collections.abc import Iterable, Iterator, Mapping

from comity.hub import shelf
from comity.hub.ledger.database import Connection, Row, marks
from comity.log.body import Malformed
from comity.log.receipt import Receipt, Signed
from comity.sync import wire


def swap(connection: Connection, given: wire.Swap) -> wire.Receipts:
    """Keep those that are newer, hand out those asked for, as many as a message holds."""
    connection.lock(given.group)
    take(connection, given.group, given.give)
    if not given.want:
        return wire.Receipts()
    rows = connection.all(
        f'SELECT device, data FROM receipt WHERE "group" = ? AND device IN ({marks(given.want)})',
        [given.group, *given.want],
    )
    return wire.Receipts(tuple(_fitting(given.want, dict(rows))))


def take(connection: Connection, group: bytes, given: Iterable[bytes]) -> int:
    """Keep those that are newer; how many were."""
    return sum(_keep(connection, group, data) for data in given)


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


def _keep(connection: Connection, group: bytes, data: bytes) -> int:
    try:
        signed = Signed.decode(data)
        receipt = signed.receipt
    except Malformed:
        return 0
    if receipt.group != group or not _is_of_its_device(connection, receipt, signed):
        return 0
    at_ms, held = receipt.order
    return connection.run(
        'INSERT INTO receipt VALUES (?, ?, ?, ?, ?) ON CONFLICT ("group", device) DO UPDATE SET'
        " at_ms = excluded.at_ms, held = excluded.held, data = excluded.data"
        " WHERE (excluded.at_ms, excluded.held) > (receipt.at_ms, receipt.held)",
        [group, receipt.device, at_ms, min(held, 2**63 - 1), data],
    )


def _is_of_its_device(connection: Connection, receipt: Receipt, signed: Signed) -> bool:
    carriers = connection.all(
        'SELECT DISTINCT carrier FROM seat WHERE "group" = ? AND signer = ?', [receipt.group, receipt.device]
    )
    return any(carrier and signed.authentic(carrier) for (carrier,) in carriers)
