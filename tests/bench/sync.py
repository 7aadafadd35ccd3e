"""Benchmarks of the sync: `PYTHONPATH=tests python -m bench sync` prints ratios of medians, both sides of one run."""

import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from backports import zstd

from bench.__main__ import WORDS, signed, tell, times
from comity.log.commit import ORIGINATOR, Change, Commit
from comity.log.envelope import Envelope, Slot, sealed
from comity.sync import bundle
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, three
from sync.hubs import Running, running

COUNT = 10_000
LARGE = 100_000
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


SPOKEN = [first + second for first in WORDS for second in WORDS]  # as many as a report uses, not as few as a test


def record(number: int) -> dict[str, Any]:
    """About 1 kB, as people and logs write it: words, numbers, two ids and the hash of a file."""
    rng = random.Random(number)
    low, high = rng.random(), rng.random()
    return {
        "title": " ".join(rng.choices(SPOKEN, k=6)), "text": " ".join(rng.choices(SPOKEN, k=60)),
        "source": rng.randbytes(32).hex(),
        "marking": "TLP:AMBER", "exercise": rng.randbytes(16).hex(), "run": rng.randbytes(16).hex(),
        "score": rng.random(), "low": low, "high": high, "status": rng.choice(("open", "draft", "done")),
    }  # fmt: skip


class Weighed(HttpCarrier):
    """A line that counts the bytes of all bodies, there and back."""

    weight = 0

    @contextmanager
    def _sent(self, method: str, path: str, data: bytes) -> Iterator[httpx.Response]:
        self.weight += len(data)
        with super()._sent(method, path, data) as answer:
            yield answer
            self.weight += int(answer.headers.get("Content-Length", 0))


def weighing(place: Path) -> None:
    """Bytes on the wire of 10,000 records of 1 kB: imported in bulk, and each its own signed commit."""
    changes = [Change("finding", n.to_bytes(16), {ORIGINATOR: "US-CAISI", **record(n)}) for n in range(COUNT)]
    plain = json.dumps([record(n) for n in range(COUNT)]).encode()
    packed = len(zstd.compress(plain, level=3))
    print(f"{'10,000 records as JSON / zstd -3':<62} {len(plain) / 1e6:7.2f} MB, {packed / 1e6:.2f} MB")
    for name, aim in (("in bulk", "1.5x"), ("each its own signed commit", "3x")):
        group, (uk, us, us2) = three(place / name.replace(" ", "-"), random.Random(1))
        if name == "in bulk":
            us2.write(group, *changes)
        else:
            us2.take(alone(us2, group, changes))
        with running(place / name.replace(" ", "-")) as hub:
            invite = hub.invite(us2.institute)
            with closing(Weighed("hub", hub.url, us2.device, us2.keys.carrier, invite=invite)) as line:
                sync(Shelf(us2.store), line)
            print(f"{f'bytes on the wire, {name} / zstd JSON':<62} {line.weight / packed:7.2f}x  aim {aim}", flush=True)
        for laptop in (uk, us, us2):
            laptop.close()


def alone(laptop: Laptop, group: bytes, changes: list[Change]) -> list[Envelope]:
    """Each change sealed and signed by itself."""
    with laptop.store.reading() as connection:
        slot = laptop.store.writer.slot(connection, group, 0)
    key = laptop.store.circles.of(group).writing_key()
    assert key is not None
    made = []
    for change in changes:
        packed = Commit(1_700_000_000_000, "peer", "", (change,)).encode()
        made.append(sealed(slot, packed, key, laptop.keys.pair.secret))
        slot = Slot(group, slot.seat, slot.seq + 1, slot.gen + 1, made[-1].id)
    return made


def remembering(place: Path) -> None:
    """Peak memory of reading a bundle, large against small."""
    peaks = []
    for count in (1_000, LARGE):
        (place / str(count)).mkdir(parents=True)
        for program in (WRITE, READ):
            words = [sys.executable, "-c", program, str(count), str(place / str(count))]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
        peaks.append(int(done.stdout))
    what = f"memory of reading a bundle of {LARGE:,} / of 1,000"
    print(f"{what:<62} {peaks[1] / peaks[0]:7.2f}x  aim 1.3x ({peaks} kB)")


def main() -> None:
    """All of them."""
    with tempfile.TemporaryDirectory() as folder:
        weighing(Path(folder) / "weight")
        exchanging(Path(folder) / "exchange")
        remembering(Path(folder) / "memory")


if __name__ == "__main__":
    main()
