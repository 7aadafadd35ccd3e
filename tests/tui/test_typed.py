"""What only commands do is found in the palette too."""

import click
import pytest

from comity.cli.app import root
from comity.tui.screens.sharing import SharingPage
from comity.tui.typed import TYPED, Typed
from comity.tui.widgets.palette import Palette
from tui.conftest import Opener, until
from tui.stage import screen_text


@pytest.mark.parametrize("typed", TYPED, ids=lambda typed: typed.does)
def test_every_command_line_of_the_palette_is_one(typed: Typed) -> None:
    words = typed.command.split()
    command: click.Command = root
    context = click.Context(root, info_name=words.pop(0))
    while isinstance(command, click.Group) and words and words[0].islower() and not words[0].startswith("-"):
        _, found, words = command.resolve_command(context, words)
        assert found is not None
        command, context = found, click.Context(found, info_name=found.name, parent=context)
    options = {name for parameter in command.params for name in parameter.opts}
    assert {word for word in words if word.startswith("--")} <= options


@pytest.mark.parametrize("typed", [each for each in TYPED if each.place], ids=lambda typed: typed.does)
def test_every_place_of_the_palette_is_a_tab(typed: Typed) -> None:
    assert typed.place.partition("/")[2] in {tab.label.lower() for tab in SharingPage("sharing").tabs()}


async def test_who_types_backup_or_revoke_finds_the_way(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMITY_HOME", "/elsewhere")
    async with opened("library", (80, 24)) as pilot:
        await pilot.press("colon", *"backup")
        await until(pilot, lambda: "comity backup FILE" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(pilot.app.screen, Palette))
        said = pilot.app.session.said[-1].text
        assert said.startswith("Back this home up, in a terminal: `comity --home ")
        assert pilot.app.clipboard in said
        await pilot.press("colon", *"revoke")
        await until(pilot, lambda: "Revoke a device" in screen_text(pilot.app))
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.current_mode == "sharing")
        await until(pilot, lambda: "Revoke a device: enter, then x" in screen_text(pilot.app))
