import pytest

from comity.desk import acting, asking, checking
from comity.desk.desk import Desk
from comity.desk.pages.board import board
from comity.tui.screens.record import RecordPage
from comity.tui.screens.today import TodayPane
from comity.tui.widgets.chrome import MarkingBar
from tui.conftest import Opener, until
from tui.stage import screen_text


async def test_what_stops_work_stands_first_and_every_check_is_on_the_page_once(shown: Opener, demo: Desk) -> None:
    async with shown("today", (120, 60)) as pilot:
        text = screen_text(pilot.app)
        assert text.index("Stops work") < text.index("Needs a decision") < text.index("Good to know")
        pane = pilot.app.screen.query_one(TodayPane)
        rows = [row for row in pane.table.source.rows(0, pane.table.source.count) if row.value]
        assert len(rows) == len(checking.checks(demo)) == len({row.key for row in rows})


async def test_enter_opens_the_record_of_the_check(shown: Opener) -> None:
    async with shown("today") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordPage))
        assert "R6" in screen_text(pilot.app)


async def test_a_check_above_the_ceiling_keeps_its_line_but_not_its_text_until_m(shown: Opener) -> None:
    async with shown("today", (120, 60)) as pilot:
        assert "A check on a TLP:RED record is kept off screen: m." in screen_text(pilot.app)
        assert "Embargo until" not in screen_text(pilot.app)
        assert "RED" not in pilot.app.screen.query(MarkingBar).first().marked.marking
        await pilot.press("m")
        await until(pilot, lambda: "Embargo until" in screen_text(pilot.app))
        assert "RED" in pilot.app.screen.query(MarkingBar).first().marked.marking


async def test_words_narrow_the_checks_and_escape_brings_all_back(shown: Opener, demo: Desk) -> None:
    async with shown("today") as pilot:
        await pilot.press("slash", *"stand", "enter")
        pane = pilot.app.screen.query_one(TodayPane)
        await until(pilot, lambda: len(pane.board.needs) < len(board(demo).needs))
        assert all("stand" in f"{need.check.text} {need.check.check}".lower() for need in pane.board.needs)
        await pilot.press("escape")
        await until(pilot, lambda: len(pane.board.needs) == len(board(demo).needs))


async def test_f_leaves_only_what_is_this_houses(shown: Opener, demo: Desk) -> None:
    async with shown("today") as pilot:
        await pilot.press("f")
        pane = pilot.app.screen.query_one(TodayPane)
        await until(pilot, lambda: pane.ours)
        shown_rows = [row.value for row in pane.table.source.rows(0, pane.table.source.count) if row.value]
        assert shown_rows
        assert all(need.ours for need in shown_rows)


async def test_the_panel_tells_days_that_come_and_partners_and_is_two_lines_where_it_is_narrow(shown: Opener) -> None:
    async with shown("today") as pilot:
        text = screen_text(pilot.app)
        assert "27 Nov comms check 2" in text
        assert "US-CAISI" in text
        assert "This device" in text
    async with shown("today", (80, 24)) as pilot:
        text = screen_text(pilot.app)
        assert "Next 27 Nov comms check 2" in text
        assert "This device" not in text


def test_a_milestone_that_is_done_comes_no_more(demo: Desk) -> None:
    milestone = next(each for each in asking.records(demo, "milestone", "due:2026-11-27"))
    assert any(each.id == milestone.id for each in board(demo).coming)
    acting.save(demo, acting.open_record(demo, milestone), {"done": "2026-11-23"})
    assert not any(each.id == milestone.id for each in board(demo).coming)


async def test_checks_that_take_long_are_made_behind_the_page(
    shown: Opener, demo: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "SLOW", -1.0)
    async with shown("today") as pilot:
        app = pilot.app
        pane = app.screen.query_one(TodayPane)
        first = pane.board.needs[0].check
        acting.retire(demo, asking.find(demo, first.id, first.kind), "done with")
        app.written()  # type: ignore[attr-defined]
        assert pane.board.needs[0].check == first
        await until(pilot, lambda: first not in [need.check for need in pane.board.needs])


async def test_a_bundle_that_lies_in_the_home_is_named_and_i_reads_it(shown: Opener) -> None:
    async with shown("today", (80, 24)) as pilot:
        await until(pilot, lambda: "A bundle waits to be read: from-us-caisi.comity" in screen_text(pilot.app))
        await pilot.press("I")
        await until(pilot, lambda: "Read a file" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "It brings" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Read this code out" in screen_text(pilot.app))
        await pilot.press("escape")
        await until(pilot, lambda: "A bundle waits" not in screen_text(pilot.app))
