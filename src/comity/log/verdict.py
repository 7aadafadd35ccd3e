"""What becomes of an envelope, and how far the cuts of a seat let its envelopes count."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import NamedTuple, Protocol

from comity.log.envelope import NO_PREV, Type


class Status(StrEnum):
    """Counts; may count once something arrives; does not count, for all that is known."""

    IN = "in"
    WAITING = "waiting"
    VOID = "void"


class Verdict(NamedTuple):
    """The status of an envelope and the reason, in words for people."""

    status: Status
    reason: str = ""

    def __str__(self) -> str:
        """As the log keeps it: `in`, `waiting: key not here`, `void: cut`."""
        return f"{self.status}: {self.reason}" if self.reason else str(self.status)


NO_LIMIT = 2**70  # above every seq

IN = Verdict(Status.IN)
SEAT_NOT_HERE = Verdict(Status.WAITING, "seat not here")
LINK_NOT_HERE = Verdict(Status.WAITING, "link not here")  # it may lie before a cut, but the way there has a hole
KEY_NOT_HERE = Verdict(Status.WAITING, "key not here")
BODY_NOT_HERE = Verdict(Status.WAITING, "body not here")
MALFORMED = Verdict(Status.VOID, "malformed")
NO_SEAT = Verdict(Status.VOID, "no seat")  # who admitted it could not, or not any more
CUT = Verdict(Status.VOID, "cut")
ROLE = Verdict(Status.VOID, "role")
ERASED = Verdict(Status.VOID, "erased")


class Judgeable(Protocol):
    """What is asked of an envelope to judge it; a store need not load more."""

    @property
    def id(self) -> bytes: ...
    @property
    def type(self) -> Type: ...
    @property
    def seat(self) -> bytes: ...
    @property
    def seq(self) -> int: ...
    @property
    def gen(self) -> int: ...
    @property
    def prev(self) -> bytes: ...


class Cut(NamedTuple):
    """What a revoke leaves of a seat: the envelopes on the way to its ends; below `hole` a link is missing."""

    kept: frozenset[bytes]
    hole: int


def cut(chain: Mapping[bytes, Judgeable], ends: Iterable[bytes]) -> Cut:
    """Follow `prev` from each end."""
    kept: set[bytes] = set()
    hole = 0
    for end in ends:
        seq = NO_LIMIT
        while end in chain and end not in kept:
            kept.add(end)
            end, seq = chain[end].prev, chain[end].seq
        if end not in kept and end != NO_PREV:
            hole = max(hole, seq)
    return Cut(frozenset(kept), hole)


def merged(cuts: Iterable[Cut]) -> list[Cut]:
    """As few cuts that judge alike: of those with one hole only what all of them keep counts."""
    kept: dict[int, frozenset[bytes]] = {}
    for each in cuts:
        kept[each.hole] = kept.get(each.hole, each.kept) & each.kept
    return [Cut(all_keep, hole) for hole, all_keep in kept.items()]


def within(link: Judgeable, cuts: Iterable[Cut]) -> Verdict:
    """Whether an envelope of a revoked seat counts: every cut must hold it."""
    verdict = IN
    for kept, hole in cuts:
        if link.id in kept:
            continue
        if link.seq >= hole:
            return CUT
        verdict = LINK_NOT_HERE
    return verdict


def ends(chain: Iterable[Judgeable]) -> tuple[bytes, ...]:
    """Where a cut is made: every envelope held that no other held one names as the one before."""
    held = list(chain)
    named = {link.prev for link in held}
    return tuple(sorted(link.id for link in held if link.id not in named))
