"""Benchmarks of a hub: `PYTHONPATH=tests python -m bench.hub` prints ratios of medians, both sides of one run."""

import asyncio
import os
import random
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from multiprocessing import get_context

import httpx
import uvicorn
from msgspec.json import encode
from msgspec.structs import replace

from comity.hub.access import invite
from comity.hub.ledger.opening import open_ledger
from comity.hub.limits import Limits, Rate
from comity.hub.serve import Options
from comity.log.commit import Change, Commit
from comity.log.envelope import Envelope, Slot, sealed
from comity.sync import wire
from hub.cluster import binaries, running, schema_of
from hub.stage import Circle, Device, Line
from hub.test_serve import PROGRAM

RECORDS = 10_000
SENDERS = 8
SECONDS = 4.0
LISTENERS = 1_000
FREE = Rate(1e6, 10**6)
OPEN = Limits(FREE, FREE, FREE, listeners_each=LISTENERS)


def line_of(circle: Circle, device: Device, many: int, records: int = 1) -> list[Envelope]:
    """Commits of one seat, with so many records of 1 kB each."""
    rng, key, chain = circle.rng, circle.key(), circle.chain(device.seat)
    prev, made = [*chain.values()][-1].id if chain else bytes(32), []
    for seq in range(len(chain) + 1, len(chain) + 1 + many):
        changes = (Change("finding", rng.randbytes(16), {"text": rng.randbytes(500).hex()}) for _ in range(records))
        packed = Commit(1, "Ada", "", tuple(changes)).encode()
        made.append(sealed(Slot(circle.id, device.seat, seq, seq, prev), packed, key, device.keys.pair.secret))
        prev = made[-1].id
    return made


@contextmanager
def hub(database: str, processes: int = 1) -> Iterator[str]:
    options = replace(Options(database, port=0, processes=processes), limits=OPEN)
    command = [sys.executable, "-c", PROGRAM, encode(options).decode()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        address = f"http://127.0.0.1:{int(program.stdout.readline())}"
        time.sleep(3 if processes > 1 else 0)  # until all of them answer
        try:
            yield address
        finally:
            program.terminate()


def entered(database: str, address: str, device: Device) -> Line:
    ledger = open_ledger(database)
    with ledger.writing() as connection:
        code = invite(connection, device.institute, 10**14)
    ledger.close()
    return Line(httpx.Client(base_url=address, trust_env=False, timeout=60), device, "127.0.0.1").open(code)


@contextmanager
def empty() -> Iterator[str]:
    """An ASGI application that reads what comes and says yes."""

    async def app(scope: dict[str, object], receive: Callable[[], object], send: Callable[[object], object]) -> None:
        while (await receive()).get("more_body"):  # type: ignore[misc]
            pass
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})  # type: ignore[misc]
        await send({"type": "http.response.body", "body": b""})  # type: ignore[misc]

    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off", access_log=False))  # type: ignore[arg-type]
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join()


def pushing(databases: Iterator[str]) -> None:
    """10,000 records to a hub against the same bytes in one request to an empty application."""
    rng = random.Random(1)
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    singly = line_of(circle, uk, RECORDS)
    in_bulk = line_of(circle, uk, RECORDS // 200, 200)
    for what, made in (("in bulk commits", in_bulk), ("each its own commit", singly)):
        data = [each.encode() for each in made]
        ours = statistics.median(pushed(next(databases), circle, uk, data) for _ in range(3))
        tell(f"push of {RECORDS} {what} / one request to an empty app", ours, posted(data), "4x")


def pushed(database: str, circle: Circle, device: Device, data: list[bytes]) -> float:
    with hub(database) as address:
        line = entered(database, address, device)
        line.push(circle.push())
        start = time.perf_counter()
        for page in wire.pages(data):
            line.push(wire.Push(circle.id, page))
        return time.perf_counter() - start


def posted(data: list[bytes]) -> float:
    seen = []
    with empty() as address, httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        for _ in range(5):
            start = time.perf_counter()
            client.post("/", content=b"".join(data))
            seen.append(time.perf_counter() - start)
    return statistics.median(seen)


def send(address: str, token: str, group: bytes, parts: list[bytes], seconds: float) -> int:
    """Push one envelope at a time for so long; how many that were."""
    done, end = 0, time.perf_counter() + seconds
    with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
        headers = {"Authorization": f"Bearer {token}"}
        while time.perf_counter() < end and done < len(parts):
            body = wire.encode(wire.Push(group, (parts[done],)))
            assert client.post("/v1/push", content=body, headers=headers).status_code == 200
            done += 1
    return done


def scaling(databases: Iterator[str]) -> None:
    """Single pushes a second of many devices, each into a group of its own, by how many processes answer."""
    rng = random.Random(2)
    devices = [Device(f"I{number}", rng) for number in range(SENDERS)]
    circles = [Circle(device, rng) for device in devices]
    parts = [[each.encode() for each in line_of(*pair, 3_000)] for pair in zip(circles, devices, strict=True)]
    found: dict[int, float] = {}
    for processes in (1, 2, 4):
        database = next(databases)
        with hub(database, processes) as address:
            lines = [entered(database, address, device) for device in devices]
            for line, circle in zip(lines, circles, strict=True):
                line.push(circle.push())
            told = [
                (address, line.token, c.id, some, SECONDS) for line, c, some in zip(lines, circles, parts, strict=True)
            ]
            with get_context("spawn").Pool(SENDERS) as pool:
                pool.starmap(send, [(*each[:4], 0.5) for each in told])
                start = time.perf_counter()
                done = pool.starmap(send, told)
                found[processes] = sum(done) / (time.perf_counter() - start)
        print(f"{f'pushes a second, {processes} process(es) on PostgreSQL':<62} {found[processes]:7.0f}", flush=True)
    print(f"{'2 / 1, 4 / 1 processes':<62} {found[2] / found[1]:7.2f}x {found[4] / found[1]:7.2f}x", flush=True)


async def listen(address: str, token: str, ready: Callable[[], object], stop: asyncio.Event) -> None:
    host, _, port = address.removeprefix("http://").partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n".encode())
    await reader.readuntil(b": here\n\n")
    ready()
    await stop.wait()
    writer.close()


def idling(databases: Iterator[str]) -> None:
    """A look while 1,000 devices listen against one while nobody does."""
    rng = random.Random(3)
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    database = next(databases)
    with hub(database) as address:
        line = entered(database, address, uk)
        line.push(circle.push())
        alone = looks(line)
        heard = count(1)
        loop, stop = asyncio.new_event_loop(), asyncio.Event()

        async def everybody() -> None:
            await asyncio.gather(*(listen(address, line.token, lambda: next(heard), stop) for _ in range(LISTENERS)))

        with ThreadPoolExecutor(1) as pool:
            listening = pool.submit(loop.run_until_complete, everybody())
            time.sleep(15)
            crowd, said = looks(line), next(heard) - 1
            loop.call_soon_threadsafe(stop.set)
            listening.result()
        loop.close()
    tell(f"a look while {said} listen / while nobody does", crowd, alone, "1.2x")


def looks(line: Line) -> float:
    seen = []
    for _ in range(100):
        start = time.perf_counter()
        line.look()
        seen.append(time.perf_counter() - start)
    return statistics.median(seen)


def tell(what: str, ours: float, theirs: float, aim: str) -> None:
    print(f"{what:<62} {ours / theirs:7.2f}x  aim {aim:<8} ({ours * 1e3:9.2f} ms / {theirs * 1e3:9.2f} ms)", flush=True)


BENCHES = {"push": pushing, "scale": scaling, "idle": idling}


def main(*chosen: str) -> None:
    """All of them, or those named."""
    with tempfile.TemporaryDirectory() as folder, running(binaries()[0]) as server:
        schemas = (schema_of(server, f"bench{number}") for number in count())
        files = (f"sqlite:///{folder}/{number}-{os.getpid()}.db" for number in count())
        for name in chosen or BENCHES:
            if name == "push":
                print("on SQLite, then on PostgreSQL")
                BENCHES[name](files)
            BENCHES[name](schemas)


if __name__ == "__main__":
    main(*sys.argv[1:])
