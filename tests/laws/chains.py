"""What follows from all envelopes of a group, told from the whole set at once: the plain way that stores go round."""

from collections import defaultdict
from collections.abc import Iterable

from comity.log.acts import AnyAct, act_of
from comity.log.envelope import Envelope, Type
from comity.log.receipt import Tip, tip
from comity.log.standing import Standing, judge
from comity.log.verdict import Judgeable


def vector(links: Iterable[Judgeable]) -> dict[bytes, Tip]:
    """The tips of all seats."""
    chains: dict[bytes, list[Judgeable]] = defaultdict(list)
    for link in links:
        chains[link.seat].append(link)
    return {seat: tip(chain) for seat, chain in chains.items()}


def standing(group: bytes, envelopes: Iterable[Envelope]) -> Standing:
    """Who counts, from all envelopes of a group."""
    acts: list[tuple[Envelope, AnyAct | None]] = []
    chains: dict[bytes, dict[bytes, Judgeable]] = defaultdict(dict)
    for envelope in envelopes:
        chains[envelope.seat][envelope.id] = envelope
        if envelope.type is Type.ACT:
            acts.append((envelope, act_of(envelope)))
    return judge(group, acts, lambda seat: chains.get(seat, {}))
