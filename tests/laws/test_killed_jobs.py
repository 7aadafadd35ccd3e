"""Killed while it reads a bundle or makes its rows anew, again and again: then it goes on, and ends like the others."""

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from comity.store import schema, verify
from comity.sync import bundle
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three

KILLS = int(os.environ.get("COMITY_KILLS", "8"))
SEED = int(os.environ.get("COMITY_SEED", "7"))
NOTES = {"read": (40, 12_000), "rebuild": (300, 10), "open_newer": (300, 10)}  # several pages, or many rows

JOBS = """
import os, random, shutil, signal, sys, time
from pathlib import Path
import msgspec
from comity.log.keys import DeviceKeys
from comity.store import verify
from comity.store.store import Store
from comity.sync import bundle
from comity.sync.shelf import Shelf

job, home, stick, kills, seed = sys.argv[1:]
home, rng = Path(home), random.Random(int(seed))
keys = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=DeviceKeys)

def run(home):
    store = Store.open(home, keys)
    if job == "read":
        bundle.read(Shelf(store), Path(stick))
    elif job == "rebuild":
        store.rebuild()
    store.close()

copied = home.with_name("copied")
for _ in range(2):  # the first one also imports what it needs
    shutil.copytree(home, copied)
    begun = time.monotonic()
    run(copied)
    lasts = time.monotonic() - begun
    shutil.rmtree(copied)
for _ in range(int(kills)):
    child = os.fork()
    if not child:
        run(home)
        os._exit(0)
    time.sleep(rng.uniform(0.2, 1.6) * lasts)  # a child starts slowly
    os.kill(child, signal.SIGKILL)
    killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    print("killed" if killed else "done")
    if job != "open_newer":  # that is done by opening
        store = Store.open(home, keys)
        print(*("damaged " + each.text for each in verify.problems(store)))
        store.close()
"""


def killed(laptop: Laptop, job: str, stick: Path) -> int:
    """Begin a job and kill it, so many times; how often it was under way."""
    laptop.close()
    done = subprocess.run(
        [sys.executable, "-c", JOBS, job, str(laptop.home), str(stick), str(KILLS), str(SEED)],
        input=msgspec.msgpack.encode(laptop.keys), capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, sys.path))},
    )  # fmt: skip
    assert b"damaged" not in done.stdout, done.stdout.decode()
    return done.stdout.split().count(b"killed")


def read(laptop: Laptop, stick: Path) -> None:
    laptop.reopen()
    assert verify.problems(laptop.store) == []
    bundle.read(Shelf(laptop.store), stick)


def rebuild(laptop: Laptop, stick: Path) -> None:
    laptop.reopen()
    assert verify.problems(laptop.store) == []
    laptop.store.rebuild()


def open_newer(laptop: Laptop, stick: Path) -> None:
    laptop.reopen()


@pytest.mark.parametrize("job", [read, rebuild, open_newer])
def test_a_job_killed_at_any_moment_goes_on_and_ends_equal(job: Callable[[Laptop, Path], None], folder: Path) -> None:
    rng = random.Random(SEED)
    group, (uk, us, _) = three(folder, rng)
    count, size = NOTES[job.__name__]
    for number in range(count):
        uk.create(group, "note", rng.randbytes(16), text=f"{number} {rng.randbytes(size).hex()}")
    bundle.write(Shelf(uk.store), folder / "stick", [us.device], limit=bundle.SMALLEST)
    if job is not read:
        bundle.read(Shelf(us.store), folder / "stick")
    if job is open_newer:
        with us.store.writing() as connection:
            schema.remember(connection, "fingerprint", b"that of an older Comity")
            connection.exec_driver_sql("DELETE FROM note")
    assert killed(us, job.__name__, folder / "stick") > 1  # a machine that is busy meanwhile ends some of them before
    job(us, folder / "stick")
    assert verify.problems(us.store) == []
    assert {each.id for each in us.envelopes()} == {each.id for each in uk.envelopes()}
    assert not differences(shown(uk.store), shown(us.store))
    assert len(shown(us.store)["note"]) == count
    for laptop in (uk, us):
        laptop.close()
