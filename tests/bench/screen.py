"""Benchmarks of the app: `PYTHONPATH=tests python -m bench.screen` prints ratios of medians, both sides of one run."""

import asyncio
import statistics
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable

from comity.tui.widgets.table import Table
from tui.stage import Counted, Stage
from tui.test_table import COLUMNS

ONE_LABEL = """
from textual.app import App
from textual.widgets import Label
class One(App):
    def compose(self): yield Label("x")
    def on_ready(self): self.call_after_refresh(self.exit)
One().run(headless=True)
"""
FIRST_FRAME = """
from comity.tui.app import ComityApp
ComityApp.on_ready = lambda self: self.call_after_refresh(self.exit)
ComityApp(lambda: None).run(headless=True)
"""


def run(code: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def first_frame() -> float:
    """The first frame of the app against that of a one-label app; aim 1.2."""
    pairs = [(run(ONE_LABEL), run(FIRST_FRAME)) for _ in range(9)]
    return statistics.median(ours for _, ours in pairs) / statistics.median(plain for plain, _ in pairs)


async def opening(rows: int) -> float:
    start = time.perf_counter()
    app = Stage(Table(COLUMNS, Counted(rows)))
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.pause()
    return time.perf_counter() - start


async def keys(rows: int) -> float:
    app = Stage(Table(COLUMNS, Counted(rows)))
    async with app.run_test(size=(120, 36)):
        table = app.query_one(Table)
        start = time.perf_counter()
        for _ in range(300):
            table.action_line_down()
            table.render_line(3)
        return time.perf_counter() - start


async def large_against_small(work: Callable[[int], Awaitable[float]]) -> float:
    pairs = [(await work(1_000), await work(100_000)) for _ in range(7)]
    return statistics.median(large for _, large in pairs) / statistics.median(small for small, _ in pairs)


if __name__ == "__main__":
    print(f"first frame / one-label app           {first_frame():.2f}  aim 1.2")
    print(f"table of 100k rows / 1k rows, open    {asyncio.run(large_against_small(opening)):.2f}  aim 1.2")
    print(f"table of 100k rows / 1k rows, a key   {asyncio.run(large_against_small(keys)):.2f}  aim 1.2")
