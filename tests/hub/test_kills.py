"""A hub that is killed at any moment, and many who write at once: what was answered is kept, and all tables agree."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import httpx
from msgspec.json import encode

from comity.hub import shelf
from comity.hub.access import invite
from comity.hub.ledger.database import Ledger
from comity.hub.serve import Options
from comity.log.envelope import Envelope, decode
from comity.log.receipt import tip
from comity.sync import wire
from hub.stage import Circle, Device, Line, Refused
from hub.test_serve import PROGRAM

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
def started(database: str) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-c", PROGRAM, encode(Options(database, port=0)).decode()]
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
