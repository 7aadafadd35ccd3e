"""Who is in a group: every place in its tree, with role and standing, who admitted it, and its last word."""

from dataclasses import dataclass
from datetime import datetime

from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.when import from_ms
from comity.log.acts import Role
from comity.log.ring import lacking
from comity.log.standing import Seat
from comity.store import exchange, holding
from comity.store.circle import Circle
from comity.store.database import Connection


@dataclass(frozen=True)
class GroupSeat:
    """A device, or a recovery key, in a group: one seat and its renewals."""

    group: str
    group_name: str
    seat: str
    renewals: int
    institute: str
    device: str
    name: str
    role: str
    standing: bool
    recovery: bool
    own: bool
    above: str
    since: datetime | None
    last_word: datetime | None
    lacks_keys: int


@dataclass(frozen=True)
class Key:
    """The keys of a group: how many this device holds, how many it knows of and cannot open."""

    held: int
    lacking: int


@dataclass(frozen=True)
class Device:
    """A device that is known here: by its card, by the groups it is in, or as this one."""

    id: str
    institute: str
    name: str
    person: str
    words: tuple[str, ...]
    compared: datetime | None
    own: bool
    places: tuple[GroupSeat, ...]

    @property
    def last_word(self) -> datetime | None:
        """The newest of all groups."""
        return max((each.last_word for each in self.places if each.last_word), default=None)


def known(desk: Desk) -> list[Device]:
    """Every device that is known here: this one first, then by institute and name."""
    with desk.store.reading() as connection:
        book = {each.card.keys.sign.hex(): each for each in devices.book(connection)}
    own, seated = devices.own(desk), everywhere(desk)
    cards = {**{id: each.card for id, each in book.items()}, own.keys.sign.hex(): own}
    found = []
    for id in dict.fromkeys([*cards, *(each.device for each in seated if not each.recovery)]):
        mine, card = tuple(each for each in seated if each.device == id), cards.get(id)
        found.append(
            Device(
                id=id,
                institute=card.institute if card else mine[0].institute,
                name=card.name if card else "",
                person=card.person if card else "",
                words=card.fingerprint() if card else (),
                compared=book[id].compared if id in book else None,
                own=card == own,
                places=mine,
            )
        )
    return sorted(found, key=lambda each: (not each.own, each.institute, each.name, each.id))


def places(desk: Desk, group: str) -> list[GroupSeat]:
    """The places of a group, from the root down."""
    with desk.store.reading() as connection:
        return _places(desk, connection, group)


def everywhere(desk: Desk) -> list[GroupSeat]:
    """The places of all groups."""
    with desk.store.reading() as connection:
        return [each for group in desk.store.groups() for each in _places(desk, connection, group)]


def members(desk: Desk, group: str) -> dict[str, str]:
    """The institutes that stand in a group, each with the highest role of its devices."""
    with desk.store.reading():
        standing = desk.store.circles.of(bytes.fromhex(group)).standing.standing()
    best: dict[str, Role] = {}
    for seat in standing:
        if seat.carrier and seat.role.rank >= best.get(seat.institute, seat.role).rank:
            best[seat.institute] = seat.role
    return {institute: str(role) for institute, role in sorted(best.items())}


def keys(desk: Desk, group: str) -> Key:
    """What this device can read of a group."""
    with desk.store.reading():
        circle = desk.store.circles.of(bytes.fromhex(group))
        return Key(len(circle.keys), len(lacking(circle.acts, circle.keys)))


def said(seat: Seat, known: dict[bytes, str]) -> str:
    """What people call who sits there."""
    return f"{seat.institute} {devices.spoken(known, seat.device) if seat.carrier else 'recovery key'}"


def _places(desk: Desk, connection: Connection, group: str) -> list[GroupSeat]:
    id = bytes.fromhex(group)
    circle = desk.store.circles.of(id)
    chains: dict[bytes, list[Seat]] = {}
    for seat in circle.standing.seats.values():
        chains.setdefault(seat.place.id, []).append(seat)
    known, name = devices.names(desk, connection), World(desk, connection).group_name(group)
    since = holding.opened(connection, id)
    last = _last_words(desk, connection, id, circle)
    lacks = {device: len(each.receipt.lacking) for device, each in exchange.receipts(connection, id).items()}
    found = []
    for place, seats in sorted(chains.items(), key=lambda each: (len(each[1][0].place.path), each[0])):
        seat = seats[0]
        above = circle.standing.seats.get(seat.place.path[-1]) if seat.place.path else None
        found.append(
            GroupSeat(
                group=group,
                group_name=name,
                seat=place.hex(),
                renewals=len(seats) - 1,
                institute=seat.institute,
                device=seat.device.hex(),
                name=known.get(seat.device, ""),
                role=str(seat.role),
                standing=any(circle.standing.stands(each.id) for each in seats),
                recovery=not seat.carrier,
                own=seat.device == desk.store.keys.pair.public.sign,
                above=said(above, known) if above else "",
                since=_moment(since.get(place)),
                last_word=_moment(last.get(seat.device)),
                lacks_keys=lacks.get(seat.device, 0),
            )
        )
    return found


def _last_words(desk: Desk, connection: Connection, group: bytes, circle: Circle) -> dict[bytes, int]:
    """When each device wrote, or signed what it holds, last."""
    seats = circle.standing.seats
    found = {device: each.receipt.at_ms for device, each in exchange.receipts(connection, group).items()}
    for seat, at_ms in holding.last_words(connection, desk.store.circles, seats).items():
        device = seats[seat].device
        found[device] = max(at_ms, found.get(device, 0))
    return found


def _moment(at_ms: int | None) -> datetime | None:
    return from_ms(at_ms) if at_ms is not None else None
