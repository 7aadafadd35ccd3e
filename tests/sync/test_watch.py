"""Watching: a session now, one at each wake-up, and one when it was quiet for long."""

import threading
from collections.abc import Iterator
from time import monotonic

from comity.errors import HubUnreachable
from comity.sync.watch import APART, Watch


class Events:
    """A hub that says what it is told to say, one stream after another."""

    def __init__(self, *streams: list[bytes | Exception]) -> None:
        self.streams = [*streams]
        self.go = threading.Event()
        self.asked = 0

    def events(self) -> Iterator[bytes]:
        self.go.wait(5)
        self.asked += 1
        for each in self.streams.pop(0) if self.streams else [b""]:
            if isinstance(each, Exception):
                raise each
            yield each


def run(watch: Watch, times: int, hub: Events | None = None, error: Exception | None = None) -> int:
    """How many sessions there were until the last that is waited for; the hub speaks from the first on."""
    met: list[int] = []

    def meet() -> None:
        met.append(1)
        if hub:
            hub.go.set()
        if len(met) == times:
            watch.stop()
        if error:
            raise error

    thread = threading.Thread(target=watch.run, args=(meet,), daemon=True)
    thread.start()
    thread.join(10)
    assert not thread.is_alive()
    return len(met)


def test_an_event_wakes() -> None:
    hub = Events([b"", bytes(16)])
    assert run(Watch(hub, quiet=(60, 60), after=(0.01, 0.01)), 2, hub) == 2


def test_a_line_that_opens_wakes_as_what_moved_before_is_not_told_on_it() -> None:
    hub = Events([b""], [b"", b""])
    assert run(Watch(hub, quiet=(60, 60), after=(0.01, 0.01)), 3, hub) == 3


def test_a_sign_of_life_wakes_nobody_and_silence_does_at_last() -> None:
    hub = Events([b"", b"", b""])
    assert run(Watch(hub, quiet=(0.05, 0.1), after=(60, 60)), 3, hub) == 3


def test_a_line_that_breaks_is_opened_again() -> None:
    hub = Events([HubUnreachable("away")], [bytes(16)], [HubUnreachable("away")], [bytes(16)])
    assert run(Watch(hub, quiet=(60, 60), after=(0.01, 0.02)), 3, hub) == 3
    assert hub.asked >= 3


def test_a_hub_that_is_away_ends_nothing() -> None:
    assert run(Watch(Events(), quiet=(0.01, 0.01), after=(0.01, 0.02)), 3, error=HubUnreachable("away")) == 3


def test_what_is_written_here_wakes() -> None:
    watch = Watch(quiet=(60, 60))
    threading.Timer(0.1, watch.wake).start()
    assert run(watch, 2) == 2
    assert run(Watch(moved=lambda: True, quiet=(60, 60)), 2) == 2


def test_who_writes_without_end_has_a_session_a_second_and_no_more() -> None:
    began = monotonic()
    assert run(Watch(moved=lambda: True, quiet=(60, 60)), 3) == 3
    assert monotonic() - began >= 2 * APART
