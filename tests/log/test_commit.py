"""Commits as bytes, and bodies by hostile hands."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.values import DEPTH
from comity.log.body import Malformed, unpack
from comity.log.commit import LAST_MOMENT, Change, Commit

ID = bytes(16)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


def body(*changes: object, version: object = 1, at_ms: object = 1) -> bytes:
    return msgspec.msgpack.encode([version, at_ms, "Tamsin", "", list(changes)])


@given(
    st.integers(0, LAST_MOMENT),
    st.text(),
    st.text(),
    st.dictionaries(st.text(min_size=1, max_size=9), JSON, min_size=1),
)
def test_what_was_written_is_read(at_ms: int, author: str, reason: str, fields: dict[str, object]) -> None:
    commit = Commit(at_ms, author, reason, (Change("run", ID, fields, (bytes([1]) * 16,)),))
    assert Commit.decode(unpack(commit.encode())) == commit


def test_a_commit_has_the_bytes_of_version_1() -> None:
    commit = Commit(1, "a", "r", (Change("run", ID, {"a": 1}, (ID,)),))
    assert commit.encode().hex() == "950101a161a1729194a372756ec410" + "00" * 16 + "81a1610191c410" + "00" * 16
    assert (
        Commit.decode(bytes.fromhex("950101a161a1729194a372756ec410" + "00" * 16 + "81a1610190")).changes[0].over == ()
    )


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "truncated"),
        (b"\x95", "truncated"),
        (body(["run", ID, {"a": 1}, []]) + b"x", "trailing"),
        (body(["run", ID, {"a": 1}, []], version=2), "version 2"),
        (body(["run", ID, {"a": 1}, []], at_ms=-1), "cannot be read"),
        (body(["run", ID, {"a": 1}, []], at_ms=LAST_MOMENT + 1), "cannot be read"),
        (body(["run", ID, {"a": 1}, []], at_ms=1.5), "cannot be read"),
        (body(), "cannot be read"),
        (body(["run", ID, {}, []]), "cannot be read"),
        (body(["", ID, {"a": 1}, []]), "cannot be read"),
        (body(["run", bytes(15), {"a": 1}, []]), "cannot be read"),
        (body(["run", ID, {"a": 1}, [bytes(17)]]), "cannot be read"),
        (body(["run", ID, {"a": 1}, [], "more"]), "cannot be read"),
        (body(["run", ID, {"a": b"bytes"}, []]), "bytes"),
        (body(["run", ID, {"a": float("nan")}, []]), "float"),
        (body(["run", ID, {"a": [float("inf")]}, []]), "list"),
        (body(["run", ID, {"a": 2**63}, []]), "int"),
        (body(["run", ID, {"a": msgspec.msgpack.Ext(9, b"")}, []]), "Ext"),
        (body(["run", ID, {"a": {1: 2}}, []]), "dict"),
        (body(["run", ID, {"a": 1}, []], ["run", ID, {"a": 2}, []]), "twice"),
        (body(["run", ID, {"a": 1}, []]).replace(b"Tamsin", b"Tams\xff\xff"), "cannot be read"),
        (b"\x91" * 100_000, "cannot be read"),
        (body(["run", ID, {"a": 1}, []]).replace(b"\xa1a\x01", b"\xa1a" + b"\x91" * 20_000 + b"\x01"), "recursion"),
    ],
)
def test_a_hostile_body_is_malformed_and_nothing_else(data: bytes, word: str) -> None:
    with pytest.raises(Malformed, match=word):
        Commit.decode(data)


def test_values_nest_as_deep_as_can_be_walked() -> None:
    value: object = 1
    for _ in range(DEPTH):
        value = [value]
    assert Commit.decode(body(["run", ID, {"a": value}, []])).changes[0].set["a"] == value
    with pytest.raises(Malformed, match="list"):
        Commit.decode(body(["run", ID, {"a": [value]}, []]))


@given(st.binary(max_size=60))
def test_no_bytes_bring_it_down(data: bytes) -> None:
    try:
        Commit.decode(data)
    except Malformed:
        return
