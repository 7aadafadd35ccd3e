"""Sheets into records: good rows go through, bad ones are named, and the same sheet again changes nothing."""

from pathlib import Path
from typing import Any

import pytest

from comity.desk import acting, asking, care
from comity.desk.desk import Desk
from comity.desk.files import sheets, sheets_out
from comity.desk.files.sheets import RowOutcome
from comity.desk.members import erasing, groups
from comity.domain.kinds import KINDS
from comity.errors import BadInput, Refused

ACTIONS = """\
label,Exercise,Text,owner,due,status
,SALTMARSH,Write the guide,UK-AISI,2026-12-01,open
,SALTMARSH,"Send, then ask",US-CAISI,2026-12-02,accepted
A1,,,,2026-12-05,
"""


def sheet(folder: Path, text: str, name: str = "sheet.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def outcomes(found: list[RowOutcome]) -> list[str]:
    return [each.outcome for each in found]


def problems(found: list[RowOutcome]) -> list[tuple[str, str]]:
    return [(each.field, each.message) for outcome in found for each in outcome.problems]


def test_each_row_makes_or_changes_the_record_it_is_known_by(demo: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, ACTIONS)
    found = sheets.import_sheet(demo, path, "action")
    assert outcomes(found) == ["added", "added", "changed"]
    made: Any = [asking.get(demo, "action", str(each.id)) for each in found]
    assert [(each.label, each.text, str(each.due)) for each in made] == [
        ("A4", "Write the guide", "2026-12-01"),
        ("A5", "Send, then ask", "2026-12-02"),
        ("A1", made[2].text, "2026-12-05"),
    ]
    assert (made[0].group, made[0].marking, made[0].synthetic) == (made[2].group, made[2].marking, True)


def test_the_same_sheet_again_changes_nothing(demo: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, ACTIONS)
    first = sheets.import_sheet(demo, path, "action")
    before = demo.store.database.version()
    again = sheets.import_sheet(demo, path, "action")
    assert outcomes(again) == ["unchanged"] * 3
    assert [each.id for each in again] == [each.id for each in first]
    assert demo.store.database.version() == before


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_what_was_exported_is_read_back_unchanged(demo: Desk, tmp_path: Path, suffix: str) -> None:
    for kind in KINDS:
        written = sheets_out.export_sheet(demo, kind.noun)
        if kind.noun == "group" or not written.rows:
            continue
        path = tmp_path / f"{kind.noun}.{suffix}"
        path.write_bytes(written.csv() if suffix == "csv" else written.xlsx())
        found = sheets.import_sheet(demo, path, kind.noun)
        assert (set(outcomes(found)), problems(found)) == ({"unchanged"}, []), kind.noun


def test_a_sheet_makes_the_same_records_in_another_home(shown: Desk, desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "institutes.csv"
    path.write_bytes(sheets_out.export_sheet(shown, "institute").csv())
    text = "\n".join(line.split(",", 2)[2] for line in path.read_text("utf-8-sig").splitlines())
    found = sheets.import_sheet(desk, sheet(tmp_path, text), "institute")
    assert set(outcomes(found)) == {"added"}
    made: Any = {each.code: each for each in asking.records(desk, "institute")}  # type: ignore[attr-defined]
    assert (len(made), made["KE-GOV"].country, made["KE-GOV"].group) == (10, "KE", desk.store.private)


def test_bad_rows_are_named_with_line_and_field_and_the_good_ones_go_through(demo: Desk, tmp_path: Path) -> None:
    text = (
        "id,exercise,text,owner,due,status,group\n"
        ",SALTMARSH,Good,UK-AISI,,open,\n"
        ",NOWHERE,Bad,UK AISI,yesterweek,opne,\n"
        ",SALTMARSH,,,,,\n"
        ",SALTMARSH,Good,,,,\n"
        "12345678-1234-1234-1234-123456789012,,x,,,,\n"
        ",SALTMARSH,Too,many,,,,cells\n"
        ",SALTMARSH,Other,,,,NOBODY\n"
    )
    found = sheets.import_sheet(demo, sheet(tmp_path, text), "action")
    assert outcomes(found) == ["added", *["refused"] * 6]
    told = problems(found)
    assert [(field, message.partition(":")[0]) for field, message in told] == [
        ("exercise", "line 3"),
        ("owner", "line 3"),
        ("due", "line 3"),
        ("status", "line 3"),
        ("text", "line 4"),
        ("row", "line 5"),
        ("id", "line 6"),
        ("row", "line 7"),
        ("row", "line 8"),
    ]
    assert "line 2 says the same record" in dict(told[5:6])["row"]
    assert care.verify(demo)["ok"]


def test_steps_groups_and_fixed_fields_are_not_changed_by_a_sheet(demo: Desk, tmp_path: Path) -> None:
    found = sheets.import_sheet(demo, sheet(tmp_path, "label,status\nA1,closed\n"), "action")
    assert [field for field, _ in problems(found)] == ["status"]
    assert "moves by steps" in problems(found)[0][1]
    id = asking.find(demo, "SALTMARSH/A1").id
    (moved,) = sheets.import_sheet(demo, sheet(tmp_path, f"id,group\n{id},private\n"), "action")
    assert "stays in its group" in moved.problems[0].message


def test_a_heading_that_is_no_field_refuses_the_sheet_before_any_row(demo: Desk, tmp_path: Path) -> None:
    before = demo.store.database.version()
    with pytest.raises(BadInput, match="did you mean «owner»") as told:
        sheets.import_sheet(demo, sheet(tmp_path, "text,ownr,junk\na,b,c\n"), "action")
    assert [each.field for each in told.value.problems] == ["ownr", "junk"]
    with pytest.raises(Refused, match="founded"):
        sheets.import_sheet(demo, sheet(tmp_path, "name\nX\n"), "group")
    assert demo.store.database.version() == before


def test_a_map_says_what_the_columns_and_words_of_others_mean(desk: Desk, tmp_path: Path) -> None:
    groups.found(desk, "UKUS")
    path = sheet(tmp_path, "Ref,Full name,Rank,Note\n7,A. Oak,Boss,x\n8,A. Oak,Boss,y\n")
    told = sheet(
        tmp_path,
        'key = "Ref"\n[columns]\n"Full name" = "name"\nRank = "role"\nNote = ""\n'
        '[values.role]\nBoss = "exercise_director"\n[defaults]\ninstitute = "UK-AISI"\n',
        "map.toml",
    )
    how: Any = {"map_file": told, "group": "UKUS", "marking": "TLP:AMBER"}
    first, second = sheets.import_sheet(desk, path, "person", **how)
    assert (first.outcome, second.outcome) == ("added", "refused")
    person: Any = asking.get(desk, "person", str(first.id))
    assert (person.name, person.role, person.institute, person.marking) == (
        *("A. Oak", "exercise_director", "UK-AISI"),
        "TLP:AMBER",
    )
    path.write_text("Ref,Full name,Rank,Note\n7,A. Oak-Elm,Boss,x\n", encoding="utf-8")
    (renamed,) = sheets.import_sheet(desk, path, "person", **how)
    assert (renamed.outcome, renamed.id) == ("changed", first.id)


def test_a_dry_run_writes_nothing_and_tells_the_same(demo: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, ACTIONS)
    before = demo.store.database.version()
    dry = sheets.import_sheet(demo, path, "action", dry_run=True)
    assert demo.store.database.version() == before
    assert sheets.import_sheet(demo, path, "action") == dry


def test_a_retired_record_is_left_alone(demo: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, ACTIONS)
    made = sheets.import_sheet(demo, path, "action")[0]
    acting.retire(demo, asking.find(demo, str(made.id)), "twice")
    path.write_text(ACTIONS.replace("2026-12-01", "2026-12-09"), encoding="utf-8")
    again = sheets.import_sheet(demo, path, "action")[0]
    assert (again.outcome, "retired" in again.problems[0].message) == ("refused", True)


def test_a_person_who_was_erased_does_not_come_back_by_a_sheet(demo: Desk, tmp_path: Path) -> None:
    path = sheet(tmp_path, "name,institute,role\nA. Oak,UK-AISI,annotator\n")
    [made] = sheets.import_sheet(demo, path, "person")
    erasing.erase(demo, erasing.preview(demo, asking.find(demo, str(made.id))), "asked for")
    [again] = sheets.import_sheet(demo, path, "person")
    assert again.outcome == "refused"
    assert "was erased for good; leave it out, or write a new one: `comity person add`" in again.problems[0].message


def test_many_rows_are_few_commits_in_batches(demo: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "BATCH", 250)
    rows = "".join(f"SALTMARSH,Thing number {number},2026-12-01\n" for number in range(1_000))
    envelopes = care.status(demo)["envelopes"]
    found = sheets.import_sheet(demo, sheet(tmp_path, f"exercise,text,due\n{rows}"), "action")
    assert set(outcomes(found)) == {"added"}
    assert care.status(demo)["envelopes"] == envelopes + 4
    labels = {each.label for each in asking.records(demo, "action", "exercise:SALTMARSH")}  # type: ignore[attr-defined]
    assert len(labels) == 1_003


def test_a_row_with_a_separator_too_many_is_named(desk: Desk, tmp_path: Path) -> None:
    found = sheets.import_sheet(desk, sheet(tmp_path, "code;name\nXX-AISI;X; Y\n"), "institute")
    assert problems(found)[0][1].startswith("line 2: 3 cells under 2 headings")


@pytest.mark.parametrize("batch", [1, 2_000])
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_refers_to_rows_before_it(
    demo: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, batch: int, *, dry_run: bool
) -> None:
    monkeypatch.setattr(sheets, "BATCH", batch)
    rows = "R101,SALTMARSH,\nR102,SALTMARSH,R101\nR103,SALTMARSH,saltmarsh/r102\nR104,SALTMARSH,R105\nR105,SALTMARSH,\n"
    path = sheet(tmp_path, f"label,exercise,retry_of\n{rows}")
    found = sheets.import_sheet(demo, path, "run", dry_run=dry_run)
    assert outcomes(found) == ["added", "added", "added", "refused", "added"]
    assert "line 5: no run is called «R105»" in problems(found)[0][1]
    if not dry_run:
        made: Any = [asking.get(demo, "run", str(each.id)) for each in found[:3]]
        assert [each.retry_of for each in made] == [None, found[0].id, found[1].id]
        assert outcomes(sheets.import_sheet(demo, path, "run")) == ["unchanged"] * 3 + ["added", "unchanged"]
