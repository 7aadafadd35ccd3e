"""What is refused is told: one clear sentence, what to do about it, the right exit code, and nothing half-written."""

import ast
import csv
import io
import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

import comity
from comity import bootstrap
from comity.cli.app import main
from comity.desk import acting, drafting
from comity.desk.desk import Desk
from comity.domain.kinds import KINDS
from comity.domain.record import Record, encode, facets
from comity.domain.text import plain
from comity.log.commit import Change

ROOT = Path(comity.__file__).parent
ERRORS = (
    "ComityError",
    "UsageError",
    "Ambiguous",
    "NotFound",
    "Refused",
    "BadInput",
    "RuleBroken",
    "ConflictsExist",
    "HubUnreachable",
    "Locked",
    "IntegrityFailure",
)
SENTENCES_OF_THEIR_OWN = ("ConflictsExist",)  # the list before it says what to do


def raised() -> Iterator[tuple[str, ast.Call]]:
    """Every place in the source where an error for people is made."""
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS:
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node


def has_hint(call: ast.Call) -> bool:
    """Whether a second argument or a hint says what to do, or the message asks for it itself."""
    hinted = len(call.args) > 1 or any(word.arg == "hint" for word in call.keywords) or call.args[:1] == []
    return hinted or any(isinstance(each, ast.Starred) for each in call.args) or ";" in ast.unparse(call.args[0])


def test_every_refusal_says_what_to_do() -> None:
    silent = [place for place, call in raised() if call.func.id not in SENTENCES_OF_THEIR_OWN and not has_hint(call)]
    assert silent == []
