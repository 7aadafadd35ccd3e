"""Power cuts: from a recorded run, every file as a disk could hold it when the power fails at some moment.

What was synced before the cut is there; of the later writes any part may be, in any order, torn at sectors.
"""

import random
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

TRACED = "openat,pwrite64,write,ftruncate,fsync,fdatasync,close,unlink"
SECTOR = 512
_CALL = re.compile(r"^(?:\d+\s+)?(\w+)\((.*)\)\s+= (-?\d+)")
_OPEN = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass
class Disk:
    """A file: what is surely on the disk, and the writes that may be."""

    synced: bytearray = field(default_factory=bytearray)
    pending: list[tuple[int, bytes]] = field(default_factory=list)

    def sync(self) -> None:
        for offset, data in self.pending:
            put(self.synced, offset, data)
        self.pending.clear()

    def after_cut(self, rng: random.Random) -> bytes:
        image = bytearray(self.synced)
        kept = [each for each in self.pending if rng.random() < 0.5]
        rng.shuffle(kept)
        for offset, data in kept:
            if rng.random() < 0.3:
                for start in range(0, len(data), SECTOR):
                    if rng.random() < 0.5:
                        put(image, offset + start, data[start : start + SECTOR])
            else:
                put(image, offset, data)
        return bytes(image)


def put(image: bytearray, offset: int, data: bytes) -> None:
    if data and len(image) < offset:
        image.extend(bytes(offset - len(image)))
    image[offset : offset + len(data)] = data


def record(command: list[str], trace: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program and note every write and sync."""
    tracer = ["strace", "-f", "-xx", "-s", "70000", "-e", f"trace={TRACED}", "-e", "signal=none", "-o", str(trace)]
    return subprocess.run([*tracer, *command], env=env, capture_output=True, text=True, timeout=120, check=False)


def moments(trace: Path, home: Path) -> Iterator[tuple[dict[str, Disk], list[str]]]:
    """The disk after every call of a recorded run, and the lines that the program had printed by then."""
    disks = {each.name: Disk(bytearray(each.read_bytes())) for each in home.iterdir()}
    files: dict[int, str] = {}
    said: list[str] = []
    for line in trace.read_text().splitlines():
        call = _CALL.match(line)
        if not call or int(call[3]) < 0:
            continue
        name, told, result = call[1], call[2], int(call[3])
        if name == "openat":
            path = Path(text(told))
            if path.parent == home and not path.name.endswith("-shm"):
                files[result] = path.name
                disks.setdefault(path.name, Disk())
            continue
        number = told.split(",")[0]
        if name == "unlink" and Path(text(told)).parent == home:
            disks.pop(Path(text(told)).name, None)
        elif number == "1" and name == "write":
            said += text(told).splitlines()
        elif number.isdigit() and int(number) in files:
            happen(disks[files[int(number)]], name, told)
            if name == "close":
                del files[int(number)]
        yield disks, said


def happen(disk: Disk, name: str, told: str) -> None:
    if name == "pwrite64":
        disk.pending.append((int(told.rsplit(",", 1)[1], 0), raw(told)))
    elif name == "ftruncate":
        disk.sync()
        size = int(told.split(",")[1], 0)
        disk.synced[:] = disk.synced[:size].ljust(size, b"\0")
    elif name in ("fsync", "fdatasync"):
        disk.sync()


def raw(told: str) -> bytes:
    found = _OPEN.search(told)
    return bytes.fromhex(found[1].replace("\\x", "")) if found else b""


def text(told: str) -> str:
    return raw(told).decode(errors="replace")


def images(trace: Path, home: Path, place: Path, rng: random.Random, count: int) -> Iterator[tuple[Path, list[str]]]:
    """Homes as a power cut could leave them, spread over the run, with what had been acknowledged."""
    total = sum(1 for _ in moments(trace, home))
    cuts = set(rng.sample(range(total), min(count, total)))
    for number, (disks, said) in enumerate(moments(trace, home)):
        if number in cuts:
            image = place / f"cut{number}"
            image.mkdir()
            for name, disk in disks.items():
                (image / name).write_bytes(disk.after_cut(rng))
            yield image, list(said)
            shutil.rmtree(image)


def can_trace() -> bool:
    """Whether strace is here and may trace."""
    if not shutil.which("strace"):
        return False
    tried = subprocess.run(["strace", "-o", "/dev/null", sys.executable, "-c", ""], capture_output=True, check=False)
    return tried.returncode == 0
