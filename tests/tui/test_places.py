import re
from pathlib import Path

import pytest

from comity.desk.desk import Desk
from comity.tui.places import FILE, Place, read_places, write_places
from comity.tui.widgets.table import Table
from tui.conftest import Opener, until
from tui.stage import screen_text


async def test_tab_and_cursor_of_each_section_are_there_after_a_restart(shown: Opener, demo: Desk) -> None:
    async with shown("people/leave") as pilot:
        await until(pilot, lambda: pilot.app.page.pane.query_one(Table).source.count > 1)
        await pilot.press("j")
        leave = pilot.app.page.pane.query_one(Table).key
        await pilot.press("5")
        await until(pilot, lambda: pilot.app.current_mode == "findings")
        await pilot.press("L", "j", "j")
        action = pilot.app.page.pane.query_one(Table).key
        await pilot.press("ctrl+q")
        await pilot.pause()
    async with shown("findings") as pilot:
        assert [pilot.app.page._tabs[pilot.app.page._shown].label] == ["Actions"]
        assert pilot.app.page.pane.query_one(Table).key == action
        await pilot.press("4")
        await until(pilot, lambda: pilot.app.current_mode == "people" and "Leave" in screen_text(pilot.app))
        await until(pilot, lambda: pilot.app.page.pane.query_one(Table).key == leave)
    kept = (demo.home / FILE).read_text("utf-8")
    assert (demo.home / FILE).stat().st_mode & 0o777 == 0o600
    words = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", kept)
    assert set(re.findall(r"\w+", words)) <= {
        "tab",
        "rows",
        "people",
        "findings",
        "Leave",
        "Actions",
        "Roster",
        "Findings",
    }


@pytest.mark.parametrize("found", [b"", b"{", b"\xff\xfe", b"[1]", b'{"people": 3}', b'{"people": {"rows": {"a": 1}}}'])
def test_a_file_that_says_something_else_is_no_place(tmp_path: Path, found: bytes) -> None:
    (tmp_path / FILE).write_bytes(found)
    assert read_places(tmp_path) == {}
    write_places(tmp_path, {"people": Place("Leave", {"Leave": "Solène Brumaire"})})
    assert read_places(tmp_path) == {"people": Place("Leave")}


def test_a_home_that_takes_no_file_is_no_error(tmp_path: Path) -> None:
    write_places(tmp_path / "nowhere", {"people": Place("Leave")})
    assert read_places(tmp_path / "nowhere") == {}


async def test_a_record_that_is_gone_leaves_the_cursor_on_the_first_line(shown: Opener, demo: Desk) -> None:
    gone = "00000000-0000-4000-8000-000000000000"
    write_places(demo.home, {"people": Place("No such tab", {"Roster": gone, "Leave": gone})})
    async with shown("people") as pilot:
        await until(pilot, lambda: pilot.app.page.pane.query_one(Table).current is not None)
        assert pilot.app.page.pane.query_one(Table).cursor == 0
        await pilot.press("L")
        await pilot.pause()
        assert pilot.app.is_running
