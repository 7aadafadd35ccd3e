"""Devices: this one's card, the address book of others, and those that groups tell of."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

from comity.desk.desk import Desk
from comity.domain.when import from_ms
from comity.errors import Ambiguous, NotFound, Refused
from comity.home import given_text
from comity.log.acts import Member, Public
from comity.log.card import LIMIT, PREFIX, Card, line_in
from comity.log.keyfile import KeyFile
from comity.log.standing import house
from comity.store import addresses
from comity.store.addresses import Noted
from comity.store.database import Connection

KEYS: Final = "device.key"
SHORT: Final = 12  # digits of the key by which a device is called that has no name here
LEAST: Final = 6
NEVER: Final = 0


@dataclass(frozen=True)
class KnownCard:
    """A card in the address book, and when its words were compared, if they were."""

    card: Card
    compared: datetime | None


@dataclass(frozen=True)
class Shown:
    """A card that somebody gave, its line, and what a person should know before using it."""

    card: Card
    line: str
    known: bool
    warnings: tuple[str, ...]

    @property
    def words(self) -> str:
        """What both sides read out."""
        return " ".join(self.card.fingerprint())


@dataclass(frozen=True)
class Candidate:
    """A device that could be admitted; without words it is known from another group, not by its card."""

    member: Member
    institute: str
    recovery: Public | None
    name: str
    person: str = ""
    words: tuple[str, ...] = ()
    compared: bool = False
    warnings: tuple[str, ...] = ()
    line: str = ""

    @property
    def id(self) -> str:
        """Its signing key."""
        return self.member.keys.sign.hex()


def own(desk: Desk) -> Card:
    """The card of this device, as it was made."""
    path = desk.home / KEYS
    if path.exists():
        return KeyFile.decode(path.read_bytes()).card
    return Card.of(desk.store.keys, desk.root, institute=desk.institute, name=desk.device, person=desk.person)


def own_line(desk: Desk) -> str:
    """The card of this device as the line that is given to others."""
    return own(desk).encode(desk.store.keys.pair.secret)


def show(desk: Desk, told: str) -> Shown:
    """The card in a text or file, with what is odd about it; nothing is kept."""
    line = _line(told)
    card = Card.decode(line)
    if card.keys == desk.store.keys.pair.public:
        raise Refused("this is the card of this device", "give it to others; they add it", code="own_card")
    book = {each.card.keys.sign: each.card for each in _book(desk)}
    before = book.pop(card.keys.sign, None)
    warnings = [*_changes(before, card), *_strange(desk, book.values(), card)]
    return Shown(card, line, before is not None, tuple(warnings))


def check_words(shown: Shown, told: str) -> None:
    """Raise Refused where these are not the words of the card."""
    said = told.lower().replace("-", " ").replace(",", " ").split()
    if said != list(shown.card.fingerprint()):
        raise Refused(
            f"the words are not those of this card, which are: {shown.words}",
            "ask its owner to read them out again; if they differ, somebody changed the card on its way",
            code="fingerprint",
        )


def add(desk: Desk, shown: Shown) -> KnownCard:
    """Keep a card whose words were compared."""
    at = desk.clock()
    with desk.store.writing() as connection:
        addresses.note(connection, shown.card.keys.sign, Noted(shown.line, int(at.timestamp() * 1000)))
    return KnownCard(shown.card, at)


def note(connection: Connection, candidate: Candidate) -> None:
    """Keep the card by which a device was admitted, so that it has a name; that it was compared is not said by that."""
    if candidate.line and not candidate.compared:
        addresses.note(connection, candidate.member.keys.sign, Noted(candidate.line, NEVER))


def book(connection: Connection) -> list[KnownCard]:
    """Every card in the address book."""
    return [
        KnownCard(Card.decode(each.line), from_ms(each.at_ms) if each.at_ms else None)
        for each in addresses.noted(connection)
    ]


def names(desk: Desk, connection: Connection) -> dict[bytes, str]:
    """What devices are called, by their signing keys, as far as cards told."""
    known = {each.card.keys.sign: each.card.name for each in book(connection)}
    return {**known, desk.store.keys.pair.public.sign: desk.device}


def called(known: dict[bytes, str], device: bytes) -> str:
    """The name of a device, or the first digits of its key."""
    return known.get(device) or device.hex()[:SHORT]


def spoken(known: dict[bytes, str], device: bytes) -> str:
    """The name of a device within a sentence; where it has none, its digits and what they are of."""
    return known.get(device) or f"device {called(known, device)}"


def candidate(desk: Desk, connection: Connection, told: str) -> Candidate:
    """The device that a card, a name, the digits of a key or a file with a card mean: what is known here goes first."""
    found = [] if PREFIX in told else [each for each in _candidates(desk, connection) if means(told, each)]
    if not found and (PREFIX in told or Path(told).is_file()):
        line, known = _line(told), {each.card.keys.sign: each for each in book(connection)}
        card = Card.decode(line)
        before = known.pop(card.keys.sign, None)
        others = [each.card for each in known.values()]
        warnings = (*_changes(before.card if before else None, card), *_strange(desk, others, card))
        compared = before is not None and before.card == card and before.compared is not None
        return replace(_of_card(card, compared=compared), warnings=warnings, line=line)
    return _one(told, found)


def means(told: str, device: Candidate) -> bool:
    """Whether a person means this device: `laptop-1`, `US-CAISI/laptop-1`, `3f2a9c`."""
    wanted = told.lower()
    called = {device.name.lower(), f"{device.institute}/{device.name}".lower()} if device.name else set()
    return wanted in called or (len(wanted) >= LEAST and device.id.startswith(wanted))


def _candidates(desk: Desk, connection: Connection) -> list[Candidate]:
    """All devices that are known here: by card first, then by a seat in some group."""
    found = {each.card.keys.sign: _of_card(each.card, compared=each.compared is not None) for each in book(connection)}
    found[desk.store.keys.pair.public.sign] = _of_card(own(desk), compared=True)
    circles = desk.store.circles
    for group in circles.groups():
        seats = circles.of(group).standing.seats
        for seat in seats.values():
            if seat.carrier and seat.device not in found:
                member = Member(seat.keys, seat.carrier)
                found[seat.device] = Candidate(member, seat.institute, house(seats, seat), "")
    return list(found.values())


def _one(told: str, found: list[Candidate]) -> Candidate:
    if not found:
        raise NotFound(f"no device is called «{told}»", "`comity device list` lists what is known")
    if len(found) > 1:
        listed = "; ".join(f"{each.institute}/{each.name} ({each.id[:SHORT]})" for each in found)
        raise Ambiguous(f"«{told}» is the name of {len(found)} devices", f"say which: {listed}")
    return found[0]


def _of_card(card: Card, *, compared: bool) -> Candidate:
    return Candidate(card.member, card.institute, card.recovery, card.name, card.person, card.fingerprint(), compared)


def _line(told: str) -> str:
    """The line of the card in what was given: a text, or a file."""
    if PREFIX not in told:
        told = text_of(Path(told))
    return line_in(told, PREFIX)


def text_of(path: Path) -> str:
    """What a file with a card says; nothing where it is no text."""
    hint = f"give the file that they sent, or the line that starts with {PREFIX}"
    return given_text(path, hint, LIMIT * 4)


def _book(desk: Desk) -> list[KnownCard]:
    with desk.store.reading() as connection:
        return book(connection)


def _changes(before: Card | None, now: Card) -> list[str]:
    """What another card of the same device said."""
    if before is None or before == now:
        return []
    spoken = [
        f"this device is known; its {field} was {getattr(before, field)}, and is {getattr(now, field)}"
        for field in ("institute", "name", "person")
        if getattr(before, field) != getattr(now, field)
    ]
    keys = (("carrier", "carrier key"), ("recovery", "recovery key of its institute"), ("keys", "box key"))
    return spoken + [
        f"this device is known; the {meaning} on its card is another now"
        for field, meaning in keys
        if getattr(before, field) != getattr(now, field)
    ]


def _strange(desk: Desk, others: Iterable[Card], card: Card) -> list[str]:
    """What does not fit the cards of other devices."""
    told = []
    mates = [each for each in others if each.institute == card.institute]
    if any(each.name == card.name for each in mates):
        told.append(f"{card.institute} {card.name} is known with other keys; was it made anew?")
    if card.institute == desk.institute and card.recovery != desk.root:
        told.append("its recovery key is another than yours: it was made without --recovery-public")
    elif any(each.recovery != card.recovery for each in mates):
        told.append(f"its recovery key is another than that of other devices of {card.institute}")
    return told
