"""The whole app, by keyboard only, in the smallest terminal it promises to fit."""

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from comity.tui.screens.base import Page
from tui.conftest import Opener, until
from tui.stage import screen_text


def _holds(pilot: Pilot[None]) -> None:
    """Both bars are there and alike, the footer says where all keys are, no line is wider than the screen."""
    lines = screen_text(pilot.app).splitlines()
    assert len(lines) == 24
    assert {cell_len(each) for each in lines} == {80}
    assert lines[0].strip().startswith("TLP:")
    assert lines[0].strip() == lines[-1].strip()
    assert "? keys" in lines[-2] or pilot.app.page.query_one("Footer").news


async def _settled(pilot: Pilot[None]) -> None:
    await pilot.pause(0.02)


async def _page(pilot: Pilot[None]) -> Page:
    await until(pilot, lambda: isinstance(pilot.app.screen, Page))
    await _settled(pilot)
    return pilot.app.screen


OVERLAYS = ("question_mark", "colon", "g", "o", "f", "t", "y")
PAGES = ("exclamation_mark", "z", "e", "enter")


@pytest.mark.parametrize("number", "1234567")
async def test_all_of_the_app_works_by_keyboard_at_80x24(shown: Opener, number: str) -> None:
    async with shown("today", (80, 24)) as pilot:
        await pilot.press(number)
        page = await _page(pilot)
        for tab in range(len(page._tabs)):
            _holds(pilot)
            await pilot.press("j", "G")
            _holds(pilot)
            for key in ("enter",) if tab else ("l", "p", "p", *OVERLAYS, *PAGES):
                await _goes_in_and_out(pilot, page, number, key)
            await pilot.press("L")
            await _settled(pilot)
        assert pilot.app.is_running
        assert [said.text for said in pilot.app.session.said if said.strength == "red"] == []


async def _goes_in_and_out(pilot: Pilot[None], page: Page, number: str, key: str) -> None:
    """What a key opens is closed by `escape`; a record may live in another section."""
    await pilot.press(key)
    await _settled(pilot)
    lines = screen_text(pilot.app).splitlines()
    assert lines[0].strip() == lines[-1].strip()
    for _ in range(4):
        if pilot.app.screen is page or pilot.app.current_mode != page.section:
            break
        await pilot.press("escape")
        await _settled(pilot)
    if pilot.app.current_mode != page.section:
        await pilot.press("escape", number)
        await _settled(pilot)
    assert pilot.app.screen is page, key
