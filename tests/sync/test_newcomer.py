"""A group that this device holds nothing of: it comes in if somebody known let this device in, or by a person's yes."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from comity.home import SPOOL
from comity.log.acts import Admit, Role
from comity.log.keys import Pair
from comity.sync import bundle, sketch
from comity.sync.engine import outlook, sync
from comity.sync.locked import LockedSide
from comity.sync.outcome import Doubt, GroupOutcome, Newcomer
from comity.sync.shelf import Shelf
from comity.sync.spool import take_in
from laws.carriers import Heap
from laws.laptops import Laptop

Three = tuple[bytes, Laptop, Laptop, Laptop]
Way = Callable[[Laptop, Laptop, Path], Callable[..., list[GroupOutcome]]]


def shelf(laptop: Laptop) -> Shelf:
    return Shelf(laptop.store, laptop.at_ms)


def by_bundle(stranger: Laptop, us: Laptop, folder: Path) -> Callable[..., list[GroupOutcome]]:
    bundle.write(shelf(stranger), folder / "b", [us.device])
    return lambda foreseen=False, **more: (
        bundle.outlook(shelf(us), folder / "b") if foreseen else bundle.read(shelf(us), folder / "b", **more)
    )


def by_hub(stranger: Laptop, us: Laptop, folder: Path) -> Callable[..., list[GroupOutcome]]:
    hub = Heap()
    sync(shelf(stranger), hub)
    return lambda foreseen=False, **more: (
        [each for each in outlook(shelf(us), hub) if each.received] if foreseen else sync(shelf(us), hub, **more)
    )


def seat(stranger: Laptop, us: Laptop, rng: random.Random, institute: str = "US-CAISI") -> bytes:
    """A group that a device founds which calls itself a partner, with a seat for `us` that it did not ask for."""
    group = stranger.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    stranger.act(group, Admit(1, us.member, institute, Role.EDITOR))
    with stranger.store.writing() as connection:
        stranger.share(connection, group)
    stranger.create(group, "group", group, name="REAL")
    return group


def stranger_of(folder: Path, rng: random.Random) -> Laptop:
    return Laptop.new(folder / "stranger", "US-CAISI", rng)


@pytest.mark.parametrize("way", [by_bundle, by_hub])
def test_a_strangers_group_comes_in_by_a_yes_alone(way: Way, world: Three, rng: random.Random, tmp_path: Path) -> None:
    _, uk, _, _ = world
    stranger = stranger_of(tmp_path, rng)
    group, before = seat(stranger, uk, rng), uk.envelopes()
    take = way(stranger, uk, tmp_path)
    with pytest.raises(Newcomer, match="founded by US-CAISI with the device") as refused:
        take()
    assert (refused.value.exit_code, refused.value.founder.keys) == (4, stranger.keys.pair.public)
    assert uk.envelopes() == before
    assert (shelf(uk).evidence.receipts(group), shelf(uk).evidence.shown(group, "heap")) == ({}, {})
    asked: list[Doubt] = []

    def agree(doubt: Doubt) -> bool:
        asked.append(doubt)
        return True

    take(allow=agree)
    assert [each.group for each in asked] == [group]
    assert {each.id for each in stranger.envelopes()} <= {each.id for each in uk.envelopes()}
    take()


@pytest.mark.parametrize("way", [by_bundle, by_hub])
def test_an_outlook_says_which_group_somebody_would_be_asked_about(
    way: Way, world: Three, rng: random.Random, tmp_path: Path
) -> None:
    _, uk, *_ = world
    stranger = stranger_of(tmp_path, rng)
    group, before = seat(stranger, uk, rng), uk.envelopes()
    take = way(stranger, uk, tmp_path)
    (seen,) = take(foreseen=True)
    assert (seen.group, uk.envelopes()) == (group, before)
    assert f"the group {group.hex()[:8]} is new here: founded by US-CAISI" in seen.asks
    uk.meets(stranger)
    (after,) = take(foreseen=True)
    assert (after.received, after.asks) == (seen.received, "")
    assert next(each for each in take() if each.group == group).received == seen.received


@pytest.mark.parametrize("way", [by_bundle, by_hub])
def test_a_partner_who_is_known_is_not_asked_about(way: Way, world: Three, rng: random.Random, tmp_path: Path) -> None:
    _, uk, us, _ = world
    by_card = stranger_of(tmp_path, rng)
    uk.meets(by_card)
    for partner in (by_card, us):  # the other sits in a group that both are in
        folder = tmp_path / f"way-{partner.home.name}"
        folder.mkdir()
        group = seat(partner, uk, rng, "UK-AISI")
        way(partner, uk, folder)()
        assert group in shelf(uk).groups()


def test_a_card_of_another_institute_vouches_for_none(world: Three, rng: random.Random, tmp_path: Path) -> None:
    _, uk, *_ = world
    stranger = Laptop.new(tmp_path / "stranger", "SG-AISI", rng)
    uk.meets(stranger)
    stranger.institute = "US-CAISI"  # as it calls itself now
    seat(stranger, uk, rng)
    with pytest.raises(Newcomer):
        by_hub(stranger, uk, tmp_path)()


@pytest.mark.parametrize("way", [by_bundle, by_hub])
def test_the_other_groups_go_on(way: Way, world: Three, rng: random.Random, tmp_path: Path) -> None:
    shared, uk, us, _ = world
    group = seat(us, uk, rng)
    dot = us.create(shared, "note", rng.randbytes(16), text="x")
    with uk.store.writing() as connection:  # uk knows nobody and nothing but the shared group
        connection.exec_driver_sql("DELETE FROM local WHERE name LIKE 'card:%'")
    doubts: list[Doubt] = []
    us.institute = "SG-AISI"
    other = seat(us, uk, rng)
    take = way(us, uk, tmp_path)
    with pytest.raises(Newcomer) as refused:
        take(allow=lambda doubt: bool(doubts.append(doubt)))
    assert [each.group for each in doubts] == [other] == [refused.value.group]
    assert uk.status(dot) == "in"
    assert group in shelf(uk).groups()
    assert other not in shelf(uk).groups()


def test_of_a_group_without_a_seat_nothing_is_kept(world: Three, rng: random.Random, tmp_path: Path) -> None:
    _, uk, us, us2 = world
    group = seat(us, us2, rng)
    hub = Heap()
    sync(shelf(us), hub)
    sync(shelf(uk), hub, allow=lambda doubt: True)
    assert not shelf(uk).holds(group)


def test_what_came_while_locked_is_judged_at_the_unlock(world: Three, rng: random.Random, tmp_path: Path) -> None:
    _, uk, *_ = world
    stranger, hub = stranger_of(tmp_path, rng), Heap()
    group = seat(stranger, uk, rng)
    sync(shelf(stranger), hub)
    sketch.leave(uk.home, uk.store)
    sync(LockedSide(uk.home, uk.device, uk.keys.carrier, uk.at_ms), hub)
    assert (uk.home / SPOOL).exists()
    assert uk.device not in hub.receipts.get(group, {})
    uk.reopen()
    assert take_in(uk.home, uk.store, uk.at_ms) == 0
    assert not shelf(uk).holds(group)
    assert not (uk.home / SPOOL).exists()
    with pytest.raises(Newcomer):
        sync(shelf(uk), hub)
