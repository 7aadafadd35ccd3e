"""Whole jobs, on the demo."""

import shutil
import tomllib
from pathlib import Path

import pytest

from cli.conftest import Comity

TODAY = ("--today", "2026-11-23")


def test_check_prints_one_sentence_each_and_the_worst_first(demo: Path, comity: Comity) -> None:
    found = comity("check", "--json", *TODAY).json
    assert found["count"] == len(found["items"])
    assert set(found["items"][0]) == {"check", "severity", "kind", "id", "ref", "text", "records"}
    order = ["blocker", "high", "medium", "low"]
    severities = [order.index(item["severity"]) for item in found["items"]]
    assert severities == sorted(severities)
    assert {item["ref"] for item in found["items"] if item["check"] == "run.stale"} == {"SALTMARSH/R4"}


def test_strict_check_exits_5_while_something_stops_work(demo: Path, comity: Comity) -> None:
    assert comity("check", *TODAY).code == 0
    assert comity("check", "--strict", *TODAY).code == 5
    assert comity("check", "is:stale", "--strict", *TODAY).code == 0


def test_today_fixes_what_is_due(demo: Path, comity: Comity) -> None:
    early = comity("check", "--json", "--today", "2026-11-14").json
    assert "run.stale" not in {item["check"] for item in early["items"]}
    said = comity("check", "--today", "81 December")
    assert said.code == 2
    assert "81" in said.err


def test_search_folds_accents(demo: Path, comity: Comity) -> None:
    assert "Solène Brumaire" in {hit["title"] for hit in comity("search", "solene", "--json").json["items"]}


def test_the_matrix_gives_a_reason_for_every_gap(demo: Path, comity: Comity) -> None:
    found = comity("matrix", "SALTMARSH", "--json", *TODAY).json
    states = [row["state"] for row in found["rows"]]
    assert (found["covered"], found["waived"], found["total"]) == (
        states.count("covered"),
        states.count("waived"),
        len(states),
    )
    assert all(row["reason"] for row in found["rows"] if row["state"] == "uncovered")


def test_the_roster_of_a_day_holds_who_is_there(demo: Path, comity: Comity) -> None:
    assert comity("roster", "SALTMARSH", "--json", *TODAY).json["count"] == 3
    assert comity("roster", "SALTMARSH", "--on", "2027-06-01", "--json", *TODAY).json["count"] == 0


def test_two_runs_compared_give_verdict_differences_and_intervals(demo: Path, comity: Comity) -> None:
    found = comity("run", "compare", "SALTMARSH/R1", "SALTMARSH/R2", "--json").json
    assert found["verdict"] == "comparable_with_caveats"
    assert {(each["class"], each["field"]) for each in found["differences"]} == {
        ("elicitation", "attempts"),
        ("budget", "token_limit"),
    }
    assert all({"n_a", "n_b", "low", "high", "statement"} <= set(score) for score in found["scores"])


def test_a_plan_is_applied_exported_and_applied_again_unchanged(home: Path, tmp_path: Path, comity: Comity) -> None:
    plan = tmp_path / "otter.toml"
    text = '[exercise]\ncode = "OTTER"\ntitle = "Otter"\nkind = "research"\n[[strand]]\ntitle = "Cyber"\n'
    plan.write_text(text, encoding="utf-8")
    tried = comity("apply", str(plan), "--dry-run")
    assert "nothing was written" in tried.err
    assert comity("exercise", "list", "--json").json["count"] == 0
    assert comity("apply", str(plan)).code == 0
    assert "2 unchanged" in comity("apply", str(plan)).err
    out = tmp_path / "out.toml"
    assert comity("export", "plan", "OTTER", "--out", str(out)).code == 0
    assert comity("export", "plan", "OTTER").out == out.read_text("utf-8")
    assert tomllib.loads(out.read_text("utf-8"))["strand"][0]["title"] == "Cyber"
    assert "0 added, 0 changed, 2 unchanged" in comity("apply", str(out)).err


def test_a_wrong_plan_names_every_line_and_writes_nothing(home: Path, tmp_path: Path, comity: Comity) -> None:
    plan = tmp_path / "wrong.toml"
    text = '[exercise]\ncode = "OTTER"\nkind = "reserch"\n[[strand]]\ntitle = "Cyber"\nlead = "UK AISI"\n'
    plan.write_text(text, encoding="utf-8")
    said = comity("apply", str(plan), "--json")
    assert said.code == 4
    lines = {problem["field"]: problem["message"].partition(":")[0] for problem in said.error["problems"]}
    assert lines == {"exercise.kind": "line 3", "strand.lead": "line 6"}
    assert comity("exercise", "list", "--json").json["count"] == 0


def test_what_a_matrix_and_a_window_get_wrong_is_told_with_the_line_of_it(
    home: Path, tmp_path: Path, comity: Comity
) -> None:
    plan = tmp_path / "wrong.toml"
    text = """[exercise]
code = "OTTER"
window = { start = 2026-11-02, end = 2026-10-01 }
[[strand]]
title = "Cyber"
[matrix]
strand = "Cyber"
institutes = ["UK-AISI"]
systems = ["Model Q"]
tasks = ["tides"]
"""
    plan.write_text(text, encoding="utf-8")
    told = {each["field"]: each["message"] for each in comity("apply", str(plan), "--json").error["problems"]}
    assert {name: text.partition(":")[0] for name, text in told.items()} == {
        "exercise.window_end": "line 3",
        "cell.system": "line 9",
        "cell.task": "line 10",
    }


def test_apply_calls_what_it_adds_by_name_and_tells_the_fields(home: Path, comity: Comity) -> None:
    for group in ("UKUS", "NETWORK"):
        assert comity("group", "create", group).code == 0
    said = comity("apply", "sample_configs/saltmarsh.toml", "--dry-run")
    _, *rows = (line.split("\t") for line in said.out.splitlines())
    assert {row[1]: row[2] for row in reversed(rows)}.items() >= {
        ("cell", "Leakage/US-CAISI/Model A/leakage_mini/ja"),
        ("protocol", "Cyber/3"),
        ("concurrence", "Cyber/3/UK-AISI"),
    }
    assert all(row[3] for row in rows)
    assert {row[3] for row in rows if row[2] == "R1"} == {
        "exercise, synthetic, label, cell, institute, language, marking"
    }


def test_a_file_that_is_not_there_exits_3(home: Path, comity: Comity) -> None:
    assert comity("apply", "no/such.toml").code == 3


def test_import_names_each_file_and_exits_4_if_one_was_refused(home: Path, tmp_path: Path, comity: Comity) -> None:
    from importlib.resources import files

    logs = Path(str(files("comity.samples"))) / "logs"
    broken = tmp_path / "broken.eval"
    broken.write_bytes(b"PK\x03\x04 no zip")
    good = logs / "saltmarsh_R1_uk_modelA_cybench_success.eval"
    said = comity("run", "import", str(good), str(broken), "--json")
    assert said.code == 4
    assert (said.json["added"], said.json["refused"]) == (1, 1)
    refused = next(each for each in said.json["files"] if each["outcome"] == "refused")
    assert refused["run"] is None
    assert refused["reason"]
    again = comity("run", "import", str(good), "--json")
    assert (again.code, again.json["unchanged"]) == (0, 1)
    assert comity("run", "list", "--json").json["count"] == 1


def test_an_empty_path_does_not_mean_the_folder_one_is_in(home: Path, comity: Comity) -> None:
    said = comity("run", "import", "")
    assert (said.code, said.err.splitlines()[0]) == (2, "A PATH is empty.")


def test_a_folder_without_logs_is_told(home: Path, tmp_path: Path, comity: Comity) -> None:
    (tmp_path / "none").mkdir()
    said = comity("run", "import", str(tmp_path / "none"))
    assert (said.code, said.err) == (0, "No .eval or .json file is there.\n")


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file whose reading fails")
@pytest.mark.parametrize("command", ["bundle read", "bundle show", "receipt read", "device add"])
def test_a_disk_that_fails_is_told_with_the_name_of_the_file(home: Path, comity: Comity, command: str) -> None:
    said = comity(*command.split(), "/proc/self/mem")
    assert said.code == 4
    assert "/proc/self/mem cannot be read: Input/output error." in said.err


def test_a_dry_run_of_an_import_writes_nothing(home: Path, comity: Comity) -> None:
    from importlib.resources import files

    logs = Path(str(files("comity.samples"))) / "logs"
    assert comity("run", "import", str(logs), "--dry-run").code in (0, 4)
    assert comity("run", "list", "--json").json["count"] == 0


@pytest.mark.parametrize("words", [("matrix", "NOTHING"), ("roster", "NOTHING"), ("export", "plan", "NOTHING")])
def test_an_exercise_that_is_not_there_exits_3(home: Path, comity: Comity, words: tuple[str, ...]) -> None:
    assert comity(*words).code == 3


def test_a_group_is_founded_once_and_takes_records(home: Path, comity: Comity) -> None:
    assert comity("group", "create", "UKUS", "--purpose", "Joint testing").code == 0
    assert comity("group", "create", "ukus").code == 4
    assert comity("group", "add", "--name", "X").code == 2
    said = comity("exercise", "add", "--code", "OTTER", "--group", "UKUS", "--marking", "TLP:GREEN", "--json")
    assert (said.json["group"], said.json["marking"]) == ("UKUS", "TLP:GREEN")


def test_a_finding_that_two_houses_dispute_has_the_text_of_both(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comity: Comity
) -> None:
    shutil.copytree(demo, tmp_path / "copy")
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "copy"))
    theirs = comity("finding", "show", "SALTMARSH/F5", "--json").json["fields"]["dispute_text"]
    done = comity("finding", "dispute", "SALTMARSH/F5", "--reason", "The set leaked.", "--json").json["fields"]
    assert done["disputed_by"] == ["UK-AISI", "US-CAISI"]
    assert done["dispute_text"] == f"US-CAISI: {theirs}\nUK-AISI: The set leaked."


def test_what_is_over_asks_nobody_for_anything_but_what_was_promised(
    demo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, comity: Comity
) -> None:
    shutil.copytree(demo, tmp_path / "copy")
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "copy"))
    assert comity("exercise", "cancel", "SALTMARSH", "--reason", "no quorum", "--yes").code == 0
    found = comity("check", "place:SALTMARSH", "--json").json["items"]
    left = {"run.after_stand_down", "action.overdue", "action.unverified", "finding.embargo"}
    assert {each["check"] for each in found} == left
    roster = comity("ui", "UKUS-2024-11/roster", "--plain").out
    assert ("Nobody was on this exercise." in roster, "stops" in roster) == (True, False)
    nobody = comity("roster", "UKUS-2024-11")
    assert (nobody.code, nobody.err) == (0, "Nobody is on UKUS-2024-11.\n")
