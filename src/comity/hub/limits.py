"""How much one device, one address and all together may ask for, judged before anything of a request is read."""

import time
from collections import OrderedDict
from collections.abc import Callable
from ipaddress import IPv6Address, ip_address
from math import ceil

from msgspec import Struct

from comity.hub.pushing import Room
from comity.hub.refusals import too_fast

REMEMBERED = 20_000  # buckets; the one that was quiet longest is forgotten, and was full again by then


class Rate(Struct, frozen=True):
    """So many a second, and so many at once."""

    each_second: float
    at_once: int


class Limits(Struct, frozen=True):
    """The bounds of one process."""

    address: Rate = Rate(200, 2_000)  # an institute may sit behind one
    device: Rate = Rate(50, 500)
    knocks: Rate = Rate(2, 60)  # of one address, and of one device that got in: challenges and sessions
    listeners: int = 4_000
    listeners_each: int = 4
    connections: int = 5_000
    seconds: float = 30  # for a request to arrive
    keep_alive: int = 5  # seconds that a line without a request is kept
    room: Room = Room()


class Buckets:
    """Token buckets, one for each who asks."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._clock = clock
        self._held: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, who: object) -> None:
        """One more; refuses where there were too many."""
        now = self._clock()
        tokens, before = self._held.pop(who, (float(self._rate.at_once), now))
        tokens = min(self._rate.at_once, tokens + (now - before) * self._rate.each_second)
        taken = tokens >= 1
        self._held[who] = (tokens - taken, now)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        if not taken:
            raise too_fast(ceil((1 - tokens) / self._rate.each_second))

    def give_back(self, who: object, count: int) -> None:
        """So many were not meant to count."""
        if who in self._held:
            tokens, before = self._held[who]
            self._held[who] = (min(self._rate.at_once, tokens + count), before)


def network(address: str) -> str:
    """Who stands behind an address: of the newer sort one has as many as one likes."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    if not isinstance(parsed, IPv6Address):
        return address
    return str(parsed.ipv4_mapped or parsed.exploded[:19])
