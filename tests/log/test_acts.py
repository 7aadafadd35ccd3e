"""Acts as bytes, the seats they open, and what is refused."""

import pytest

from comity.log.acts import (
    Admit,
    AnyAct,
    Erase,
    Found,
    Institute,
    Member,
    Public,
    Rekey,
    Renew,
    Revoke,
    Role,
    Share,
    decode,
    group_id,
    seated,
    second_seat,
)
from comity.log.body import Malformed, unpack
from comity.log.envelope import NO_PREV, Envelope, Slot, clear
from comity.log.keys import Pair

DOT, KEY = bytes([1]) * 16, bytes([2]) * 32
PAIR = Pair(KEY, KEY)
DEVICE = Member(PAIR.public, KEY)
SALT = bytes(16)
FOUND = Found(1, SALT, PAIR.public, DEVICE, "UK-AISI")
GROUP = group_id(FOUND)
ACTS: list[AnyAct] = [
    FOUND,
    Admit(2, DEVICE, "UK-AISI", Role.READER, (DOT,)),
    Institute(3, Public(KEY, KEY), DEVICE, "US-CAISI", Role.CHAIR),
    Renew(4),
    Revoke(5, (KEY,), {DOT: (KEY, bytes(32))}),
    Rekey(6, DOT, (DOT,), (), b"ring", {KEY: b"box"}),
    Share(7, (DOT,), {KEY: b"box"}),
    Erase(8, (DOT,)),
]


def signed(act: AnyAct, seat: bytes = GROUP) -> Envelope:
    return clear(Slot(GROUP, seat, 1, 1, NO_PREV), act.encode(), PAIR.secret)


@pytest.mark.parametrize("act", ACTS, ids=lambda act: type(act).__name__)
def test_what_was_written_is_read(act: AnyAct) -> None:
    assert decode(unpack(act.encode())) == act


def test_acts_have_the_bytes_of_version_1() -> None:
    assert Renew(4).encode().hex() == "92a572656e657704"
    assert Erase(8, (DOT,)).encode().hex() == "93a565726173650891c410" + "01" * 16
    old = bytes.fromhex(
        "28b52ffd2093650300240696a561646d6974019292c4208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5cc4"
        "20ce8d3ad1ccb633ec7b70c17814a5c76ecd029685050d344745ba05870e587d59a855532d4341495349a6656469746f7291c410060200f0"
        "8e9dc30966"
    )
    admit = decode(unpack(old))
    assert isinstance(admit, Admit)
    assert (admit.institute, admit.role, admit.names) == ("US-CAISI", Role.EDITOR, (bytes([6]) * 16,))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\x90",
        b"\x92\xa5usurp\x01",
        b"\x91\xa5renew",
        b"\x92\xa5renew\xff",
        b"\x93\xa5erase\x08\x90",
        b"\x91" * 50_000,
    ],
)
def test_a_hostile_act_is_malformed_and_nothing_else(data: bytes) -> None:
    with pytest.raises(Malformed):
        decode(data)


def test_no_act_holds_a_word_of_a_person() -> None:
    texts = {name for act in ACTS for name, kind in type(act).__annotations__.items() if "str" in str(kind)}
    assert texts == {"institute"}


def test_acts_open_seats_for_their_devices() -> None:
    found = signed(ACTS[0])
    assert seated(found, ACTS[0], {}) == {GROUP: PAIR.public.sign, second_seat(found.dot): DEVICE.keys.sign}
    admit, institute, renew = signed(ACTS[1]), signed(ACTS[2]), signed(ACTS[3])
    assert seated(admit, ACTS[1], {}) == {admit.dot: DEVICE.keys.sign}
    assert seated(institute, ACTS[2], {}) == {institute.dot: KEY, second_seat(institute.dot): DEVICE.keys.sign}
    assert seated(renew, ACTS[3], {GROUP: KEY}) == {renew.dot: KEY}
    assert seated(renew, ACTS[3], {}) == {}
    assert seated(signed(ACTS[0], DOT), ACTS[0], {}) == {}  # a found of another root opens nothing


def test_roles_are_ordered() -> None:
    assert [role.rank for role in (Role.READER, Role.EDITOR, Role.ADMIN, Role.CHAIR)] == [0, 1, 2, 3]
