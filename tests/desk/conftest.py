"""Real homes for the desk: an empty one and the demo, made once and copied for each test."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk.desk import Desk
from desk.opening import TODAY, Opener, ticking


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("empty") / "home"
    told = {"institute": "UK-AISI", "person": "Tamsin Oakhollow", "device": "laptop-1"}
    bootstrap.init(home, **told, clock=ticking(datetime(2026, 11, 1, tzinfo=UTC)))
    return home


@pytest.fixture(scope="session")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    bootstrap.demo(home).close()
    return home


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Opener]:
    """Opens desks on copies of a home, and closes them after the test."""
    opened: list[Desk] = []

    def desk(home: Path) -> Desk:
        opened.append(bootstrap.open_desk(home, today=TODAY, clock=ticking()))
        return opened[-1]

    yield desk
    for each in opened:
        each.close()


@pytest.fixture
def home(_empty: Path, tmp_path: Path) -> Path:
    """A home with nothing in it but its institute."""
    return Path(shutil.copytree(_empty, tmp_path / "home"))


@pytest.fixture
def demo_home(_demo: Path, tmp_path: Path) -> Path:
    """A home with the sample exercises."""
    return Path(shutil.copytree(_demo, tmp_path / "home"))


@pytest.fixture
def desk(home: Path, at: Opener) -> Desk:
    """The desk of an empty home."""
    return at(home)


@pytest.fixture
def demo(demo_home: Path, at: Opener) -> Desk:
    """The desk of the sample exercises."""
    return at(demo_home)


@pytest.fixture(scope="session")
def shown(_demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk of the sample exercises, for tests that only look."""
    desk = bootstrap.open_desk(Path(shutil.copytree(_demo, tmp_path_factory.mktemp("shown") / "home")), today=TODAY)
    yield desk
    desk.close()
