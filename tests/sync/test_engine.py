"""A session with a carrier: what it asks, takes, gives, refuses and tells."""

import random
from pathlib import Path

import pytest

from comity.errors import IntegrityFailure
from comity.log.acts import Role
from comity.log.commit import RETIRED, Change
from comity.log.envelope import Type, decode
from comity.log.keys import Pair
from comity.log.receipt import Tip
from comity.log.upheaval import Upheaval
from comity.sync.engine import outlook, sync
from comity.sync.outcome import Doubt, GroupOutcome, MassChange, Progress
from comity.sync.shelf import Shelf
from comity.sync.wire import Chain, Links, Look, Looked, Page, Pull, State
from laws.carriers import Beside, Heap
from laws.laptops import Laptop

Three = tuple[bytes, Laptop, Laptop, Laptop]


def shelf(laptop: Laptop) -> Shelf:
    return Shelf(laptop.store, laptop.at_ms)


def meet(laptop: Laptop, hub: Heap) -> GroupOutcome:
    (outcome,) = sync(shelf(laptop), hub)
    return outcome


def ids(laptop: Laptop) -> set[bytes]:
    return {each.id for each in laptop.envelopes()}


def notes(laptop: Laptop, group: bytes, rng: random.Random, count: int) -> list[bytes]:
    return [laptop.create(group, "note", rng.randbytes(16), text=f"note {n}") for n in range(count)]


def test_where_nothing_moved_one_question_is_asked(world: Three, rng: random.Random) -> None:
    group, uk, us, _ = world
    hub = Heap()
    for laptop in (uk, us, uk, us, uk):
        meet(laptop, hub)
    hub.asked = 0
    assert meet(us, hub) == meet(us, hub) == GroupOutcome(group)
    assert hub.asked == 2
    notes(uk, group, rng, 50)
    for laptop in (uk, us, uk):
        meet(laptop, hub)
    hub.asked = 0
    meet(us, hub)
    assert hub.asked == 1


def test_a_fork_that_both_sides_have_costs_nothing(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, _ = world
    copy, hub = uk.copy(tmp_path / "copy"), Heap()
    notes(uk, group, rng, 2)
    meet(uk, hub)
    (uk.home / "token").unlink()
    uk.restore(copy)
    notes(uk, group, rng, 1)
    for laptop in (uk, us, uk, us):
        meet(laptop, hub)
    assert ids(uk) == ids(us) == set(hub.held)
    hub.asked = 0
    assert (meet(uk, hub).received, meet(us, hub).sent, hub.asked) == (0, 0, 2)


def test_a_restored_laptop_hears_its_own_echo_before_it_writes(
    world: Three, rng: random.Random, tmp_path: Path
) -> None:
    group, uk, _, us2 = world
    copy, hub = uk.copy(tmp_path / "copy"), Heap()
    notes(uk, group, rng, 3)
    meet(uk, hub)
    before = ids(uk)
    uk.restore(copy)
    meet(uk, hub)
    assert ids(uk) >= before
    notes(uk, group, rng, 1)
    meet(uk, hub)
    meet(us2, hub)
    assert all(tip.regular for tip in shelf(us2).state(group).tips.values())


def test_a_new_device_starts_from_nothing_and_is_given_the_keys(
    world: Three, rng: random.Random, tmp_path: Path
) -> None:
    group, uk, us, _ = world
    dots, hub = notes(uk, group, rng, 30), Heap()
    meet(uk, hub)
    new = Laptop.new(tmp_path / "us4", "US-CAISI", rng)
    us.share = lambda *_: None  # type: ignore[method-assign]
    us.admit(group, new, Role.EDITOR)
    hub.keep(us.envelopes())
    assert meet(new, hub).received == len(hub.held)
    assert {new.status(dot) for dot in dots} == {"waiting: key not here"}
    assert meet(uk, hub).shared == 1
    meet(new, hub)
    assert {new.status(dot) for dot in dots} == {"in"}


def test_a_key_that_did_not_open_is_handed_over_once_more(world: Three, rng: random.Random) -> None:
    group, uk, _, us2 = world
    hub = Heap()
    meet(us2, hub)
    receipt = shelf(us2).evidence.receipts(group)[us2.device].receipt
    assert receipt.lacking == ()
    assert meet(uk, hub).shared == 0


def test_a_group_of_one_device_reaches_nobody(tmp_path: Path, rng: random.Random) -> None:
    alone, hub = Laptop.new(tmp_path / "uk", "UK-AISI", rng), Heap()
    group = alone.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    notes(alone, group, rng, 2)
    assert sync(shelf(alone), hub) == []
    assert (hub.held, alone.store.writer.token.read()) == ({}, {})
    alone.admit(group, Laptop.new(tmp_path / "uk2", "UK-AISI", rng), Role.EDITOR)
    assert meet(alone, hub).sent == len(hub.held) == len(alone.envelopes())


def test_the_token_is_written_before_anything_leaves(world: Three, rng: random.Random) -> None:
    group, uk, *_ = world
    notes(uk, group, rng, 3)

    class Watched(Heap):
        def push(self, give):  # type: ignore[no-untyped-def]
            written = [decode(data) for data in give.envelopes]
            own = [each for each in written if each.seat in shelf(uk).own(group)]
            assert uk.store.writer.token.read()[group][2] == own[-1].id
            return super().push(give)

    assert meet(uk, Watched()).sent


def test_a_dry_run_tells_and_changes_nothing(world: Three, rng: random.Random) -> None:
    group, uk, us, _ = world
    hub = Heap()
    meet(uk, hub)
    notes(us, group, rng, 4)
    meet(us, hub)
    notes(uk, group, rng, 3)
    before, held = ids(uk), set(hub.held)
    (foreseen,) = outlook(shelf(uk), hub)
    assert (foreseen.received, foreseen.sent) == (4, 3)
    assert (ids(uk), set(hub.held)) == (before, held)
    done = meet(uk, hub)
    assert (done.received, done.sent) == (4, 3)


def test_a_session_may_be_ended_between_any_two_pages(world: Three, rng: random.Random) -> None:
    group, _, us, us2 = world
    hub = Heap(page=3)
    notes(us, group, rng, 10)
    meet(us, hub)
    notes(us2, group, rng, 10)
    for after in range(1, 40):
        seen: list[Progress] = []

        def tell(progress: Progress, seen: list[Progress] = seen, after: int = after) -> None:
            seen.append(progress)
            if len(seen) == after:
                raise KeyboardInterrupt

        try:
            sync(shelf(us2), hub, tell=tell)
        except KeyboardInterrupt:
            continue
        break
    assert after > 2
    meet(us, hub)
    assert ids(us) == ids(us2) == set(hub.held)


def test_more_than_a_fifth_retired_is_asked_about(world: Three, rng: random.Random) -> None:
    group, uk, us, us2 = world
    made = {n: rng.randbytes(16) for n in range(30)}
    for n, id in made.items():
        uk.create(group, "note", id, text=f"note {n}")
    hub = Heap()
    for laptop in (uk, us, us2):
        meet(laptop, hub)
    for id in list(made.values())[:8]:
        heads = {dot for held in us.heads(group, "note", id).values() for dot in held}
        us.write(group, Change("note", id, {RETIRED: True}, tuple(heads)))
    meet(us, hub)
    before, asked = ids(uk), list[Upheaval]()
    with pytest.raises(MassChange, match="retire 8 of 30 records"):
        meet(uk, hub)
    assert ids(uk) == before

    def allow(doubt: Doubt) -> bool:
        assert isinstance(doubt, MassChange)
        asked.append(doubt.upheaval)
        return True

    sync(shelf(uk), hub, allow=allow)
    assert asked == [Upheaval(8, 0)]
    assert ids(uk) == ids(us)


def test_more_than_a_fifth_void_is_asked_about(world: Three, rng: random.Random) -> None:
    group, uk, us, us2 = world
    notes(us, group, rng, 20)
    hub = Heap()
    for laptop in (us, uk, us2):
        meet(laptop, hub)
    uk.revoke(group, us.device, keep=lambda link: link.seq < 5)
    meet(uk, hub)
    before = ids(us2)
    with pytest.raises(MassChange, match="make 18 of"):
        meet(us2, hub)
    assert ids(us2) == before


def test_a_page_is_asked_for_where_the_last_one_ended(world: Three, rng: random.Random) -> None:
    group, uk, us, us2 = world
    hub = Heap(page=10)
    for laptop in (uk, us):
        notes(laptop, group, rng, 45)
        meet(laptop, hub)
    hub.asked = 0
    assert meet(us2, hub).received >= 90
    assert hub.asked <= 2 * 10 + 8


def test_bodies_that_are_not_here_are_asked_for_again(world: Three, rng: random.Random) -> None:
    group, _, us, us2 = world
    (dot,) = notes(us, group, rng, 1)
    hub, bare = Heap(), us.envelopes()[-1]
    meet(us, hub)
    hub.held[bare.id] = bare.strip()
    meet(us2, hub)
    assert us2.status(dot) == "waiting: body not here"
    meet(us2, hub)
    hub.held[bare.id] = bare
    meet(us2, hub)
    assert us2.status(dot) == "in"


class Spoiling(Heap):
    """Flips a bit in the signature of every second envelope that it shows."""

    def pull(self, ask: Pull) -> Page:
        page = super().pull(ask)
        spoilt = [
            data[:150] + bytes([data[150] ^ 4]) + data[151:] if n % 2 else data for n, data in enumerate(page.envelopes)
        ]
        return Page(tuple(spoilt), page.more)


def test_spoilt_signatures_are_counted_and_held_up_by_nothing(world: Three, rng: random.Random) -> None:
    group, _, us, us2 = world
    hub = Spoiling(page=4)
    notes(us, group, rng, 21)
    meet(us, hub)
    outcome = meet(us2, hub)
    assert outcome.bad["signature"] > 0
    assert len(ids(us) - ids(us2)) <= 1
    honest = Heap()
    honest.keep(hub.held.values())
    meet(us2, honest)
    assert ids(us2) == ids(us)


def test_garbage_ends_a_pull_and_stores_nothing(world: Three, rng: random.Random) -> None:
    group, _, us, us2 = world

    class Garbage(Heap):
        def pull(self, ask: Pull) -> Page:
            return Page((bytes(300),), True)

    hub = Garbage()
    notes(us, group, rng, 3)
    meet(us, hub)
    before = ids(us2)
    assert meet(us2, hub).bad["malformed"] > 0
    assert ids(us2) == before


@pytest.mark.parametrize("way", [1, -1])
def test_links_that_do_not_go_on_end_the_session(way: int, world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, *_ = world

    class Circling(Heap):
        def links(self, ask: Links) -> Chain:
            assert self.asked < 100, "it is asked for ever"
            first = super().links(Links(ask.group, ask.seat)).links
            return Chain(first[::way], True)

    copy, hub = uk.copy(tmp_path / "copy"), Circling()
    notes(uk, group, rng, 2)
    meet(uk, hub)
    (uk.home / "token").unlink()
    uk.restore(copy)
    notes(uk, group, rng, 1)
    with pytest.raises(IntegrityFailure, match="no order"):
        meet(uk, hub)


@pytest.mark.parametrize("path", ["ids", "seats", "looks"])
def test_more_that_never_comes_is_not_asked_for_again(path: str, world: Three, rng: random.Random) -> None:
    """Garbage as pages, or the same groups as answers: the session ends, however much more is promised."""
    group, _, us, us2 = world

    class Promising(Heap):
        def look(self, ask: Look) -> Looked:
            return Looked(super().look(ask).groups, path == "looks")

        def pull(self, ask: Pull) -> Page:
            assert self.asked < 100, "it is asked for ever"
            page = super().pull(ask)
            is_spoilt = bool({"ids": ask.ids, "seats": ask.above}.get(path))
            return Page((bytes(300), *page.envelopes[:1]), True) if is_spoilt else page

    hub = Promising(page=3)
    notes(us, group, rng, 3)
    meet(us, hub)
    meet(us2, hub)
    assert hub.asked < 100


def test_groups_without_end_are_not_listened_to(world: Three, rng: random.Random) -> None:
    group, _, us, _ = world

    class Inventing(Heap):
        def look(self, ask: Look) -> Looked:
            self.asked += 1
            return Looked({self.asked.to_bytes(16): State()}, more=True)

    hub = Inventing()
    notes(us, group, rng, 3)
    with pytest.raises(IntegrityFailure, match="more groups than anybody has"):
        meet(us, hub)
    assert hub.asked <= 100


def test_groups_that_are_none_do_not_cost_a_request_each(world: Three, rng: random.Random) -> None:
    group, _, us, us2 = world

    class Inventing(Heap):
        def look(self, ask: Look) -> Looked:
            founder = {each.to_bytes(16): each.to_bytes(16) for each in range(1, 900)}
            made = {each: State({seat: Tip(1, bytes(32), 1)}) for each, seat in founder.items()}
            return Looked(made | super().look(ask).groups)

    hub = Inventing()
    notes(us, group, rng, 3)
    for laptop in (us, us2):
        sync(shelf(laptop), hub)
    assert hub.asked < 300
    assert ids(us) == ids(us2)


def test_two_stores_side_by_side_need_no_hub(world: Three, rng: random.Random) -> None:
    group, uk, us, _ = world
    notes(uk, group, rng, 12)
    notes(us, group, rng, 12)
    sync(shelf(uk), Beside(us))
    assert ids(uk) == ids(us)
    assert shelf(uk).state(group) == shelf(us).state(group)
    assert {each.type for each in us.envelopes()} == {Type.ACT, Type.COMMIT}
