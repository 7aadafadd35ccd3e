"""Whom this device knows: by cards whose words were compared, and by the groups that it stands in."""

from sqlalchemy import Connection

from comity.log.body import Malformed
from comity.log.card import Card
from comity.store import addresses
from comity.store.store import Store


def known(connection: Connection, store: Store) -> set[tuple[bytes, str]]:
    """The signing keys of devices and recovery keys, each with the institute whose it is."""
    found: set[tuple[bytes, str]] = set()
    for noted in addresses.noted(connection):
        if noted.at_ms and (card := _card(noted.line)):
            found |= {(card.keys.sign, card.institute), (card.recovery.sign, card.institute)}
    for group in store.circles.groups():
        standing = store.circles.of(group).standing
        if store.keys.pair.public.sign in standing.devices():
            found |= {(seat.device, seat.institute) for seat in standing.standing()}
    return found


def _card(line: str) -> Card | None:
    try:
        return Card.decode(line)
    except Malformed:
        return None
