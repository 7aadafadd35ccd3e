"""What a session did, and what it noticed about the carrier."""

from collections import Counter
from collections.abc import Callable, Sequence

from msgspec import Struct, field

from comity.domain.text import plain
from comity.errors import Problem, Refused
from comity.log.acts import Member, Public
from comity.log.card import device_words, house_words
from comity.log.upheaval import Ground, Upheaval


class Withheld(Struct, frozen=True):
    """A device says in its receipt to hold envelopes that the carrier does not show."""

    institute: str
    device: bytes
    count: int


class GroupOutcome(Struct):
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
    asks: str = ""  # of an outlook: what a person would be asked before anything of the group is kept


class Introducer(Struct, frozen=True):
    """Who founded a group, or let this device in: the institute as it calls itself, and its keys."""

    institute: str
    keys: Public
    carrier: bytes  # none: the recovery key itself, on paper
    recovery: Public | None

    @property
    def said(self) -> str:
        """As people read it, with the words that `device card`, or `recovery show-public`, prints there."""
        if not self.carrier:
            return f"{plain(self.institute)} with its recovery key «{' '.join(house_words(self.keys))}»"
        if self.recovery is None:
            return f"{plain(self.institute)} with the device {self.keys.sign.hex()[:12]}"
        words = device_words(self.institute, Member(self.keys, self.carrier), self.recovery)
        return f"{plain(self.institute)} with the device «{' '.join(words)}»"


class Progress(Struct, frozen=True):
    """How far a session is, for people who wait."""

    group: bytes
    doing: str  # receiving, sending
    done: int


Tell = Callable[[Progress], None]  # a session ends, between two pages, with the error that this raises


class Doubt(Refused):
    """What a session did not let into one group, as only a person may; all others were exchanged."""

    title = ""

    def __init__(self, group: bytes, message: str, hint: str) -> None:
        super().__init__(message, hint)
        self.group = group
        self.others: list[Doubt] = []  # of other groups in the same session
        self.outcomes: list[GroupOutcome] = []  # what the session did all the same

    @property
    def key(self) -> tuple[str, bytes]:
        """What a yes is for."""
        return self.code, self.group


Allow = Callable[[Doubt], bool]  # whether a group may be let in, or changed that much


def silently(progress: Progress) -> None:
    """Tell nobody."""


def refuse(doubt: Doubt) -> bool:
    """Nobody is there to ask."""
    return False


class MassChange(Doubt):
    """A session would retire, void or erase more than a fifth of a group, and nobody said yes."""

    code = "mass_change"
    title = "A change of much"

    def __init__(self, group: bytes, before: Ground, upheaval: Upheaval) -> None:
        super().__init__(
            group,
            f"this would retire {upheaval.retired} of {before.records} records"
            f" and make {upheaval.void} of {before.envelopes} envelopes void",
            "look at it with --dry-run; if it is meant, say yes when asked, or give --yes",
        )
        self.upheaval = upheaval


class Newcomer(Doubt):
    """A group that nothing is held of, into which somebody who is not known here let this device."""

    code = "newcomer"
    title = "A new group"

    def __init__(self, group: bytes, founder: Introducer, admitter: Introducer) -> None:
        let_in = "" if admitter == founder else f", and let in by {admitter.said}"
        super().__init__(
            group,
            f"the group {group.hex()[:8]} is new here: founded by {founder.said}{let_in};"
            " nobody here compared their card",
            "let them read out the words that `comity device card` prints there, and add their card with"
            " `comity device add CARD`; or say yes when asked, or --yes",
        )
        self.founder, self.admitter = founder, admitter


def halted(doubts: Sequence[Doubt], outcomes: list[GroupOutcome]) -> Doubt:
    """The first doubt, with the others and with what was done all the same."""
    first = doubts[0]
    first.others, first.outcomes = list(doubts[1:]), outcomes
    if first.others:
        first.problems = tuple(Problem(each.group.hex()[:8], each.message) for each in doubts)
    return first
