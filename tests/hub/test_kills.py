"""A hub that is killed at any moment, and many who write at once: what was answered is kept, and all tables agree."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from msgspec.json import encode

from comity.errors import HubUnreachable
from comity.hub import shelf
from comity.hub.access import invite
from comity.hub.ledger.database import Ledger
from comity.hub.serve import Options
from comity.log.envelope import Envelope, decode
from comity.log.receipt import tip
from comity.sync import wire
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier
from comity.sync.shelf import Shelf
from hub.stage import Circle, Device, Line, Refused
from hub.test_serve import PROGRAM
from laws.laptops import differences, shown, three
from sync.hubs import AT_ONCE, OPEN

KILLS = int(os.environ.get("COMITY_KILLS", "5"))


def check(ledger: Ledger) -> set[bytes]:
    """Every table says what the envelopes say; which those are."""
    with ledger.reading() as connection:
        held = [decode(head + (body or b"")) for head, body in connection.all("SELECT head, body FROM envelope")]
        for group in {each.group for each in held}:
            mine = [each for each in held if each.group == group]
            told = shelf.tips(connection, group)
            assert told.keys() == {each.seat for each in mine}
            for seat, (reach, knot) in told.items():
                chain = [each for each in mine if each.seat == seat]
                assert reach == tip(chain)
                assert (knot is None) == reach.regular
            (size,) = connection.all('SELECT size FROM "group" WHERE id = ?', [group])
            assert size == (sum(len(each.encode()) for each in mine),)
    return {each.id for each in held}


@contextmanager
def started(database: str, port: int = 0) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-c", PROGRAM, encode(Options(database, port=port, limits=OPEN)).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        try:
            assert program.stdout is not None
            yield program, f"http://127.0.0.1:{int(program.stdout.readline())}"
        finally:
            program.kill()


def bring(line: Line, circle: Circle, fresh: Iterator[Envelope], acked: list[Envelope]) -> None:
    """Push until the line breaks."""
    for envelope in fresh:
        try:
            line.push(circle.push(envelope))
        except httpx.TransportError:
            return
        acked.append(envelope)


def test_a_killed_hub_has_each_push_whole_or_not_at_all(database: str, ledger: Ledger, rng: random.Random) -> None:
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    with ledger.writing() as connection:
        code = invite(connection, "UK-AISI", 10**14)
    acked: list[Envelope] = []

    def fresh() -> Iterator[Envelope]:
        yield from circle.log[: len(circle.log)]
        while True:
            yield rng.choice([circle.commit, circle.renew, circle.commit])(uk)

    for _ in range(KILLS):
        with started(database) as (program, address), httpx.Client(base_url=address, trust_env=False) as client:
            line = Line(client, uk, "127.0.0.1").open(code)
            with ThreadPoolExecutor(1) as pool:
                bringing = pool.submit(bring, line, circle, fresh(), acked)
                time.sleep(rng.uniform(0.05, 0.5))
                program.send_signal(signal.SIGKILL)
                bringing.result()
        held = check(ledger)
        assert {each.id for each in acked} <= held
    with started(database) as (_, address), httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        line = Line(client, uk, "127.0.0.1").open(code)
        line.push(circle.push())
        assert line.push(circle.push()) == wire.Pushed(0)
    assert check(ledger) == {each.id for each in circle.log}


@pytest.fixture
def closed() -> Iterator[Callable[[HttpCarrier], HttpCarrier]]:
    """Closes lines when the test ends, however it ends."""
    with ExitStack() as stack:
        yield lambda line: stack.enter_context(closing(line))


def kill(program: "subprocess.Popen[str]", wait: float) -> None:
    time.sleep(wait)
    program.kill()


def test_a_hub_killed_while_laptops_push_and_pull_loses_nothing(
    database: str, ledger: Ledger, rng: random.Random, folder: Path, closed: Callable[[HttpCarrier], HttpCarrier]
) -> None:
    group, (uk, us, _) = three(folder, rng)
    codes = {}
    with ledger.writing() as connection:
        for laptop in (uk, us):
            codes[laptop] = invite(connection, laptop.institute, 10**14)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    lines = {
        each: closed(HttpCarrier("hub", url, each.device, each.keys.carrier, invite=codes[each], patience=AT_ONCE))
        for each in (uk, us)
    }
    met = 0

    def meet() -> None:
        """Write and sync on either side until the hub is gone."""
        nonlocal met
        with suppress(HubUnreachable):
            while True:
                for laptop, line in lines.items():
                    for _ in range(rng.choice((1, 1, 30))):
                        laptop.create(group, "note", rng.randbytes(16), text=laptop.home.name)
                    sync(Shelf(laptop.store, laptop.at_ms), line)
                    met += 1

    for _ in range(KILLS):
        with started(database, port) as (program, _), ThreadPoolExecutor(1) as pool:
            killing = pool.submit(kill, program, rng.uniform(0.1, 1.0))
            meet()
            killing.result()
        check(ledger)
    with started(database, port):
        for laptop in (uk, us, uk):
            sync(Shelf(laptop.store, laptop.at_ms), lines[laptop])
    held = check(ledger)
    assert met
    assert {each.id for each in uk.envelopes()} == {each.id for each in us.envelopes()} == held
    assert not differences(shown(uk.store), shown(us.store))


def test_many_who_write_at_once_do_not_disturb_each_other(
    hubs: Callable[..., httpx.Client],
    invited: Callable[[httpx.Client, Device], Line],
    ledger: Ledger,
    rng: random.Random,
) -> None:
    clients = [hubs(), hubs()]
    devices = [Device(f"I{number}", rng) for number in range(4)]
    circles = [Circle(founder, rng) for founder in devices[:2]]
    parts = [part for circle in circles for part in written(circle, devices[2:])]
    lines = [invited(clients[number % 2], device) for number, device in enumerate(devices)]
    for line, circle in zip(lines, circles, strict=False):
        line.push(circle.push(*circle.log[:4]))

    def write(line: Line) -> int:
        fresh, mine = 0, parts * 2
        random.Random(line.token).shuffle(mine)
        for part in mine:
            fresh += brought_by(line, part)
        return fresh

    with ThreadPoolExecutor(len(lines)) as pool:
        brought = sum(pool.map(write, lines))
    everything = {each.id for circle in circles for each in circle.log}
    assert check(ledger) == everything
    assert brought == len(everything) - 8


def brought_by(line: Line, part: wire.Push) -> int:
    """How many were new; the founders stand in one of the groups only."""
    try:
        return line.push(part).fresh
    except Refused as refused:
        if refused.fault.code != "no_group":
            raise
        return 0


def written(circle: Circle, others: list[Device]) -> list[wire.Push]:
    """A group of some, and the parts in which its envelopes may come."""
    for device in others:
        circle.admit(circle.devices[0], device)
    for number in range(30):
        circle.commit(circle.devices[0], str(number))
    return [circle.push(*circle.log[start : start + 5]) for start in range(0, len(circle.log), 5)]
