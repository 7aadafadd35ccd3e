"""The bytes of an envelope, pinned, and what is refused."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.log.acts import Found, Member, act_of, group_id, second_seat
from comity.log.body import CARRIED_LIMIT, Malformed
from comity.log.commit import Change, Commit
from comity.log.envelope import (
    GEN_CAP,
    NO_PREV,
    Envelope,
    Slot,
    Type,
    authentic,
    clear,
    decode,
    next_gen,
    opened,
    sealed,
    vouched,
)
from comity.log.keys import Pair, public_of

PAIR = Pair(bytes([1]) * 32, bytes([2]) * 32)
ROOT = Pair.of_recovery(bytes([9]) * 32)
KEY = bytes([7]) * 32
SLOT = Slot(bytes([3]) * 16, bytes([4]) * 16, 1, 7)
CHANGE = Change("run", bytes([5]) * 16, {"state": "started", "n": 3}, (bytes([6]) * 16,))
COMMIT = Commit(1_800_000_000_000, "Tamsin Oakhollow", "first word", (CHANGE,))
FOUND = Found(
    1_800_000_000_000, bytes([10]) * 16, ROOT.public, Member(PAIR.public, public_of(bytes([11]) * 32)), "UK-AISI"
)
GROUP = group_id(FOUND)

GOLDEN_COMMIT = bytes.fromhex(
    "4359010103030303030303030303030303030303040404040404040404040404040404040000000000000001000000000000000717cdc7bc"
    "a3f2a0bda60c6de5b96f82a300000000000000000000000000000000000000000000000000000000000000000000008c30a5fce8ab123997"
    "fea58fc5c6479efb544d3ee37c969fb8051985a5a56357c930b0ce38bae0040d252caf55efc0015925759e46af1b7a0b652b2a30f6b99d1b"
    "a38707f70b9aedb0d30cad3e7c110971fb0e3e81c4db3aa6c959a750db4a650c080808080808080808080808080808080808080808080808"
    "41efbc3fe863ec45693189da185867e11849c1dfb690396d1918f99e1dc5cc82e0fcae4fbab38f8a1cce1413a05f62506db0edf37b681d8e"
    "e379bae70aae5a85d997637e0f013cd82bae8b6bd64110990732f74f7e1c634f5311f3b721169eb2ce19bafaac094fafce2a79dd8991c130"
    "7b1d17d1"
)
GOLDEN_FOUND = bytes.fromhex(
    "43590102aceb93f8c9675665c856d714ceeb7781aceb93f8c9675665c856d714ceeb77810000000000000001000000000000000100000000"
    "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000d7694685947322353c"
    "42d3ac582eb3823552fcba564e063a53dfebcbc0abe1441dd7a2ad88c3118bbf38bd76e3cbfb0fde525450306005bc6e213dd708759f8da0"
    "6b13b7c93da722acf07ba755d7289ab82382dde681f62997f70b448afb5b000f96a5666f756e64cf000001a3185c5000c4100a0a0a0a0a0a"
    "0a0a0a0a0a0a0a0a0a0a92c4204bda1438a532a68a4c79e634d7508b7a1206b1462ecf8f55112478cc4583ffc9c420c12fb690e8c4264617"
    "86a04c4ed449e09d717dc7483737be25df552ae79da0209292c4208a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b4"
    "0f6f5cc420ce8d3ad1ccb633ec7b70c17814a5c76ecd029685050d344745ba05870e587d59c42066be7e332c7a453332bd9d0a7f7db055f5"
    "c5ef1a06ada66d98b39fb6810c473aa7554b2d41495349"
)


def commit(slot: Slot = SLOT, pair: Pair = PAIR) -> Envelope:
    return sealed(slot, COMMIT.encode(), KEY, pair.secret, lambda size: bytes([8]) * size)


def chain(length: int, start: int = 1, prev: bytes = NO_PREV) -> list[Envelope]:
    made: list[Envelope] = []
    for seq in range(start, start + length):
        made.append(commit(Slot(SLOT.group, SLOT.seat, seq, seq, made[-1].id if made else prev)))
    return made


def test_a_commit_has_the_bytes_of_version_1() -> None:
    envelope = commit()
    assert envelope.encode() == GOLDEN_COMMIT
    assert envelope.id.hex() == "a3687dd28358f583b71336b1a6948db765b8ee57a813e2af5086c8a5ff9109da"
    assert envelope.dot == envelope.id[:16]
    assert Commit.decode(opened(decode(GOLDEN_COMMIT), KEY)) == COMMIT


def test_the_header_is_laid_out_as_written() -> None:
    data = GOLDEN_COMMIT
    assert (data[:2], data[2], data[3]) == (b"CY", 1, Type.COMMIT)
    assert (data[4:20], data[20:36]) == (SLOT.group, SLOT.seat)
    assert [int.from_bytes(data[a:b], "big") for a, b in ((36, 44), (44, 52), (100, 104))] == [1, 7, len(data) - 200]
    assert data[52:68] == hashlib.blake2b(KEY, digest_size=32).digest()[:16]
    assert data[68:100] == NO_PREV
    assert data[104:136] == hashlib.blake2b(data[200:], digest_size=32).digest()
    assert decode(data).id == hashlib.blake2b(data[:136], digest_size=32).digest()


def test_a_found_act_names_its_group_and_seats() -> None:
    envelope = clear(Slot(GROUP, GROUP, 1, 1), FOUND.encode(), PAIR.secret)
    assert GROUP.hex() == "aceb93f8c9675665c856d714ceeb7781"
    assert envelope.id.hex() == "5a02a15390a6c191ee5c4f7d40e3b2b9ff16935b319e25ed1a90e79498e8773e"
    assert second_seat(envelope.dot).hex() == "ec0841becb14cb4ba595dbd81e1377dc"
    assert envelope.encode() == GOLDEN_FOUND
    assert act_of(decode(GOLDEN_FOUND)) == FOUND


def test_a_dropped_body_leaves_200_bytes_that_verify() -> None:
    envelope = decode(commit().strip().encode())
    assert len(envelope.encode()) == 200
    assert authentic(envelope, PAIR.public.sign)
    assert (envelope.id, envelope.body) == (commit().id, None)
    with pytest.raises(Malformed, match="dropped"):
        opened(envelope, KEY)


def test_an_act_is_never_without_its_body() -> None:
    envelope = clear(Slot(GROUP, GROUP, 1, 1), FOUND.encode(), PAIR.secret)
    with pytest.raises(Malformed, match="always has its body"):
        decode(envelope.encode()[:200])


@given(st.integers(0, len(GOLDEN_COMMIT) * 8 - 1))
def test_any_flipped_bit_of_an_envelope_is_detected(bit: int) -> None:
    data = bytearray(GOLDEN_COMMIT)
    data[bit // 8] ^= 1 << bit % 8
    try:
        envelope = decode(bytes(data))
    except Malformed:
        return
    assert not authentic(envelope, PAIR.public.sign)


def test_a_body_opens_under_its_own_header_and_key_only() -> None:
    one, two = commit(), commit(Slot(SLOT.group, SLOT.seat, 1, 8))
    swapped = sealed(SLOT, COMMIT.encode(), bytes(32), PAIR.secret)
    assert opened(two, KEY) == opened(one, KEY)
    for envelope in (swapped, _with_body(two, one.body)):
        with pytest.raises(Malformed, match="does not open"):
            opened(envelope, KEY)


def _with_body(envelope: Envelope, body: bytes | None) -> Envelope:
    return Envelope(**{**{name: getattr(envelope, name) for name in envelope.__struct_fields__}, "body": body})


@pytest.mark.parametrize(
    ("spoil", "word"),
    [
        (lambda data: b"", "at least"),
        (lambda data: data[:199], "at least"),
        (lambda data: b"XX" + data[2:], "not an envelope"),
        (lambda data: data[:2] + b"\x02" + data[3:], "version 2"),
        (lambda data: data[:3] + b"\x03" + data[4:], "sealed commit or a clear act"),
        (lambda data: data[:52] + bytes(16) + data[68:], "sealed commit or a clear act"),
        (lambda data: data[:36] + bytes(8) + data[44:], "numbers"),
        (lambda data: data[:43] + b"\x02" + data[44:], "numbers"),  # second of its seat, and none before it
        (lambda data: data[:44] + b"\xff" * 8 + data[52:], "numbers"),
        (lambda data: data[:100] + bytes(4) + data[104:], "1 byte to 256 KiB"),
        (lambda data: data[:-1], "not the one"),
        (lambda data: data + b"x", "not the one"),
        (lambda data: data + bytes(CARRIED_LIMIT), "larger"),
    ],
)
def test_bytes_that_are_no_envelope_are_refused(spoil: Callable[[bytes], bytes], word: str) -> None:
    with pytest.raises(Malformed, match=word):
        decode(spoil(GOLDEN_COMMIT))


def test_a_gen_stays_at_the_cap() -> None:
    assert [next_gen(highest) for highest in (0, 41, GEN_CAP - 1, GEN_CAP)] == [1, 42, GEN_CAP, GEN_CAP]


def test_one_signature_vouches_for_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    checks: list[Any] = []
    monkeypatch.setattr("comity.log.envelope.verify", lambda *args: checks.append(args) or True)
    run = chain(20)
    assert vouched(reversed(run), PAIR.public.sign) == run
    assert len(checks) == 1


def test_strangers_forks_and_holes_are_checked_each() -> None:
    run = chain(6)
    fork = chain(2, 4, run[1].id)
    stranger = commit(Slot(SLOT.group, SLOT.seat, 7, 7, run[-1].id), Pair(bytes([5]) * 32, bytes(32)))
    held = [run[0], run[1], run[3], run[5], *fork, stranger]
    assert {e.id for e in vouched(held, PAIR.public.sign)} == {e.id for e in held if e is not stranger}
    assert vouched([stranger], PAIR.public.sign) == []
    assert vouched(held, bytes(32)) == []
