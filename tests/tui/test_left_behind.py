"""What a session of the app leaves on the disk: of what was written, read and looked for, nothing that can be read."""

import tempfile
from pathlib import Path

import pytest

from comity.desk import asking
from comity.desk.desk import Desk
from comity.home import STORE
from laws.leftovers import pages
from tui.conftest import Opener, until
from tui.stage import screen_text
from tui.test_forms import _edit

MARK, SOUGHT = "Sandpiper", "Whimbrel"


async def test_no_file_of_the_home_or_of_the_system_holds_what_was_typed(
    opened: Opener, desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    async with opened("exercises") as pilot:
        await _edit(pilot)
        await pilot.press("end", *MARK, "ctrl+s")
        await until(pilot, lambda: MARK in asking.find(desk, "SALTMARSH").title)
        await pilot.press("slash", *SOUGHT)
        await until(pilot, lambda: SOUGHT in screen_text(pilot.app))
        while_open = _found(tmp_path)
    assert while_open == []
    assert MARK.encode() in pages(desk.home / STORE, desk.store.keys.store)
    desk.close()
    assert _found(tmp_path) == []


def _found(folder: Path) -> list[Path]:
    marks = [each.encode(code) for each in (MARK, SOUGHT) for code in ("utf-8", "utf-16-le")]
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in files if any(mark in path.read_bytes() + path.name.encode() for mark in marks)]
