"""Secrets of a device and of a hub: in no argument and no environment of any process, where others may look."""

import os
import secrets
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from comity import bootstrap, settings, unlocking
from comity.log import keyfile

OLD, NEW = "five random words of mine", "other random words of mine"
WORKERS = 2
TELLS = """
import pathlib, sys
import psutil
me = psutil.Process()
seen = [(each.cmdline(), each.environ()) for each in (me, me.parent())]
pathlib.Path(sys.argv[1]).write_text(repr(seen))
print(pathlib.Path(sys.argv[2]).read_text())
"""


def closed(path: Path, text: str) -> Path:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_program_that_tells_the_passphrase_sees_no_secret_of_who_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, seen = tmp_path / "home", tmp_path / "seen"
    told = bootstrap.init(
        home, institute="UK-AISI", person="T", device="laptop-1", passphrase=OLD, cost=keyfile.INTERACTIVE
    )
    file = unlocking.key_file(home)
    keys = file.unlock(file.derive(OLD))
    old, new = closed(tmp_path / "old", OLD), closed(tmp_path / "new", NEW)
    command = (sys.executable, "-c", TELLS, str(seen), str(old))
    settings.change(home, "general.passphrase_command", str(list(command)).replace("'", '"'))
    words = [sys.executable, "-m", "comity", "--home", str(home), "passphrase", "--new-file", str(new)]
    assert subprocess.run(words, check=False, capture_output=True).returncode == 0
    found = seen.read_text()
    assert "passphrase" in found
    for secret in (OLD, NEW, told.words, keys.store.hex(), keys.store.decode("latin-1")):
        assert secret not in found


def test_a_hub_of_several_processes_shows_its_token_to_nobody(tmp_path: Path) -> None:
    token = secrets.token_hex(16)
    file = closed(tmp_path / "token", token)
    words = ["hub", "serve", "--port", "0", "--processes", str(WORKERS), "--metrics-token", str(file)]
    with subprocess.Popen(
        [sys.executable, "-m", "comity", *words, "--database", f"sqlite:///{tmp_path / 'ledger.db'}"],
        stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONWARNINGS": "ignore"},
    ) as program:  # fmt: skip
        try:
            assert program.stderr
            assert "http://" in program.stderr.readline()
            first = psutil.Process(program.pid)
            until = time.monotonic() + 20
            while len(workers := first.children(recursive=True)) < WORKERS and time.monotonic() < until:
                time.sleep(0.02)
            shown = [repr((each.cmdline(), each.environ())) for each in (first, *workers)]
        finally:
            program.terminate()
    assert len(shown) > WORKERS
    assert not any(token in each for each in shown)
