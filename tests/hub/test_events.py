"""Wake-ups: to whom they come, what they say, and what they cost."""

import random
import time
from collections.abc import Callable
from queue import Empty, Queue
from threading import Thread

import httpx
import pytest

from comity.hub import events
from comity.hub.ledger.database import Ledger
from comity.hub.limits import Limits
from comity.hub.service import Hub
from hub.stage import HOST, Circle, Clock, Device, Line, served

Invited = Callable[[httpx.Client, Device], Line]


@pytest.fixture
def uk(rng: random.Random) -> Device:
    return Device("UK-AISI", rng)


@pytest.fixture
def us(rng: random.Random) -> Device:
    return Device("US-CAISI", rng)


class Ear:
    """A stream, heard by a thread."""

    def __init__(self, line: Line) -> None:
        self.heard: Queue[str] = Queue()
        self.over = False
        Thread(target=self._listen, args=(line,), daemon=True).start()
        assert self.next() == ": here"

    def _listen(self, line: Line) -> None:
        headers = {"Authorization": f"Bearer {line.token}"}
        address = line.client.base_url.join("/v1/events")
        with httpx.stream("GET", address, headers=headers, timeout=60, trust_env=False) as answer:
            for text in answer.iter_lines():
                if text:
                    self.heard.put(text)
        self.over = True
        self.heard.put("over")

    def next(self) -> str:
        return self.heard.get(timeout=20)

    def hears_of(self, circle: Circle, seconds: float = 0.6) -> bool:
        """Whether anything said until then is about the group; news of its own group may still be on the way."""
        time.sleep(seconds)
        said = [self.heard.get() for _ in range(self.heard.qsize())]
        return f"data: {circle.id.hex()}" in said

    def silent(self, seconds: float = 0.6) -> bool:
        try:
            return self.heard.get(timeout=seconds) is None
        except Empty:
            return True


def test_who_stands_in_a_group_hears_that_it_moved_and_nobody_else(
    hubs: Callable[..., httpx.Client], invited: Invited, uk: Device, us: Device, rng: random.Random
) -> None:
    first, second = hubs(), hubs()
    circle, own = Circle(uk, rng), Circle(us, rng)
    line = invited(first, uk)
    line.push(circle.push())
    foreign = invited(second, us)
    foreign.push(own.push())
    near, far, stranger = Ear(line), Ear(Line(second, uk).open()), Ear(foreign)
    circle.commit(uk)
    line.push(circle.push())
    for ear in (near, far):
        assert [ear.next(), ear.next()] == ["event: moved", f"data: {circle.id.hex()}"]
    assert not stranger.hears_of(circle)
    circle.admit(uk, us)
    line.push(circle.push())
    assert [stranger.next(), stranger.next()] == ["event: moved", f"data: {circle.id.hex()}"]
    circle.revoke(uk, us)
    line.push(circle.push())
    assert near.next() == "event: moved"
    assert not stranger.hears_of(circle)


def test_nothing_new_wakes_nobody(hub: httpx.Client, invited: Invited, uk: Device, rng: random.Random) -> None:
    circle = Circle(uk, rng)
    line = invited(hub, uk)
    line.push(circle.push())
    time.sleep(0.5)
    ear = Ear(line)
    line.push(circle.push())
    assert ear.silent()
    circle.commit(uk)
    line.push(circle.push())
    assert [ear.next(), ear.next(), ear.silent()] == ["event: moved", f"data: {circle.id.hex()}", True]


def test_a_silent_line_beats(hub: httpx.Client, invited: Invited, uk: Device, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "BEAT", 0.05)
    ear = Ear(invited(hub, uk))
    assert [ear.next(), ear.next()] == [": here", ": here"]


def test_the_oldest_of_too_many_streams_of_one_device_ends(
    hubs: Callable[..., httpx.Client], invited: Invited, uk: Device
) -> None:
    line = invited(hubs(Limits(listeners_each=2)), uk)
    oldest, *others = Ear(line), Ear(line), Ear(line)
    assert oldest.next() == "over"
    assert [ear.over for ear in others] == [False, False]


def test_streams_are_bounded(hubs: Callable[..., httpx.Client], invited: Invited, uk: Device, us: Device) -> None:
    hub = hubs(Limits(listeners=1))
    ear = Ear(invited(hub, uk))
    assert "comity_hub_listeners 1.0" in hub.get("/metrics").text
    line = invited(hub, us)
    answer = hub.get("/v1/events", headers={"Authorization": f"Bearer {line.token}"})
    assert answer.status_code == 429
    assert not ear.over


def test_a_storm_of_moves_is_few_words(
    hub: httpx.Client, invited: Invited, uk: Device, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "GATHER", 0.5)
    circle = Circle(uk, rng)
    line = invited(hub, uk)
    line.push(circle.push())
    time.sleep(0.8)
    ear = Ear(line)
    for _ in range(5):
        circle.commit(uk)
        line.push(circle.push(circle.log[-1]))
    assert ear.next() == "event: moved"
    time.sleep(1.2)
    assert ear.heard.qsize() <= 5  # a move told once or twice, not five times


def test_streams_end_when_the_hub_stops(
    ledgers: Callable[[], Ledger], invited: Invited, uk: Device, clock: Clock
) -> None:
    with served(Hub(ledgers(), [HOST], Limits(), clock)) as client:
        ear = Ear(invited(client, uk))
        start = time.monotonic()
    assert ear.next() == "over"
    assert time.monotonic() - start < 10
