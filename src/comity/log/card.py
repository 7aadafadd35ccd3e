"""The public card of a device: what another institute needs to admit it, as text for a mail or a stick."""

import base64
import binascii
import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec import Struct

from comity.errors import BadInput, Problem
from comity.log.acts import Key, Member, Public, Short
from comity.log.body import Malformed
from comity.log.envelope import sign, verify
from comity.log.keys import DeviceKeys, public_of
from comity.log.words import fingerprint

PREFIX = "comity-card-1:"
HOUSE = "comity-recovery-1:"
CONTEXT = b"comity card 1\x00"
LIMIT = 10_000  # characters of the line
NAME: Final = r"[\w-]{1,64}"
LONGEST_PERSON: Final = 200
_ENCODER = msgspec.msgpack.Encoder()


class Card(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A device in public: whose it is, its keys, and the recovery key of its institute."""

    institute: Short
    name: Short
    person: str
    keys: Public
    carrier: Key
    recovery: Public

    @classmethod
    def of(cls, keys: DeviceKeys, recovery: Public, *, institute: str, name: str, person: str = "") -> "Card":
        """The card of a device."""
        return cls(institute, name, person, keys.pair.public, public_of(keys.carrier), recovery)

    @property
    def member(self) -> Member:
        """The device as an act admits it."""
        return Member(self.keys, self.carrier)

    def fingerprint(self) -> tuple[str, ...]:
        """The words to compare by voice before the card is used."""
        return device_words(self.institute, self.member, self.recovery)

    def encode(self, secret: bytes) -> str:
        """The card as one line of text, signed by the device."""
        content = _ENCODER.encode(self)
        return PREFIX + base64.urlsafe_b64encode(sign(CONTEXT, content, secret) + content).decode()

    @classmethod
    def decode(cls, text: str) -> "Card":
        """The card in a text, whatever stands around its line."""
        line = line_in(text, PREFIX)
        try:
            data = base64.b64decode(line[len(PREFIX) : LIMIT].encode(), altchars=b"-_", validate=True)
            card = _DECODER.decode(data[64:])
        except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
            raise Malformed(
                "This is not a device card.", hint=f"A card is the line that starts with {PREFIX}"
            ) from error
        if not verify(CONTEXT, data[64:], data[:64], card.keys.sign):
            raise Malformed("The device card was changed: its signature does not fit.", hint="Ask for it again.")
        return card


_DECODER = msgspec.msgpack.Decoder(Card)


def line_in(text: str, start: str) -> str:
    """The one line that starts so, whatever stands around it; none is empty. Raises BadInput where there are more."""
    lines = {line.strip() for line in text.splitlines() if line.strip().startswith(start)}
    if len(lines) > 1:
        raise BadInput(f"this holds {len(lines)} cards, and one is meant", "give the line of the one that you mean")
    return next(iter(lines), "")


def house_line(recovery: Public) -> str:
    """The public half of a recovery key as one line of text, for a device that joins its institute."""
    return HOUSE + base64.urlsafe_b64encode(_ENCODER.encode(recovery)).decode()


def house_in(text: str) -> Public:
    """The recovery key that a text names: by its own line, or by the card of any device of the institute."""
    line = line_in(text, HOUSE)
    if not line:
        return Card.decode(text).recovery
    try:
        return msgspec.msgpack.decode(base64.b64decode(line[len(HOUSE) : LIMIT], b"-_", validate=True), type=Public)
    except (binascii.Error, msgspec.MsgspecError, ValueError) as error:
        raise Malformed("This is not the public half of a recovery key.", hint=f"It starts with {HOUSE}") from error


def device_words(institute: str, device: Member, recovery: Public) -> tuple[str, ...]:
    """The words of a device, on its card as in the acts that seat it: of all that an act admits by the card."""
    return fingerprint(_ENCODER.encode((institute, device, recovery)))


def house_words(recovery: Public) -> tuple[str, ...]:
    """The words by which two people make sure that they mean the same recovery key."""
    return fingerprint(_ENCODER.encode(recovery))


def misnamings(institute: str, person: str, device: str) -> Iterator[BadInput]:
    """What is wrong with the names that a new card would have."""
    for field, text in (("institute", institute), ("device", device)):
        if not re.fullmatch(NAME, text):
            hint = "use letters, digits, - and _, as in UK-AISI or laptop-1"
            yield BadInput(f"«{text}» is no name for the {field}", hint, [Problem(field, "letters, digits, - and _")])
    if not person.strip() or not person.isprintable() or len(person) > LONGEST_PERSON:
        hint = f"at most {LONGEST_PERSON} characters, no control characters"
        yield BadInput("your name cannot be read", hint, [Problem("person", hint)])
