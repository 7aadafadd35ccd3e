"""The report of an exercise as a tab."""

import pytest

from comity.desk import acting
from comity.desk.desk import Desk
from comity.tui.screens.prose import Scroll
from comity.tui.screens.report import ReportPane
from tui.conftest import Opener, until
from tui.stage import screen_text


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_the_report_is_read_from_top_to_bottom(shown: Opener, size: tuple[int, int]) -> None:
    async with shown("SALTMARSH", size) as pilot:
        await pilot.press("g", "a")
        await until(pilot, lambda: "prepared by UK-AISI, as of 23 Nov 2026" in screen_text(pilot.app))
        seen = screen_text(pilot.app)
        assert "TLP:AMBER  · SYNTHETIC" in seen.splitlines()[0]
        assert all(len(line) <= size[0] for line in seen.splitlines())
        scroll = pilot.app.screen.query_one(Scroll)
        for key in ("j", "ctrl+d", "pagedown"):
            before = scroll.scroll_y
            await pilot.press(key)
            await until(pilot, lambda before=before: scroll.scroll_y > before)
        await pilot.press("G")
        await until(pilot, lambda: "drawn from F1" in screen_text(pilot.app))
        await pilot.press("k", "ctrl+u", "g", "g")
        await until(pilot, lambda: scroll.scroll_y == 0)


async def test_parts_above_the_ceiling_keep_their_place_and_m_shows_them(shown: Opener) -> None:
    async with shown("SALTMARSH/report", (120, 36)) as pilot:
        pane = pilot.app.screen.query_one(ReportPane)
        findings = "\n".join(pane.spoken()).partition("\nFindings\n")[2].partition("\nStand-downs")[0]
        assert findings.count("kept off screen: m") == 1
        assert "F4" not in findings
        assert "F5" in findings
        await pilot.press("m")
        await until(pilot, lambda: "TLP:RED" in screen_text(pilot.app).splitlines()[0])
        assert "F4 A safeguard of Model A fails" in "\n".join(pane.spoken())


async def test_y_copies_the_report_as_it_stands_or_the_command_that_writes_it(shown: Opener) -> None:
    async with shown("SALTMARSH/report", (80, 24)) as pilot:
        assert "y copy" in screen_text(pilot.app)
        await pilot.press("y", "t")
        await until(pilot, lambda: "Corrective actions" in pilot.app.clipboard)
        assert "F4" not in pilot.app.clipboard
        await pilot.press("y", "l")
        await until(pilot, lambda: pilot.app.clipboard.startswith("comity report SALTMARSH --for INSTITUTE"))


async def test_the_palette_knows_the_command_that_writes_it(shown: Opener) -> None:
    async with shown("SALTMARSH/report") as pilot:
        await pilot.press("colon", *"docx")
        await until(pilot, lambda: "Write an after-action report" in screen_text(pilot.app))


async def test_a_part_that_tells_of_what_is_above_the_ceiling_is_kept_off_with_it(opened: Opener, desk: Desk) -> None:
    run = {"exercise": "SALTMARSH", "institute": "UK-AISI"}
    strict = acting.add(desk, "run", run, group="private", marking="TLP:RED")
    said = {"exercise": "SALTMARSH", "statement": "It rests on what few may see", "evidence": [strict.id]}
    acting.add(desk, "finding", said, group="private", marking="TLP:AMBER")
    async with opened("SALTMARSH/report") as pilot:
        pane = pilot.app.screen.query_one(ReportPane)
        assert "TLP:AMBER" in screen_text(pilot.app).splitlines()[0]
        assert "It rests on" not in "\n".join(pane.spoken())
        await pilot.press("m")
        await until(pilot, lambda: "It rests on" in "\n".join(pane.spoken()))
