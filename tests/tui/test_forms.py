from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.tui.screens.editing import EditPage, NewPage
from comity.tui.widgets.fields import Field
from tui.conftest import Opener, until
from tui.stage import screen_text


def field(pilot, name: str) -> Field:  # type: ignore[no-untyped-def]
    return next(each for each in pilot.app.screen.query(Field) if each.field == name)


async def _edit(pilot) -> None:  # type: ignore[no-untyped-def]
    await pilot.press("e")
    await until(pilot, lambda: isinstance(pilot.app.screen, EditPage) and bool(pilot.app.screen.query(Field)))
    await until(pilot, lambda: field(pilot, "title").has_focus_within)


async def test_only_what_changed_is_saved(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        await pilot.press("end", *" two")
        await until(pilot, lambda: "1 changed" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditPage))
        saved = asking.find(desk, "SALTMARSH")
        assert saved.title == "Agents and leakage two"
        from comity.desk.history import history

        assert list(history(desk, saved)[-1].changes) == ["title"]
        assert "Saved SALTMARSH, 1 field" in screen_text(pilot.app)


async def test_a_wrong_date_is_told_under_its_field_and_nothing_is_written(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        field(pilot, "window_end").entry.focus()
        field(pilot, "window_end").text = "2026-12-81"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "There is no 81 December" in screen_text(pilot.app))
        assert "1 problem" in screen_text(pilot.app)
        assert str(asking.find(desk, "SALTMARSH").window_end) == "2026-12-18"


async def test_dates_are_accepted_as_people_write_them(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        field(pilot, "window_end").text = "18 Jan"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditPage))
        assert str(asking.find(desk, "SALTMARSH").window_end) == "2027-01-18"


async def test_a_value_that_moved_underneath_is_told_and_both_are_kept(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        record = asking.find(desk, "SALTMARSH")
        acting.save(desk, acting.open_record(desk, record), {"title": "Theirs"})
        await until(pilot, lambda: "Title changed underneath" in screen_text(pilot.app))
        await pilot.press("f6")
        await until(pilot, lambda: "Title: Theirs" in screen_text(pilot.app))
        await pilot.press("escape", *"X", "ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditPage))
        assert asking.find(desk, "SALTMARSH").conflicts == ["title"]


async def test_leaving_asks_only_if_something_changed(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditPage))
        await _edit(pilot)
        await pilot.press("x", "escape")
        await until(pilot, lambda: "1 change not written" in screen_text(pilot.app))
        await pilot.press("d")
        await until(pilot, lambda: not isinstance(pilot.app.screen, EditPage))
        assert asking.find(desk, "SALTMARSH").title == "Agents and leakage"


async def test_revert_puts_the_field_back(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        await pilot.press(*"abc")
        await until(pilot, lambda: field(pilot, "title").changed)
        await pilot.press("ctrl+r")
        await until(pilot, lambda: not field(pilot, "title").changed)


async def test_enter_offers_the_choices_of_a_field(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await _edit(pilot)
        field(pilot, "kind").entry.focus()
        await pilot.press("enter")
        await until(pilot, lambda: "Choices" in screen_text(pilot.app))
        await pilot.press(*"netw", "enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, EditPage))
        assert field(pilot, "kind").text == "network"


async def test_a_new_record_without_what_is_needed_says_each_thing(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPage) and bool(pilot.app.screen.query(Field)))
        await until(pilot, lambda: field(pilot, "code").has_focus_within)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Code is needed" in screen_text(pilot.app))
        await pilot.press(*"LANTERN", "ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, NewPage))
        made = asking.find(desk, "LANTERN")
        assert made.marking == "TLP:RED"


async def test_needed_fields_say_so_and_saving_tells_every_problem_at_once(opened: Opener, desk: Desk) -> None:
    async with opened("exercises", size=(80, 24)) as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPage) and pilot.app.screen.takes_keys)
        assert [each.field for each in pilot.app.screen.query(Field) if each.needed] == ["code"]
        assert (
            next(line for line in screen_text(pilot.app).splitlines() if " Code " in line).rstrip().endswith("needed")
        )
        field(pilot, "window_start").text = "2026-12-81"
        field(pilot, "group").text = "nowhere"
        field(pilot, "marking").text = "TLP:BLUE"
        field(pilot, "title").entry.focus()
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "Not written: 4 problems" in screen_text(pilot.app))
        assert "4 problems" in screen_text(pilot.app).splitlines()[2]
        assert field(pilot, "code").has_focus_within
        told = {each.field: each.problem for each in pilot.app.screen.query(Field) if each.problem}
        assert set(told) == {"code", "window_start", "group", "marking"}
        assert "no group is called «nowhere»" in told["group"]


async def test_a_code_that_is_taken_is_told_with_what_cannot_be_read_and_stays_told(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPage) and pilot.app.screen.takes_keys)
        await pilot.press(*"SALTMARSH")
        field(pilot, "window_end").text = "someday"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "2 problems" in screen_text(pilot.app))
        assert "is there already" in field(pilot, "code").problem
        await pilot.press("tab")
        await until(pilot, lambda: field(pilot, "title").has_focus_within)
        assert "is there already" in field(pilot, "code").problem
