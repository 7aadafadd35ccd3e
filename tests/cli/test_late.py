"""`comity late`: the tray is listed, and adopted whole or by id."""

from pathlib import Path

from cli.conftest import Comity


def test_an_empty_tray_is_said_so_and_nothing_is_adopted(home: Path, comity: Comity) -> None:
    assert comity("late", "--json").json == {"items": [], "count": 0}
    assert comity("late", "list").out.split("\t")[0] == "id"
    assert comity("late", "adopt", "--all", "--json").json == {"adopted": [], "conflicts": []}


def test_what_to_adopt_is_said_one_way(home: Path, comity: Comity) -> None:
    for words in ((), ("abcdef", "--all")):
        said = comity("late", "adopt", *words)
        assert said.code == 2
        assert "--all" in said.err
    said = comity("late", "adopt", "abcdef12")
    assert said.code == 3
    assert "late list" in said.err
