"""The derived commands, on a real home."""

import csv
import io
import re
from pathlib import Path

import pytest

from cli.conftest import Comity
from comity.cli.app import KINDS

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[78][0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\n")
KEYS = {
    *("id", "kind", "ref", "group", "group_id", "marking", "originator", "created", "updated", "retired"),
    *("fields", "conflicts", "derived"),
}


@pytest.fixture
def exercise(home: Path, comity: Comity) -> str:
    """The code of an exercise that is there."""
    said = comity("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    assert ID.fullmatch(said.out), said.err
    return "OTTER"


def test_add_prints_the_id_and_show_finds_it_by_code_and_by_parts_of_the_id(exercise: str, comity: Comity) -> None:
    record = comity("exercise", "show", exercise, "--json").json
    assert set(record) >= KEYS
    assert (record["kind"], record["group"], record["marking"]) == ("exercise", "private", "TLP:RED")
    for ref in (record["id"], record["id"][:13], record["id"][-6:], "otter"):
        assert comity("exercise", "show", ref, "--json").json["id"] == record["id"]


def test_a_change_is_told_in_the_history_with_its_reason(exercise: str, comity: Comity) -> None:
    assert comity("exercise", "set", exercise, "--title", "Sea otter", "--reason", "renamed").code == 0
    entries = comity("exercise", "history", exercise, "--json").json["items"]
    assert entries[0]["changes"]["title"] == {"from": None, "to": "Otter"}
    assert entries[1]["changes"] == {"title": {"from": "Otter", "to": "Sea otter"}}
    assert entries[1]["reason"] == "renamed"


def test_an_empty_text_clears_a_field_and_a_list_repeats_its_option(home: Path, comity: Comity) -> None:
    added = ("person", "add", "--name", "Bo-ra", "--institute", "KR-AISI", "--languages", "ko", "--languages", "en")
    ref = comity(*added).out.strip()
    assert sorted(comity("person", "show", ref, "--json").json["fields"]["languages"]) == ["en", "ko"]
    joined = comity("person", "set", ref, "--languages", "en,ko")
    assert (joined.code, "--languages en --languages ko" in joined.err) == (2, True)
    assert comity("person", "set", ref, "--languages", "").code == 0
    assert comity("person", "show", ref, "--json").json["fields"]["languages"] == []


def test_a_grave_step_asks_for_a_yes_once_its_rules_let_it_pass(exercise: str, comity: Comity) -> None:
    cancel = ("exercise", "cancel", exercise, "--json")
    assert "needs a reason" in comity(*cancel).error["message"]
    asked = comity(*cancel, "--reason", "no quorum")
    assert (asked.code, asked.error["code"], "--yes" in asked.error["hint"]) == (4, "not_agreed", True)
    assert comity("exercise", "show", exercise, "--json").json["fields"]["status"] == "proposed"
    assert comity(*cancel, "--reason", "no quorum", "--yes").json["fields"]["status"] == "cancelled"


def test_every_problem_is_told_at_once_and_nothing_is_written(home: Path, comity: Comity) -> None:
    wrong = ("exercise", "add", "--kind", "bilaterl", "--window-start", "81 December", "--code", "TWO WORDS", "--json")
    said = comity(*wrong)
    assert said.code == 4
    assert {problem["field"] for problem in said.error["problems"]} >= {"kind", "window_start", "code"}
    assert "bilateral" in said.err
    assert comity("exercise", "list", "--json").json == {"items": [], "count": 0}


def test_what_is_retired_leaves_the_lists_and_needs_a_reason(exercise: str, comity: Comity) -> None:
    assert comity("exercise", "retire", exercise).code == 2
    assert comity("exercise", "retire", exercise, "--reason", "by mistake").code == 0
    assert comity("exercise", "list", "--json").json["count"] == 0
    assert comity("exercise", "list", "--retired", "--json").json["count"] == 1


def test_a_step_that_its_rule_forbids_exits_4_with_the_records_in_the_way(exercise: str, comity: Comity) -> None:
    said = comity("exercise", "specify", exercise, "--json")
    assert said.code == 4
    assert said.error["problems"]
    passed = comity("exercise", "specify", exercise, "--override", "agreed by voice", "--json")
    assert passed.json["fields"]["status"] == "specified"


@pytest.mark.parametrize("words", [("show", "NOTHING"), ("history", "NOTHING"), ("set", "NOTHING", "--title", "x")])
def test_what_is_not_there_exits_3(home: Path, comity: Comity, words: tuple[str, ...]) -> None:
    said = comity("exercise", *words, "--json")
    assert said.code == 3
    assert said.error["code"] == "not_found"


def test_an_ambiguous_name_exits_2_and_lists_the_candidates(home: Path, comity: Comity) -> None:
    ids = [
        comity("person", "add", "--name", "Twin", "--institute", code).out.strip() for code in ("UK-AISI", "US-CAISI")
    ]
    said = comity("person", "show", "Twin", "--json")
    assert (said.code, said.error["code"]) == (2, "ambiguous")
    assert all(id in said.error["hint"] for id in ids)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_lists_in_every_form(demo: Path, comity: Comity, kind: str) -> None:
    found = comity(kind, "list", "--json").json
    assert found["count"] == len(found["items"])
    assert comity(kind, "--json").json == found
    lines = comity(kind, "list").out.splitlines()
    assert len(lines) == found["count"] + 1
    assert {line.count("\t") for line in lines} == {lines[0].count("\t")}
    assert len(list(csv.reader(io.StringIO(comity(kind, "list", "--csv").out)))) == len(lines)
    for item in found["items"][:1]:
        assert comity(kind, "show", item["id"]).code == 0
        assert comity(kind, "history", item["id"], "--json").json["items"]


def test_query_sort_limit_and_columns(demo: Path, comity: Comity) -> None:
    found = comity(
        "run", "list", "institute:US-CAISI", "-validity:void", "--sort", "-label", "--limit", "2", "--json"
    ).json
    assert [item["fields"]["label"] for item in found["items"]] == sorted(
        (item["fields"]["label"] for item in found["items"]), reverse=True
    )
    assert found["count"] > len(found["items"]) == 2
    assert comity("run", "list", "is:stale", "--columns", "label,group").out == "label\tgroup\nR4\tUKUS\n"


def test_an_unknown_column_is_told_with_each_known_one_once(demo: Path, comity: Comity) -> None:
    said = comity("run", "list", "--columns", "zzz", "--json")
    known = said.error["hint"].removeprefix("Known: ").split(", ")
    assert said.code == 2
    assert len(known) == len({*known}) > 20


def test_a_wrong_field_of_a_query_suggests_the_nearest(demo: Path, comity: Comity) -> None:
    said = comity("run", "list", "lnaguage:ko")
    assert said.code in (2, 4)
    assert "language" in said.err


def test_cells_of_csv_never_start_a_formula(home: Path, comity: Comity) -> None:
    comity("person", "add", "--name", "=cmd()", "--institute", "UK-AISI")
    assert "'=cmd()" in comity("person", "list", "--csv", "--columns", "name").out


def test_escapes_in_a_record_reach_no_terminal(home: Path, comity: Comity) -> None:
    ref = comity("note", "add", "--text", "a\x1b[2Jb\u202ec").out.strip()
    for words in (("list",), ("show", ref), ("history", ref), ("list", "--csv")):
        said = comity("note", *words)
        assert "\x1b" not in said.out + said.err, words
        assert "\u202e" not in said.out + said.err, words


def test_a_new_record_with_several_faults_is_told_all_of_them_in_one_answer(exercise: str, comity: Comity) -> None:
    faults = ("--group", "nowhere", "--exercise", "NIX", "--severity", "bad", "--marking", "blue")
    told = comity("finding", "add", *faults, "--json")
    assert told.code == 4
    assert {each["field"] for each in told.error["problems"]} == {
        *("group", "exercise", "severity", "marking", "statement")
    }
    again = comity("exercise", "add", "--code", exercise, "--window-end", "someday", "--json")
    assert {each["field"] for each in again.error["problems"]} == {"code", "window_end"}
    assert comity("exercise", "add", "--code", "HERON", "--group", "nowhere").code == 3
    changed = comity("exercise", "set", exercise, "--status", "ready", "--window-end", "someday", "--json")
    assert {each["field"] for each in changed.error["problems"]} == {"status", "window_end"}
