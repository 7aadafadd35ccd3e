"""Revokes keep what is held, every end of it, and always fit."""

from comity.log.body import CARRIED_LIMIT
from comity.log.envelope import NO_PREV, Type
from comity.log.revoking import DEVICES, ENDS, revokes
from comity.log.standing import Place, Public, Role, Seat, Standing
from comity.log.verdict import Judgeable
from log.test_standing import Row, name


def seats(*devices: bytes) -> Standing:
    standing = Standing()
    for number, device in enumerate(devices):
        seat = number.to_bytes(16, "big")
        standing.seats[seat] = Seat(seat, Place(seat), Public(device, device), b"", "UK", Role.EDITOR)
    return standing


def row(number: int, prev: bytes = NO_PREV, seq: int = 1) -> Row:
    return Row(number.to_bytes(32, "big"), Type.COMMIT, bytes(16), seq, 1, prev)


def chain_of(*rows: Row) -> dict[bytes, Judgeable]:
    return {each.id: each for each in rows}


def test_a_cut_names_every_end_of_what_is_held() -> None:
    first = row(1)
    left, right, stray = row(2, first.id, 2), row(3, first.id, 2), row(9, bytes([8]) * 32, 7)
    chain = chain_of(first, left, right, stray)
    (act,) = revokes(seats(name("a"), name("b")), [name("a")], lambda seat: chain, 1)
    assert act.devices == (name("a"),)
    assert {seat: set(ends) for seat, ends in act.cuts.items()} == {bytes(16): {left.id, right.id, stray.id}}


def test_a_dated_theft_cuts_earlier() -> None:
    first = row(1)
    second = row(2, first.id, 2)
    (act,) = revokes(seats(name("a")), [name("a")], lambda seat: chain_of(first, second), 1, lambda link: link.seq < 2)
    assert act.cuts == {bytes(16): (first.id,)}


def test_a_seat_without_envelopes_is_not_listed() -> None:
    (act,) = revokes(seats(name("a")), [name("a")], lambda seat: {}, 1)
    assert act.cuts == {}


def test_a_revoke_never_fails_for_lack_of_room() -> None:
    forks = chain_of(*(row(number, NO_PREV, number + 1) for number in range(2 * ENDS)))
    devices = [name(str(number)) for number in range(DEVICES + 5)]
    acts = list(revokes(seats(*devices), devices, lambda seat: forks if seat == bytes(16) else {}, 1))
    assert [device for act in acts for device in act.devices] == devices
    assert all(len(act.encode()) < CARRIED_LIMIT for act in acts)
    assert (2 * ENDS - 1).to_bytes(32, "big") in acts[0].cuts[bytes(16)]
