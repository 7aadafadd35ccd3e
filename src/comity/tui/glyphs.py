"""Signs of the screen: each has a shape, a word and a colour, and a twin in ASCII."""

import os
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from comity.domain.wording import words
from comity.tui.spans import Line, Span, span


class Glyph(NamedTuple):
    """A sign, its ASCII twin, its role and the role of the word that follows it."""

    sign: str
    ascii: str
    role: str = ""
    word_role: str = ""


GLYPHS: Mapping[str, Glyph] = MappingProxyType(
    {
        "blocker": Glyph("■", "!", "red bold", "red"),
        "high": Glyph("▲", "^", "amber", "amber"),
        "medium": Glyph("▲", "^", "amber", "amber"),
        "low": Glyph("◇", "i", "accent"),
        "due": Glyph("◇", "i", "text"),
        "done": Glyph("◆", "*", "green"),
        "planned": Glyph("○", "o", "dim", "dim"),
        "assigned": Glyph("◔", "a", "accent"),
        "queued": Glyph("◑", "q", "accent"),
        "running": Glyph("▶", ">", "accent"),
        "paused": Glyph("‖", "p", "accent"),
        "succeeded": Glyph("●", "*", "green"),
        "heard": Glyph("●", "*", "green"),
        "failed": Glyph("✕", "x", "red", "red"),
        "cancelled": Glyph("⊘", "/", "dim", "dim"),
        "lost": Glyph("◌", "l", "red", "red"),
        "unknown": Glyph("?", "?", "amber italic", "amber italic"),
        "valid": Glyph("✓", "+", "green", "green"),
        "deviated": Glyph("≠", "#", "amber", "amber"),
        "accepted_deviation": Glyph("≈", "~", "dim", "dim"),
        "caveats": Glyph("≈", "~", "amber", "amber bold"),
        "void": Glyph("∅", "%", "red bold", "red bold"),
        "unreviewed": Glyph("·", ".", "dim", "dim"),
        "stand_down": Glyph("⚑", "F", "red", "red"),
        "uncovered": Glyph("□", "_", "red", "red bold"),
        "unowned": Glyph("□", "_", "amber", "amber"),
        "waived": Glyph("–", "-", "dim", "dim"),
        "conflict": Glyph("⇄", "&", "violet", "violet"),
        "unsent": Glyph("⇅", "=", "accent"),
    }
)
_OTHERS = {
    "▎": ">", "•": "*", "·": ".", "─": "-", "━": "=", "┄": ".", "╌": ".", "╍": "=", "▒": "#", "░": ":", "×": "x",
    "┤": "|", "├": "|", "┼": "|", "┿": "|", "│": "|", "◂": "<", "▸": ">", "▾": "v", "▴": "^", "›": ">", "◉": "@",
    "◐": "q", "←": "<", "→": ">", "↑": "^", "↓": "v", "▏": "|", "▁": "_", "…": "~", "—": "-",
}  # fmt: skip
_TO_ASCII = str.maketrans(_OTHERS | {glyph.sign: glyph.ascii for glyph in GLYPHS.values()})


class AsciiOnly(LineFilter):
    """Draws every sign as its ASCII twin, whatever widget it comes from; letters of names stay."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text.translate(_TO_ASCII), style, control) for text, style, control in segments]


def signed(name: str, word: object | None = None, role: str = "") -> Line:
    """The sign of a state and its word: `● succeeded`. A state without a sign is its word alone."""
    said = words(name) if word is None else word
    glyph = GLYPHS.get(name)
    if not glyph:
        return (span(said, role),)
    return (Span(glyph.sign, role or glyph.role), span(f" {said}", role or glyph.word_role))


def sign(name: str) -> Span:
    """The sign alone, for columns whose word stands beside it."""
    glyph = GLYPHS[name]
    return Span(glyph.sign, glyph.role)


def meter(part: int, whole: int, cells: int, role: str = "accent") -> Line:
    """A thin bar of how much is done."""
    full = round(cells * part / whole) if whole else 0
    return (Span("━" * full, role), Span("─" * (cells - full), "rule"))


def only_ascii(wanted: str, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the signs must be ASCII: asked for, or a locale that draws them two cells wide or not at all."""
    if wanted != "auto":
        return wanted == "ascii"
    names: Sequence[str] = [environ.get(name, "") for name in ("LC_ALL", "LC_CTYPE", "LANG")]
    locale = next((name for name in names if name), "").lower()
    return locale[:2] in ("ja", "ko", "zh") or not locale.replace("-", "").endswith("utf8")
