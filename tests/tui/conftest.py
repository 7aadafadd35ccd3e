"""A home with a few records, made once and copied for every test, and the app on it."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from comity import bootstrap
from comity.desk import acting
from comity.desk.desk import Desk
from comity.settings import Screen, Settings
from comity.tui.app import ComityApp
from comity.tui.frame import Opening

TODAY = date(2026, 11, 23)
Opener = Callable[..., Any]


def _fill(desk: Desk) -> None:
    common = {"synthetic": "yes"}
    acting.add(
        desk,
        "exercise",
        {
            "code": "SALTMARSH",
            "title": "Agents and leakage",
            "window_start": "2026-11-02",
            "window_end": "2026-12-18",
            "purpose": "Two houses test two models.\nThey compare what they measure.",
            "lead": "UK-AISI",
            **common,
        },
        group="private",
        marking="TLP:AMBER",
    )
    for language in ("en", "ko", "fr"):
        acting.add(desk, "run", {"exercise": "SALTMARSH", "institute": "UK-AISI", "language": language, **common})
    for name, developer in (("Model A", "North"), ("Model B", "South"), ("Model C", "South")):
        acting.add(
            desk, "system", {"name": name, "developer": developer, **common}, group="private", marking="TLP:GREEN"
        )
    acting.add(desk, "person", {"name": "Solène Brumaire", "institute": "UK-AISI"}, group="private", marking="TLP:RED")


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("made") / "home"
    bootstrap.init(home, institute="UK-AISI", person="Tamsin Oakhollow", device="saltpan-2")
    desk = bootstrap.open_desk(home, today=TODAY)
    _fill(desk)
    desk.close()
    return home


@pytest.fixture
def desk(made_home: Path, tmp_path: Path) -> Iterator[Desk]:
    """The desk of a copy of the home."""
    home = tmp_path / "home"
    shutil.copytree(made_home, home)
    opened = bootstrap.open_desk(home, today=TODAY)
    yield opened
    opened.close()


@pytest.fixture
def opened(desk: Desk) -> Opener:
    """Opens the app on the desk at a place, in a terminal of some size."""

    @asynccontextmanager
    async def _opened(start: str, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Pilot[None]]:
        settings = Settings(screen=Screen(glyphs="unicode", theme="dark"))
        app = ComityApp(lambda: desk, start=start, settings=settings)
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.ready and not isinstance(app.screen, Opening))
            yield pilot

    return _opened


async def until(pilot: Pilot[None], true: Callable[[], bool]) -> None:
    """Wait until something holds, at most twenty seconds."""
    for _ in range(400):
        await pilot.pause(0.05)
        if true():
            await pilot.pause()
            return
    raise AssertionError("it never came to hold")


Until = Callable[[Pilot[None], Callable[[], bool]], Awaitable[None]]


@pytest.fixture(scope="session")
def demo_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("demo") / "home"
    bootstrap.demo(home).close()
    return home


@pytest.fixture
def demo(demo_home: Path, tmp_path: Path) -> Iterator[Desk]:
    """The desk of a copy of the demo."""
    home = tmp_path / "demo"
    shutil.copytree(demo_home, home)
    opened = bootstrap.demo(home)
    yield opened
    opened.close()


@pytest.fixture
def shown(demo: Desk) -> Opener:
    """Opens the app on the demo at a place, in a terminal of some size."""

    @asynccontextmanager
    async def _shown(
        start: str, size: tuple[int, int] = (120, 36), theme: str = "dark", glyphs: Any = "unicode"
    ) -> AsyncIterator[Pilot[None]]:
        app = ComityApp(lambda: demo, start=start, settings=Settings(screen=Screen(glyphs=glyphs, theme=theme)))
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.ready and not isinstance(app.screen, Opening))
            await pilot.pause()
            yield pilot

    return _shown
