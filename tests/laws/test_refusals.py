"""What is refused is told: one clear sentence, what to do about it, the right exit code, and nothing half-written."""

import ast
import json
import shutil
from collections.abc import Iterator
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
from comity.domain.record import Record, facets
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


HOSTILE = "".join(
    map(chr, [*range(0x20), *range(0x7F, 0xA0), 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)])
)
TEXT = f"a{HOSTILE}[red]b[/red]\x1b]0;title\x07\x1b[2J"
TEXTS = ("line", "prose", "code", "institute", "language", "choice")


def hostile(desk: Desk, kind: type[Record]) -> Record:
    """A record of which every text is hostile, as a peer with another program could have written it."""
    sets: dict[str, Any] = {"originator": TEXT, "marking": "TLP:RED", "synthetic": True}
    for name, facet in facets(kind).items():
        if str(facet.shape) in TEXTS:
            sets |= {f"{name}:{TEXT}": True} if facet.many else {name: TEXT}
        elif str(facet.shape) == "facts":
            sets[name] = {TEXT: TEXT}
        elif str(facet.shape) == "date":
            sets[name] = "2026-11-02"
    change = Change(kind.noun, UUID(drafting.new_id()).bytes, sets)
    with desk.store.writing() as connection:
        acting.write(desk, connection, desk.store.private, [change], TEXT)
        return acting.reread(connection, kind, str(UUID(bytes=change.id)), desk.store.private)


@pytest.fixture(scope="module")
def poisoned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A home with a hostile record of every kind, written by a person of a hostile name."""
    home = tmp_path_factory.mktemp("poisoned") / "home"
    bootstrap.init(home, institute="UK-AISI", person="Tamsin Oakhollow", device="laptop-1")
    desk = bootstrap.open_desk(home, today=date(2026, 11, 23))
    desk.person = TEXT  # as a hostile peer would sign
    ids = {kind.noun: hostile(desk, kind).id for kind in KINDS}
    desk.close()
    yield home, ids
    shutil.rmtree(home)


def harmless(text: str, more: str = "") -> bool:
    """Whether a terminal takes all of it as letters."""
    return all(letter.isprintable() or letter in "\n\t" + more for letter in text)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_no_terminal_escape_reaches_the_screen(
    kind: type[Record], poisoned: tuple[Path, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    home, ids = poisoned
    noun, id = kind.noun.replace("_", "-"), ids[kind.noun]
    calls = [
        (noun, "list"),
        (noun, "list", "--csv"),
        (noun, "list", "--columns", ",".join(facets(kind))),
        (noun, "list", "--json"),
        (noun, "show", id),
        (noun, "show", "nobody\x1b[2J"),
        (noun, "history", id),
        (noun, "history", id, "--json"),
    ]
    for call in calls:
        main([*call, "--home", str(home), "--today", "2026-11-23"])
        told = capsys.readouterr()
        assert harmless(told.out), (call, [letter for letter in told.out if not harmless(letter)])
        assert harmless(told.err), (call, told.err)


def test_no_terminal_escape_comes_from_what_is_told_of_all(
    poisoned: tuple[Path, dict[str, str]], capsys: pytest.CaptureFixture[str]
) -> None:
    home, _ = poisoned
    for call in (
        ["check"],
        ["check", "--json"],
        ["search", "a"],
        ["status"],
        ["conflict", "list"],
        ["run", "compare", "\x1b", "x"],
    ):
        main([*call, "--home", str(home), "--today", "2026-11-23"])
        told = capsys.readouterr()
        assert harmless(told.out + told.err), (call, told.out + told.err)


def test_what_is_shown_as_marks_is_kept_as_it_was(poisoned: tuple[Path, dict[str, str]], capsys: Any) -> None:
    home, ids = poisoned
    assert main(["note", "show", ids["note"], "--home", str(home), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["fields"]["text"] == TEXT
    assert main(["note", "list", "--home", str(home)]) == 0
    assert plain(TEXT) in capsys.readouterr().out
