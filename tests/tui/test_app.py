from pathlib import Path

from textual.widgets import Input

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.errors import NotFound
from comity.samples.catalogue import logs
from comity.tui.app import ComityApp
from comity.tui.screens.editing import EditPage
from comity.tui.screens.record import RecordPage
from comity.tui.widgets.chrome import MarkingBar
from comity.tui.widgets.table import Table
from tui.conftest import Opener, until
from tui.stage import app_without_desk, screen_text


async def test_the_first_frame_does_not_wait_for_the_store() -> None:
    app = app_without_desk()
    async with app.run_test(size=(120, 36)):
        assert "1 Today" in screen_text(app)
        assert "TLP:CLEAR" in screen_text(app)


async def test_a_home_that_cannot_be_opened_is_one_sentence_and_what_to_do() -> None:
    def opener() -> Desk:
        raise NotFound("there is no home at /nowhere", "`comity init` makes one")

    app = ComityApp(opener)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "no home" in screen_text(app))
        assert "`comity init` makes one" in screen_text(app)


async def test_number_keys_lead_to_the_sections_and_each_keeps_its_place(opened: Opener) -> None:
    async with opened("runs") as pilot:
        app = pilot.app
        first = app.screen.query_one(Table).cursor
        await pilot.press("j", "j")
        await pilot.press("4")
        await until(pilot, lambda: "Roster" in screen_text(app))
        await pilot.press("3")
        await pilot.pause()
        assert app.screen.query_one(Table).cursor == first + 2


async def test_the_app_opens_on_a_record_by_its_name(opened: Opener) -> None:
    async with opened("SALTMARSH") as pilot:
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordPage))
        assert "Agents and leakage" in screen_text(pilot.app)


async def test_a_name_that_nothing_has_is_told_on_the_first_page(opened: Opener) -> None:
    async with opened("NOWHERE") as pilot:
        await until(pilot, lambda: "NOWHERE" in screen_text(pilot.app))
        assert [said.strength for said in pilot.app.session.said] == ["red"]


async def test_the_bars_are_the_join_of_what_is_on_the_page_and_say_synthetic(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await until(pilot, lambda: pilot.app.screen.query_one(MarkingBar).marked.marking == "TLP:AMBER")
        lines = screen_text(pilot.app).splitlines()
        assert "TLP:AMBER  · SYNTHETIC".replace("  ", " ") in lines[0].replace("  ", " ")
        assert lines[0].strip() == lines[-1].strip()


async def test_records_above_the_ceiling_keep_their_place_but_not_their_text_until_m(opened: Opener) -> None:
    async with opened("people") as pilot:
        await until(pilot, lambda: "····" in screen_text(pilot.app))
        assert "Solène" not in screen_text(pilot.app)
        assert "TLP:RED" not in screen_text(pilot.app)
        await pilot.press("m")
        await until(pilot, lambda: "Solène" in screen_text(pilot.app))
        assert "TLP:RED" in screen_text(pilot.app).splitlines()[0]


async def test_escape_leads_out_step_by_step_and_never_leaves_the_app(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordPage))
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, RecordPage))
        await pilot.press("escape", "escape", "q")
        assert pilot.app.is_running
        assert "SALTMARSH" in screen_text(pilot.app)


async def test_letters_never_act_while_one_types(opened: Opener) -> None:
    async with opened("runs") as pilot:
        await pilot.press("slash", *"qxe1:", "escape")
        await pilot.pause()
        assert not isinstance(pilot.app.screen, EditPage)
        assert pilot.app.current_mode == "runs"


async def test_a_terminal_too_small_says_so_and_comes_back(opened: Opener) -> None:
    async with opened("library", (79, 24)) as pilot:
        await until(pilot, lambda: "Comity needs 80 columns and 24 lines" in screen_text(pilot.app))
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "Model A" in screen_text(pilot.app))


async def test_the_palette_finds_records_and_does_commands(opened: Opener) -> None:
    async with opened("runs") as pilot:
        await pilot.press("colon", *"saltm")
        await until(pilot, lambda: "Agents and" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, RecordPage))
        await pilot.press("colon", *">messages")
        await until(pilot, lambda: "Messages" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "of this session" in screen_text(pilot.app))


async def test_help_lists_what_works_here_and_can_be_searched(opened: Opener) -> None:
    async with opened("runs") as pilot:
        await pilot.press("question_mark")
        await until(pilot, lambda: "step onward" in screen_text(pilot.app))
        await pilot.press(*"retire")
        await until(pilot, lambda: "step onward" not in screen_text(pilot.app))
        assert "retire" in screen_text(pilot.app)


async def test_what_is_said_can_be_read_again(opened: Opener) -> None:
    async with opened("runs") as pilot:
        pilot.app.say("Bundle US-0044 not read: 1 of 212 envelopes has a bad signature.", "red")
        await pilot.press("escape", "exclamation_mark")
        await until(pilot, lambda: "of this session" in screen_text(pilot.app))
        assert "1 of 212 envelopes" in screen_text(pilot.app)


async def test_every_first_page_holds_at_80x24(opened: Opener, desk: Desk) -> None:
    assert asking.count(desk, "run") == 3
    async with opened("today", (80, 24)) as pilot:
        for number in "1234567":
            await pilot.press(number)
            await pilot.pause(0.2)
            lines = screen_text(pilot.app).splitlines()
            assert "7 Sharing" in lines[1]
            assert "?" in lines[-2]
            assert lines[0].strip() == lines[-1].strip()


async def test_what_another_process_wrote_is_told_and_comes_with_ctrl_l(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        acting.add(desk, "exercise", {"code": "MARLIN"}, group="private", marking="TLP:GREEN")
        await until(pilot, lambda: "1 new  ctrl+l" in screen_text(pilot.app))
        assert "MARLIN" not in screen_text(pilot.app)
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "MARLIN" in screen_text(pilot.app))
        assert "new  ctrl+l" not in screen_text(pilot.app)


async def test_a_plan_is_shown_before_it_is_applied(opened: Opener, desk: Desk, tmp_path: Path) -> None:
    plan = tmp_path / "plan.toml"
    plan.write_text('[exercise]\ncode = "TARN"\ngroup = "private"\nmarking = "TLP:GREEN"\n')
    async with opened("exercises") as pilot:
        await pilot.press("I")
        await until(pilot, lambda: "Read a file" in screen_text(pilot.app))
        await pilot.press(*str(plan), "ctrl+s")
        await until(pilot, lambda: "1 to add" in screen_text(pilot.app))
        assert asking.count(desk, "exercise") == 1
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.count(desk, "exercise") == 2)
        await until(pilot, lambda: "TARN" in screen_text(pilot.app))


async def test_logs_are_read_and_each_outcome_is_told(opened: Opener, desk: Desk) -> None:
    async with opened("runs") as pilot:
        await pilot.press("I")
        await until(pilot, lambda: "Read a file" in screen_text(pilot.app))
        pilot.app.screen.query_one(Input).value = str(next(log for log in logs() if log.suffix == ".json"))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: any("1 added" in said.text for said in pilot.app.session.said))
        assert asking.count(desk, "run") == 4


async def test_the_list_that_opens_can_be_opened_with_a_filter(desk: Desk) -> None:
    app = ComityApp(lambda: desk, start="library", filter="developer:north")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "/ developer:north" in screen_text(app))
        assert app.screen.query_one(Table).source.count == 1
    app = ComityApp(lambda: desk, start="SALTMARSH/runs", filter="language:ko")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "/ language:ko" in screen_text(app))
        assert app.screen.pane._window.count == 1


async def test_a_filter_for_a_page_without_a_list_is_told(desk: Desk) -> None:
    app = ComityApp(lambda: desk, filter="developer:north")
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: any("There is no list here" in said.text for said in app.session.said))


async def test_what_a_worker_was_refused_is_told_and_the_app_goes_on(opened: Opener) -> None:
    def refused() -> None:
        raise NotFound("there is no such log")

    async with opened("runs") as pilot:
        pilot.app.run_worker(refused, thread=True, exit_on_error=False)
        await until(pilot, lambda: any("no such log" in said.text for said in pilot.app.session.said))
        assert pilot.app.is_running
