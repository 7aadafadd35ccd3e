import asyncio

import pytest
from textual.pilot import Pilot

from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.pages.agreed import protocols
from comity.domain.exercises import Exercise
from comity.domain.kinds import BY_NOUN
from comity.tui.screens.base import Page
from comity.tui.screens.lists import LAYOUTS
from comity.tui.screens.protocol import ProtocolPane
from tui.conftest import Opener, until
from tui.stage import screen_text

PLACES = ("today", "exercises", "runs", "people", "findings", "library", "sharing")


async def _every_tab(pilot: Pilot[None]) -> None:
    """Look at each tab of the page, and let each be drawn."""
    page = pilot.app.screen
    assert isinstance(page, Page)
    for _ in page._tabs:
        lines = screen_text(pilot.app).splitlines()
        width, height = pilot.app.size
        assert len(lines) == height
        assert all(len(line) <= width for line in lines)
        await pilot.press("L")
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_every_tab_of_every_section_can_be_seen(shown: Opener, size: tuple[int, int]) -> None:
    async with shown("today", size) as pilot:
        for number in range(1, len(PLACES) + 1):
            await pilot.press(str(number))
            await until(pilot, lambda place=PLACES[number - 1]: pilot.app.current_mode == place)  # type: ignore[misc]
            await _every_tab(pilot)


async def test_every_tab_of_an_exercise_can_be_seen_in_ascii_and_without_colour(shown: Opener) -> None:
    async with shown("SALTMARSH", (80, 24), theme="mono", glyphs="ascii") as pilot:
        await until(pilot, lambda: "Overview" in screen_text(pilot.app))
        await _every_tab(pilot)


async def test_letters_after_g_lead_to_the_tabs_of_an_exercise(shown: Opener) -> None:
    async with shown("SALTMARSH") as pilot:
        await until(pilot, lambda: "Overview" in screen_text(pilot.app))
        await pilot.press("g", "p")
        await until(pilot, lambda: bool(pilot.app.screen.query(ProtocolPane)))
        await until(pilot, lambda: "concurs" in screen_text(pilot.app))


async def test_a_list_shows_the_checks_on_its_records(shown: Opener) -> None:
    async with shown("people/secondments") as pilot:
        text = screen_text(pilot.app)
        assert "■" in next(line for line in text.splitlines() if "S-07" in line)


def test_layouts_name_fields_that_the_kinds_have() -> None:
    for noun, layout in LAYOUTS.items():
        fields = BY_NOUN[noun].model_fields
        assert set(layout.columns) <= set(fields)
        assert {name.removeprefix("-") for name in layout.order} <= set(fields)
        assert sum(column.grows for column in layout.columns.values()) == 1


def test_every_strand_has_its_settings_and_the_word_of_everybody(demo: Desk) -> None:
    exercise = asking.find(demo, "LANTERN-27", "exercise")
    assert isinstance(exercise, Exercise)
    standing = [{answer.institute: answer.standing for answer in sheet.answers} for sheet in protocols(demo, exercise)]
    assert any(each.get("KR-AISI") == "concur_with_reservation" for each in standing)
    assert all("EU-AIO" not in each for each in standing)


async def test_an_equals_sign_in_the_filter_is_refused_with_the_sentence_of_the_command(shown: Opener) -> None:
    async with shown("runs", size=(80, 24)) as pilot:
        await pilot.press("slash", *"institute=UK-AISI")
        told = "a field and its value have a colon between them: institute:UK-AISI"
        await until(pilot, lambda: told in screen_text(pilot.app))
        assert "R1" in screen_text(pilot.app)
