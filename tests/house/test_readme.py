"""The README tells the truth."""

import os
import re
import subprocess
import sys
from pathlib import Path

from house.tools import ROOT

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
    for command in commands(README)[2:]:
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command],
            cwd=tmp_path,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def test_the_ci_runs_the_second_command() -> None:
    told = (ROOT / ".ci" / "run").read_text("utf-8")
    assert '/bin/pip" install' in told
    assert '-e ".[test]"' in told
    assert '/bin/pytest"' in told


def test_every_dependency_says_why() -> None:
    lines = (ROOT / "pyproject.toml").read_text("utf-8").partition("dependencies = [")[2].partition("\n]")[0]
    assert not [line for line in lines.splitlines() if line and not re.search(r",\s+# \w", line)]
