"""Real homes for the commands: an empty one and the demo, made once and copied for each test."""

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cli.house import House
from comity.cli.app import main


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def error(self) -> dict[str, Any]:
        told: dict[str, Any] = json.loads(self.err)["error"]
        return told


Comity = Callable[..., Said]


@pytest.fixture
def comity(capsys: pytest.CaptureFixture[str]) -> Comity:
    """Run one command in this process."""

    def run(*words: str) -> Said:
        capsys.readouterr()
        code = main(words)
        told = capsys.readouterr()
        return Said(code, told.out, told.err)

    return run


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from comity import bootstrap

    home = tmp_path_factory.mktemp("empty") / "home"
    bootstrap.init(home, institute="UK-AISI", person="Tamsin Oakhollow", device="laptop-1")
    return home


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from comity import bootstrap

    home = tmp_path_factory.mktemp("demo") / "home"
    bootstrap.demo(home).close()
    return home


@pytest.fixture
def home(_empty: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home with nothing in it but its institute."""
    home = tmp_path / "home"
    shutil.copytree(_empty, home)
    monkeypatch.setenv("COMITY_HOME", str(home))
    return home


@pytest.fixture
def demo(_demo: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The home with the sample exercises that all tests read and none changes; it is 2026-11-23 there."""
    monkeypatch.setenv("COMITY_HOME", str(_demo))
    return _demo


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    made = tmp_path / "stick"
    made.mkdir()
    return made


@pytest.fixture
def uk(tmp_path: Path, comity: Comity) -> House:
    return House(tmp_path, "uk", comity)


@pytest.fixture
def us(tmp_path: Path, comity: Comity) -> House:
    return House(tmp_path, "us", comity)


@pytest.fixture
def both(uk: House, us: House, stick: Path) -> tuple[House, House]:
    """The UK founded a group, and the US is its second chair."""
    uk.ok("group", "create", "UKUS")
    uk.ok("note", "add", "--text", "first", "--group", "UKUS", "--marking", "TLP:AMBER")
    uk.ok("group", "admit", "UKUS", "--device", str(us.card), "--role", "chair", "--yes")
    uk.give(us, stick)
    return uk, us
