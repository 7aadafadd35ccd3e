"""Events of a hub, however the network cuts them."""

import pytest

from comity.sync.wakeups import NotEvents, moved

ONE, TWO = bytes(range(16)), bytes(16)
SAID = f": here\n\nevent: moved\ndata: {ONE.hex()}\n\nid: 7\nevent:moved\r\ndata:{TWO.hex()}\r\n\r\n".encode()


def test_events_are_heard_however_they_are_cut() -> None:
    for at in range(len(SAID) + 1):
        found = [group for group in moved([SAID[:at], b"", SAID[at:]]) if group]
        assert found == [ONE, TWO], at
    assert list(moved(SAID[n : n + 1] for n in range(len(SAID)))).count(b"") == 1


def test_an_event_that_did_not_end_is_not_heard() -> None:
    assert list(moved([f"event: moved\ndata: {ONE.hex()}\n".encode()])) == []


@pytest.mark.parametrize("data", ["zz", "00", "x" * 2_000, "é"])
def test_what_names_no_group_is_no_event(data: str) -> None:
    with pytest.raises(NotEvents):
        list(moved([f"event: moved\ndata: {data}\n\n".encode()]))


def test_a_line_without_an_end_is_bounded() -> None:
    with pytest.raises(NotEvents, match="too long"):
        list(moved(b"x" * 100 for _ in range(1_000)))


def test_other_events_wake_nobody() -> None:
    assert list(moved([b"event: else\ndata: 00\n\nretry: 5\n\n"])) == []
