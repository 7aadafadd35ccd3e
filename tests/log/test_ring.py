"""Keys of a group: who is handed which, and what a rekey vouches for."""

from dataclasses import dataclass, field

import msgspec
import pytest

from comity.log import ring
from comity.log.acts import AnyAct, Public, Rekey, Role, Share
from comity.log.body import CARRIED_LIMIT, key_id
from comity.log.keys import Pair, sealed_to
from comity.log.standing import Place, Rekeyed, Seat, Standing


@dataclass
class Group:
    """Some devices that stand side by side."""

    pairs: list[Pair]
    standing: Standing = field(default_factory=Standing)

    def __post_init__(self) -> None:
        for number, pair in enumerate(self.pairs):
            seat = number.to_bytes(16, "big")
            self.standing.seats[seat] = Seat(seat, Place(seat), pair.public, b"", "UK", Role.EDITOR)

    def counts(self, act: Rekey, gen: int = 1) -> Rekey:
        dot = len(self.standing.rekeys).to_bytes(16, "big")
        self.standing.rekeys.append(Rekeyed(dot, gen, bytes(16), act))
        return act


@pytest.fixture
def group() -> Group:
    return Group([Pair.make() for _ in range(3)])


def test_a_rekey_hands_the_new_key_and_the_ring_to_all_who_stand(group: Group) -> None:
    old = {key_id(bytes([n]) * 32): bytes([n]) * 32 for n in (1, 2)}
    act, key = ring.rekey(group.standing, old, 1)
    assert key_id(key) == act.key
    for pair in group.pairs:
        assert ring.received(act, pair) == {act.key: key, **old}
    assert ring.received(act, Pair.make()) == {}


def test_a_rekey_names_the_revokes_and_cannot_be_told_otherwise(group: Group) -> None:
    act, key = ring.rekey(group.standing, {}, 1)
    retold = msgspec.structs.replace(act, names=(bytes([9]) * 16,))
    assert ring.received(retold, group.pairs[0]) == {}
    group.counts(retold)
    assert ring.writing_key(group.standing, {act.key: key}) is None
    assert ring.to_hand_on(group.standing, [retold], {act.key: key}) == {}
    group.counts(act)
    assert ring.writing_key(group.standing, {act.key: key}) == act.key


def test_of_several_keys_the_highest_is_written_under(group: Group) -> None:
    (first, one), (second, two) = (ring.rekey(group.standing, {}, 1) for _ in range(2))
    group.counts(first, gen=9)
    group.counts(second, gen=3)
    held = {first.key: one, second.key: two}
    assert ring.writing_key(group.standing, held) == first.key
    assert ring.writing_key(group.standing, {second.key: two}) == second.key
    assert ring.writing_key(group.standing, {}) is None


def test_a_box_with_another_key_hands_over_nothing(group: Group) -> None:
    act, _ = ring.rekey(group.standing, {}, 1)
    pair = group.pairs[0]
    other = sealed_to(pair.public.box, bytes(32))
    assert ring.received(msgspec.structs.replace(act, boxes={pair.public.sign: other}), pair) == {}
    assert ring.received(Share(1, (act.key,), {pair.public.sign: other}), pair) == {}
    assert ring.received(Share(1, (act.key,), {pair.public.sign: b"nonsense"}), pair) == {}


def test_who_lacks_a_key_gets_it_once_and_once_more_on_asking(group: Group) -> None:
    act, key = ring.rekey(group.standing, {}, 1)
    late = Pair.make()
    group = Group([*group.pairs, late])
    acts: list[AnyAct] = [act]
    (share,) = ring.shares(group.standing, acts, {act.key: key}, {}, 1)
    assert list(share.boxes) == [late.public.sign]
    assert ring.received(share, late) == {act.key: key}
    acts.append(share)
    assert list(ring.shares(group.standing, acts, {act.key: key}, {}, 1)) == []
    told = {group.pairs[1].public.sign: [act.key]}  # its box did not open
    (again,) = ring.shares(group.standing, acts, {act.key: key}, told, 1)
    assert ring.received(again, group.pairs[1]) == {act.key: key}
    assert list(ring.shares(group.standing, [*acts, again], {act.key: key}, told, 1)) == []


def test_a_receipt_tells_the_keys_that_do_not_open(group: Group) -> None:
    act, key = ring.rekey(group.standing, {}, 1)
    assert ring.lacking([act], {}) == (act.key,)
    assert ring.lacking([act], {act.key: key}) == ()


def test_what_does_not_fit_one_rekey_goes_by_shares() -> None:
    pair = Pair.make()
    crowd = Group([pair])
    for number in range(2_500):
        seat = bytes([1]) + number.to_bytes(15, "big")
        public = Public(seat + bytes(16), pair.public.box)
        crowd.standing.seats[seat] = Seat(seat, Place(seat), public, b"", "UK", Role.EDITOR)
    old = {key_id(n.to_bytes(32, "big")): n.to_bytes(32, "big") for n in range(3_000)}
    act, key = ring.rekey(crowd.standing, old, 1, [pair.public.sign])
    assert ring.received(act, pair)[act.key] == key
    held = {act.key: key} | dict(list(old.items())[:40])
    acts = [act, *ring.shares(crowd.standing, [act], held, {}, 1)]
    assert all(len(each.encode()) < CARRIED_LIMIT for each in acts)
    given = ring.handed(acts)
    assert all(given[device] >= held.keys() for device in crowd.standing.devices())
