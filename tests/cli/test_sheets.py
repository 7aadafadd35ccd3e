"""`import sheet` and `export sheet` as people and scripts run them."""

from pathlib import Path

from cli.conftest import Comity


def test_a_sheet_there_and_back(demo: Path, comity: Comity, tmp_path: Path) -> None:
    out = tmp_path / "actions.xlsx"
    told = comity("export", "sheet", "action", "label:A1", "--out", str(out), "--json").json
    assert told == {"file": str(out), "rows": 1, "marking": "TLP:AMBER"}
    assert out.stat().st_mode & 0o077 == 0
    assert comity("export", "sheet", "action", "--out", str(out)).code == 4
    assert comity("export", "sheet", "action", "--out", str(tmp_path / "x.ods")).code == 2
    said = comity("import", "sheet", str(out), "--kind", "action", "--dry-run", "--json").json
    assert {name: said[name] for name in ("added", "changed", "unchanged", "refused", "dry_run")} == {
        **dict.fromkeys(("added", "changed", "refused"), 0),
        "unchanged": 1,
        "dry_run": True,
    }
    assert set(said["rows"][0]) == {"line", "outcome", "id", "problems"}


def test_bad_rows_are_printed_and_exit_4(home: Path, comity: Comity, tmp_path: Path) -> None:
    path = tmp_path / "institutes.csv"
    path.write_text("code,country\nXX-AISI,GB\nYY AISI,ZZZZ\n", encoding="utf-8")
    said = comity("import", "sheet", str(path), "--kind", "institute")
    assert said.code == 4
    lines = said.out.splitlines()
    assert lines[0] == "line\tfield\tmessage"
    assert [line.split("\t")[:2] for line in lines[1:]] == [["3", "code"], ["3", "country"]]
    assert "1 added, 0 changed, 0 unchanged, 1 refused" in said.err
    assert comity("institute", "list", "--json").json["count"] == 1
    assert comity("import", "sheet", str(path), "--kind", "institut").code == 2
    assert comity("import", "sheet", str(tmp_path / "none.csv"), "--kind", "institute").code == 3


def test_text_that_a_spreadsheet_elsewhere_would_compute_is_guarded_and_comes_back(
    home: Path, comity: Comity, tmp_path: Path
) -> None:
    name = "A;=1+1; ＝1"
    assert comity("institute", "add", "--code", "XX-AISI", "--name", name).code == 0
    out = tmp_path / "institutes.csv"
    assert comity("export", "sheet", "institute", "code:XX-AISI", "--out", str(out)).code == 0
    assert "A;'=1+1;' ＝1" in out.read_text("utf-8")
    said = comity("import", "sheet", str(out), "--kind", "institute", "--json").json
    assert (said["unchanged"], said["changed"], said["refused"]) == (1, 0, 0)
