"""Bodies: small where that helps, sealed, and bounded against bombs."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.errors import Refused
from comity.log.body import (
    CARRIED_LIMIT,
    OPENED_LIMIT,
    Malformed,
    key_id,
    pack,
    seal,
    sealed_length,
    unpack,
    unseal,
    zstd,
)


@given(st.lists(st.one_of(st.integers(-9, 9), st.text(), st.binary()), max_size=50))
def test_what_is_packed_unpacks(content: list[object]) -> None:
    packed = pack(content)
    assert unpack(packed) == unpack(unpack(packed))
    assert len(packed) <= len(unpack(packed))


def test_long_texts_become_smaller() -> None:
    assert len(pack(["the same words " * 100])) < 100


def test_bombs_are_bounded_while_they_unfold() -> None:
    bomb = zstd.compress(bytes(300 * OPENED_LIMIT))
    assert len(bomb) < CARRIED_LIMIT
    with pytest.raises(Malformed, match="more than 1 MiB"):
        unpack(bomb)


def test_a_frame_that_asks_for_a_huge_window_is_refused() -> None:
    options = {zstd.CompressionParameter.window_log: 27, zstd.CompressionParameter.content_size_flag: 0}
    greedy = zstd.ZstdCompressor(options=options)
    frame = greedy.compress(os.urandom(1000)) + greedy.flush()
    with pytest.raises(Malformed, match="does not decompress"):
        unpack(frame)


@pytest.mark.parametrize(
    "spoil", [lambda frame: frame[:-3], lambda frame: frame + b"more", lambda frame: frame[:6] + b"x" * 9]
)
def test_a_damaged_frame_is_refused(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(Malformed):
        unpack(spoil(zstd.compress(b"some words " * 50)))


def test_what_no_envelope_can_carry_is_refused_with_advice() -> None:
    for make in (lambda: pack([bytes(OPENED_LIMIT)]), lambda: sealed_length(bytes(CARRIED_LIMIT))):
        with pytest.raises(Refused, match="more than one envelope") as refused:
            make()
        assert refused.value.hint


def test_sealing_takes_a_new_nonce_each_time() -> None:
    key = os.urandom(32)
    one, two = seal(b"text", key, b"header"), seal(b"text", key, b"header")
    assert one != two
    assert unseal(one, key, b"header") == unseal(two, key, b"header") == b"text"
    assert key_id(key) != key_id(bytes(32))


@pytest.mark.parametrize(
    ("key", "bound", "size"), [(1, b"header", None), (0, b"other", None), (0, b"header", 30), (0, b"header", 3)]
)
def test_a_sealed_body_opens_only_whole_and_where_it_belongs(key: int, bound: bytes, size: int | None) -> None:
    body = seal(b"text", bytes(32), b"header")
    with pytest.raises(Malformed, match="does not open"):
        unseal(body[:size], bytes([key]) * 32, bound)
