"""What two sides have to exchange so that both hold the same, read from what each shows."""

from collections.abc import Iterable, Iterator

from msgspec import Struct, field

from comity.log.receipt import NOTHING, Tip, Vector
from comity.sync.wire import Link, State


class Plan(Struct, frozen=True):
    """Seats with the seq above which one side lacks all, and seats whose ids must be compared first."""

    pull: dict[bytes, int] = field(default_factory=dict)
    push: dict[bytes, int] = field(default_factory=dict)
    tangled: tuple[bytes, ...] = ()


def plan(mine: State, theirs: State) -> Plan:
    """Where the two sides differ, and how to find out what is lacking.

    Of plain lines the longer side's end is lacking; all else (forks, holes, other ends of one seq) is told by ids.
    """
    pull: dict[bytes, int] = {}
    push: dict[bytes, int] = {}
    tangled = []
    for seat in sorted(mine.tips.keys() | theirs.tips.keys()):
        here, there = mine.tips.get(seat, NOTHING), theirs.tips.get(seat, NOTHING)
        if here == there and mine.knots.get(seat) == theirs.knots.get(seat):
            continue
        if seat in mine.knots or seat in theirs.knots or here.seq == there.seq:
            tangled.append(seat)
        elif there.seq > here.seq:
            pull[seat] = here.seq
        else:
            push[seat] = there.seq
    return Plan(pull, push, tuple(tangled))


def lacking(mine: Iterable[Link], theirs: Iterable[Link]) -> Iterator[bytes]:
    """The ids of a chain that one side lacks, or holds without the body that the other has."""
    here = {link.id: link.whole for link in mine}
    return (link.id for link in theirs if link.id not in here or (link.whole and not here[link.id]))


def beyond(more: Vector, less: Vector) -> int:
    """How many envelopes one vector shows that the other does not, as far as counts tell."""
    return sum(max(0, tip.count - less.get(seat, NOTHING).count) for seat, tip in more.items())


def lower(before: Vector, now: Vector) -> dict[bytes, Tip]:
    """The seats of which a carrier shows less than it did."""
    return {seat: tip for seat, tip in before.items() if now.get(seat, NOTHING).count < tip.count}
