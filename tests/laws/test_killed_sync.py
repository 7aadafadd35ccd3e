"""Killed while it writes, pulls or pushes, again and again: what was said to be kept is everywhere in the end."""

import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec

from comity.sync.engine import sync
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import running

KILLS = int(os.environ.get("COMITY_KILLS", "15"))
SEED = int(os.environ.get("COMITY_SEED", "7"))

LIVES = """
import os, random, signal, sys, time
from pathlib import Path
import msgspec
from comity.log.keys import DeviceKeys
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier
from comity.sync.shelf import Shelf
from laws.laptops import Laptop

home, url, group, institute, kills, seed = sys.argv[1:]
keys = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=DeviceKeys)
rng, group = random.Random(int(seed)), bytes.fromhex(group)
for _ in range(int(kills)):
    made, wait = rng.randbytes(16), rng.uniform(0.0, 0.5)
    heard, ready = os.pipe()
    child = os.fork()
    if child:
        os.close(ready)
        os.read(heard, 1)
        os.close(heard)
        time.sleep(wait)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        continue
    laptop = Laptop(Path(home), institute, keys)
    os.write(ready, b"!")
    line = HttpCarrier("hub", url, laptop.device, keys.carrier)
    for number in range(1_000):
        dot = laptop.create(group, "note", bytes([number % 256]) + made[1:], text="kept")
        os.write(1, dot.hex().encode() + b"\\n")
        sync(Shelf(laptop.store), line)
"""


def test_a_sync_killed_at_any_moment_loses_nothing(folder: Path) -> None:
    rng = random.Random(SEED)
    group, (uk, us, _) = three(folder, rng)
    with running(folder) as hub:
        for laptop in (uk, us):
            meet(laptop, hub.line(laptop, invited=True))
        for number in range(30):
            us.create(group, "note", rng.randbytes(16), text=f"to be pulled {number}")
        meet(us, hub.line(us))
        uk.close()
        words = [str(uk.home), hub.url, group.hex(), "UK-AISI", str(KILLS), str(SEED)]
        done = subprocess.run(
            [sys.executable, "-c", LIVES, *words],
            input=msgspec.msgpack.encode(uk.keys), capture_output=True, check=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
        )  # fmt: skip
        kept = {bytes.fromhex(line) for line in done.stdout.decode().split()}
        uk.reopen()
        for laptop in (uk, us, uk):
            meet(laptop, hub.line(laptop))
        held = hub.held()
        assert kept, done.stderr.decode()
        assert kept <= {id[:16] for id in held}
        assert len(held) == len(set(held))
        assert {each.id for each in uk.envelopes()} == {each.id for each in us.envelopes()} == set(held)
        assert not differences(shown(uk.store), shown(us.store))
        assert all(tip.regular for tip in Shelf(us.store).state(group).tips.values())


def meet(laptop: Laptop, line) -> None:  # type: ignore[no-untyped-def]
    try:
        sync(Shelf(laptop.store, laptop.at_ms), line)
    finally:
        line.close()
