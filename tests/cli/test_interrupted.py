"""`comity sync` ended in the middle: by Ctrl-C, by a kill; and two of them in one home."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from cli.conftest import Comity
from comity import bootstrap, settings
from comity.desk import care
from comity.desk.carriers import hubs
from comity.log.commit import ORIGINATOR, Change
from desk.houses import NOTES, Houses, houses
from sync.hubs import Running, running

MANY = 1_100  # envelopes: more than one page
FEW = 150


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


@pytest.fixture
def hub(two: Houses, tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        for home, institute in ((two.uk, "UK-AISI"), (two.us, "US-CAISI")):
            desk = bootstrap.open_desk(home)
            hubs.add(desk, "ours", found.url, invite=found.invite(institute))
            desk.close()
        yield found


def syncing(home: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "comity", "sync", "--json", "--home", str(home)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def fill(home: Path, group: str, count: int = MANY) -> None:
    """Many notes, each its own envelope, in one transaction."""
    desk = bootstrap.open_desk(home)
    with desk.store.writing() as connection:
        for n in range(count):
            fields = {ORIGINATOR: desk.institute, "text": f"note {n}", "marking": "TLP:GREEN"}
            change = Change("note", os.urandom(16), fields)
            desk.store.write(connection, bytes.fromhex(group), [change], author="Ada", reason="", at_ms=n)
    desk.close()


def when(true: Callable[[], bool]) -> None:
    """Wait until something holds."""
    for _ in range(600):
        if true():
            return
        time.sleep(0.05)
    raise AssertionError("it never came to that")


def test_ctrl_c_is_130_and_one_error(two: Houses, hub: Running) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        there = settings.load(two.uk).hubs["ours"]
        settings.keep_hub(two.uk, "ours", settings.Hub(f"http://127.0.0.1:{silent.getsockname()[1]}", there.id))
        with syncing(two.uk) as program:
            accepted, _ = silent.accept()
            program.send_signal(signal.SIGINT)
            out, err = program.communicate(timeout=60)
            accepted.close()
    assert (program.returncode, out, json.loads(err)["error"]["code"]) == (130, "", "interrupted")


def test_a_killed_sync_goes_on_from_there(comity: Comity, two: Houses, hub: Running) -> None:
    fill(two.uk, two.group)
    with syncing(two.uk) as program:
        when(lambda: len(hub.held()) >= 900)
        program.kill()
    assert comity("sync", "--home", str(two.uk)).code == 0
    here = asked(two.us)
    with syncing(two.us) as program:
        when(lambda: here() > NOTES)
        program.kill()
    for home in (two.us, two.uk):
        assert comity("sync", "--home", str(home)).code == 0
        desk = bootstrap.open_desk(home)
        assert care.verify(desk)["ok"]
        desk.close()
    assert comity("note", "list", "--limit", "1", "--json", "--home", str(two.us)).json["count"] == NOTES + MANY
    assert len(hub.held()) == len(set(hub.held()))


def asked(home: Path) -> Callable[[], int]:
    """How many envelopes are here, as another process sees it."""
    desk = bootstrap.open_desk(home)
    return desk.store.database.version


def test_two_at_once_in_one_home_both_end_well(comity: Comity, two: Houses, hub: Running) -> None:
    fill(two.uk, two.group, FEW)
    for home in (two.uk, two.us):
        programs = [syncing(home) for _ in range(2)]
        for program in programs:
            out, err = program.communicate(timeout=200)
            assert (program.returncode, err) == (0, ""), out
    assert len(hub.held()) == len(set(hub.held())) > FEW
    assert comity("note", "list", "--limit", "1", "--json", "--home", str(two.us)).json["count"] == NOTES + FEW
