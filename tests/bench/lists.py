"""The list of runs in the app on real stores, large against small: how long it takes to open, and one key in it."""

import asyncio
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from comity import bootstrap
from comity.desk import acting, checking
from comity.desk.desk import Desk
from comity.log.commit import Change
from comity.log.keyfile import INTERACTIVE
from comity.tui.app import ComityApp
from comity.tui.screens.runs import RunsPage, RunsPane
from comity.tui.widgets.table import Table

TODAY = date(2026, 11, 23)
Made = Callable[[int, int], list[Change]]


def home_of(home: Path, count: int, changes: Made) -> Path:
    """A home with so many runs of one exercise, each under its own id."""
    bootstrap.init(home, institute="UK-AISI", person="Ada Lovelace", device="bench", cost=INTERACTIVE)
    desk = bootstrap.open_desk(home, today=TODAY)
    told = {"code": "SALTMARSH", "title": "Agents", "window_start": "2026-11-02", "window_end": "2026-12-18"}
    exercise = acting.add(desk, "exercise", told, group="private", marking="TLP:AMBER")
    for start in range(0, count, 10_000):
        made = changes(start, min(10_000, count - start))
        within = [Change(each.kind, each.id, {**each.set, "exercise": exercise.id}) for each in made]
        with desk.store.writing() as connection:
            group = bytes.fromhex(desk.store.private)
            desk.store.write(connection, group, within, author="", reason="", at_ms=1)
    desk.close()
    return home


async def looked_at(desk: Desk, rounds: int = 15) -> dict[str, float]:
    """The medians of opening the list, of a line down, and of the way to its end."""
    app = ComityApp(lambda: desk, start="library")
    found: dict[str, list[float]] = {"open": [], "one key": [], "the end": []}
    async with app.run_test(size=(120, 36)) as pilot:
        await _until(pilot, lambda: app.ready and app.screen.query(Table))
        checking.checks(desk)
        for _ in range(rounds):
            start = time.perf_counter()
            await app.push_screen(RunsPage("runs"))
            await _until(pilot, lambda: app.screen.query(RunsPane) and app.screen.query_one(Table).current)
            found["open"].append(time.perf_counter() - start)
            found["one key"].append(await _pressed(pilot, "j"))
            found["the end"].append(await _pressed(pilot, "G"))
            await app.pop_screen()
    return {name: statistics.median(seen) for name, seen in found.items()}


async def _until(pilot: Pilot[None], met: Callable[[], Any]) -> None:
    while not met():
        await pilot.pause()
    await pilot.pause()


async def _pressed(pilot: Pilot[None], key: str) -> float:
    start = time.perf_counter()
    await pilot.press(key)
    await pilot.pause()
    return time.perf_counter() - start


def checked(desk: Desk) -> float:
    """One pass of all checks."""
    desk.passed = None
    start = time.perf_counter()
    checking.checks(desk)
    return time.perf_counter() - start


def compared(small: Path, large: Path) -> Iterator[tuple[str, float, float]]:
    """What is measured, in the large home and in the small one."""
    seen: list[dict[str, float]] = []
    for home in (large, small):
        desk = bootstrap.open_desk(home, today=TODAY)
        passed = statistics.median(checked(desk) for _ in range(3))
        seen.append(asyncio.run(looked_at(desk)) | {"all checks": passed})
        desk.close()
    yield from ((name, seen[0][name], seen[1][name]) for name in seen[0])
