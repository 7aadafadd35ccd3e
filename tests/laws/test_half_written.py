"""Killed or interrupted in the middle of a job: each file or plan is in whole or not at all; the rest can be done."""

import random
import shutil
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk import asking, care
from comity.desk.files import imports, plans, sheets
from comity.samples.catalogue import logs
from comity.samples.catalogue import plans as samples

SEED = 20261123
PEOPLE = {"institute": "UK-AISI", "person": "Tamsin Oakhollow", "device": "laptop-1"}


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("halves") / "home"
    bootstrap.init(home, **PEOPLE)
    return home


@pytest.fixture
def home(empty: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(empty, tmp_path / "home"))


def command(home: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "comity", "--home", str(home), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def many(folder: Path, count: int = 60) -> Path:
    """A folder with the sample logs over and over, so that reading them takes a while."""
    folder.mkdir()
    for number in range(count):
        for log in logs():
            (folder / f"{number:03}_{log.name}").symlink_to(log)
    return folder


def stopped(process: "subprocess.Popen[str]", home: Path, more: float, stop: signal.Signals) -> int:
    """Wait until it has opened the store, and so many seconds more, then stop it; its exit code."""
    wal = home / "store.db-wal"
    deadline = time.monotonic() + 30
    while not wal.exists() and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(more)
    process.send_signal(stop)
    process.communicate(timeout=30)
    return process.returncode


def is_whole(home: Path) -> None:
    """The store verifies, and every run has a header with its deviations or is not there."""
    desk = bootstrap.open_desk(home, today=date(2026, 11, 23))
    try:
        assert care.verify(desk) == {"ok": True, "problems": []}
        assert all(run.header for run in asking.records(desk, "run"))  # type: ignore[attr-defined]
    finally:
        desk.close()


@pytest.mark.parametrize("turn", range(3))
def test_an_import_that_is_killed_leaves_whole_runs_and_can_be_done_again(
    home: Path, tmp_path: Path, turn: int
) -> None:
    folder = many(tmp_path / "logs")
    process = command(home, "run", "import", str(folder))
    stopped(process, home, random.Random(SEED + turn).random(), signal.SIGKILL)
    is_whole(home)
    desk = bootstrap.open_desk(home)
    imports.import_logs(desk, logs())
    assert asking.count(desk, "run") == len({run.eval_id for run in asking.records(desk, "run")})  # type: ignore[attr-defined]
    again = imports.import_logs(desk, logs())
    assert {each.outcome for each in again} == {"unchanged"}
    desk.close()


@pytest.mark.parametrize("turn", range(3))
def test_a_plan_that_is_killed_is_applied_whole_or_not_at_all(home: Path, tmp_path: Path, turn: int) -> None:
    text = next(path for path in samples() if path.name == "saltmarsh.toml").read_text(encoding="utf-8")
    path = tmp_path / "plan.toml"
    kept = text.replace('group = "UKUS"', 'group = "private"').partition("[[assignment]]")[0]
    path.write_text(kept, encoding="utf-8")
    process = command(home, "apply", str(path))
    stopped(process, home, random.Random(SEED + turn).random(), signal.SIGKILL)
    desk = bootstrap.open_desk(home, today=date(2026, 11, 23))
    found = {noun: count for noun, count in asking.counts(desk).items() if count and noun != "institute"}
    applied = plans.apply(desk, path)
    whole = {noun: count for noun, count in asking.counts(desk).items() if count and noun != "institute"}
    assert found in ({}, whole)
    assert applied.count("add") in (0, sum(whole.values()))
    assert care.verify(desk)["ok"]
    desk.close()


def test_ctrl_c_in_an_import_exits_130_with_nothing_half_written(home: Path, tmp_path: Path) -> None:
    process = command(home, "run", "import", str(many(tmp_path / "logs", 200)))
    assert stopped(process, home, 0.5, signal.SIGINT) == 130
    is_whole(home)


@pytest.mark.parametrize("turn", range(3))
def test_a_sheet_that_is_killed_leaves_whole_commits_and_can_be_read_again(
    home: Path, tmp_path: Path, turn: int
) -> None:
    path, rows = tmp_path / "notes.csv", 5_000
    path.write_text("text\n" + "".join(f"Note number {number}\n" for number in range(rows)), encoding="utf-8")
    process = command(home, "import", "sheet", str(path), "--kind", "note")
    stopped(process, home, 1 + 2 * random.Random(SEED + turn).random(), signal.SIGKILL)
    desk = bootstrap.open_desk(home, today=date(2026, 11, 23))
    assert asking.count(desk, "note") in (0, sheets.BATCH, 2 * sheets.BATCH, rows)
    sheets.import_sheet(desk, path, "note")
    assert {each.outcome for each in sheets.import_sheet(desk, path, "note")} == {"unchanged"}
    assert asking.count(desk, "note") == rows
    assert care.verify(desk)["ok"]
    desk.close()
