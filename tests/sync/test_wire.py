import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.log.body import Malformed
from comity.log.keys import DeviceKeys, public_of
from comity.log.receipt import Tip
from comity.sync import wire

KEY, OTHER, DOT = bytes(32), bytes([1]) * 32, bytes(16)


def proof(keys: DeviceKeys, host: str = "hub.example") -> wire.Proof:
    return wire.Proof(DOT, host, KEY, 1, keys.pair.public.sign, public_of(keys.carrier))


def test_a_login_is_checked_by_the_carrier_key_it_names() -> None:
    keys = DeviceKeys.make()
    login = wire.Login.of(proof(keys), keys.carrier)
    assert login.checked() == proof(keys)
    assert wire.Login.of(proof(keys), DeviceKeys.make().carrier).checked() is None
    elsewhere = wire.Login(wire.encode(proof(keys, "other.example")), login.signature)
    assert elsewhere.checked() is None


def test_marks_are_equal_exactly_where_both_sides_hold_the_same() -> None:
    one = wire.State({DOT: Tip(2, KEY, 2), KEY[:15] + b"1": Tip(1, OTHER, 1)}, {}, {KEY: wire.Order(5, 3)})
    same = wire.State(dict(reversed(one.tips.items())), {}, dict(one.receipts))
    assert one.mark == same.mark == wire.decode(wire.encode(one), wire.State).mark
    others = (
        wire.State(one.tips, {DOT: KEY}, one.receipts),
        wire.State(one.tips, {}, {KEY: wire.Order(6, 3)}),
        wire.State({DOT: Tip(2, OTHER, 2)}, {}, one.receipts),
    )
    assert len({one.mark, *(other.mark for other in others)}) == 4


def test_what_a_later_version_says_is_skipped() -> None:
    data = msgspec.msgpack.encode({"group": DOT, "envelopes": [], "more_to_come": [1, {"a": None}]})
    assert wire.decode(data, wire.Push) == wire.Push(DOT, ())


@pytest.mark.parametrize(
    "content",
    [
        {"group": b"short", "envelopes": []},
        {"group": DOT, "envelopes": [b"no envelope"]},
        {"group": DOT, "envelopes": [bytes(200)] * (wire.PAGE + 1)},
        {"group": DOT},
        [],
        None,
    ],
)
def test_what_is_no_push_is_malformed(content: object) -> None:
    with pytest.raises(Malformed, match="no push"):
        wire.decode(msgspec.msgpack.encode(content), wire.Push)


@pytest.mark.parametrize("code", ["", "a\nERROR all is lost", "no_group\n", "nul\0", "Größe", "a" * 41, "\x1b[2J"])
def test_a_code_is_a_word_that_any_log_and_database_takes(code: str) -> None:
    for message, sort in (
        (wire.Fault(code, "no"), wire.Fault),
        (wire.Pushed(0, ((KEY, code),)), wire.Pushed),
        (wire.Session("t" * 16 + code[1:] + "\n", 1), wire.Session),
    ):
        with pytest.raises(Malformed):
            wire.decode(wire.encode(message), sort)
    assert wire.decode(wire.encode(wire.Fault("no_group", "no")), wire.Fault).code == "no_group"


@given(st.binary(max_size=200) | st.integers(1, 5_000).map(lambda n: b"\x91" * n))
def test_any_other_bytes_are_malformed_and_nothing_worse(data: bytes) -> None:
    for sort in (wire.Login, wire.Look, wire.Looked, wire.Page, wire.Swap, wire.Fault):
        with pytest.raises(Malformed):
            wire.decode(data, sort)


def test_a_message_is_bounded() -> None:
    with pytest.raises(Malformed, match="larger than 2 MiB"):
        wire.decode(bytes(wire.MESSAGE_LIMIT + 1), wire.Page)
