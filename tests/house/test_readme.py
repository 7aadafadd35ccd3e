"""The README tells the truth."""

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from house.tools import ROOT

PORT = "8420"
README = (ROOT / "README.md").read_text("utf-8")
SET_UP = [
    "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/comity demo",
    'python3 -m venv .venv && .venv/bin/pip install -e ".[test]" && .venv/bin/pytest',
]


def commands(text: str) -> list[str]:
    """What follows a prompt in the console blocks."""
    blocks = re.findall(r"^```console\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
    return [line[2:] for block in blocks for line in block.splitlines() if line.startswith("$ ")]


def test_there_are_exactly_two_commands_to_set_up() -> None:
    assert commands(README)[:2] == SET_UP
    assert not [command for command in commands(README)[2:] if "pip" in command or "venv" in command]


def test_every_readme_command_runs(tmp_path: Path) -> None:
    """In order, in one home of its own, on the tree as it is; what they write lands beside it."""
    for item in ROOT.iterdir():
        (tmp_path / item.name).symlink_to(item)
    environment = {**os.environ, "COMITY_HOME": str(tmp_path / "home"), "HOME": str(tmp_path)}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    told: dict[str, Any] = {"cwd": tmp_path, "env": environment, "stdin": subprocess.DEVNULL, "text": True}
    with socket.create_server(("127.0.0.1", 0)) as free, ExitStack() as stack:
        port = str(free.getsockname()[1])
        free.close()
        for command in commands(README)[2:]:
            words = ["bash", "-euo", "pipefail", "-c", command.replace(PORT, port)]
            if command.startswith("comity hub serve"):
                stack.enter_context(served(words, told))
            else:
                done = subprocess.run(words, capture_output=True, check=False, **told)
                assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


@contextmanager
def served(words: list[str], told: dict[str, Any]) -> Iterator[None]:
    """A command that goes on until Ctrl-C, while those after it run."""
    with subprocess.Popen(words, stderr=subprocess.PIPE, **told) as program:
        assert program.stderr is not None
        try:
            assert "listens at" in program.stderr.readline()
            yield
            program.terminate()
            said = program.stderr.read()
            assert program.wait(60) == 0, said
        finally:
            program.kill()


def test_the_ci_runs_the_second_command() -> None:
    told = (ROOT / ".ci" / "run").read_text("utf-8")
    assert '/bin/pip" install' in told
    assert '-e ".[test]"' in told
    assert '/bin/pytest"' in told


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").partition("dependencies = [")[2].partition("\n]")[0]
    assert not [line for line in lines.splitlines() if line and not re.search(r",\s+# \w", line)]
