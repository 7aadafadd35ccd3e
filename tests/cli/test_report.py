"""The after-action report: what it tells, to whom, and as which file."""

import json
import shutil
import sys
from pathlib import Path
from uuid import uuid4

import docx
import pytest

from cli.conftest import Comity
from cli.house import House
from comity import bootstrap
from comity.log.commit import Change

SECRET = "Heronsecret"


@pytest.mark.usefixtures("demo")
def test_the_report_of_ones_own_house_tells_everything_with_denominators_and_intervals(comity: Comity) -> None:
    said = comity("report", "SALTMARSH")
    assert said.code == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == lines[-1] == "**TLP:RED · SYNTHETIC**"
    titles = [line.removeprefix("## ") for line in lines if line.startswith("## ")]
    assert titles[:4] == ["The exercise", "Participants", "What was tested", "Objectives"]
    assert titles[4:8] == ["Coverage", "Results", "Deviations from the protocol", "Comparability"]
    assert titles[8:] == ["Findings", "Stand-downs", "Corrective actions", "Lessons", "Guidance"]
    for told in (
        "as of 23 Nov 2026",
        "| US-CAISI | Center for AI Standards and Innovation | co lead |",
        "Cells covered: 1 of 32. Waived: 2 of 32.",
        "- **2 of 32** no annotator for ko (UK-AISI, Model A, Leakage set, ko;",
        "Runs that count: 1 of 6 that have a log.",
        "| R1 | UK-AISI | Model A, Cybench, en | flag found, accuracy | 0.722 | 0.441 to 0.895 | 12 | valid |",
        "| R2 | token limit (budget) | 2,500,000 | 2,000,000 | open |",
        "comparable with caveats: attempts, token limit.",
        "no difference is given: R2 does not count",
        "capability, severity medium · in review · 26 of 36 · evidence R1",
        "Disputed by US-CAISI: With five attempts",
        "acknowledged by UK-AISI and US-CAISI · begun after it: R6",
        "Actions still open: 2 of 3.",
        "SG-AISI · due 17 Nov 2026, 6 days overdue · in progress",
        "US-CAISI · due 20 Nov 2026 · done, not verified · from F2",
        "embargo until 20 Dec 2026",
        "draft · drawn from F1",
    ):
        assert told in said.out


@pytest.mark.usefixtures("demo")
def test_an_institute_is_told_what_reaches_it_and_only_the_writer_how_much_does_not(comity: Comity) -> None:
    said = comity("report", "SALTMARSH", "--for", "us-caisi")
    assert said.code == 0
    assert said.out.startswith("**TLP:AMBER · SYNTHETIC**\n")
    assert "prepared by UK-AISI for US-CAISI" in said.out
    assert "F4" not in said.out
    assert "embargo" not in said.out
    assert "eft out" not in said.out
    assert said.err == "Left out for US-CAISI: 1 finding.\n"
    assert comity("report", "SALTMARSH", "--for", "US-CAISI", "--quiet").err == ""


def test_nothing_of_another_group_is_told_by_name_number_or_reference(both: tuple[House, House]) -> None:
    uk, _ = both
    shared, private = ("--group", "UKUS", "--marking", "TLP:AMBER"), ("--group", "private", "--marking", "TLP:AMBER")
    uk.ok("exercise", "add", "--code", "HERON", "--title", "Joint", "--lead", "UK-AISI", *shared)
    told = ("--exercise", "HERON")
    uk.ok("finding", "add", *told, "--statement", "Limits differ", *shared)
    for group, name in ((shared, "Open"), (private, SECRET)):
        uk.ok("strand", "add", *told, "--title", f"{name} strand", "--lead", "UK-AISI", *group)
    first = uk.ok("finding", "add", *told, "--statement", f"{SECRET} finding", *private).out.strip()
    uk.ok("action", "add", *told, "--finding", first, "--text", f"{SECRET} action", "--owner", "UK-AISI", *private)
    uk.ok("lesson", "add", *told, "--text", f"{SECRET} lesson", *private)
    uk.ok("stand-down", "add", *told, "--subject", f"{SECRET} range", *private)
    uk.ok("objective", "add", *told, "--text", f"{SECRET} objective", *private)
    uk.ok("guidance", "add", "--title", f"{SECRET} guidance", "--drawn-from", first, *private)
    whole = uk.ok("report", "HERON")
    assert whole.out.count(SECRET) == 7
    assert f"F1\\~{first[-4:]}" in whole.out  # two findings of one label; the reader has only one of them
    asked = ("report", "HERON", "--for", "US-CAISI")
    written = [uk.ok(*asked, *more).out for more in ((), ("--format", "html"), ("--json",))]
    assert not [each for each in written if SECRET in each or first[-4:] in each]
    assert "- **F1** Limits differ" in written[0]
    left = "1 action, 1 finding, 1 guidance, 1 lesson, 1 objective, 1 stand down, 1 strand"
    assert uk.ok(*asked).err == f"Left out for US-CAISI: {left}.\n"


@pytest.mark.usefixtures("demo")
def test_the_public_is_told_what_is_clear_and_released(comity: Comity) -> None:
    said = comity("report", "NET-2025-07", "--for", "public")
    assert said.out.startswith("**TLP:CLEAR**\n")
    assert said.out.count("severity medium · published") == 9
    assert "SYNTHETIC" not in said.out
    closed = comity("report", "SALTMARSH", "--for", "public", "--json")
    assert (closed.code, closed.error["code"]) == (4, "report.out_of_reach")


@pytest.mark.usefixtures("home")
def test_a_clear_record_that_was_not_released_is_no_news_for_the_public(comity: Comity) -> None:
    clear = ("--marking", "TLP:CLEAR")
    comity("exercise", "add", "--code", "HERON", "--title", "Joint", *clear)
    finding = comity("finding", "add", "--exercise", "HERON", "--statement", SECRET, *clear).out.strip()
    comity("action", "add", "--exercise", "HERON", "--finding", finding, "--text", SECRET, *clear)
    comity("action", "add", "--exercise", "HERON", "--text", "Say so", *clear)
    comity("guidance", "add", "--title", SECRET, "--drawn-from", finding, *clear)
    comity("lesson", "add", "--exercise", "HERON", "--text", SECRET, "--marking", "TLP:GREEN")
    said = comity("report", "HERON", "--for", "public")
    assert said.code == 0, said.err
    assert SECRET not in said.out
    assert "Actions still open: 1 of 1." in said.out
    assert said.err == "Left out for the public: 1 action, 1 finding, 1 guidance, 1 lesson.\n"


@pytest.mark.usefixtures("demo")
@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("NOWHERE",), 3, "NOWHERE"),
        (("SALTMARSH", "--for", "XX-YY"), 3, "XX-YY"),
        (("SALTMARSH", "--for", "SG-AISI"), 4, "does not reach SG-AISI"),
        (("SALTMARSH", "--format", "docx"), 2, "--out"),
        (("SALTMARSH", "--format", "pdf"), 2, "pdf"),
    ],
)
def test_what_cannot_be_written_is_told_in_a_sentence(
    comity: Comity, words: tuple[str, ...], code: int, named: str
) -> None:
    said = comity("report", *words)
    assert (said.code, said.out) == (code, "")
    assert named in said.err


@pytest.mark.usefixtures("demo")
def test_the_ending_of_a_file_is_its_format_and_no_file_is_written_over(comity: Comity, tmp_path: Path) -> None:
    page, letter = tmp_path / "report.html", tmp_path / "report.docx"
    said = comity("report", "SALTMARSH", "--for", "US-CAISI", "--out", str(page), "--json")
    assert said.json == {
        "file": str(page),
        "format": "html",
        "marking": "TLP:AMBER",
        "synthetic": True,
        "left_out": {"finding": 1},
    }
    assert page.read_text("utf-8").startswith("<!doctype html>\n")
    assert page.stat().st_mode & 0o777 == 0o600
    told = comity("report", "SALTMARSH", "--out", str(letter))
    assert (told.out, told.err) == ("", f"{letter}: the report of SALTMARSH, TLP:RED · SYNTHETIC.\n")
    assert docx.Document(str(letter)).sections[0].header.paragraphs[0].text == "TLP:RED · SYNTHETIC"
    assert comity("report", "SALTMARSH", "--out", str(page)).code == 4


@pytest.mark.usefixtures("demo")
def test_without_its_package_a_word_file_names_what_to_install(
    comity: Comity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "docx", None)
    said = comity("report", "SALTMARSH", "--out", str(tmp_path / "report.docx"))
    assert said.code == 4
    assert 'pip install "comity[docx]"' in said.err
    assert not (tmp_path / "report.docx").exists()


@pytest.mark.usefixtures("demo")
def test_for_programs_each_part_carries_its_marking(comity: Comity) -> None:
    told = comity("report", "SALTMARSH", "--json").json
    assert (told["as_of"], told["marking"], told["synthetic"]) == ("2026-11-23", "TLP:RED", True)
    findings = next(each for each in told["sections"] if each["title"] == "Findings")["items"]
    assert [(each["lead"], each["marking"]) for each in findings][3] == ("F4", "TLP:RED")
    assert "left_out" not in json.dumps(told)


def test_values_that_wait_to_be_settled_are_told_as_such(
    demo: Path, comity: Comity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(demo, tmp_path / "forked")
    monkeypatch.setenv("COMITY_HOME", str(home))
    assert comity("bundle", "read", str(home / "from-us-caisi.comity")).code == 0
    assert "from F3 · two values of due, to settle" in comity("report", "SALTMARSH").out


def test_a_header_that_is_none_has_no_score_and_breaks_nothing(home: Path, comity: Comity) -> None:
    comity("exercise", "add", "--code", "HERON", "--title", "Joint")
    exercise = comity("exercise", "show", "HERON", "--json").json["id"]
    wrong = {"metrics": [5], "settings": {"budget": 3}, "items": []}
    said = {"exercise": exercise, "label": "R1", "execution_status": "succeeded", "validity": "valid", "header": wrong}
    desk = bootstrap.open_desk(home)
    change = Change("run", uuid4().bytes, {**said, "institute": "UK-AISI", "marking": "TLP:RED"})
    with desk.store.writing() as connection:
        group = bytes.fromhex(desk.store.private)
        desk.store.write(connection, group, [change], author="Eve", reason="", at_ms=desk.at_ms())
    desk.close()
    told = comity("report", "HERON")
    assert told.code == 0, told.err
    assert "| R1 | UK-AISI | unknown | unknown | unknown | none | unknown | valid |" in told.out
