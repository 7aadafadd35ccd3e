import re

from comity import bootstrap
from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.members import releasing
from comity.desk.members.groups import found
from comity.desk.pages.sharing import groups, held, written
from comity.desk.settling import forks
from comity.desk.weighing import forbids
from comity.tui.screens.conflicts import ConflictsPane
from tui.conftest import Opener, until
from tui.stage import screen_text


def _apart(demo: Desk) -> str:
    """Make the hot wash have two days, as two houses would that do not know of each other."""
    wash = next(each for each in asking.records(demo, "milestone", "exercise:SALTMARSH kind:hot_wash"))
    opened = acting.open_record(demo, wash)
    acting.save(demo, opened, {"due": "2026-12-16"}, reason="the room is free")
    assert acting.save(demo, opened, {"due": "2026-12-17"}, reason="analysts are back").moved == ("due",)
    return wash.id


async def test_groups_say_who_holds_them_and_how_much(shown: Opener) -> None:
    async with shown("sharing") as pilot:
        text = screen_text(pilot.app)
        assert "UK-AISI, US-CAISI" in text
        assert "this institute alone" in text


async def test_values_that_are_apart_stand_side_by_side_and_one_is_written(shown: Opener, demo: Desk) -> None:
    id = _apart(demo)
    async with shown("sharing/conflicts") as pilot:
        await until(pilot, lambda: "the room is free" in screen_text(pilot.app))
        assert "analysts are back" in screen_text(pilot.app)
        await pilot.press("l")
        await until(pilot, lambda: "chosen, not yet written" in screen_text(pilot.app))
        await pilot.press("enter", "enter")
        await until(pilot, lambda: "Why this one?" in screen_text(pilot.app))
        assert len(forks(demo)) == 1
        await pilot.press(*"agreed by phone", "enter")
        await until(pilot, lambda: "Nothing to settle" in screen_text(pilot.app))
    settled = asking.get(demo, "milestone", id)
    assert settled is not None
    assert settled.conflicts == []
    assert str(settled.due) == "2026-12-17"  # type: ignore[attr-defined]
    assert written(demo, 1)[0].reason == "agreed by phone"


async def test_nothing_is_written_before_a_value_is_chosen(shown: Opener, demo: Desk) -> None:
    _apart(demo)
    async with shown("sharing/conflicts") as pilot:
        await until(pilot, lambda: "the room is free" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: "Choose a value first" in screen_text(pilot.app))
    assert len(forks(demo)) == 1


async def test_a_third_value_can_be_written(shown: Opener, demo: Desk) -> None:
    id = _apart(demo)
    async with shown("sharing/conflicts") as pilot:
        await until(pilot, lambda: "the room is free" in screen_text(pilot.app))
        await pilot.press("e")
        await pilot.pause()
        await pilot.press(*"81 dec", "enter")
        await until(pilot, lambda: "There is no 81 December" in screen_text(pilot.app))
        await pilot.press(*["backspace"] * 6, *"18 dec", "enter", *"neither fits", "enter")
        await until(pilot, lambda: not pilot.app.screen.query(ConflictsPane).first().fork)
    settled = asking.get(demo, "milestone", id)
    assert settled is not None
    assert str(settled.due) == "2026-12-18"  # type: ignore[attr-defined]


async def test_the_log_tells_the_newest_act_first_and_nothing_waits(shown: Opener) -> None:
    async with shown("sharing/log") as pilot:
        assert "run R3" in screen_text(pilot.app)
    async with shown("sharing/waiting-and-void") as pilot:
        assert "Nothing waits, nothing is void." in screen_text(pilot.app)


def test_an_act_is_told_with_its_author_and_reason(demo: Desk) -> None:
    run = asking.find(demo, "SALTMARSH/R1")
    acting.save(demo, acting.open_record(demo, run), {"remark": "seen"}, reason="as agreed")
    newest = written(demo, 1)[0]
    assert (newest.by, newest.institute, newest.group, newest.reason) == (
        "Tamsin Oakhollow",
        "UK-AISI",
        "UKUS",
        "as agreed",
    )
    assert [record.id for record in newest.records] == [run.id]


def test_groups_count_what_they_hold_and_nothing_is_held_back(demo: Desk) -> None:
    found = groups(demo)
    assert [each.name for each in found] == ["private", "NETWORK", "UKUS"]
    assert sum(each.total for each in found) == sum(asking.counts(demo).values())
    assert held(demo) == []


async def test_a_value_that_a_rule_forbids_says_so_in_its_box(shown: Opener, demo: Desk) -> None:
    opened = acting.open_record(demo, asking.find(demo, "SALTMARSH", "exercise"))
    acting.save(demo, opened, {"window_start": "2026-12-05"}, reason="the range is late")
    acting.save(demo, opened, {"window_end": "2026-12-01"}, reason="before the holidays")
    acting.save(demo, opened, {"window_end": "2026-12-22"}, reason="two days more")
    fork = next(each for each in forks(demo) if each.field == "window_end")
    told = {str(voice.value): forbids(demo, fork, voice.value) for voice in fork.voices}
    assert told["2026-12-22"] == []
    assert len(told["2026-12-01"]) == 1
    async with shown("sharing/conflicts", (80, 24)) as pilot:
        await until(pilot, lambda: "before the holidays" in screen_text(pilot.app))
        lines = screen_text(pilot.app).splitlines()
        assert [each for each in lines if "■" in each and told["2026-12-01"][0][1:20] in each]
        assert sum("■" in each for each in lines) == 1


async def test_groups_follow_what_another_process_writes(opened: Opener, desk: Desk) -> None:
    async with opened("sharing/groups") as pilot:
        await until(pilot, lambda: "this institute alone" in screen_text(pilot.app))
        other = bootstrap.open_desk(desk.home)
        found(other, "FENLAND")
        await until(pilot, lambda: "FENLAND" in screen_text(pilot.app))
        assert "new  ctrl+l" not in screen_text(pilot.app)
        other.close()


async def test_a_tab_that_was_left_reads_what_was_written_meanwhile(shown: Opener, demo: Desk) -> None:
    async with shown("sharing/log") as pilot:
        await until(pilot, lambda: "run R3" in screen_text(pilot.app))
        await pilot.press("H")
        await until(pilot, lambda: "Nothing waits" in screen_text(pilot.app))
        run = asking.find(demo, "SALTMARSH/R1")
        acting.save(demo, acting.open_record(demo, run), {"remark": "seen"}, reason="as was agreed")
        await pilot.press("L", "home")
        await until(pilot, lambda: "as was agreed" in screen_text(pilot.app))
        assert "new  ctrl+l" not in screen_text(pilot.app)


async def test_what_is_apart_since_is_news_to_conflicts_and_other_acts_are_not(shown: Opener, demo: Desk) -> None:
    async with shown("sharing/conflicts") as pilot:
        await until(pilot, lambda: "Nothing to settle" in screen_text(pilot.app))
        assert "─────" not in screen_text(pilot.app)
        assert "another value" not in screen_text(pilot.app)
        run = asking.find(demo, "SALTMARSH/R1")
        acting.save(demo, acting.open_record(demo, run), {"remark": "seen"})
        pilot.app.look()
        await pilot.pause()
        assert "new  ctrl+l" not in screen_text(pilot.app)
        _apart(demo)
        pilot.app.look()
        await until(pilot, lambda: "1 new  ctrl+l" in screen_text(pilot.app))


async def test_a_released_copy_is_called_back_from_its_line(shown: Opener, demo: Desk) -> None:
    private = {"code": "PEAT", "kind": "bilateral", "lead": "UK-AISI"}
    acting.add(demo, "exercise", private, group="private", marking="TLP:AMBER")
    seen = releasing.release(demo, asking.find(demo, "PEAT"), "UKUS", ["code", "kind", "lead"])
    copy, _ = releasing.tear(demo, seen, "agreed on the call")
    async with shown("sharing/disclosures", (80, 24)) as pilot:
        text = screen_text(pilot.app)
        assert "US-CAISI" in text
        assert "PEAT" in text
        await pilot.press("d")
        await until(pilot, lambda: "Call back" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "A reason is needed" in screen_text(pilot.app))
        await pilot.press(*"wrong figure", "ctrl+s")
        await until(pilot, lambda: re.search(r"called back \d+ \w{3}", screen_text(pilot.app)))
        await pilot.press("d", *"again", "ctrl+s")
        await until(pilot, lambda: "has no copy that could be called back" in screen_text(pilot.app))
    gone = asking.get(demo, "exercise", copy.id)
    assert gone is not None
    assert gone.retired


async def test_an_institute_is_chosen_to_look_through_its_eyes(shown: Opener) -> None:
    async with shown("sharing/preview", (80, 24)) as pilot:
        assert "US-CAISI" in screen_text(pilot.app)
        await pilot.press("G", "enter")
        await until(pilot, lambda: "You look as US-CAISI" in screen_text(pilot.app))
    async with shown("sharing/disclosures", (80, 24)) as pilot:
        assert "No copy was released." in screen_text(pilot.app)
