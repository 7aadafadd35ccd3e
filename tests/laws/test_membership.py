"""Membership: what is promised of seats, cuts and keys, on random and on told histories of real envelopes."""

import pytest

from comity.log import ring
from comity.log.acts import Admit, Erase, Institute, Member, Rekey, Renew, Revoke, Role, act_of, second_seat
from comity.log.envelope import Envelope, Slot, clear, opened
from comity.log.verdict import CUT, IN, LINK_NOT_HERE, ROLE, SEAT_NOT_HERE, Status
from laws.chains import standing
from laws.worlds import RECORDS, Replica, World, histories, state


@pytest.fixture
def world() -> World:
    return World(0)


def judged(world: World, *more: Envelope) -> dict[bytes, object]:
    return {**state(world, [*world.all.values(), *more])["verdicts"]}


def root_acts(world: World, act: Revoke | Admit) -> Envelope:
    replica = Replica("paper", "UK", world.root)
    replica.take(world.all.values())
    return world.sign(replica, world.root, world.group, act)


# -- any history
@histories
def test_status_is_a_function_of_the_set(seed: int) -> None:
    world = World(seed).steps(60)
    some = world.rng.sample(list(world.all.values()), len(world.all) * 3 // 4)
    arriving = Replica("late", "UK", world.root)
    for envelope in some:
        arriving.take([envelope])
        arriving.standing(world.group)
    assert state(world, arriving.envelopes.values()) == state(world, reversed(some))


@histories
def test_a_cut_holds(seed: int) -> None:
    world = World(seed).steps(50)
    everywhere = world.replicas["uk1"]
    everywhere.take(world.all.values())
    victim = world.rng.choice([each for each in world.replicas.values() if each.name != "uk1"])
    world.stolen[victim.name] = set()
    act = world.revoke(everywhere, victim.device)
    before = state(world, world.all.values())
    assert before["verdicts"][act.id] == IN
    assert victim.device not in before["devices"]
    kept = dict(before["verdicts"])
    for _ in range(4):
        world.attack(victim)
    after = state(world, world.all.values())
    assert after["records"] == before["records"]
    assert after["devices"] == before["devices"]
    assert after["revokes"] == before["revokes"]
    assert {id: after["verdicts"][id] for id in kept} == kept
    assert not any(after["verdicts"][id] == IN for id in after["verdicts"].keys() - kept.keys())


@histories
def test_the_root_stands(seed: int) -> None:
    world = World(seed).steps(60)
    every = state(world, world.all.values())
    assert world.root.public.sign in every["devices"]
    away = [device for device in every["devices"] if device != world.root.public.sign]
    out = root_acts(world, Revoke(1, tuple(away), {}))
    alone = state(world, [*world.all.values(), out])
    assert set(alone["devices"]) == {world.root.public.sign}
    back = world.replicas["us1"]
    home = root_acts(world, Admit(1, world.member(back), "US", Role.CHAIR, (out.dot, *every["revokes"])))
    assert set(state(world, world.all.values())["devices"]) == {world.root.public.sign, back.device}
    assert judged(world)[home.id] == IN


@histories
def test_every_member_gets_every_key(seed: int) -> None:
    world = World(seed).steps(50)
    for _ in range(3):
        world.meet()
        for replica in world.live():
            told = {each.device: ring.lacking(each.acts(), each.keys()) for each in world.replicas.values()}
            world.share(replica, told)
    world.meet()
    everything = world.replicas["uk1"]
    verdicts = state(world, everything.envelopes.values())["verdicts"]
    written = [everything.envelopes[id] for id in world.content if id in everything.envelopes]
    made = set().union(*(each.keys() for each in world.replicas.values()))  # a restore may have lost a rekey for good
    used = {envelope.key for envelope in written if verdicts[envelope.id].status is Status.IN} & made
    members = [each for each in world.replicas.values() if each.standing(world.group).stands(each.seat)]
    assert len(members) > 1
    for member in members:
        if member.name not in world.stolen:
            assert used <= set(member.keys()), member.name


# -- told histories
def test_every_cut_must_hold(world: World) -> None:
    uk1, uk2, us2 = world.replicas["uk1"], world.replicas["uk2"], world.replicas["us2"]
    us1 = world.replicas["us1"]
    first = world.commit(us2, RECORDS[0], {"a": 1})
    us1.take([first])
    second = world.commit(us2, RECORDS[0], {"a": 2})
    uk1.take([first, second])
    short, long = world.revoke(us1, us2.device), world.revoke(uk1, us2.device)
    verdicts = judged(world)
    assert (verdicts[short.id], verdicts[long.id]) == (IN, IN)
    assert (verdicts[first.id], verdicts[second.id]) == (IN, CUT)
    assert uk2.standing(world.group).stands(us2.seat)  # not told yet


def test_a_cut_keeps_every_branch_of_a_fork(world: World) -> None:
    us2, uk1 = world.replicas["us2"], world.replicas["uk1"]
    old = list(us2.envelopes)
    left = world.commit(us2, RECORDS[0], {"a": 1})
    us2.restore(old)
    right = world.commit(us2, RECORDS[0], {"a": 2})
    uk1.take([left, right])
    world.revoke(uk1, us2.device)
    assert [judged(world)[e.id] for e in (left, right)] == [IN, IN]


def test_before_a_hole_under_a_cut_things_wait(world: World) -> None:
    us2, uk1 = world.replicas["us2"], world.replicas["uk1"]
    first, middle, last = (world.commit(us2, RECORDS[0], {"a": value}) for value in (1, 2, 3))
    uk1.take([first, middle, last])
    world.revoke(uk1, us2.device)
    after = world.commit(us2, RECORDS[0], {"a": 4})
    holey = [e for e in world.all.values() if e.id != middle.id]
    verdicts = state(world, holey)["verdicts"]
    assert [verdicts[e.id] for e in (first, last, after)] == [LINK_NOT_HERE, IN, CUT]


def test_renewed_seat_keeps_its_place(world: World) -> None:
    us1, us2, uk1 = world.replicas["us1"], world.replicas["us2"], world.replicas["uk1"]
    old = us1.seat
    world.renew(us1)
    here = us1.standing(world.group)
    assert here.seats[us1.seat].place == here.seats[old].place
    assert (here.seats[us1.seat].role, here.seats[us1.seat].institute) == (Role.CHAIR, "US")
    act = world.revoke(us1, us2.device)  # admitted by the old chain, revoked from the new one
    assert us2.device not in state(world, world.all.values())["devices"]
    uk1.take(world.all.values())
    world.revoke(uk1, us1.device, keep=lambda link: link.seat == old)
    verdicts = judged(world)
    assert us1.device not in state(world, world.all.values())["devices"]
    assert verdicts[act.id] == CUT or verdicts[act.id].status is Status.VOID


def test_readmission_is_by_the_revokers_place(world: World) -> None:
    uk1, us1, us2 = world.replicas["uk1"], world.replicas["us1"], world.replicas["us2"]
    out = world.revoke(uk1, us2.device)
    us1.take(world.all.values())
    world.admit(us1, us2, Role.EDITOR, (out.dot,))
    assert us2.device not in state(world, world.all.values())["devices"]  # from below the revoker
    world.admit(uk1, us2, Role.EDITOR)
    assert us2.device not in state(world, world.all.values())["devices"]  # without naming the revoke
    world.admit(uk1, us2, Role.EDITOR, (out.dot,))
    assert us2.device in state(world, world.all.values())["devices"]
    world.renew(us2)
    assert us2.standing(world.group).stands(us2.seat)
    uk1.take(world.all.values())
    world.revoke(uk1, us2.device)
    assert us2.device not in state(world, world.all.values())["devices"]


def test_revoked_seat_cannot_take_over(world: World) -> None:
    uk1, us1 = world.replicas["uk1"], world.replicas["us1"]
    world.revoke(uk1, us1.device)
    new = Member(world.pair().public, us1.device)
    slot = Slot(world.group, us1.seat, 1, 2**48)
    for act in (
        Renew(1),
        Revoke(1, (uk1.device, world.root.public.sign), {}),
        Admit(1, new, "US", Role.CHAIR),
        Institute(1, new.keys, new, "ZZ", Role.CHAIR),
        Rekey(1, bytes(16), (), (), b"", {}),
        Erase(1, tuple(id[:16] for id in world.content)),
    ):
        before = state(world, world.all.values())
        forged = clear(slot, act.encode(), us1.pair.secret)
        after = state(world, [*world.all.values(), forged])
        assert after["verdicts"].pop(forged.id) == CUT
        assert after == before


def test_nobody_revokes_above_beside_or_itself(world: World) -> None:
    uk1, uk2 = world.replicas["uk1"], world.replicas["uk2"]
    us1, sg1 = world.replicas["us1"], world.replicas["sg1"]
    for by, whom in ((uk2, uk1), (us1, sg1), (us1, us1), (uk1, uk1)):
        world.act(by, Revoke(1, (whom.device,), {}))
    assert {uk1.device, sg1.device, us1.device} <= set(state(world, world.all.values())["devices"])


def test_reader_cannot_write(world: World) -> None:
    us3, us2 = world.replicas["us3"], world.replicas["us2"]
    written = world.commit(us3, RECORDS[0], {"a": 666})
    acts = [
        world.act(us3, Admit(1, world.member(us2), "US", Role.READER)),
        world.act(us3, Erase(1, (written.dot,))),
        world.act(us2, Admit(1, world.member(us3), "US", Role.EDITOR)),  # an editor admits nobody
    ]
    assert [judged(world)[e.id] for e in (written, *acts)] == [ROLE] * 4
    assert state(world, world.all.values())["records"][RECORDS[0]].shown["a"] == 0


def test_an_admin_admits_its_own_institute_up_to_its_role(world: World) -> None:
    uk2, us2 = world.replicas["uk2"], world.replicas["us2"]
    fine = world.act(uk2, Admit(1, world.member(us2), "UK", Role.ADMIN))
    foreign = world.act(uk2, Admit(1, world.member(us2), "US", Role.READER))
    higher = world.act(uk2, Admit(1, world.member(us2), "UK", Role.CHAIR))
    assert [judged(world)[e.id] for e in (fine, foreign, higher)] == [IN, ROLE, ROLE]


def test_an_erase_counts_from_the_authors_device_or_from_above(world: World) -> None:
    us1, us2, uk2 = world.replicas["us1"], world.replicas["us2"], world.replicas["uk2"]
    commit = world.commit(us2, RECORDS[0], {"a": 1})
    world.act(uk2, Erase(1, (commit.dot,)))
    assert judged(world)[commit.id] == IN
    world.act(us1, Erase(1, (commit.dot,)))
    assert judged(world)[commit.id].reason == "erased"


def test_what_hangs_below_waits_for_its_seat(world: World) -> None:
    us1, us2 = world.replicas["us1"], world.replicas["us2"]
    admit = next(e for e in world.all.values() if e.dot == us2.seat)
    commit = world.commit(us2, RECORDS[0], {"a": 1})
    without = [e for e in world.all.values() if e.id != admit.id]
    assert state(world, without)["verdicts"][commit.id] == SEAT_NOT_HERE
    assert us1.seat == second_seat(next(e for e in world.all.values() if second_seat(e.dot) == us1.seat).dot)


def test_nobody_founds_a_group_again(world: World) -> None:
    thief = World(1)
    found = next(iter(thief.all.values()))
    assert found.body is not None
    forged = [
        clear(Slot(world.group, seat, 1, 1), found.body, thief.root.secret) for seat in (world.group, thief.group)
    ]
    again = standing(world.group, [*forged, *world.all.values()])
    assert again.seats.keys() == standing(world.group, world.all.values()).seats.keys()


def test_a_key_is_used_only_by_who_knows_every_revoke(world: World) -> None:
    uk1, us1, us2 = world.replicas["uk1"], world.replicas["us1"], world.replicas["us2"]
    assert ring.writing_key(us1.standing(world.group), us1.keys()) is not None
    world.revoke(uk1, us2.device)
    rekey = next(e for e in uk1.envelopes.values() if e.id not in us1.envelopes and isinstance(act_of(e), Rekey))
    (key,) = uk1.keys().keys() - us1.keys().keys()
    us1.take([rekey])  # the new key, without the revoke that it names
    assert key in set(us1.keys())
    assert ring.writing_key(us1.standing(world.group), us1.keys()) != key
    assert key not in ring.to_hand_on(us1.standing(world.group), us1.acts(), us1.keys())
    us1.take(uk1.envelopes.values())
    assert ring.writing_key(us1.standing(world.group), us1.keys()) == key
    us2.take(uk1.envelopes.values())
    assert key not in set(us2.keys())


def test_a_commit_opens_for_who_holds_its_key(world: World) -> None:
    commit = world.commit(world.replicas["us2"], RECORDS[0], {"a": 1})
    assert opened(commit, world.replicas["sg1"].keys()[commit.key])
