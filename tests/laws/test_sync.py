"""Whatever lies between two replicas: they end up with the same set of envelopes, and know what is kept from them."""

import random
from collections.abc import Callable
from contextlib import ExitStack, closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from comity.log.envelope import Type
from comity.store import schema
from comity.sync import bundle
from comity.sync.carrier import Carrier
from comity.sync.engine import sync
from comity.sync.outcome import GroupOutcome
from comity.sync.shelf import Shelf
from laws.carriers import Beside, Heap
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import running

SEEDS = range(4)


def meet(laptop: Laptop, carrier: Carrier) -> list[GroupOutcome]:
    return sync(Shelf(laptop.store, laptop.at_ms), carrier)


def ids(laptop: Laptop) -> set[bytes]:
    return {each.id for each in laptop.envelopes()}


def write(rng: random.Random, group: bytes, laptops: list[Laptop], count: int = 20) -> None:
    for number in range(count):
        laptop = rng.choice(laptops)
        laptop.create(group, "note", rng.randbytes(16), text=f"{laptop.home.name} {number}")


def assert_equal(laptops: list[Laptop]) -> None:
    for one, other in pairwise(laptops):
        assert ids(one) == ids(other)
        assert not differences(shown(one.store), shown(other.store))


@pytest.mark.parametrize("seed", SEEDS)
def test_any_carrier_gives_the_same_set(seed: int, folder: Path) -> None:
    """A heap of envelopes, a hub behind a network, a bundle in a pocket, and laptops on one table."""
    rng = random.Random(seed)
    group, laptops = three(folder, rng)
    heap = Heap(page=3)
    write(rng, group, laptops)
    with running(folder) as hub, ExitStack() as stack:
        lines = {laptop: stack.enter_context(closing(hub.line(laptop, invited=True))) for laptop in laptops}
        for number in range(10):
            laptop, other = rng.sample(laptops, 2)
            way = rng.choice(("heap", "hub", "table", "pocket"))
            if way == "pocket":
                bundle.write(Shelf(laptop.store, laptop.at_ms), folder / f"bundle{number}", [other.device])
                bundle.read(Shelf(other.store, other.at_ms), folder / f"bundle{number}")
            else:
                meet(laptop, {"heap": heap, "hub": lines[laptop], "table": Beside(other)}[way])
            write(rng, group, [laptop], 2)
        for _ in range(2):
            for laptop in laptops:
                meet(laptop, heap)
                meet(laptop, lines[laptop])
        assert_equal(laptops)
        assert set(heap.held) == ids(laptops[0])
        assert sorted(hub.held()) == sorted(ids(laptops[0]))


@pytest.mark.parametrize("seed", SEEDS)
def test_one_missing_envelope_hides_only_itself(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    group, laptops = three(folder, rng)
    uk, us, us2 = laptops
    write(rng, group, laptops)
    hub = Heap()
    meet(us, hub)
    meet(uk, hub)
    lost = rng.choice([each for each in uk.envelopes() if each.type is Type.COMMIT and each not in us2.envelopes()])
    hub.hides = lambda each: each.id == lost.id
    for _ in range(2):
        assert meet(us2, hub)[0].bad.total() == 0
    assert ids(uk) - ids(us2) == {lost.id}
    other = Laptop(folder / "other", "US-CAISI", us2.keys)
    other.take(each for each in us2.envelopes() if each.id != lost.id)
    assert not differences(shown(us2.store), shown(other.store))
    hub.hides = lambda each: False
    for laptop in laptops:
        meet(laptop, hub)
    assert_equal(laptops)


def test_withholding_is_named(folder: Path) -> None:
    rng = random.Random(1)
    group, (uk, us, us2) = three(folder, rng)
    hub = Heap()
    write(rng, group, [us], 30)
    meet(us, hub)
    first, *_ = [each for each in us.envelopes() if each not in uk.envelopes()]
    hub.hides = lambda each: each.seat == first.seat and each.seq >= first.seq + 5
    (outcome,) = meet(uk, hub)
    assert [(each.institute, each.device, each.count) for each in outcome.withheld] == [("US-CAISI", us.device, 25)]
    (outcome,) = meet(us2, hub)
    assert us.device in {each.device for each in outcome.withheld}
    hub.hides = lambda each: False
    for laptop in (us, uk, us2, uk):
        (outcome,) = meet(laptop, hub)
        assert outcome.withheld == []
    assert_equal([uk, us, us2])


@pytest.mark.parametrize("seed", SEEDS)
def test_hub_restored_from_old_backup_heals(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    group, laptops = three(folder, rng)
    hub = Heap()
    write(rng, group, laptops)
    for laptop in laptops:
        meet(laptop, hub)
    backup, before = hub.copy(), len(hub.held)
    write(rng, group, laptops)
    for laptop in laptops:
        meet(laptop, hub)
    after = len(hub.held)
    backup.held.pop(rng.choice(list(backup.held)))
    outcomes = [meet(laptop, backup)[0] for laptop in laptops]
    assert outcomes[0].rolled_back > 0
    assert (before, after, len(backup.held)) == (before, before + 20, after)
    for laptop in laptops:
        (outcome,) = meet(laptop, backup)
        assert (outcome.sent, outcome.rolled_back, outcome.withheld) == (0, 0, [])
    assert_equal(laptops)


class Twice:
    """A network that delivers every message twice; one of the two answers comes back."""

    def __init__(self, carrier: Carrier, rng: random.Random) -> None:
        self.name, self.carrier, self.rng = carrier.name, carrier, rng

    def __getattr__(self, name: str) -> Callable[[Any], Any]:
        ask = getattr(self.carrier, name)
        return lambda message: self.rng.choice([ask(message), ask(message)])


@pytest.mark.parametrize("seed", SEEDS)
def test_every_message_twice_changes_nothing(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    group, laptops = three(folder, rng)
    hub = Heap()
    write(rng, group, laptops)
    for _ in range(2):
        for laptop in laptops:
            meet(laptop, Twice(hub, rng))
    assert_equal(laptops)
    assert set(hub.held) == ids(laptops[0])
    with laptops[0].store.reading() as c:
        assert c.execute(select(func.count()).select_from(schema.envelopes)).scalar_one() == len(hub.held)
    before = [(shown(laptop.store), ids(laptop)) for laptop in laptops]
    for laptop in laptops:
        assert [(each.received, each.sent) for each in meet(laptop, Twice(hub, rng))] == [(0, 0)]
    assert [(shown(laptop.store), ids(laptop)) for laptop in laptops] == before
