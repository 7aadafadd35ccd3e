"""The screen as words, for screen readers and mail: a word for each sign, one record per line, nothing drawn."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.domain.checks.check import SEVERITIES
from comity.tui.glyphs import GLYPHS
from comity.tui.spans import Line
from comity.tui.widgets.source import Column, Row, Source

_STEP: Final = 500
_GAP: Final = re.compile(r" {3,}")
_HIDDEN: Final = "kept off screen"
_DRAWN: Final = re.compile("[▎━─╌┄╍▒░×┤├│┼┿▏▁◂▸▾▴›]+|····")
_SAID: Final = {
    "blocker": "stops work:",
    "high": "needs a decision:",
    "medium": "needs a decision:",
    "low": "good to know:",
    "accepted_deviation": "accepted",
    "caveats": "with caveats",
    "stand_down": "stand-down",
    "unowned": "uncovered",
    "conflict": "two values",
    "unsent": "waiting to go",
    "heard": "",
}
_ALONE: Final = frozenset("■▲◇≠∅⚑□⇄⇅?")  # what these say is in no word beside them
_BY_SPAN: Final = {(glyph.sign, glyph.role): _SAID.get(name, name) for name, glyph in reversed([*GLYPHS.items()])}
_BY_SIGN: Final = {glyph.sign: _SAID.get(name, name) for name, glyph in reversed([*GLYPHS.items()])}


def spoken(spans: Line) -> str:
    """A line in words: a sign whose word follows goes, any other becomes its word."""
    said = ""
    whole, at = "".join(part.text for part in spans), 0
    for part in spans:
        for letter in part.text:
            at += 1
            told = letter not in _BY_SIGN or letter == "·" or (letter in "?–" and part.text.strip() != letter)
            said += letter if told else _word(letter, part.role, whole[at:].strip())
    return " ".join(_GAP.sub("; ", _DRAWN.sub(" ", said).strip(" ·")).replace("; · ", "; ").split())


def _word(sign: str, role: str, after: str) -> str:
    """The word of a sign, unless one that says the same, or a state in other words, follows."""
    word = _BY_SPAN.get((sign, role), _BY_SIGN[sign])
    same = after.lower().startswith((word.rstrip(":").lower()[:4], *SEVERITIES))
    return "" if same or (sign not in _ALONE and after[:1].isalpha()) else f"{word} "


def spoken_rows(columns: Sequence[Column], source: Source) -> Iterator[str]:
    """Every row: headings, and records one per line with the names of their columns."""
    for start in range(0, source.count, _STEP):
        for row in source.rows(start, start + _STEP):
            text = spoken_row(columns, row)
            yield text if row.heading and not row.masked else f"  {text}"


def spoken_row(columns: Sequence[Column], row: Row) -> str:
    """One row: its sign, then each cell that is not empty."""
    if row.masked:
        return f"{spoken(row.sign)} {_HIDDEN}: its marking is above the ceiling".strip()
    if row.heading:
        return spoken(row.cells[0])
    parts: list[str] = []
    over = ""
    for column, cell in zip(columns, row.cells, strict=False):
        over = column.over or over
        text = spoken(cell)
        label = " ".join(filter(None, (over, column.label.partition(",")[0].strip()))) if parts else ""
        if text:
            parts.append(f"{label}: {text}" if label else text)
    joint = ": " if len(columns) == len(parts) == 2 and not columns[1].label else "; "
    return f"{spoken(row.sign)} {joint.join(parts)}".strip()
