"""Keys that come faster than the app answers: typed ahead, pressed twice, or by a cat."""

import random

import pytest
from textual import events
from textual.keys import REPLACED_KEYS, _character_to_key
from textual.pilot import Pilot

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.tui.actions import ACTIONS
from comity.tui.screens.base import Page
from comity.tui.screens.editing import NewPage
from comity.tui.widgets.fields import Field
from comity.tui.widgets.overlay import Overlay
from tui.conftest import Opener, until

BURSTS = 40


def _at_once(pilot: Pilot[None], *keys: str) -> None:
    """All of them before the app has answered the first."""
    for key in keys:
        name = _character_to_key(key) if len(key) == 1 else key
        character = key if len(key) == 1 else {"enter": "\r", "space": " "}.get(key)
        pilot.app.post_message(events.Key(REPLACED_KEYS.get(name, name), character))


async def _escaped(pilot: Pilot[None]) -> None:
    _at_once(pilot, *["escape"] * 6)
    await until(pilot, lambda: isinstance(pilot.app.screen, Page))


@pytest.mark.parametrize(("closing", "overlays"), [("enter", "yt?I"), ("escape", "t:?ygoxIf"), ("ctrl+s", "t:?ygoxIf")])
async def test_a_key_pressed_twice_in_an_overlay_answers_it_once(opened: Opener, closing: str, overlays: str) -> None:
    async with opened("exercises") as pilot:
        for overlay in overlays:
            _at_once(pilot, overlay)
            await until(pilot, lambda: isinstance(pilot.app.screen, Overlay))
            _at_once(pilot, closing, closing, closing)
            await pilot.pause(0.05)
            await _escaped(pilot)
            _at_once(pilot, "2")
            await until(pilot, lambda: pilot.app.current_mode == "exercises")
            assert pilot.app.is_running


async def test_an_overlay_opened_twice_is_closed_twice(opened: Opener) -> None:
    async with opened("exercises") as pilot:
        page = pilot.app.screen
        _at_once(pilot, "t", "t", "t", "enter", "enter", *["escape"] * 6)
        await _escaped(pilot)
        assert pilot.app.screen is page


async def test_a_form_saved_twice_writes_once(opened: Opener, desk: Desk) -> None:
    async with opened("library") as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPage) and bool(pilot.app.screen.query(Field)))
        next(each for each in pilot.app.screen.query(Field) if each.field == "name").text = "Model Z"
        next(each for each in pilot.app.screen.query(Field) if each.field == "developer").text = "North"
        _at_once(pilot, "ctrl+s", "ctrl+s", "ctrl+s")
        await until(pilot, lambda: not isinstance(pilot.app.screen, NewPage))
        assert asking.count(desk, "system", "name:Z") == 1


@pytest.mark.parametrize("seed", range(2))
async def test_mashed_keys_never_end_the_app(opened: Opener, desk: Desk, seed: int) -> None:
    """Everything but leaving and the person's own editor, in bursts; what is refused is told."""
    acting.add(desk, "exercise", {"code": "MARLIN"}, group="private", marking="TLP:GREEN")
    dice = random.Random(seed)
    keys = [key for action in ACTIONS if action.id not in ("leave", "editor") for key in action.keys.split(",")]
    keys += [*"1234567", "enter", "enter", "escape", "escape", "escape", "tab", "shift+tab", "a", "backspace"]
    async with opened("exercises") as pilot:
        for _ in range(BURSTS):
            _at_once(pilot, *dice.choices(keys, k=dice.randint(1, 12)))
            await pilot.pause(dice.choice([0, 0, 0.01, 0.05]))
        _at_once(pilot, *["escape"] * 12)
        await pilot.pause(0.2)
        assert pilot.app.is_running
