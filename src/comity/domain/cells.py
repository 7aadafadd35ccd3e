"""Cells of a spreadsheet: text that no program takes for a formula, and back."""

from typing import Final

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
GUARD: Final = "'"


def guarded(text: str) -> str:
    """The text with an apostrophe before it where a spreadsheet would compute it."""
    return GUARD + text if _is_risky(text) else text


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    return text[1:] if text.startswith(GUARD) and _is_risky(text) else text


def _is_risky(text: str) -> bool:
    """Apostrophes of its own are counted in, so that the one before them can be told and taken off."""
    return text.lstrip(GUARD).startswith(FORMULA)
