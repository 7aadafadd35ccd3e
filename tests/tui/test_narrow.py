"""What 80 columns may not cut: names, keys, rules; and that days are written in one way."""

import re
from datetime import timedelta

import pytest
from textual.pilot import Pilot

from comity.desk import acting
from comity.desk.desk import Desk
from comity.tui.widgets.palette import Palette
from comity.tui.widgets.step import Step
from tui.conftest import Opener, until
from tui.stage import screen_text

SMALL = (80, 24)


def _lines(pilot: Pilot[None]) -> list[str]:
    return screen_text(pilot.app).splitlines()


@pytest.mark.parametrize("place", ["SALTMARSH/Timeline", "SALTMARSH/Runs", "LANTERN-27/Matrix"])
async def test_the_title_of_an_exercise_keeps_whole_words(shown: Opener, place: str) -> None:
    async with shown(place, size=SMALL) as pilot:
        title = _lines(pilot)[2]
        assert title.startswith(f" {place.partition('/')[0]}  ")
        assert "…" not in title
        assert "× sto…" not in screen_text(pilot.app)


async def test_keys_in_the_palette_are_whole(shown: Opener) -> None:
    async with shown("exercises", size=SMALL) as pilot:
        await pilot.press("colon")
        await until(pilot, lambda: isinstance(pilot.app.screen, Palette) and "Mark all" in screen_text(pilot.app))
        assert "space" in screen_text(pilot.app)


async def test_steps_are_told_with_their_whole_rule(shown: Opener) -> None:
    async with shown("findings/Actions", size=SMALL) as pilot:
        await pilot.press("t")
        await until(pilot, lambda: isinstance(pilot.app.screen, Step) and "to done" in screen_text(pilot.app))
        assert "It is done and waits for another's eye." in screen_text(pilot.app)
        assert any(line.rstrip().endswith("a step from accepted") for line in _lines(pilot))


async def test_where_no_step_is_possible_one_line_says_why(shown: Opener) -> None:
    async with shown("findings/Actions", size=SMALL) as pilot:
        await pilot.press("d")
        await until(pilot, lambda: "A2: action is in progress; accept is a step from open." in screen_text(pilot.app))
        assert not isinstance(pilot.app.screen, Step)


async def test_findings_that_need_work_stand_first_and_published_ones_last(shown: Opener, demo: Desk) -> None:
    async with shown("findings/Findings", size=SMALL) as pilot:
        states = [found[0] for each in _lines(pilot) if (found := re.findall(r"drafted|in review|published", each))]
        assert states[:3] == ["drafted", "in review", "in review"]
        assert set(states[3:]) == {"published"}


async def test_days_are_written_in_one_way_wherever_they_stand(opened: Opener, desk: Desk) -> None:
    near, far = desk.today + timedelta(days=8), desk.today + timedelta(days=301)
    person = acting.add(desk, "person", {"name": "Ada", "institute": "UK-AISI"}, group="private", marking="TLP:GREEN")
    for ends in (near, far):
        acting.add(desk, "vetting", {"person": person.id, "level": "SC", "review_due_on": ends.isoformat()})
        async with opened("people", size=SMALL) as pilot:
            wanted = "1 Dec" if ends == near else far.isoformat()
            await until(pilot, lambda pilot=pilot, wanted=wanted: wanted in screen_text(pilot.app))


@pytest.mark.parametrize("size", [SMALL, (120, 36)])
async def test_a_text_in_a_form_shows_its_lines(shown: Opener, size: tuple[int, int]) -> None:
    async with shown("exercises", size=size) as pilot:
        await pilot.press("e")
        await until(pilot, lambda: "Measure in each house" in screen_text(pilot.app))
        await until(pilot, lambda: "can read." in screen_text(pilot.app))


async def test_what_can_be_done_about_a_silent_run_and_the_days_over_a_timeline_are_whole(shown: Opener) -> None:
    async with shown("R4", size=SMALL) as pilot:
        told = next(line for line in _lines(pilot) if "Lost is a person's decision" in line)
        assert "I read a log" in told
        assert "…" not in told
    async with shown("SALTMARSH/Timeline", size=SMALL) as pilot:
        days = next(line for line in _lines(pilot) if " 23 Nov " in line and " 9 Nov " in line)
        assert not re.search(r"\d+ *[A-Z]?[a-z]?$", days.rstrip())
