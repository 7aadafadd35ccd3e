"""A connection that breaks anywhere: what was exchanged stays, and trying again ends as if it had not broken."""

import os
import random
from pathlib import Path

from comity.errors import HubUnreachable
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier, Patience
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, three
from sync.hubs import running
from sync.proxy import Proxy

STRIDE = int(os.environ.get("COMITY_STRIDE", "97"))  # 1: every byte, which takes minutes; any other prime: a sample
START = int(os.environ.get("COMITY_SEED", "7"))
ONCE = Patience(attempts=1, longest=0)
TWICE = Patience(attempts=2, longest=0)


def test_connection_cut_at_every_byte(folder: Path) -> None:
    rng = random.Random(START)
    group, (uk, us, _) = three(folder, rng)
    with running(folder) as hub, Proxy(int(hub.url.rpartition(":")[2].strip("/"))).open() as proxy:

        def meet(laptop: Laptop, patience: Patience) -> HttpCarrier:
            line = hub.line(laptop, url=proxy.url, patience=patience)
            try:
                sync(Shelf(laptop.store, laptop.at_ms), line)
            finally:
                line.close()
            return line

        def write() -> None:
            for laptop in (uk, us):
                laptop.create(group, "note", rng.randbytes(16), text="a note")
            sync(Shelf(us.store, us.at_ms), direct)

        first = hub.line(uk, invited=True)
        sync(Shelf(uk.store, uk.at_ms), first)
        first.close()
        direct = hub.line(us)
        write()
        proxy.passed = 0
        meet(uk, ONCE)
        whole, failed, number = proxy.passed, 0, 0
        for at in range(START % STRIDE, whole + 50, STRIDE):
            write()
            proxy.left, number = at, number + 1
            try:
                meet(uk, ONCE if number % 2 else TWICE)
            except HubUnreachable:
                failed += 1
                meet(uk, ONCE)
            held = hub.held()
            assert len(held) == len(set(held))
            assert {each.id for each in uk.envelopes()} == set(held), at
            proxy.left = None
        sync(Shelf(us.store, us.at_ms), direct)
        assert {each.id for each in us.envelopes()} == set(hub.held())
        direct.close()
    assert proxy.cuts > 0.9 * whole / STRIDE - 1
    assert 0.3 * number < failed < number
