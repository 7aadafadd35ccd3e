"""Programs that write to a home and say what was acknowledged, to be killed, starved or run side by side.

`python -m laws.children WHAT HOME NUMBER...`; the keys of a home come from its seed, so that a child can open it.
"""

import os
import random
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from sqlalchemy import select

from comity.errors import ComityError
from comity.log.commit import ORIGINATOR, Change
from comity.log.keys import Pair
from comity.store import cipher, schema
from laws.laptops import Laptop

SEED = 7
BULK = "long " * 3_000


def home_of(home: Path) -> Laptop:
    """The laptop of a home, with keys that every process can make."""
    return Laptop.new(home, "UK-AISI", random.Random(SEED))


def founded(home: Path) -> tuple[Laptop, bytes]:
    laptop = home_of(home)
    return laptop, laptop.found(Pair.of_recovery(bytes(32)), bytes(16))


def pair(number: int, text: str = "") -> list[Change]:
    """Two records in one commit: there is never one without the other."""
    return [
        Change("note", bytes([side]) + number.to_bytes(15), {ORIGINATOR: "UK-AISI", "text": f"pair {number} {text}"})
        for side in (0, 1)
    ]


def write(laptop: Laptop, number: int, text: str = "") -> None:
    """Write a pair and say so."""
    (dot,) = laptop.write(bytes.fromhex(laptop.store.private), *pair(number, text))
    os.write(1, f"{number} {dot.hex()}\n".encode())


def write_some(home: Path, first: int, count: int) -> None:
    laptop = home_of(home)
    for number in range(first, first + count):
        write(laptop, number)
    laptop.close()


def write_unsynced(home: Path, first: int, count: int) -> None:
    """The same with the setting that a power cut does not forgive."""
    pragmas = tuple(each.replace("synchronous=FULL", "synchronous=NORMAL") for each in cipher.PRAGMAS)
    with patch.object(cipher, "PRAGMAS", pragmas):
        write_some(home, first, count)


def write_until_full(home: Path, room: int) -> None:
    """Write until a file may not grow, say why it ended, and write again once there is room."""
    laptop = home_of(home)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = max(each.stat().st_size for each in home.iterdir())
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + room, hard))
    number = 0
    try:
        while number < 2_000:
            write(laptop, number, BULK)
            number += 1
    except ComityError as error:
        os.write(2, f"{type(error).__name__} {error.code}: {error.message}".encode())
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    write(laptop, number)
    laptop.close()


def be_killed(home: Path, seed: int, rounds: int) -> None:
    """Fork writers and kill each at a random moment; what they acknowledged goes to our own output."""
    rng = random.Random(seed)
    home_of(home).close()  # everything is imported before the first fork
    for number in range(rounds):
        hears, tells = os.pipe()
        child = os.fork()
        if child == 0:
            laptop = home_of(home)
            os.write(tells, b".")
            for each in range(1_000):
                write(laptop, number * 1_000 + each)
            os._exit(1)
        os.read(hears, 1)  # it is about to write
        time.sleep(rng.uniform(0, 0.15))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        problems = list(unwhole(home))
        os.write(2, "\n".join(problems).encode())


def unwhole(home: Path) -> Iterator[str]:
    """What is not whole in a home: half a commit, a chain with a gap or a fork, a damaged file."""
    laptop = home_of(home)
    with laptop.store.reading() as c:
        e = schema.envelopes.c
        if c.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
            yield "the file is damaged"
        chains: dict[bytes, list[int]] = {}
        for seat, seq, status in c.execute(select(e.seat, e.seq, e.status).order_by(e.seq)):
            chains.setdefault(seat, []).append(seq)
            if status != "in":
                yield f"an envelope is {status}"
        yield from (f"a chain goes {chain}" for chain in chains.values() if chain != list(range(1, len(chain) + 1)))
        ids = set(c.exec_driver_sql("SELECT id FROM note").scalars())
        yield from (f"{id} is alone" for id in ids if f"{1 - int(id[:2]):02}{id[2:]}" not in ids)
    laptop.close()


def dots_of(home: Path) -> set[str]:
    """The dots of all envelopes of a home."""
    laptop = home_of(home)
    with laptop.store.reading() as c:
        found = {dot.hex() for dot in c.execute(select(schema.envelopes.c.dot)).scalars()}
    laptop.close()
    return found


CHILDREN = {"write": write_some, "unsynced": write_unsynced, "fill": write_until_full, "killed": be_killed}

if __name__ == "__main__":
    CHILDREN[sys.argv[1]](Path(sys.argv[2]), *map(int, sys.argv[3:]))
