"""Making a revoke: which devices, and up to where what they wrote counts."""

from collections.abc import Callable, Iterable, Iterator

from comity.log.acts import Revoke
from comity.log.standing import Chain, Standing
from comity.log.verdict import Judgeable, ends

ENDS = 4_000  # of one act; a thief who forks a chain more often than that must not keep a revoke from fitting
DEVICES = 500


def revokes(
    standing: Standing,
    devices: Iterable[bytes],
    chain: Chain,
    at_ms: int,
    keep: Callable[[Judgeable], bool] = lambda link: True,
) -> Iterator[Revoke]:
    """The acts that revoke devices: what is held, and `keep` accepts (a theft may be dated), goes on counting."""
    some: list[bytes] = []
    cuts: dict[bytes, tuple[bytes, ...]] = {}
    for device in devices:
        added = _cuts(standing, device, chain, keep)
        if some and (len(some) == DEVICES or sum(map(len, (*cuts.values(), *added.values()))) > ENDS):
            yield Revoke(at_ms, tuple(some), cuts)
            some, cuts = [], {}
        some.append(device)
        cuts |= added
    if some:
        yield Revoke(at_ms, tuple(some), cuts)


def _cuts(
    standing: Standing, device: bytes, chain: Chain, keep: Callable[[Judgeable], bool]
) -> dict[bytes, tuple[bytes, ...]]:
    found: dict[bytes, tuple[bytes, ...]] = {}
    room = ENDS
    for seat in sorted(standing.seats):
        if standing.seats[seat].device == device:
            links = chain(seat)
            held = ends(link for link in links.values() if keep(link))
            furthest = sorted(held, key=lambda end: (links[end].seq, end), reverse=True)[:room]
            room -= len(furthest)
            if furthest:
                found[seat] = tuple(furthest)
    return found
