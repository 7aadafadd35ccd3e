"""What a hub takes in, and how it tells what it holds."""

import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.hub import pushing, service
from comity.hub.ledger.database import Ledger
from comity.hub.limits import Limits
from comity.hub.pushing import Room
from comity.log.acts import Admit, Revoke, Role
from comity.log.envelope import Envelope, clear, decode
from comity.log.receipt import Signed, sound
from comity.sync import wire
from comity.sync.verify import Checked, check
from hub.stage import Circle, Device, Line, Refused
from laws.chains import vector

Invited = Callable[[httpx.Client, Device], Line]


@pytest.fixture
def uk(rng: random.Random) -> Device:
    return Device("UK-AISI", rng)


@pytest.fixture
def us(rng: random.Random) -> Device:
    return Device("US-CAISI", rng)


@pytest.fixture
def circle(uk: Device, us: Device, rng: random.Random) -> Circle:
    made = Circle(uk, rng)
    made.admit(uk, us)
    made.rekey(uk)
    return made


def held(line: Line, circle: Circle) -> set[Envelope]:
    page = line.pull(wire.Pull(circle.id, dict.fromkeys(line.look()[circle.id].tips, 0)))  # type: ignore[union-attr]
    assert not page.more
    return {decode(each) for each in page.envelopes}


def test_what_one_device_brings_another_fetches(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device
) -> None:
    for number in range(3):
        circle.commit(us, f"word {number}")
    line = invited(hub, uk)
    assert line.push(circle.push()) == wire.Pushed(len(circle.log))
    other = Line(hub, us).open()
    assert held(other, circle) == set(circle.log)
    (state,) = other.look().values()
    assert state is not None
    assert state == wire.State(vector(circle.log))
    assert other.look({circle.id: state.mark}) == {circle.id: None}


def test_repeating_changes_nothing(hub: httpx.Client, invited: Invited, circle: Circle, uk: Device) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    before = line.look()
    assert line.push(circle.push()) == wire.Pushed(0)
    assert line.look() == before


def test_any_order_that_opens_seats_first_gives_the_same(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    commits = [circle.commit(us) for _ in range(6)]
    fork = circle.commit(us, slot=circle.slot(us.seat)._replace(seq=commits[2].seq, prev=commits[1].id))
    line = invited(hub, uk)
    line.push(circle.push(*[each for each in circle.log if each not in [*commits, fork]]))
    parts = [*commits, fork]
    rng.shuffle(parts)
    for part in parts:
        line.push(circle.push(part))
    (state,) = line.look().values()
    assert state is not None
    assert state.tips == vector(circle.log)
    assert state.knots == {us.seat: wire.knot(each.id for each in parts)}
    assert held(line, circle) == set(circle.log)


def test_a_chain_that_only_counts_like_a_line_has_a_knot(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    first = circle.commit(us)
    third = circle.commit(us, slot=circle.slot(us.seat)._replace(seq=3, prev=first.id))
    second = circle.commit(us, slot=circle.slot(us.seat)._replace(seq=2, prev=first.id))
    line.push(circle.push(first, third, second))
    state = line.look()[circle.id]
    assert state is not None
    assert state.tips[us.seat].regular
    assert state.knots == {us.seat: wire.knot([first.id, second.id, third.id])}


def test_what_is_not_signed_by_its_seat_is_refused_by_name(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    line = invited(hub, uk)
    stranger = Device("ZZ", rng)
    stranger.seat = rng.randbytes(16)
    line.push(circle.push())
    good, unseated = circle.commit(us), circle.commit(stranger)
    forged = circle.commit(us)
    other = Circle(us, rng)
    given = [good.encode(), forged.encode()[:136] + bytes(64) + (forged.body or b""), unseated.encode()]
    given += [other.log[0].encode(), b"no envelope".ljust(300)]
    pushed = line.push(wire.Push(circle.id, tuple(given)))
    assert pushed.fresh == 1
    assert pushed.refused == (
        (forged.id, "signature"),
        (unseated.id, "seat"),
        (other.log[0].id, "malformed"),
        (b"", "malformed"),
    )


def test_a_group_is_brought_by_who_was_invited_only(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    invited(hub, uk).push(circle.push())
    member = Line(hub, us).open()
    own = Circle(us, rng)
    with pytest.raises(Refused, match="no_group"):
        member.push(own.push())
    assert own.id not in member.look()
    assert invited(hub, us).push(own.push()).fresh == 2


def test_a_device_brings_its_own_admission(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, rng: random.Random
) -> None:
    invited(hub, uk).push(circle.push())
    new = Device("SG-AISI", rng)
    line = invited(hub, new)
    with pytest.raises(Refused, match="no_group"):
        line.push(circle.push())
    circle.admit(uk, new)
    assert line.push(circle.push()).fresh == 1
    assert [*line.look()] == [circle.id]


def test_a_recovery_key_opens_a_session_and_seats_a_new_device(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    invited(hub, uk).push(circle.push())
    lost = Device("US-CAISI", rng)
    lost.keys = us.keys
    found = type("Paper", (), {"id": us.recovery.public.sign, "keys": us.keys})()
    line = Line(hub, found).open(seed=us.recovery.seed)
    assert held(line, circle) == set(circle.log)


def test_a_revoked_device_is_let_go_and_its_work_is_carried_on(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    theirs = Line(hub, us).open()
    late = circle.commit(us)
    circle.log.remove(late)
    circle.revoke(uk, us)
    line.push(circle.push())
    assert theirs.look() == {}
    with pytest.raises(Refused, match="no_group"):
        theirs.push(circle.push(late))
    with pytest.raises(Refused, match="no_group"):
        theirs.push(circle.push())
    with pytest.raises(Refused, match="not_admitted"):
        Line(hub, us).open()
    assert line.push(circle.push(late)).fresh == 1
    assert late in held(line, circle)


def test_the_carrier_does_not_speak_for_another_device(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    invited(hub, uk).push(circle.push())
    thief = Device("US-CAISI", rng)
    thief.keys = type(us.keys)(us.keys.pair, us.keys.store, rng.randbytes(32))
    with pytest.raises(Refused, match="not_admitted"):
        Line(hub, thief).open()


def test_erased_is_gone(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, database: str
) -> None:
    line = invited(hub, uk)
    gone, foreign = circle.commit(us, "a person"), circle.commit(uk, "theirs")
    line.push(circle.push())
    size = sum(len(each.encode()) for each in circle.log)
    circle.erase(us, gone, foreign)  # not above the UK: that one stays
    line.push(circle.push())
    kept = {each.id: each.body is not None for each in held(line, circle)}
    assert (kept[gone.id], kept[foreign.id]) == (False, True)
    assert line.push(circle.push(gone)).fresh == 1
    assert held(line, circle) == {each.strip() if each == gone else each for each in circle.log}
    links = line.ask("links", wire.Links(circle.id, us.seat), wire.Chain).links
    assert [link.whole for link in links if link.id == gone.id] == [False]
    text = line.client.get("/metrics").text
    assert size + len(circle.log[-1].encode()) - gone.length == _number(text, "comity_hub_ledger_bytes")


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_no_file_keeps_what_was_erased(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, ledger: Ledger, tmp_path: Path
) -> None:
    line = invited(hub, uk)
    gone = circle.commit(uk, circle.rng.randbytes(500).hex())
    line.push(circle.push())
    circle.erase(uk, gone)
    line.push(circle.push())
    ledger.tidy()
    assert gone.body is not None
    kept = b"".join(path.read_bytes() for path in tmp_path.glob("hub.db*"))
    assert gone.id in kept
    for start in range(0, len(gone.body) - 64, 64):
        assert gone.body[start : start + 64] not in kept


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_the_room_of_what_was_erased_is_given_free(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, ledger: Ledger
) -> None:
    line = invited(hub, uk)
    gone = circle.commit(uk, circle.rng.randbytes(500).hex())
    line.push(circle.push())
    circle.erase(uk, gone)
    line.push(circle.push())
    for _ in range(50):
        line.push(circle.push())  # a server tells its counts when it is asked for something more
        with ledger.reading() as connection:  # the server counts what died a while later
            ((dead,),) = connection.all("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = 'envelope'::regclass")
        if dead:
            break
        time.sleep(0.2)
    assert dead
    ledger.tidy()
    with ledger.reading() as connection:
        ((free,),) = connection.all(
            "SELECT pg_relation_size(reltoastrelid) FROM pg_class WHERE oid = 'envelope'::regclass"
        )
        ((dead,),) = connection.all("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = 'envelope'::regclass")
    assert (dead, free) == (0, 0)


def _number(text: str, name: str) -> float:
    return float(next(line.split()[-1] for line in text.splitlines() if line.startswith(f"{name} ")))


def test_a_body_that_was_lacking_is_taken(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device
) -> None:
    commit = circle.commit(us)
    line = invited(hub, uk)
    line.push(circle.push(*[each.strip() if each == commit else each for each in circle.log]))
    assert commit not in held(line, circle)
    assert line.push(circle.push(commit)).fresh == 1
    assert commit in held(line, circle)


def test_pages_are_small_and_say_that_more_follows(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device
) -> None:
    line = invited(hub, uk)
    big = [circle.commit(us, circle.rng.randbytes(90_000).hex()) for _ in range(14)]
    line.push(circle.push(*[each for each in circle.log if each not in big]))
    for each in big:
        line.push(circle.push(each))
    page = line.pull(wire.Pull(circle.id, {us.seat: 0}))
    assert page.more
    assert sum(map(len, page.envelopes)) <= wire.PAGE_BYTES
    rest = line.pull(wire.Pull(circle.id, {us.seat: len(page.envelopes)}))
    assert [*page.envelopes, *rest.envelopes] == [each.encode() for each in big]
    some = line.pull(wire.Pull(circle.id, ids=(big[3].id, big[1].id, b"?" * 32)))
    assert {*some.envelopes} == {big[3].encode(), big[1].encode()}
    acts = line.pull(wire.Pull(circle.id, {us.seat: 0, uk.seat: 0}, types=(2,)))
    assert {*acts.envelopes} == {each.encode() for each in circle.log if each.seat == uk.seat}


def test_links_come_in_order_and_in_parts(
    hub: httpx.Client,
    invited: Invited,
    circle: Circle,
    uk: Device,
    us: Device,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    commits = [circle.commit(us) for _ in range(5)]
    line = invited(hub, uk)
    line.push(circle.push())
    monkeypatch.setattr(wire, "CHAIN", 3)
    first = line.ask("links", wire.Links(circle.id, us.seat), wire.Chain)
    second = line.ask("links", wire.Links(circle.id, us.seat, first.links[-1][:2]), wire.Chain)
    assert (first.more, second.more) == (True, False)
    assert [link.id for link in (*first.links, *second.links)] == [each.id for each in commits]


def test_the_newest_receipt_of_each_device_is_kept(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    new, old = circle.receipt(us, 2_000), circle.receipt(us, 1_000)
    forged = Signed.of(Signed.decode(circle.receipt(us, 3_000)).receipt, uk.keys.carrier).encode()
    stranger = circle.receipt(Device("ZZ", rng), 3_000)
    for data in (new, old, forged, stranger, b"x" * 64):
        line.ask("receipts", wire.Swap(circle.id, give=(data,)), wire.Receipts)
    (state,) = line.look().values()
    assert state is not None
    assert state.receipts == {us.id: wire.Order(2_000, len(circle.log))}
    assert line.ask("receipts", wire.Swap(circle.id, want=(uk.id, us.id)), wire.Receipts).receipts == (new,)


def test_a_group_and_an_institute_have_so_much_room(
    hubs: Callable[..., httpx.Client], invited: Invited, circle: Circle, uk: Device, us: Device, rng: random.Random
) -> None:
    size = sum(len(each.encode()) for each in circle.log)
    hub = hubs(Limits(room=Room(group_bytes=size + 1_000, groups=1)))
    line = invited(hub, uk)
    line.push(circle.push())
    with pytest.raises(Refused, match="507 Fault"):
        line.push(Circle(uk, rng).push())
    with pytest.raises(Refused, match="full"):
        line.push(circle.push(circle.commit(us, "x" * 100 + rng.randbytes(1_000).hex())))
    circle.log.pop()
    assert line.push(circle.push(circle.commit(us))).fresh == 1


def test_pushes_into_one_group_wait_for_each_other(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, ledger: Ledger
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    circle.commit(uk)
    with ThreadPoolExecutor(1) as pool:
        with ledger.writing() as connection:
            connection.lock(circle.id)
            pushed = pool.submit(line.push, circle.push())
            with pytest.raises(TimeoutError):
                pushed.result(0.5)
        assert pushed.result(20).fresh == 1


def test_many_seats_are_one_bound(
    hubs: Callable[..., httpx.Client], invited: Invited, circle: Circle, uk: Device
) -> None:
    hub = hubs(Limits(room=Room(seats=5)))
    line = invited(hub, uk)
    line.push(circle.push())
    circle.renew(uk)
    assert line.push(circle.push()).fresh == 1
    circle.renew(uk)
    with pytest.raises(Refused, match="full"):
        line.push(circle.push())


def test_an_institute_that_seats_and_revokes_without_end_holds_nobody_up(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device
) -> None:
    """Each revoke binds each seat; what they say together is no more than what was sent."""
    line = invited(hub, uk)
    line.push(circle.push())
    slot, acts = circle.slot(uk.seat), list[Envelope]()
    for act in [Admit(1, uk.member, uk.institute, Role.CHAIR), Revoke(1, (uk.id,), {})] * 2_000:
        acts.append(clear(slot, act.encode(), uk.keys.pair.secret))
        slot = slot._replace(seq=slot.seq + 1, prev=acts[-1].id)
    for start in range(0, len(acts), wire.PAGE):
        before = time.monotonic()
        assert line.push(circle.push(*acts[start : start + wire.PAGE])).fresh == wire.PAGE
        assert time.monotonic() - before < 4


def test_while_signatures_are_verified_others_write_and_what_they_open_counts(
    hub: httpx.Client,
    invited: Invited,
    circle: Circle,
    uk: Device,
    us: Device,
    rng: random.Random,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    new = Device("SG-AISI", rng)
    opens, commit = circle.admit(uk, new), circle.commit(new)

    def slowly(*told: Any) -> Checked:
        monkeypatch.undo()
        found = check(*told)
        assert Line(hub, us).open().push(circle.push(opens)).fresh == 1
        return found

    monkeypatch.setattr(pushing, "check", slowly)
    assert line.push(circle.push(commit)) == wire.Pushed(1)


def test_while_receipts_are_verified_others_write(
    hub: httpx.Client, invited: Invited, circle: Circle, uk: Device, us: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = invited(hub, uk)
    line.push(circle.push())
    mine, theirs = circle.receipt(uk), circle.receipt(us)

    def slowly(*told: Any) -> list[Signed]:
        monkeypatch.undo()
        Line(hub, us).open().ask("receipts", wire.Swap(circle.id, give=(theirs,)), wire.Receipts)
        return sound(*told)

    monkeypatch.setattr(service, "sound", slowly)
    swap = wire.Swap(circle.id, give=(mine,), want=(uk.id, us.id))
    assert set(line.ask("receipts", swap, wire.Receipts).receipts) == {mine, theirs}


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_two_hubs_hold_the_same_whatever_came_first(data: st.DataObject, hub: httpx.Client, invited: Invited) -> None:
    seed = data.draw(st.integers(0, 2**32), label="seed")
    rng = random.Random(seed)
    uk, us = Device("UK-AISI", rng), Device("US-CAISI", rng)
    circle = Circle(uk, rng)
    circle.admit(uk, us, Role.CHAIR)
    for _ in range(rng.randrange(12)):
        rng.choice([circle.commit, circle.renew, circle.rekey])(rng.choice([uk, us]))
    line = invited(hub, uk)
    assert line.push(circle.push(*circle.log[:2])).fresh == 2
    waiting = circle.log[2:]
    for _ in range(len(waiting) + 1):
        rng.shuffle(waiting)
        cut = rng.randrange(1, len(waiting) + 1) if waiting else 0
        line.push(circle.push(*waiting[:cut]))
    line.push(circle.push())
    state = line.look()[circle.id]
    assert state is not None
    assert state.tips == vector(circle.log)
