"""A connection that breaks or lies anywhere: what was exchanged stays, and trying again ends as if all was well."""

import os
import random
from contextlib import ExitStack, closing
from pathlib import Path

from comity.errors import ComityError, HubUnreachable
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier, Patience
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import running
from sync.proxy import Proxy

STRIDE = int(os.environ.get("COMITY_STRIDE", "97"))  # 1: every byte, which takes minutes; any other prime: a sample
START = int(os.environ.get("COMITY_SEED", "7"))
FLIPS = int(os.environ.get("COMITY_STRIDE", "449"))
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


def test_a_byte_changed_on_the_way_is_refused_or_harmless(folder: Path) -> None:
    rng = random.Random(START)
    group, (uk, us, _) = three(folder, rng)
    with (
        running(folder) as hub,
        Proxy(int(hub.url.rpartition(":")[2].strip("/"))).open() as proxy,
        ExitStack() as open_,
    ):

        def over(laptop: Laptop, url: str = "", *, invited: bool = False) -> HttpCarrier:
            return open_.enter_context(closing(hub.line(laptop, url=url, invited=invited, patience=ONCE)))

        direct = {laptop: over(laptop, invited=True) for laptop in (uk, us)}

        def write() -> None:
            for laptop in (uk, us):
                laptop.create(group, "note", rng.randbytes(16), text="a note")
            sync(Shelf(us.store, us.at_ms), direct[us])

        sync(Shelf(uk.store, uk.at_ms), direct[uk])
        write()
        sync(Shelf(uk.store, uk.at_ms), over(uk, proxy.url))
        whole, failed = proxy.passed, 0
        for at in range(START % FLIPS, whole, FLIPS):
            write()
            proxy.left, proxy.mask = at, 1 << rng.randrange(8)
            try:
                sync(Shelf(uk.store, uk.at_ms), over(uk, proxy.url))
            except ComityError:
                failed += 1
            proxy.left = None
            (outcome,) = sync(Shelf(uk.store, uk.at_ms), direct[uk])
            assert (outcome.bad.total(), outcome.withheld) == (0, [])
            held = hub.held()
            assert len(held) == len(set(held))
            assert {each.id for each in uk.envelopes()} == set(held), at
        sync(Shelf(us.store, us.at_ms), direct[us])
        assert {each.id for each in us.envelopes()} == set(hub.held())
        assert not differences(shown(uk.store), shown(us.store))
    assert proxy.cuts > 0.9 * whole / FLIPS - 1
    assert failed
