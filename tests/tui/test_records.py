from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.tui.screens.records import ListPane
from comity.tui.widgets.table import Table
from tui.conftest import Opener, until
from tui.stage import screen_text


async def test_a_filter_acts_stays_to_be_seen_and_goes_with_escape(opened: Opener) -> None:
    async with opened("library") as pilot:
        await pilot.press("slash", *"developer:north", "enter")
        await until(pilot, lambda: pilot.app.screen.query_one(Table).source.count == 1)
        assert "/ developer:north" in screen_text(pilot.app)
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen.query_one(Table).source.count == 3)
        assert "/ developer:north" not in screen_text(pilot.app)


async def test_a_wrong_field_is_named_with_the_nearest(opened: Opener) -> None:
    async with opened("library") as pilot:
        await pilot.press("slash", *"devloper:north", "enter")
        await until(pilot, lambda: "did you mean" in screen_text(pilot.app))
        assert "Model A" in screen_text(pilot.app)


async def test_no_hits_say_how_many_there_are_without_the_last_term_and_backspace_removes_it(opened: Opener) -> None:
    async with opened("library") as pilot:
        await pilot.press("slash", *"developer:north model:void", "enter")
        await until(pilot, lambda: "No system matches" in screen_text(pilot.app))
        assert "1 without" in screen_text(pilot.app)
        await pilot.press("backspace")
        await until(
            pilot, lambda: "/ developer:north" in screen_text(pilot.app) and "Model A" in screen_text(pilot.app)
        )


async def test_the_order_can_be_chosen_turned_round_and_is_remembered(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        pane = pilot.app.screen.query_one(ListPane)
        await pilot.press("o", "1")
        await pilot.pause()
        await pilot.press("o", "o")
        await until(pilot, lambda: pane.order == ("-name",))
        rows = [line[:60] for line in screen_text(pilot.app).splitlines()]
        assert [row.split("Model ")[1][0] for row in rows if "Model " in row] == ["C", "B", "A"]
        assert desk.settings.lists["system"].order == ("-name",)


async def test_a_step_that_is_not_legal_is_below_with_its_rule_and_cannot_be_taken(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("t")
        await until(pilot, lambda: "Step" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert text.index("specify") < text.index("start")
        assert "a step from ready" in text
        await pilot.press("G", "enter")
        await pilot.pause()
        assert asking.find(desk, "SALTMARSH").status == "proposed"


async def test_a_failed_guard_lists_what_stands_in_the_way_and_is_overridden_with_a_reason(
    opened: Opener, desk: Desk
) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("t", "j")
        await until(pilot, lambda: "o override" in screen_text(pilot.app))
        await pilot.press("enter")
        await pilot.pause()
        assert asking.find(desk, "SALTMARSH").status == "proposed"
        await pilot.press("o")
        await until(pilot, lambda: "reason" in screen_text(pilot.app))
        await pilot.press(*"agreed", "ctrl+s")
        await until(pilot, lambda: asking.find(desk, "SALTMARSH").status == "specified")


async def test_retiring_marked_records_asks_for_a_reason_and_enter_never_confirms(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        await pilot.press("space", "space", "x")
        await until(pilot, lambda: "Retire" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "A reason is needed" in screen_text(pilot.app))
        await pilot.press(*"twice", "enter")
        await pilot.pause()
        assert asking.count(desk, "system") == 3
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.count(desk, "system") == 1)
        assert "Model C" in screen_text(pilot.app)


async def test_news_from_elsewhere_comes_with_ctrl_l_and_the_cursor_stays_on_its_record(
    opened: Opener, desk: Desk
) -> None:
    async with opened("exercises") as pilot:
        table = pilot.app.screen.query_one(Table)
        acting.add(desk, "exercise", {"code": "AARDVARK"}, group="private", marking="TLP:GREEN")
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "AARDVARK" in screen_text(pilot.app))
        assert table.current is not None
        assert table.current.value.code == "SALTMARSH"


async def test_an_empty_list_says_why_and_the_key(opened: Opener) -> None:
    async with opened("library/agreements") as pilot:
        await until(pilot, lambda: "n adds one" in screen_text(pilot.app))


async def test_no_terminal_escape_reaches_the_screen(opened: Opener, desk: Desk) -> None:
    acting.add(
        desk,
        "exercise",
        {"code": "EVIL", "title": "\x1b]0;gone\x07[red]x[/red]\u202eabc"},
        marking="TLP:GREEN",
        group="private",
    )
    async with opened("exercises") as pilot:
        await until(pilot, lambda: "EVIL" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert not {"\x1b", "\x07", "\u202e"} & set(text)
        assert "[red]x[/red]" in text


async def test_u_writes_the_last_act_back_and_ctrl_r_does_it_again(opened: Opener, desk: Desk) -> None:
    record = asking.find(desk, "SALTMARSH")
    acting.save(desk, acting.open_record(desk, record), {"title": "New title"})
    async with opened("exercises") as pilot:
        await pilot.press("u")
        await until(pilot, lambda: asking.find(desk, "SALTMARSH").title == "Agents and leakage")
        await until(pilot, lambda: "Undone: title of SALTMARSH" in screen_text(pilot.app))
        await pilot.press("ctrl+r")
        await until(pilot, lambda: asking.find(desk, "SALTMARSH").title == "New title")


async def test_an_older_act_is_taken_back_from_the_history_after_it_was_shown(opened: Opener, desk: Desk) -> None:
    record = asking.find(desk, "SALTMARSH")
    acting.save(desk, acting.open_record(desk, record), {"title": "New title"}, reason="agreed by phone")
    async with opened("exercises") as pilot:
        await pilot.press("z")
        await until(pilot, lambda: "agreed by phone" in screen_text(pilot.app))
        await pilot.press("u")
        await until(pilot, lambda: "Take back" in screen_text(pilot.app))
        assert asking.find(desk, "SALTMARSH").title == "New title"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.find(desk, "SALTMARSH").title == "Agents and leakage")
