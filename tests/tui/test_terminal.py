"""The app as a process on a terminal: how it ends, and what it leaves there."""

import os
import pty
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comity import settings

SECRET = "the-text-of-an-error-may-be-content"
RUN = "import sys; from comity.cli.app import main; sys.exit(main(sys.argv[1:]))"
BUG_ON_A_KEY = f"""
from comity.tui.everywhere import Everywhere
def bug(self):
    held = "{SECRET}"
    raise ZeroDivisionError(held)
Everywhere.action_messages = bug
"""
BUG_AT_THE_OPENING = f"""
from comity import bootstrap
def bug(*_, **__):
    held = "{SECRET}"
    raise ZeroDivisionError(held)
bootstrap.open_desk = bug
"""


class Terminal:
    """A program on a terminal of 80x24: what it wrote so far, keys to it, how it ended."""

    def __init__(self, code: str, *words: str, home: Path) -> None:
        self._ours, theirs = pty.openpty()
        environ = {**os.environ, "COMITY_HOME": str(home), "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
        self._process = subprocess.Popen(
            [sys.executable, "-c", code + RUN, *words], stdin=theirs, stdout=theirs, stderr=theirs, env=environ
        )
        os.close(theirs)
        os.set_blocking(self._ours, False)
        self.text = ""

    def read(self) -> bool:
        """What came meanwhile; whether the program still runs."""
        over = self._process.poll() is not None
        try:
            while data := os.read(self._ours, 65536):
                self.text += data.decode(errors="replace")
        except (BlockingIOError, OSError):
            pass
        return not over

    def wait_for(self, words: str) -> None:
        deadline = time.monotonic() + 60
        while words not in self.text and time.monotonic() < deadline and self.read():
            time.sleep(0.05)
        assert words in self.text

    def press(self, keys: str) -> None:
        os.write(self._ours, keys.encode())

    def signal(self, number: int) -> None:
        self._process.send_signal(number)

    def ended(self) -> int:
        deadline = time.monotonic() + 60
        while self.read() and time.monotonic() < deadline:
            time.sleep(0.05)
        self.read()
        return self._process.wait(1)

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        os.close(self._ours)


@contextmanager
def on_terminal(code: str, *words: str, home: Path) -> Iterator[Terminal]:
    terminal = Terminal(code, *words, home=home)
    try:
        yield terminal
    finally:
        terminal.close()


@pytest.mark.parametrize(("code", "key"), [(BUG_ON_A_KEY, "!"), (BUG_AT_THE_OPENING, "")])
def test_a_bug_ends_the_app_with_one_sentence_and_nothing_of_what_was_on_the_screen(
    made_home: Path, code: str, key: str
) -> None:
    with on_terminal(code, "ui", "exercises", home=made_home) as terminal:
        if key:
            terminal.wait_for("SALTMARSH")
            terminal.press(key)
        assert terminal.ended() == 1
        screen, left, told = terminal.text.rpartition("\x1b[?1049l")
        assert left, "the terminal is not given back"
        assert "\x1b[?25h" in terminal.text[len(screen) :]
        assert "This is a bug in Comity" in told
        assert "comity.log" in re.sub(r"\s", "", told)
        assert SECRET not in terminal.text
        assert "Traceback" not in terminal.text
    log = (made_home / "logs" / "comity.log").read_text("utf-8")
    assert "ZeroDivisionError" in log
    assert "test_terminal" in log or " bug" in log
    assert SECRET not in log


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_a_signal_to_end_gives_the_terminal_back(made_home: Path, number: int, code: int) -> None:
    with on_terminal("", "ui", "exercises", home=made_home) as terminal:
        terminal.wait_for("SALTMARSH")
        terminal.signal(number)
        assert terminal.ended() == code
        screen, left, told = terminal.text.rpartition("\x1b[?1049l")
        assert left, "the terminal is not given back"
        assert "\x1b[?25h" in terminal.text[len(screen) :]
        assert "Traceback" not in told


def test_leaving_does_not_wait_for_a_hub_that_says_nothing(made_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(made_home, home)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        settings.keep_hub(home, "mute", settings.Hub(f"http://127.0.0.1:{mute.getsockname()[1]}"))
        with on_terminal("", "ui", "exercises", home=home) as terminal:
            terminal.wait_for("SALTMARSH")
            terminal.press("S")
            line, _ = mute.accept()
            with line:
                terminal.press("\x11")
                before = time.monotonic()
                assert terminal.ended() == 0
                assert time.monotonic() - before < 3


def test_the_mouse_is_left_to_the_terminal_if_the_settings_say_so(made_home: Path) -> None:
    (made_home / "config.toml").write_text("[screen]\nmouse = false\n", encoding="utf-8")
    (made_home / "config.toml").chmod(0o600)
    with on_terminal("", "ui", "exercises", home=made_home) as terminal:
        terminal.wait_for("SALTMARSH")
        terminal.press("\x11")
        assert terminal.ended() == 0
        assert "\x1b[?1000h" not in terminal.text
    (made_home / "config.toml").unlink()


def test_without_a_terminal_the_app_says_so_and_what_prints_without(made_home: Path) -> None:
    for words in (["ui"], []):
        told = subprocess.run(
            [sys.executable, "-m", "comity", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "COMITY_HOME": str(made_home)},
        )
        assert told.returncode == 2
        assert "The app needs a terminal" in told.stderr
        assert "Traceback" not in told.stderr
