"""Conflicts on the command line: list, show, settle."""

from pathlib import Path
from typing import Any

import pytest

from cli.conftest import Comity
from comity import bootstrap
from comity.desk import acting, asking
from comity.desk.drafting import Opened


@pytest.fixture
def torn(home: Path, comity: Comity) -> Path:
    """Two windows of one person that did not see each other's title."""
    assert comity("exercise", "add", "--code", "HERON", "--title", "Heron", "--kind", "research").code == 0
    apart(home, "Grey heron", "Night heron")
    return home


def apart(home: Path, *titles: str) -> None:
    desk = bootstrap.open_desk(home)
    opened = acting.open_record(desk, asking.find(desk, "HERON"))
    for title in titles:
        acting.save(desk, opened, {"title": title}, settle=True)
    desk.close()


def items(comity: Comity, *words: str) -> list[dict[str, Any]]:
    found = comity("conflict", *words, "--json").json
    assert found["count"] == len(found["items"])
    return list(found["items"])


def test_a_list_names_every_value_with_its_number(torn: Path, comity: Comity) -> None:
    (item,) = items(comity, "list")
    assert set(item) == {"kind", "id", "ref", "field", "values"}
    assert (item["kind"], item["ref"], item["field"]) == ("exercise", "HERON", "title")
    assert [each["n"] for each in item["values"]] == [1, 2]
    assert {each["value"] for each in item["values"]} == {"Grey heron", "Night heron"}
    assert all(set(each) == {"n", "value", "by", "institute", "at"} for each in item["values"])
    assert items(comity, "show", "HERON") == [item]
    assert "Night heron" in comity("conflict").out
    assert comity("status", "--json").json["conflicts"] == 1


def test_the_kept_value_stands_and_the_reason_is_told(torn: Path, comity: Comity) -> None:
    (item,) = items(comity, "list")
    kept = next(each for each in item["values"] if each["value"] == "Night heron")
    said = comity("conflict", "settle", "HERON", "--field", "title", "--keep", str(kept["n"]), "--reason", "so it is")
    assert (said.code, said.out) == (0, "")
    record = comity("exercise", "show", "HERON", "--json").json
    assert (record["fields"]["title"], record["conflicts"]) == ("Night heron", [])
    assert items(comity, "list") == []
    assert comity("exercise", "history", "HERON", "--json").json["items"][-1]["reason"] == "so it is"
    assert "nothing is in conflict" in comity("conflict", "show", "HERON").out


def test_another_value_is_read_like_any_input(torn: Path, comity: Comity) -> None:
    words = ("conflict", "settle", "HERON", "--field", "title", "--reason", "neither")
    said = comity(*words, "--value", "Great heron", "--json")
    assert said.json["fields"]["title"] == "Great heron"


def test_a_value_that_came_since_it_was_shown_is_kept_beside(torn: Path, comity: Comity) -> None:
    shown = {each["n"]: each["value"] for each in items(comity, "show", "HERON")[0]["values"]}
    desk = bootstrap.open_desk(torn)
    record = asking.find(desk, "HERON")
    blind = Opened(record, {})
    acting.save(desk, blind, {"title": "Third"}, settle=True)
    desk.close()
    said = comity("conflict", "settle", "HERON", "--field", "title", "--keep", "2", "--reason", "agreed")
    assert said.code == 0
    assert "kept beside yours" in said.err
    assert {each["value"] for each in items(comity, "list")[0]["values"]} == {shown[2], "Third"}


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (["--field", "title", "--keep", "9"], 3, "there are: 1, 2"),
        (["--field", "code", "--keep", "1"], 3, "one value for code"),
        (["--field", "titel", "--keep", "1"], 3, "did you mean"),
        (["--field", "title"], 2, "--keep N or --value"),
        (["--field", "title", "--keep", "1", "--value", "x"], 2, "--keep N or --value"),
        (["--field", "title", "--value", "x" * 600], 4, "at most 500"),
    ],
)
def test_what_cannot_be_settled_says_why(torn: Path, comity: Comity, words: list[str], code: int, told: str) -> None:
    said = comity("conflict", "settle", "HERON", *words, "--reason", "because")
    assert said.code == code
    assert told in said.err.lower() or told in said.err
    assert len(items(comity, "list")[0]["values"]) == 2


def test_settling_needs_a_reason(torn: Path, comity: Comity) -> None:
    assert comity("conflict", "settle", "HERON", "--field", "title", "--keep", "1").code == 2
    assert comity("conflict", "settle", "HERON", "--field", "title", "--keep", "1", "--reason", " ").code == 4
    assert comity("conflict", "show", "NOWHERE").code == 3
