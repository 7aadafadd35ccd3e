"""A locked device still carries: it verifies, keeps and signs for what comes, opens nothing, and takes it in later."""

import os
import random
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from comity.home import SKETCH, SPOOL, STORE
from comity.log.acts import Role
from comity.log.commit import RETIRED, Change
from comity.log.envelope import decode
from comity.log.keys import Pair
from comity.sync import sketch, spool
from comity.sync.carrier import Carrier
from comity.sync.engine import sync
from comity.sync.locked import LockedSide
from comity.sync.outcome import GroupOutcome
from comity.sync.shelf import Shelf
from comity.sync.spool import Spool, take_in
from laws.carriers import Heap
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import running


def meet(laptop: Laptop, carrier: Carrier) -> list[GroupOutcome]:
    return sync(Shelf(laptop.store, laptop.at_ms), carrier)


def lock(laptop: Laptop) -> None:
    sketch.leave(laptop.home, laptop.store)


def carry(laptop: Laptop, carrier: Carrier) -> list[GroupOutcome]:
    return sync(LockedSide(laptop.home, laptop.device, laptop.keys.carrier, laptop.at_ms), carrier)


def unlock(laptop: Laptop) -> int:
    laptop.reopen()
    return take_in(laptop.home, laptop.store, laptop.at_ms)


def received(outcomes: list[GroupOutcome]) -> int:
    return sum(each.received for each in outcomes)


@contextmanager
def lines(folder: Path, *laptops: Laptop) -> Iterator[list[Carrier]]:
    with running(folder) as hub, ExitStack() as stack:
        yield [stack.enter_context(closing(hub.line(laptop, invited=True))) for laptop in laptops]


@pytest.mark.parametrize("seed", range(2))
def test_locked_device_still_carries(seed: int, folder: Path) -> None:
    """Through a hub that asks for the carrier's signature; the store is a file that nobody opens meanwhile."""
    rng = random.Random(seed)
    group, (uk, us, _) = three(folder, rng)
    with lines(folder, uk, us) as (ours, theirs):
        meet(uk, ours)
        meet(us, theirs)
        us.create(group, "note", rng.randbytes(16), text="not sent yet")
        mine = len(us.envelopes())
        lock(us)
        store = (us.home / STORE).read_bytes()
        for number in range(30):
            uk.create(group, "note", rng.randbytes(16), text=f"Qxzelda {number}")
            if number % 10 == 9:
                meet(uk, ours)
                (outcome,) = carry(us, theirs)
                assert (outcome.received, outcome.sent, outcome.bad.total()) == (10, 0, 0)
        late = Laptop.new(folder / "uk2", "UK-AISI", rng)
        uk.admit(group, late, Role.EDITOR)
        late.take(uk.envelopes())
        late.create(group, "note", rng.randbytes(16), text="from a seat that came meanwhile")
        uk.take(late.envelopes())
        meet(uk, ours)
        assert received(carry(us, theirs)) > 1
        assert received(carry(us, theirs)) == 0
        assert (us.home / STORE).read_bytes() == store
        kept = (us.home / SPOOL).read_bytes() + (us.home / SKETCH).read_bytes()
        assert b"Qxzelda" not in kept
        assert us.keys.pair.seed not in kept
        assert us.keys.store not in kept

        held = Shelf(uk.store).state(group).tips
        meet(uk, ours)
        said = Shelf(uk.store).evidence.receipts(group)[us.device].receipt
        assert all(said.tips[seat].seq >= tip.seq for seat, tip in held.items())

        assert unlock(us) == len(us.envelopes()) - mine > 30
        assert not (us.home / SPOOL).exists()
        assert unlock(us) == 0
        meet(us, theirs)
        meet(uk, ours)
    assert not differences(shown(uk.store), shown(us.store))


def test_what_is_claimed_is_held_even_if_the_power_goes(folder: Path) -> None:
    """The receipt lies behind the envelopes that it claims; cut anywhere, no more is claimed than is there."""
    rng = random.Random(3)
    group, (uk, us, _) = three(folder, rng)
    heap = Heap(page=3)
    meet(uk, heap)
    meet(us, heap)
    lock(us)
    for _ in range(5):
        uk.create(group, "note", rng.randbytes(16), text="x")
    meet(uk, heap)
    carry(us, heap)
    whole = (us.home / SPOOL).read_bytes()
    for size in [*range(0, len(whole), 97), len(whole) - 1]:
        (us.home / SPOOL).write_bytes(whole[:size])
        side = LockedSide(us.home, us.device, us.keys.carrier, us.at_ms)
        own = side.receipts(group).get(us.device)
        tips = side.state(group).tips
        assert own is None or all(tips[seat].seq >= tip.seq for seat, tip in own.receipt.tips.items())
    assert received(carry(us, heap)) <= 1
    assert (us.home / SPOOL).read_bytes().startswith(whole[: len(whole) // 2])
    unlock(us)
    assert not differences(shown(uk.store), shown(us.store))


def test_what_comes_is_on_disk_before_it_is_claimed(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    honest, synced = os.fsync, []

    def fsync(handle: int) -> None:
        honest(handle)
        synced.append((os.fstat(handle).st_ino, os.fstat(handle).st_size))

    monkeypatch.setattr(os, "fsync", fsync)
    kept, one = Spool(folder), spool.Entry(1, bytes(16), b"an envelope")
    for place in (folder, folder / SPOOL):  # the name of a new file, then what is in it
        kept.add([one])
        assert synced[-1] == (place.stat().st_ino, place.stat().st_size)


def test_of_an_older_copy_of_the_store_nothing_is_claimed(folder: Path) -> None:
    rng = random.Random(4)
    group, (uk, us, _) = three(folder, rng)
    heap = Heap()
    meet(us, heap)
    old = us.copy(folder / "old")
    us.create(group, "note", rng.randbytes(16), text="lost with the disk")
    meet(us, heap)
    before = heap.receipts[group][us.device]
    lock(us)
    (us.home / STORE).write_bytes((old / STORE).read_bytes())
    uk.create(group, "note", rng.randbytes(16), text="x")
    meet(uk, heap)
    assert received(carry(us, heap)) > 0
    assert heap.receipts[group][us.device] == before


def test_a_spoilt_envelope_is_refused_while_locked_and_once_more_later(folder: Path) -> None:
    rng = random.Random(5)
    group, (uk, us, _) = three(folder, rng)
    heap = Heap()
    meet(uk, heap)
    meet(us, heap)
    lock(us)
    dot = uk.create(group, "note", rng.randbytes(16), text="x")
    meet(uk, heap)
    good = next(each for each in heap.held.values() if each.dot == dot)
    data = bytearray(good.encode())
    data[140] ^= 1
    heap.held[good.id] = decode(bytes(data))
    (outcome,) = carry(us, heap)
    assert (outcome.received, outcome.bad.total()) == (0, 1)
    heap.held[good.id] = good
    assert received(carry(us, heap)) == 1
    spool = us.home / SPOOL
    spool.write_bytes(spool.read_bytes().replace(good.signature, bytes(64)))
    assert unlock(us) == 0  # somebody wrote into the file: that entry and what follows is not there
    meet(us, heap)
    assert us.status(dot) == "in"


def test_what_stays_in_the_spool_is_looked_at_again_once_something_moved(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A change of much waits there until a sync asked: not every command verifies it anew."""
    rng = random.Random(11)
    group, (uk, us, _) = three(folder, rng)
    heap, made = Heap(), [rng.randbytes(16) for _ in range(12)]
    for id in made:
        uk.create(group, "note", id, text="x")
    meet(uk, heap)
    meet(us, heap)
    lock(us)
    for id in made:
        heads = {dot for held in uk.heads(group, "note", id).values() for dot in held}
        uk.write(group, Change("note", id, {RETIRED: True}, tuple(heads)))
    meet(uk, heap)
    assert received(carry(us, heap)) == len(made)
    assert unlock(us) == 0
    looked: list[Path] = []
    monkeypatch.setattr(spool, "Spool", lambda home: (looked.append(home), Spool(home))[1])
    assert take_in(us.home, us.store, us.at_ms) == 0
    assert not looked
    sync(Shelf(us.store, us.at_ms), heap, allow=lambda doubt: True)
    assert take_in(us.home, us.store, us.at_ms) == 0
    assert looked
    assert not (us.home / SPOOL).exists()


def test_a_device_that_lost_its_sketch_fetches_all_and_claims_nothing(folder: Path) -> None:
    rng = random.Random(6)
    group, (uk, us, _) = three(folder, rng)
    heap = Heap()
    meet(uk, heap)
    meet(us, heap)
    heap.receipts.clear()
    lock(us)
    (us.home / SKETCH).unlink()
    assert received(carry(us, heap)) == len(heap.held)
    assert us.device not in heap.receipts[group]
    assert unlock(us) == 0
    assert not differences(shown(uk.store), shown(us.store))


def test_a_group_that_was_joined_while_locked_is_there_after_it(folder: Path) -> None:
    rng = random.Random(7)
    _, (uk, us, _) = three(folder, rng)
    heap = Heap()
    meet(us, heap)
    lock(us)
    other = uk.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    uk.admit(other, us, Role.EDITOR, Pair.of_recovery(rng.randbytes(32)))
    dot = uk.create(other, "note", rng.randbytes(16), text="x")
    meet(uk, heap)
    carry(us, heap)
    unlock(us)
    assert us.status(dot) == "in"
