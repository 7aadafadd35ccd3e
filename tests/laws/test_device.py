"""What one device promises: restored copies, processes side by side, killed programs, power cuts, full disks."""

import os
import random
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.store import cipher
from laws import powercut
from laws.children import dots_of, founded, home_of, unwhole
from laws.faults import ENV, acknowledged, after_power_cuts, child
from laws.laptops import Laptop, shown, three

KILLS = int(os.environ.get("COMITY_KILLS", "8"))
CUTS = int(os.environ.get("COMITY_CUTS", "60"))


@pytest.fixture
def group(folder: Path) -> Iterator[tuple[bytes, list[Laptop]]]:
    id, laptops = three(folder, random.Random(3))
    yield id, laptops
    for laptop in laptops:
        laptop.close()


def note(number: int) -> bytes:
    return number.to_bytes(16)


def seats(laptop: Laptop, group: bytes, device: bytes) -> dict[bytes, list[int]]:
    """The seqs that are held of each seat of a device."""
    mine = {seat.id for seat in laptop.standing(group).seats.values() if seat.device == device}
    found: dict[bytes, list[int]] = {}
    for each in sorted(laptop.envelopes(), key=lambda each: each.seq):
        if each.seat in mine:
            found.setdefault(each.seat, []).append(each.seq)
    return found


def test_restored_laptop_does_not_fork(group: tuple[bytes, list[Laptop]], folder: Path) -> None:
    id, (uk, us, us2) = group
    copy = us2.copy(folder / "copy")
    lost = us2.create(id, "note", note(1), text="written after the copy, and sent")
    uk.take(us2.leave(id))
    us2.restore(copy)
    for number in (2, 3, 4):
        us2.create(id, "note", note(number), text="written on the old copy")
    for laptop in (uk, us, us2):
        for other in (uk, us, us2):
            laptop.take(other.envelopes())
    assert us2.status(lost) == "in"
    assert {us2.row("note", note(number))["text"] for number in (1, 2)} == {
        "written after the copy, and sent",
        "written on the old copy",
    }
    old, new = sorted(seats(uk, id, us2.device).values(), key=lambda chain: -len(chain))
    doubled = [chain for chain in (old, new) if len(set(chain)) != len(chain)]
    assert len(doubled) == 1  # where the act that took the new seat stands beside what was lost
    assert sorted(map(sorted, (old, new))) == sorted([[1, 1], [1, 2, 3]])
    assert shown(uk.store)["note"] == shown(us2.store)["note"]


def test_a_clone_takes_a_seat_of_its_own_at_first_contact(group: tuple[bytes, list[Laptop]], folder: Path) -> None:
    id, (uk, _, us2) = group
    us2.create(id, "note", note(1), text="before")
    us2.copy(folder / "twin")
    twin = Laptop(folder / "twin", us2.institute, us2.keys)
    for laptop, number in ((us2, 2), (twin, 3)):
        laptop.create(id, "note", note(number), text="on its own")
    us2.take(twin.envelopes())
    twin.take(us2.envelopes())
    us2.create(id, "note", note(4), text="after they met")
    us2.create(id, "note", note(5), text="and once more")
    uk.take([*us2.envelopes(), *twin.envelopes()])
    twin.close()
    chains = sorted(seats(uk, id, us2.device).values())
    assert chains == [[1, 2], [1, 2, 2, 3]]
    assert all(uk.row("note", note(number)) for number in (1, 2, 3, 4, 5))


def test_two_processes_share_one_store(tmp_path: Path) -> None:
    laptop, _ = founded(tmp_path)
    running = [
        subprocess.Popen(child("write", tmp_path, first, 15), env=ENV, stdout=subprocess.PIPE, text=True)
        for first in (1_000, 2_000)
    ]
    mine = set()
    for number in range(15):
        mine.add(laptop.create(bytes.fromhex(laptop.store.private), "note", note(number + 5), text="mine").hex())
    told = set().union(*(acknowledged(each.communicate(timeout=100)[0]) for each in running))
    laptop.close()
    assert len(told) == 30
    assert told | mine <= dots_of(tmp_path)
    assert [problem for problem in unwhole(tmp_path) if "alone" not in problem] == []


def test_killed_at_any_moment_each_commit_is_whole_or_absent(tmp_path: Path) -> None:
    laptop, _ = founded(tmp_path)
    laptop.close()
    seed = int(os.environ.get("COMITY_SEED", "1"))
    done = subprocess.run(
        child("killed", tmp_path, seed, KILLS), env=ENV, capture_output=True, text=True, timeout=300, check=False
    )
    told = acknowledged(done.stdout)
    assert done.returncode == 0, done.stderr
    assert not done.stderr, f"seed {seed}: {done.stderr}"
    assert told, "no child lived long enough to write"
    assert told <= dots_of(tmp_path), f"seed {seed}: acknowledged and gone"


@pytest.mark.skipif(not powercut.can_trace(), reason="needs strace, and the right to trace: apt-get install strace")
def test_power_cut_keeps_acknowledged_commits(tmp_path: Path) -> None:
    assert after_power_cuts(tmp_path, "write", CUTS) == []


def test_full_disk_loses_nothing(tmp_path: Path) -> None:
    laptop, _ = founded(tmp_path)
    laptop.close()
    done = subprocess.run(
        child("fill", tmp_path, 200_000), env=ENV, capture_output=True, text=True, timeout=100, check=False
    )
    told = acknowledged(done.stdout)
    assert done.stderr.startswith("Refused disk_"), done.stderr
    assert len(told) > 1
    assert told <= dots_of(tmp_path)
    assert list(unwhole(tmp_path)) == []


def test_every_connection_syncs_each_commit_to_the_disk(tmp_path: Path) -> None:
    laptop = home_of(tmp_path)
    with laptop.store.writing() as c:
        assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    assert "synchronous=FULL" in cipher.PRAGMAS
    laptop.close()
