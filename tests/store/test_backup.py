"""Backups: one state of a home in one file, all or nothing both ways, a copy of the past when it comes back."""

import os
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.errors import ComityError, IntegrityFailure, NotFound, Refused
from comity.log import keyfile
from comity.log.card import Card
from comity.store import backup, verify
from comity.store.store import Store
from laws.children import founded, home_of, pair
from laws.faults import ENV, child
from laws.laptops import admit, shown


@pytest.fixture
def home(tmp_path: Path) -> Iterator[tuple[Path, Store]]:
    laptop, group = founded(tmp_path / "home")
    card = Card.of(laptop.keys, laptop.keys.pair.public, institute="UK-AISI", name="laptop")
    (laptop.home / "device.key").write_bytes(keyfile.sealed(laptop.keys, card, "").encode())
    (laptop.home / "config.local.toml").write_text("[general]\n")
    laptop.write(group, *pair(1))
    yield laptop.home, laptop.store
    laptop.close()


def test_what_was_backed_up_comes_back(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    backup.restore(tmp_path / "backup", tmp_path / "again")
    restored = home_of(tmp_path / "again")
    assert shown(restored.store) == shown(store)
    assert verify.problems(restored.store) == []
    assert not (tmp_path / "again" / "config.local.toml").exists(), "settings can name a program to run"
    assert (tmp_path / "again").stat().st_mode & 0o777 == 0o700
    assert {each.stat().st_mode & 0o077 for each in (tmp_path / "again").iterdir()} == {0}
    assert (tmp_path / "backup").stat().st_mode & 0o777 == 0o600
    restored.close()


def test_a_restored_home_takes_a_new_seat_once_and_only_for_its_writing(
    home: tuple[Path, Store], tmp_path: Path
) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    backup.restore(tmp_path / "backup", tmp_path / "again")
    restored = home_of(tmp_path / "again")
    group = bytes.fromhex(store.private)
    assert len(restored.standing(group).seats) == 2
    for number in (2, 3, 4):
        restored.write(group, *pair(number))
    assert len(restored.standing(group).seats) == 3
    admit(store, restored.envelopes())
    assert shown(store) == shown(restored.store)
    restored.close()


def test_a_backup_is_one_state_while_others_write(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    writer = subprocess.Popen(child("write", folder, 100, 60), env=ENV, stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    writer.stdout.readline()
    for number in range(3):
        backup.write(folder, store, tmp_path / f"backup{number}")
        backup.restore(tmp_path / f"backup{number}", tmp_path / f"again{number}")
        restored = home_of(tmp_path / f"again{number}")
        assert verify.problems(restored.store) == []
        restored.close()
    writer.communicate(timeout=60)


def test_nothing_is_overwritten(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    before = (tmp_path / "backup").read_bytes()
    with pytest.raises(Refused, match="there already"):
        backup.write(folder, store, tmp_path / "backup")
    with pytest.raises(Refused, match="not empty"):
        backup.restore(tmp_path / "backup", folder)
    assert (tmp_path / "backup").read_bytes() == before
    assert verify.problems(store) == []


def test_a_backup_that_was_cut_or_changed_restores_nothing(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    whole, rng = (tmp_path / "backup").read_bytes(), random.Random(1)
    harmed = [whole[: rng.randrange(len(whole))] for _ in range(15)] + [whole + b"x", b"", b"CYB1"]
    for _ in range(25):
        at = rng.randrange(len(whole)) if rng.random() < 0.6 else rng.randrange(200)
        harmed.append(whole[:at] + bytes([whole[at] ^ 1 << rng.randrange(8)]) + whole[at + 1 :])
    for data in harmed:
        (tmp_path / "harmed").write_bytes(data)
        with pytest.raises(IntegrityFailure):
            backup.restore(tmp_path / "harmed", tmp_path / "again")
        assert sorted(each.name for each in tmp_path.iterdir()) == ["backup", "harmed", "home"]


def test_names_in_a_backup_are_never_paths(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    whole = (tmp_path / "backup").read_bytes()
    for name in (b"../../e.key", b"/etc/passwd", b"device.ke\0"):
        (tmp_path / "harmed").write_bytes(whole.replace(b"device.key", name[:10].ljust(10, b"x"), 1))
        with pytest.raises(IntegrityFailure, match="not those of a home"):
            backup.restore(tmp_path / "harmed", tmp_path / "again")


def test_a_failed_backup_leaves_nothing(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    with pytest.raises(ComityError):
        backup.write(folder, store, tmp_path / "nowhere" / "backup")
    (folder / "device.key").unlink()
    with pytest.raises(NotFound):
        backup.write(folder, store, tmp_path / "backup")
    assert [each.name for each in tmp_path.iterdir()] == ["home"]
    with pytest.raises(NotFound):
        backup.restore(tmp_path / "backup", tmp_path / "again")


def test_a_full_disk_leaves_neither_backup_nor_home(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    program = (
        "import resource, sys; from pathlib import Path\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))\n"
        "from comity.store import backup; from comity.errors import Refused\n"
        "try: backup.restore(Path(sys.argv[1]), Path(sys.argv[2]))\n"
        "except Refused as error: print(error.code)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "backup"), str(tmp_path / "again")],
        env=dict(os.environ), capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "restore_failed\n"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["backup", "home"]


def test_what_a_restore_that_was_killed_left_goes_with_the_next(home: tuple[Path, Store], tmp_path: Path) -> None:
    folder, store = home
    backup.write(folder, store, tmp_path / "backup")
    left, other = tmp_path / ".again.restoring-x1" / "home", tmp_path / ".again.else"
    for each in (left, other):
        each.mkdir(parents=True)
    backup.restore(tmp_path / "backup", tmp_path / "again")
    assert not left.parent.exists()
    assert other.exists()
