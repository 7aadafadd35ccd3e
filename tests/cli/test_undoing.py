"""Undo and redo by commands, each of which is a session of its own."""

from pathlib import Path

import pytest

from cli.conftest import Comity
from comity import bootstrap
from comity.desk import acting, asking, undoing


@pytest.fixture
def otter(home: Path, comity: Comity) -> str:
    """An exercise that was renamed twice."""
    comity("exercise", "add", "--code", "OTTER", "--title", "Otter", "--kind", "research", "--lead", "UK-AISI")
    for title in ("Sea otter", "River otter"):
        assert comity("exercise", "set", "OTTER", "--title", title, "--reason", title.lower()).code == 0
    return "OTTER"


def title(comity: Comity, ref: str) -> str:
    return str(comity("exercise", "show", ref, "--json").json["fields"]["title"])


def test_undo_again_goes_a_step_further_back_and_redo_takes_each_back(otter: str, comity: Comity) -> None:
    assert [comity("undo", otter).err, comity("undo", otter).err] == [
        "OTTER: undo: river otter; title: River otter -> Sea otter.\n",
        "OTTER: undo: sea otter; title: Sea otter -> Otter.\n",
    ]
    assert [comity("redo", otter).err, comity("redo", otter, "--json").json["fields"]["title"]] == [
        "OTTER: redo: sea otter; title: Otter -> Sea otter.\n",
        "River otter",
    ]
    nothing = comity("redo", otter, "--json")
    assert (nothing.code, nothing.error["code"], title(comity, otter)) == (3, "not_found", "River otter")
    assert (comity("undo", otter).code, title(comity, otter)) == (0, "Sea otter")


def test_the_create_is_undone_last_and_then_nothing_is_left(otter: str, comity: Comity) -> None:
    last = [comity("undo", otter) for _ in range(4)]
    assert [said.code for said in last] == [0, 0, 0, 3]
    assert last[2].err.endswith("undo; retired.\n")
    assert "nothing is left to undo" in last[3].err.lower()
    assert comity("redo", otter).err.endswith("redo; back in the lists.\n")


def test_what_is_done_after_an_undo_ends_what_can_be_redone(otter: str, comity: Comity) -> None:
    comity("undo", otter)
    comity("exercise", "set", otter, "--title", "Lutra")
    assert comity("redo", otter).code == 3
    for expected in ("Sea otter", "Otter"):
        assert (comity("undo", otter).code, title(comity, otter)) == (0, expected)


def test_the_app_and_the_commands_know_of_each_others_undos(otter: str, comity: Comity, home: Path) -> None:
    desk = bootstrap.open_desk(home)
    record = asking.find(desk, otter)
    for name in ("Lutra", "Lontra"):
        record = acting.save(desk, acting.open_record(desk, record), {"title": name}).record
    comity("undo", otter)
    dot = undoing.last(desk)
    assert dot is not None
    undoing.undo(desk, dot)
    assert title(comity, otter) == "River otter"
    undoing.redo(desk)
    assert title(comity, otter) == "Lutra"
    desk.close()
    assert (comity("undo", otter).code, title(comity, otter)) == (0, "River otter")
    assert (comity("undo", otter).code, title(comity, otter)) == (0, "Sea otter")
