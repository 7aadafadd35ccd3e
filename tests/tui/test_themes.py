import itertools
from pathlib import Path
from typing import get_args, get_type_hints

import pytest

from comity.settings import Screen
from comity.tui.themes import COLOURS, chosen

GROUNDS = ("ground", "panel", "line")


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(("name", "ground"), list(itertools.product(("dark", "light"), GROUNDS)))
def test_every_role_can_be_read_on_every_ground(name: str, ground: str) -> None:
    colours = COLOURS[name]
    assert contrast(colours["text"], colours[ground]) >= 10
    for role in ("dim", "accent", "red", "amber", "green", "violet"):
        assert contrast(colours[role], colours[ground]) >= 4.8, role
    assert contrast(colours["faint"], colours[ground]) >= 3.5


@pytest.mark.parametrize("name", sorted(COLOURS))
def test_strong_text_can_be_read_on_the_cursor_cell_of_every_theme(name: str) -> None:
    assert contrast(COLOURS[name]["strong"], COLOURS[name]["cell"]) >= 4.5


@pytest.mark.parametrize("name", ["mono"])
def test_without_colour_every_hue_is_strong_text(name: str) -> None:
    colours = COLOURS[name]
    assert {colours[hue] for hue in ("accent", "red", "amber", "green", "violet")} == {colours["strong"]}
    assert all(value[1:3] == value[3:5] == value[5:7] for value in colours.values())


def test_the_theme_follows_the_terminal_and_the_setting_wins() -> None:
    assert chosen("auto", {"COLORTERM": "truecolor"}) == "dark"
    assert chosen("auto", {}) == "256"
    assert chosen("light", {}) == "light"
    assert chosen("light", {"NO_COLOR": "1"}) == "mono"


def test_every_theme_can_be_named_in_the_settings_and_the_manual_names_them_all() -> None:
    named = set(get_args(get_type_hints(Screen)["theme"]))
    assert named == {"auto", *COLOURS}
    manual = (Path(__file__).parents[2] / "sample_configs" / "config.toml").read_text("utf-8")
    line = next(line for line in manual.splitlines() if line.startswith("theme"))
    assert set(line.partition("#")[2].replace(",", " ").split()) == named - {"auto"}
    assert chosen("contrast-light", {}) == "contrast-light"
