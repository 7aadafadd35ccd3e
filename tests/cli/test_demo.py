"""The demo: two houses on one machine, a bundle that waits, and the three commands that its summary names."""

import shlex
import shutil
from pathlib import Path

import pytest

from cli.conftest import Comity


@pytest.fixture
def copy(demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The demo, to be changed; answers land beside it."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copytree(demo, tmp_path / "saltpan"))


def shared(comity: Comity, home: Path) -> list[object]:
    """What a home holds of the group that both houses are in."""
    nouns = ("exercise", "strand", "protocol", "cell", "run", "deviation", "finding", "action", "note", "stand-down")
    return [comity(noun, "list", "group:UKUS", "--json", "--home", str(home)).json["items"] for noun in nouns]


def test_a_newcomer_receives_settles_and_answers_with_the_commands_of_the_summary(copy: Path, comity: Comity) -> None:
    told = comity("demo", "--headless", "--home", str(copy), "--json").json
    said = comity("demo", "--headless", "--home", str(copy)).out
    assert all(step in said for step in (*told["next"], told["partner"], told["bundle"]))
    partner = Path(told["partner"])
    assert told["conflicts"] == 0
    assert shared(comity, copy) != shared(comity, partner)
    receive, settle, answer = (shlex.split(step)[1:] for step in told["next"])
    assert comity(*receive).code == 0
    (apart,) = comity("conflict", "list", "--json", "--home", str(copy)).json["items"]
    assert (apart["ref"], apart["field"]) == ("SALTMARSH/A1", "due")
    assert {(each["institute"], each["value"]) for each in apart["values"]} == {
        ("UK-AISI", "2026-12-04"),
        ("US-CAISI", "2026-12-11"),
    }
    notes = comity("note", "list", "group:UKUS", "--json", "--home", str(copy)).json["items"]
    assert "US-CAISI" in {note["originator"] for note in notes}
    assert comity(*settle).code == 0
    assert comity(*answer).code == 0
    assert comity("bundle", "read", "answer.comity", "--home", str(partner)).code == 0
    assert shared(comity, copy) == shared(comity, partner)
    for home in (copy, partner):
        assert comity("status", "--json", "--home", str(home)).json["conflicts"] == 0
        assert comity("verify", "--home", str(home)).code == 0


def test_nothing_private_is_in_the_home_of_the_partner(copy: Path, comity: Comity) -> None:
    theirs = str(copy / "partner")
    assert comity("person", "list", "--json", "--home", theirs).json["count"] == 0
    found = comity("finding", "list", "exercise:SALTMARSH", "--json", "--home", theirs).json["items"]
    assert {item["fields"]["label"] for item in found} == {"F1", "F2", "F3", "F5"}


def test_a_reset_makes_both_houses_anew(copy: Path, comity: Comity) -> None:
    said = comity("bundle", "read", str(copy / "from-us-caisi.comity"), "--home", str(copy))
    assert said.code == 0
    assert comity("status", "--json", "--home", str(copy)).json["conflicts"] == 1
    again = comity("demo", "--headless", "--reset", "--json", "--home", str(copy)).json
    assert (again["conflicts"], Path(again["bundle"]).exists()) == (0, True)
    assert comity("bundle", "read", again["bundle"], "--home", again["home"]).code == 0
    assert comity("status", "--json", "--home", str(copy)).json["conflicts"] == 1
