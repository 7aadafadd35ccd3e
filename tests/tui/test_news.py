"""What another process writes, and filters that are found again."""

import os
import subprocess
import sys

from textual.widgets import Input

from comity.desk.desk import Desk
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.table import Table
from tui.conftest import Opener, until
from tui.stage import screen_text


def _elsewhere(desk: Desk, *words: str) -> None:
    """A command of another process in the same home."""
    env = {**os.environ, "COMITY_HOME": str(desk.home)}
    subprocess.run([sys.executable, "-m", "comity", *words], env=env, check=True, capture_output=True)


async def test_lines_that_another_process_changed_get_a_dot_and_wait_for_ctrl_l(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        await until(pilot, lambda: "Model C" in screen_text(pilot.app))
        await pilot.press("j")
        table = pilot.app.screen.query_one(Table)
        _elsewhere(desk, "system", "set", "Model B", "--name", "Model Z")
        _elsewhere(desk, "system", "add", "--name", "Model 0", "--developer", "West", "--marking", "TLP:GREEN")
        await until(pilot, lambda: "2 new" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert [each for each in text.splitlines() if "•" in each and "Model B" in each]
        assert "Model Z" not in text
        assert "Model 0" not in text
        assert table.cursor == 1
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Model Z" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "•" not in text
        assert "new  ctrl+l" not in text
        assert table.current.value.name == "Model Z"


async def test_what_is_of_another_kind_is_no_news_to_a_list(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        await until(pilot, lambda: "Model C" in screen_text(pilot.app))
        _elsewhere(desk, "exercise", "set", "SALTMARSH", "--title", "Agents")
        page = pilot.app.page
        await until(pilot, lambda: page._heard_at == pilot.app.version())
        assert "new  ctrl+l" not in screen_text(pilot.app)


async def test_a_filter_saved_by_name_is_found_in_f_and_in_the_palette(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        await until(pilot, lambda: "Model C" in screen_text(pilot.app))
        await pilot.press("/", *"developer:South", "ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        assert "name" in screen_text(pilot.app)
        pilot.app.screen.query_one(Input).value = "from the south"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "system" in desk.settings.filters)
        await pilot.press("escape")
        await until(pilot, lambda: "Model A" in screen_text(pilot.app))
        await pilot.press("f")
        await until(pilot, lambda: "from-the-south" in screen_text(pilot.app))
        await pilot.press("escape", "3")
        await until(pilot, lambda: pilot.app.current_mode == "runs")
        await pilot.press(":", *">south")
        await until(pilot, lambda: "Systems: from-the-south" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "library")
        await until(pilot, lambda: "Model A" not in screen_text(pilot.app))
        assert "Model B" in screen_text(pilot.app)
