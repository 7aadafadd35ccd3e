"""What a store shows to others, and what it keeps of them."""

import random
from pathlib import Path

import pytest

from comity.log.envelope import Envelope, decode
from comity.log.keys import Pair
from comity.log.receipt import Receipt, Signed, Tip, tip
from comity.store import exchange, schema
from comity.store.exchange import Reach
from comity.store.token import Token
from laws.chains import vector
from laws.laptops import Laptop, three

RNG = random.Random(20261123)


@pytest.fixture
def uk(tmp_path: Path) -> Laptop:
    return Laptop.new(tmp_path / "uk", "UK-AISI", RNG)


@pytest.fixture
def group(uk: Laptop) -> bytes:
    group = uk.found(Pair.of_recovery(RNG.randbytes(32)), RNG.randbytes(16))
    for number in range(12):
        uk.create(group, "note", RNG.randbytes(16), text=f"note {number}")
    return group


def reaches(laptop: Laptop, group: bytes) -> exchange.Reaches:
    with laptop.store.reading() as c:
        return exchange.reaches(c, group)


def seat_of(laptop: Laptop, group: bytes) -> bytes:
    return max(reaches(laptop, group).items(), key=lambda item: item[1].tip.count)[0]


def test_reaches_are_the_tips_of_what_is_held_remembered_or_not(uk: Laptop, group: bytes) -> None:
    for _ in range(2):
        assert {seat: reach.tip for seat, reach in reaches(uk, group).items()} == vector(uk.envelopes())
        assert {reach.knot for reach in reaches(uk, group).values()} == {exchange.LINE}
        with uk.store.writing() as c:
            exchange.note_reaches(c, group)
        uk.create(group, "note", RNG.randbytes(16), text="one more")
    assert reaches(uk, b"?" * 16) == {}


def test_a_chain_with_a_hole_has_a_knot_until_the_hole_is_filled(uk: Laptop, group: bytes, tmp_path: Path) -> None:
    other = Laptop.new(tmp_path / "us", "US-CAISI", RNG)
    seat, held = seat_of(uk, group), uk.envelopes()
    hole = held[6]
    for part in (held[:3], held[3:6] + held[7:]):
        other.take(part)
        with other.store.writing() as c:
            exchange.note_reaches(c, group)
    holed = reaches(other, group)[seat]
    assert holed == Reach(tip(each for each in held if each.seat == seat and each is not hole), holed.knot)
    assert holed.knot not in (exchange.LINE, reaches(uk, group)[seat].knot)
    other.take([hole])
    assert reaches(other, group) == reaches(uk, group)


def test_a_fork_has_the_same_knot_in_whatever_order_it_came(tmp_path: Path) -> None:
    group, laptops = three(tmp_path, RNG)
    uk, us, us2 = laptops
    copy = uk.copy(tmp_path / "copy")
    uk.create(group, "note", RNG.randbytes(16), text="here")
    one = uk.envelopes()
    uk.restore(copy)
    uk.create(group, "note", RNG.randbytes(16), text="there")
    two = uk.envelopes()
    us.take(one)
    us.take(two)
    us2.take(reversed(two))
    us2.take(reversed(one))
    assert reaches(us, group) == reaches(us2, group)
    assert [reach.knot != exchange.LINE for reach in reaches(us, group).values()].count(True) == 1


def test_what_is_sent_goes_in_the_order_in_which_it_came(uk: Laptop, group: bytes) -> None:
    held = uk.envelopes()
    seat = seat_of(uk, group)
    with uk.store.reading() as c:
        places = exchange.numbers(c, group, {seat: 2, group: 0}, [held[2].id])
        found = [decode(each) for each in exchange.carried(c, places)]
    assert found == [each for each in held if each.seat == group or each.seq > 2 or each is held[2]]
    assert list(places) == sorted(places)


def test_the_token_knows_what_leaves_before_it_does(uk: Laptop, group: bytes, tmp_path: Path) -> None:
    token, seat = Token(tmp_path / "token"), seat_of(uk, group)
    with uk.store.reading() as c:
        places = exchange.numbers(c, group, {seat: 0})
        exchange.leave(c, token, group, places[:4], [seat])
        assert token.read() == {group: (seat, 4, uk.envelopes()[places[3] - 1].id)}
        exchange.leave(c, token, group, places, [b"?" * 16])
    assert token.read()[group][1] == 4


def test_the_token_never_goes_back(uk: Laptop, group: bytes, tmp_path: Path) -> None:
    """Older envelopes are sent again to a further hub, or by a second session; the newest that left stays noted."""
    token, seat = Token(tmp_path / "token"), seat_of(uk, group)
    with uk.store.reading() as c:
        places = exchange.numbers(c, group, {seat: 0})
        for part, last in ((places[:6], 6), (places[:2], 6), (places[:7], 7)):
            exchange.leave(c, token, group, part, [seat])
            assert token.read()[group][1] == last
        token.advance({group: (seat, 99, b"?" * 32)})
        exchange.leave(c, token, group, places, [seat])
    assert token.read()[group][1] == 99


def test_links_tell_ids_and_whether_bodies_are_here(uk: Laptop, group: bytes, tmp_path: Path) -> None:
    other, seat, held = Laptop.new(tmp_path / "us", "US-CAISI", RNG), seat_of(uk, group), uk.envelopes()
    other.take([*held[:5], held[5].strip(), *held[6:]])
    with other.store.reading() as c:
        links = exchange.links(c, seat)
        assert [link.id for link in links if not link.whole] == [held[5].id]


def test_signers_are_those_of_every_seat_an_act_opens(tmp_path: Path) -> None:
    group, (uk, us, us2) = three(tmp_path, RNG)
    with us2.store.reading() as c:
        found = exchange.signers(c, group)
    assert found == {seat.id: seat.device for seat in us2.store.circles.of(group).standing.seats.values()}
    assert {uk.device, us.device, us2.device} <= set(found.values())


def test_what_follows_an_envelope_vouches_for_it(uk: Laptop, group: bytes) -> None:
    chain: list[Envelope] = [each for each in uk.envelopes() if each.seat == seat_of(uk, group)]
    with uk.store.reading() as c:
        assert exchange.followed(c, chain) == {each.id for each in chain[:-1]}


def test_of_each_device_the_newest_receipt_is_kept(uk: Laptop, group: bytes) -> None:
    def signed(at_ms: int, seq: int) -> Signed:
        return Signed.of(Receipt(group, uk.device, at_ms, {group: Tip(seq, bytes(32), seq)}), uk.keys.carrier)

    old, new, fuller = signed(5, 1), signed(6, 1), signed(6, 2)
    with uk.store.writing() as c:
        assert exchange.keep(c, group, [new, old]) == 1
        assert exchange.keep(c, group, [old, new]) == 0
        assert exchange.keep(c, group, [fuller]) == 1
        assert exchange.receipts(c, group) == {uk.device: fuller}
        assert exchange.orders(c, group) == {uk.device: (6, 2)}


def test_asking_again_looks_only_at_what_came_since(uk: Laptop, group: bytes) -> None:
    before = reaches(uk, group)
    with uk.store.writing() as c:
        exchange.note_reaches(c, group)
        c.execute(schema.touches.delete())
        c.execute(schema.envelopes.delete())
        assert exchange.reaches(c, group) == before


def test_what_no_other_place_is_known_to_show_is_counted(tmp_path: Path) -> None:
    group, (uk, us, _) = three(tmp_path, RNG)
    for number in range(5):
        uk.create(group, "note", RNG.randbytes(16), text=f"note {number}")
    held = reaches(uk, group)
    own = {seat.id for seat in uk.store.circles.of(group).standing.seats.values() if seat.device == uk.device}
    whole = sum(held[seat].tip.count for seat in own if seat in held)

    def lonely() -> int:
        with uk.store.reading() as c:
            return exchange.not_elsewhere(c, group, uk.device, own)

    def tips(less: int) -> dict[bytes, Tip]:
        return {
            seat: Tip(tip.seq - less, tip.id, tip.count - less) for seat, (tip, _) in held.items() if tip.count > less
        }

    assert lonely() == whole
    with uk.store.writing() as c:
        exchange.keep(c, group, [Signed.of(Receipt(group, uk.device, 1, tips(0)), uk.keys.carrier)])
    assert lonely() == whole
    with uk.store.writing() as c:
        exchange.note_shown(c, group, "hub", tips(3))
        exchange.note_shown(c, bytes(16), "hub", tips(0))
    assert lonely() == 3
    with uk.store.writing() as c:
        exchange.keep(c, group, [Signed.of(Receipt(group, us.device, 1, tips(0)), us.keys.carrier)])
    assert lonely() == 0
