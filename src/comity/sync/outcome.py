"""What a session did, and what it noticed about the carrier."""

from collections import Counter
from collections.abc import Callable

from msgspec import Struct, field

from comity.errors import Refused
from comity.log.upheaval import Ground, Upheaval


class Withheld(Struct, frozen=True):
    """A device says in its receipt to hold envelopes that the carrier does not show."""

    institute: str
    device: bytes
    count: int


class Outcome(Struct):
    """One group in one session."""

    group: bytes
    received: int = 0
    sent: int = 0
    shared: int = 0  # acts that hand keys on
    unknown: int = 0  # shown by the carrier and not asked for: nobody opened their seat yet
    bad: Counter[str] = field(default_factory=Counter)  # not stored: what is wrong with them
    refused: Counter[str] = field(default_factory=Counter)  # sent, and not kept by the carrier
    withheld: list[Withheld] = field(default_factory=list)
    rolled_back: int = 0  # envelopes the carrier showed at an earlier visit, and did not at the start of this one


class Progress(Struct, frozen=True):
    """How far a session is, for people who wait."""

    group: bytes
    doing: str  # receiving, sending
    done: int


Tell = Callable[[Progress], None]  # a session ends, between two pages, with the error that this raises
Allow = Callable[[bytes, Ground, Upheaval], bool]  # whether a group may be changed that much


def silently(progress: Progress) -> None:
    """Tell nobody."""


def refuse(group: bytes, before: Ground, upheaval: Upheaval) -> bool:
    """Nobody is there to ask."""
    return False


class MassChange(Refused):
    """A session would retire, void or erase more than a fifth of a group, and nobody said yes."""

    code = "mass_change"

    def __init__(self, group: bytes, before: Ground, upheaval: Upheaval) -> None:
        super().__init__(
            f"this would retire {upheaval.retired} of {before.records} records"
            f" and make {upheaval.void} of {before.envelopes} envelopes void",
            "look at it with --dry-run; if it is meant, say yes when asked, or give --yes",
        )
        self.group, self.upheaval = group, upheaval
        self.outcomes: list[Outcome] = []  # what the session did all the same
