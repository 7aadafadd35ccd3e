"""Benchmarks of the sync: `PYTHONPATH=tests python -m bench.sync` prints ratios of medians, both sides of one run."""

import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx

from bench.__main__ import signed, tell, times
from comity.sync import bundle
from comity.sync.engine import sync
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, three
from sync.hubs import Running, running

COUNT = 10_000
WRITE = """
import random, sys
from pathlib import Path
import msgspec
from bench.__main__ import signed
from comity.sync import bundle
from comity.sync.shelf import Shelf
from laws.laptops import three
count, place = int(sys.argv[1]), Path(sys.argv[2])
group, (uk, us, us2) = three(place, random.Random(1))
envelopes = signed(us2, group, count)
for start in range(0, count, 1_000):
    us2.take(envelopes[start : start + 1_000])
bundle.write(Shelf(us2.store), place / "b", [uk.device])
(place / "keys").write_bytes(msgspec.msgpack.encode(uk.keys))
"""
READ = """
import resource, sys
from pathlib import Path
import msgspec
from comity.log.keys import DeviceKeys
from comity.sync import bundle
from comity.sync.shelf import Shelf
from laws.laptops import Laptop
place = Path(sys.argv[2])
uk = Laptop(place / "uk1", "UK-AISI", msgspec.msgpack.decode((place / "keys").read_bytes(), type=DeviceKeys))
(outcome,) = bundle.read(Shelf(uk.store), place / "b")
assert outcome.received == int(sys.argv[1])
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def meet(laptop: Laptop, hub: Running, *, invited: bool = False) -> None:
    with closing(hub.line(laptop, invited=invited)) as line:
        sync(Shelf(laptop.store), line)


def exchanging(place: Path) -> None:
    """10,000 records, each its own signed commit: pushed to a hub, pulled from it, and carried."""
    group, (uk, us, us2) = three(place, random.Random(1))
    envelopes = signed(us2, group, COUNT)
    us2.take(envelopes)
    with running(place) as hub:
        print(f"{'push 10,000 to a loopback hub':<62} {seconds(lambda: meet(us2, hub, invited=True)):7.2f} s")
        print(f"{'pull 10,000 from it, verified, applied, indexed':<62} {seconds(lambda: meet(uk, hub)):7.2f} s")
        for laptop in (us2, uk, us2):
            meet(laptop, hub)
        with httpx.Client(base_url=hub.url) as client, closing(hub.line(us2)) as line:
            shelf = Shelf(us2.store)
            sync(shelf, line)
            trip = times(lambda: client.get("/health"), 50)
            quiet = times(lambda: sync(shelf, line), 50)
        tell(f"sync with nothing to do among {COUNT:,} / one round trip", quiet, trip, "3x")
    path = place / "bundle"
    print(
        f"{'write a bundle of 10,000':<62} {seconds(lambda: bundle.write(Shelf(us2.store), path, [us.device])):7.2f} s"
    )
    print(f"{'read it':<62} {seconds(lambda: bundle.read(Shelf(us.store), path)):7.2f} s")
    for laptop in (uk, us, us2):
        laptop.close()


def remembering(place: Path) -> None:
    """Peak memory of reading a bundle, large against small."""
    peaks = []
    for count in (1_000, 20_000):
        (place / str(count)).mkdir(parents=True)
        for program in (WRITE, READ):
            words = [sys.executable, "-c", program, str(count), str(place / str(count))]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    print(f"{'memory of reading a bundle of 20,000 / of 1,000':<62} {peaks[1] / peaks[0]:7.2f}x  aim 1.3x ({peaks} kB)")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        exchanging(Path(folder) / "exchange")
        remembering(Path(folder) / "memory")
