"""Acts made with the recovery key on paper: it has seats of its own, and no device."""

from collections.abc import Mapping

from sqlalchemy import Connection

from comity.log.acts import AnyAct, Renew
from comity.log.envelope import NO_PREV, Envelope, Slot, clear
from comity.log.keys import Pair
from comity.log.ring import received
from comity.log.standing import Seat
from comity.store import door
from comity.store.circle import Circle, Circles
from comity.store.writer import ends, generation, opened_at


def seats(circle: Circle, pair: Pair) -> list[Seat]:
    """The seats of the key that stand, the highest places first."""
    mine = [seat for seat in circle.standing.standing() if seat.device == pair.public.sign]
    return sorted(mine, key=lambda seat: (len(seat.place.path), seat.id))


def held(circle: Circle, pair: Pair) -> Mapping[bytes, bytes]:
    """The keys of the group that acts hand to the recovery key."""
    keys: dict[bytes, bytes] = {}
    for act in circle.acts:
        keys |= received(act, pair)
    return keys


def write(
    connection: Connection, circles: Circles, group: bytes, place: bytes, act: AnyAct, at_ms: int, pair: Pair
) -> Envelope:
    """Write an act from a place of the key; where its chain goes on in two ways, from a new chain of the place.

    The key is used on whichever device is left, so nothing tells what it last wrote elsewhere.
    """
    chains = [seat.id for seat in seats(circles.of(group), pair) if seat.place.id == place]
    chain = max(chains, key=lambda seat: (len(ends(connection, seat)) < 2, opened_at(connection, seat), seat))
    if len(ends(connection, chain)) > 1:
        chain = _sign(connection, circles, group, chain, Renew(at_ms), pair).dot
    return _sign(connection, circles, group, chain, act, pair)


def _sign(connection: Connection, circles: Circles, group: bytes, seat: bytes, act: AnyAct, pair: Pair) -> Envelope:
    seq, id = (ends(connection, seat) or [(0, NO_PREV)])[-1]
    slot = Slot(group, seat, seq + 1, generation(connection, group), id)
    envelope = clear(slot, act.encode(), pair.secret)
    door.admit(connection, circles, [envelope])
    return envelope
