"""`comity erase`: asked twice, told whole, done for good."""

import json
from pathlib import Path

import pytest

from cli.conftest import Comity


@pytest.fixture
def person(home: Path, comity: Comity) -> str:
    return comity("person", "add", "--name", "A. Oak", "--contact", "oak@example.org").out.strip()


def test_nothing_is_erased_without_a_yes(person: str, comity: Comity) -> None:
    said = comity("erase", person, "--reason", "asked for", "--json")
    assert (said.code, said.out) == (4, "")
    told, error = said.err.rstrip().rsplit("\n", 1)
    assert "Erase person A. Oak" in told
    assert json.loads(error)["error"]["code"] == "not_agreed"
    assert comity("person", "show", "A. Oak").code == 0
    assert comity("erase", person).code == 2


def test_a_dry_run_tells_and_does_nothing(person: str, comity: Comity) -> None:
    seen = comity("erase", "A. Oak", "--reason", "asked for", "--dry-run", "--json").json
    assert (seen["kind"], seen["id"], seen["commits"], seen["left"]) == ("person", person, 1, [])
    assert set(seen["fields"]) >= {"name", "contact"}
    assert comity("person", "show", "A. Oak", "--json").json["fields"]["contact"] == "oak@example.org"


def test_a_yes_erases_for_good(person: str, comity: Comity) -> None:
    said = comity("erase", "A. Oak", "--reason", "asked for", "--yes", "--json")
    assert (said.code, said.json["erased"]) == (0, 1)
    assert comity("person", "list", "--json").json["items"] == []
    kept = comity("person", "show", person, "--json").json
    assert (kept["retired"], kept["fields"]["name"], kept["fields"]["contact"]) == (True, "erased", "")
    assert "oak@" not in comity("person", "history", person, "--json").out
    assert comity("search", "oak", "--json").json["items"] == []
    assert comity("verify", "--json").json["ok"]
    again = comity("erase", person, "--reason", "once more", "--yes")
    assert again.code == 3
    assert comity("undo", person).code != 1
    assert "oak@" not in comity("person", "show", person, "--json").out
