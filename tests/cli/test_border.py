"""The border of a command: no traceback, the right exit code, nothing said twice."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from comity.cli.app import main
from comity.cli.border import DONE_BEFORE
from comity.home import make_home

SECRET = "the-text-of-an-error-may-be-content"


def run(code: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code, *words], capture_output=True, text=True, check=False)


def test_a_bug_leaves_its_place_in_the_log_and_no_traceback(tmp_path: Path) -> None:
    id = "01890a5d-ac96-774b-bcce-b302099a8057"
    make_home(tmp_path / "home")
    told = run(
        f"""
import sys
from comity.cli import border, frame
def bug(): raise ZeroDivisionError("{SECRET} {id}")
sys.exit(border.guarded(bug, frame.Call()))
"""
    )
    log = tmp_path / "home" / "logs" / "comity.log"
    assert told.returncode == 1
    assert "Traceback" not in told.stderr
    assert str(log) in told.stderr
    text = log.read_text("utf-8")
    assert SECRET not in text
    assert SECRET not in told.stderr
    assert "ZeroDivisionError" in text
    assert id in text
    assert log.stat().st_mode & 0o077 == 0
    assert log.parent.stat().st_mode & 0o077 == 0


def test_a_bug_makes_no_home(tmp_path: Path) -> None:
    told = run(
        "import sys; from comity.cli import border, frame; sys.exit(border.guarded(lambda: 1 // 0, frame.Call()))"
    )
    assert told.returncode == 1
    assert not (tmp_path / "home").exists()


def test_an_interrupt_exits_130_and_says_so_in_a_sentence() -> None:
    code = "import sys, time; from comity.cli import border, frame; from comity.cli.app import root\n"
    code += "root.callback = lambda *a: (print('here', flush=True), time.sleep(60))\n"
    code += "from comity.cli.app import main; sys.exit(main([]))"
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        time.sleep(0.1)
        os.kill(process.pid, signal.SIGINT)
        assert process.wait(10) == 130
        assert process.stderr.read().splitlines() == [b"Interrupted.", DONE_BEFORE.encode()]


def test_a_closed_pipe_is_no_error() -> None:
    command = f"'{sys.executable}' -m comity kinds --json | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert done.stdout == "{0\n"
    assert not done.stderr


def test_an_error_that_nobody_reads_keeps_its_code() -> None:
    command = f"'{sys.executable}' -c 'import time; time.sleep(0.3); from comity.cli.app import main; "
    command += 'raise SystemExit(main(["kinds", "nope"]))\' 2>&1 | true; echo ${PIPESTATUS[0]}'
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("2\n", "")


@pytest.mark.parametrize("form", ["", "--json"])
def test_what_a_command_found_is_its_code_also_where_nobody_reads_it(demo: Path, form: str) -> None:
    command = f"'{sys.executable}' -m comity check --strict {form} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr.count("\n")) == ("5\n", 1)


def test_recovery_words_that_nobody_reads_are_an_error(tmp_path: Path) -> None:
    told = f"--home {tmp_path / 'home'} --institute UK-AISI --person Ada --device d1 --no-passphrase"
    command = f"'{sys.executable}' -m comity init {told} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert (done.stdout, "output is closed" in done.stderr) == ("4\n", True)


def test_a_missing_file_exits_3(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    from comity.cli import border
    from comity.cli.frame import Call

    assert border.guarded(lambda: Path("no/such/file").read_text("utf-8"), Call()) == 3
    assert "no/such/file" in capsys.readouterr().err


def test_escapes_in_an_error_reach_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kinds", "\x1b[2Jrun\u202e"]) == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "\u202e" not in told
