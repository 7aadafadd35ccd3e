"""Benchmarks of a hub 80 ms away: `PYTHONPATH=tests python -m bench far` counts sessions in round trips."""

import asyncio
import contextlib
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.__main__ import signed
from comity.sync.engine import sync
from comity.sync.shelf import Shelf
from laws.laptops import three
from sync.hubs import running

TRIP = 0.08


@contextmanager
def far(port: int, round_trip: float) -> Iterator[str]:
    """The address of what listens at a port; every byte takes half of a round trip, however many are under way."""
    loop = asyncio.new_event_loop()

    async def line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, away = await asyncio.open_connection("127.0.0.1", port)
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(carry(reader, away, round_trip / 2), carry(there, writer, round_trip / 2))

    def end() -> None:
        for task in asyncio.all_tasks():
            task.cancel()
        loop.call_later(0.1, loop.stop)

    server = loop.run_until_complete(asyncio.start_server(line, "127.0.0.1", 0))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    loop.call_soon_threadsafe(end)
    thread.join()
    server.close()
    loop.close()


async def carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError):
        while data := await source.read(65_536):
            loop.call_later(seconds, target.write, data)
        loop.call_later(seconds, target.close)


def main() -> None:
    """Sessions of two devices with a far hub that they have met before."""
    with tempfile.TemporaryDirectory() as place:
        group, (uk, us, us2) = three(Path(place), random.Random(1))
        with running(Path(place)) as hub, far(int(hub.url.rpartition(":")[2].strip("/")), TRIP) as url:
            for laptop in (uk, us, us2, uk):
                with closing(hub.line(laptop, invited=True)) as line:
                    sync(Shelf(laptop.store), line)
            made = signed(us2, group, 1_001)
            for what, some in (("nothing", []), ("one record", made[:1]), ("1,000 records", made[1:])):
                us2.take(some)
                for who, laptop in (("sends", us2), ("receives", uk)):
                    with closing(hub.line(laptop, url=url)) as line:
                        start = time.perf_counter()
                        sync(Shelf(laptop.store), line)
                        spent = time.perf_counter() - start
                    said = f"80 ms away, a session that {who} {what}"
                    print(f"{said:<62} {spent:7.2f} s  {spent / TRIP:5.1f} round trips", flush=True)
        for laptop in (uk, us, us2):
            laptop.close()


if __name__ == "__main__":
    main()
