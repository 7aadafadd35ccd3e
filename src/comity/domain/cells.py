"""Cells of a spreadsheet: text that no program takes for a formula, and back."""

import re
from collections.abc import Callable
from typing import Final

FORMULA: Final = (*"=+-@", *"＝＋－＠")
GUARD: Final = "'"
_CONTROL: Final = ("\t", "\r", "\n")
# where a cell begins for a program that separates by other signs than we do, and sees no quotation marks of ours
_BEGIN: Final = re.compile(r"\r\n?|[;\t\n]")
_GUARDED: Final = re.compile(f"({_BEGIN.pattern}){GUARD}")
# before a formula; marks of its own are counted in, so that the guards can be told from them and taken off
_BEFORE: Final = re.compile(r"""[;'"\s]+""")


def guarded(text: str) -> str:
    """The text with an apostrophe wherever a spreadsheet could begin a cell that it computes."""
    return _each_risk(text, lambda run: _BEGIN.sub(rf"\g<0>{GUARD}", run))


def unguarded(text: str) -> str:
    """The text as it was before `guarded`."""
    if GUARD not in text:  # a sheet can have twenty million cells, and nearly all are as they were
        return text
    return _each_risk(text, lambda run: _GUARDED.sub(r"\1", run))


def _each_risk(text: str, change: Callable[[str], str]) -> str:
    """The text with a change of all that stands before a formula; its start is where a line begins."""
    lined = "\n" + text

    def changed(run: re.Match[str]) -> str:
        risky = lined.startswith(FORMULA, run.end())
        opens = run.start() == 0 and run[0][1:].lstrip(GUARD).startswith(_CONTROL)
        return change(run[0]) if risky or opens else run[0]

    return _BEFORE.sub(changed, lined)[1:]
