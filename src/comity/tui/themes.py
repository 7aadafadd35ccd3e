"""The colours of the screen by role, as themes; and which theme a terminal gets."""

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from rich.style import Style
from textual.theme import Theme

_ROLES = "ground panel overlay rule line cell text strong dim faint accent red amber green violet".split()
_HUES = ("accent", "red", "amber", "green", "violet")
_ATTRIBUTES = frozenset({"bold", "italic", "underline", "reverse", "strike"})


def _colours(*values: str) -> dict[str, str]:
    return dict(zip(_ROLES, values, strict=True))


def _tlp(chips: str, bars: str) -> dict[str, str]:
    levels = ("clear", "green", "amber", "red")
    return {f"tlp-{level}": chip for level, chip in zip(levels, chips.split(), strict=True)} | {
        f"bar-{level}": bar for level, bar in zip(levels, bars.split(), strict=True)
    }


_CHIPS = "#ffffff #33ff00 #ffc000 #ff2b2b"
_DARK = _colours(
    *"#0f131a #151b25 #1d2634 #2a3342 #1c2c42 #2a5484 #d3dae6 #f3f6fb #94a0b3 #738096".split(),
    *"#6cb6f0 #ff8379 #e8b64c #6fc58b #b9a1f0".split(),
) | _tlp(_CHIPS, "#2a2d33 #0c2a06 #2e2403 #34090b")
_LIGHT = _colours(
    *"#fbfaf7 #f1efe9 #ffffff #cfccc3 #dbe7f5 #a9cbee #2a2f38 #0c0f14 #5a6372 #6c7482".split(),
    *"#0b62a8 #b3261e #835500 #1b6e3c #5b3fb0".split(),
) | _tlp(_CHIPS, "#2a2d33 #0c2a06 #2e2403 #34090b")
_FEW = _colours(
    *"#121212 #1c1c1c #303030 #444444 #303030 #005f87 #d0d0d0 #eeeeee #a8a8a8 #8a8a8a".split(),
    *"#5fafff #ff8787 #d7af5f #5fd787 #afafff".split(),
) | _tlp(_CHIPS, "#000000 #000000 #000000 #000000")
_MONO = _colours(
    *"#121212 #1b1b1b #262626 #3a3a3a #2b2b2b #5f5f5f #d2d2d2 #ffffff #9e9e9e #868686".split(),
    *["#ffffff"] * len(_HUES),
) | _tlp("#c8c8c8 #c8c8c8 #c8c8c8 #c8c8c8", "#262626 #262626 #262626 #262626")


def _contrast(colours: Mapping[str, str]) -> dict[str, str]:
    return {**colours, "dim": colours["text"], "faint": colours["text"]}


COLOURS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "dark": _DARK,
        "light": _LIGHT,
        "256": _FEW,
        "mono": _MONO,
        "contrast": _contrast(_DARK),
        "contrast-light": _contrast(_LIGHT),
    }
)


def theme(name: str) -> Theme:
    """The Textual theme of that name; every role is a variable of the style sheet."""
    colours = COLOURS[name]
    own = {
        "scrollbar": colours["rule"],
        "scrollbar-hover": colours["faint"],
        "scrollbar-active": colours["accent"],
        "scrollbar-background": colours["ground"],
        "scrollbar-background-hover": colours["ground"],
        "scrollbar-background-active": colours["ground"],
        "scrollbar-corner-color": colours["ground"],
        "input-cursor-background": colours["accent"],
        "input-cursor-foreground": colours["ground"],
        "input-selection-background": colours["cell"],
        "screen-selection-background": colours["cell"],
    }
    return Theme(
        name=name,
        primary=colours["accent"],
        foreground=colours["text"],
        background=colours["ground"],
        surface=colours["ground"],
        panel=colours["panel"],
        dark="light" not in name,
        variables={**colours, **own},
    )


def chosen(wanted: str, environ: Mapping[str, str]) -> str:
    """The theme for a terminal: what settings ask for, else what the environment can show."""
    if "NO_COLOR" in environ:
        return "mono"
    if wanted in COLOURS:
        return wanted
    return "dark" if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit") else "256"


@lru_cache(maxsize=1024)
def style(name: str, role: str, ground: str) -> Style:
    """The terminal style of a role (`red bold`) on a ground (`panel`, `line`), for widgets that draw lines."""
    colours, words = COLOURS.get(name, _DARK), role.split()
    hue = next((word for word in words if word in colours), "text")
    plain = {word: True for word in words if word in _ATTRIBUTES}
    return Style(color=colours[hue], bgcolor=colours[ground], **plain)  # type: ignore[arg-type]
