"""Undo writes the old values back as a new act, or says what rests on them now."""

from pathlib import Path
from typing import Any

import pytest

from comity.desk import acting, asking, stepping, undoing
from comity.desk.desk import Desk
from comity.desk.files import imports
from comity.desk.history import history
from comity.domain.record import Record
from comity.errors import NotFound, RuleBroken
from comity.samples.catalogue import logs


def note(desk: Desk, text: str = "one") -> Record:
    return acting.add(desk, "note", {"text": text})


def edit(desk: Desk, record: Record, **raw: Any) -> Record:
    return acting.save(desk, acting.open_record(desk, again(desk, record)), raw).record


def again(desk: Desk, record: Record) -> Any:
    return asking.get(desk, record.noun, record.id)


def last(desk: Desk) -> bytes:
    dot = undoing.last(desk)
    assert dot is not None
    return dot


def test_an_edit_is_undone_and_redone(desk: Desk) -> None:
    made = edit(desk, note(desk), text="two")
    undone = undoing.undo(desk, last(desk))
    assert (again(desk, made).text, undone.fields) == ("one", ("text",))
    undoing.redo(desk)
    assert again(desk, made).text == "two"
    assert [entry.changes["text"] for entry in history(desk, made)] == [
        (None, "one"),
        ("one", "two"),
        ("two", "one"),
        ("one", "two"),
    ]


def test_acts_are_undone_one_after_the_other(desk: Desk) -> None:
    made = edit(desk, edit(desk, note(desk), text="two"), text="three")
    told = []
    for _ in range(2):
        undoing.undo(desk, last(desk))
        told.append(again(desk, made).text)
    undoing.undo(desk, last(desk))
    assert (told, again(desk, made).retired, undoing.last(desk)) == (["two", "one"], True, None)


def test_a_create_is_undone_by_a_retire_and_a_retire_by_its_opposite(desk: Desk) -> None:
    made = note(desk)
    undoing.undo(desk, last(desk))
    assert again(desk, made).retired
    undoing.redo(desk)
    assert not again(desk, made).retired
    acting.retire(desk, again(desk, made), "no use")
    undoing.undo(desk, last(desk))
    assert not again(desk, made).retired
    undoing.redo(desk)
    assert again(desk, made).retired


def test_what_a_later_act_moved_is_not_undone_and_the_act_is_named(desk: Desk) -> None:
    made = edit(desk, note(desk), text="two")
    dot = last(desk)
    acting.save(desk, acting.open_record(desk, again(desk, made)), {"text": "three"}, reason="clearer")
    with pytest.raises(RuleBroken, match=r"text was changed since by Tamsin Oakhollow \(UK-AISI\).*: clearer") as told:
        undoing.undo(desk, dot)
    assert (told.value.code, again(desk, made).text) == ("undo.moved", "three")
    assert told.value.hint


def test_a_create_with_a_later_edit_stays(desk: Desk) -> None:
    made = note(desk)
    dot = last(desk)
    edit(desk, made, text="two")
    with pytest.raises(RuleBroken, match="was changed since"):
        undoing.undo(desk, dot)
    assert not again(desk, made).retired


def test_an_edit_elsewhere_in_the_record_does_not_stand_in_the_way(desk: Desk) -> None:
    made = acting.add(desk, "finding", finding(desk))
    edit(desk, made, severity="high")
    dot = last(desk)
    edit(desk, made, statement="other words")
    undoing.undo(desk, dot)
    assert (again(desk, made).severity, again(desk, made).statement) == ("medium", "other words")


def finding(desk: Desk) -> dict[str, Any]:
    acting.add(desk, "exercise", {"code": "HERON", "title": "Heron", "kind": "research"})
    return {"exercise": "HERON", "statement": "one"}


def test_tags_come_and_go(desk: Desk) -> None:
    made = acting.add(desk, "person", {"name": "Wren", "skills": "ranges,maps"})
    edit(desk, made, skills=["maps", "radio"])
    undoing.undo(desk, last(desk))
    assert set(again(desk, made).skills) == {"ranges", "maps"}


def test_a_field_that_was_empty_is_empty_again(desk: Desk) -> None:
    made = acting.add(desk, "finding", finding(desk))
    edit(desk, made, embargo_until="2026-12-01", numerator="3", denominator="9")
    undoing.undo(desk, last(desk))
    assert (again(desk, made).embargo_until, again(desk, made).denominator) == (None, None)


def test_a_step_is_undone_with_what_it_made_beside(demo: Desk) -> None:
    protocol = asking.find(demo, "Cyber/3", "protocol")
    stepping.do(demo, protocol, "supersede")
    assert asking.count(demo, "protocol", "strand:Cyber version:4") == 1
    undoing.undo(demo, last(demo))
    assert again(demo, protocol).status == "frozen"
    assert asking.count(demo, "protocol", "strand:Cyber version:4") == 0


def test_an_import_is_undone_with_its_deviations(demo: Desk, tmp_path: Path) -> None:
    before = asking.count(demo, "deviation")
    log = next(path for path in logs() if path.name.startswith("pair_us"))
    (added,) = imports.import_logs(demo, [log], institute="US-CAISI", exercise="SALTMARSH")
    assert asking.count(demo, "run", f"id:{added.run}") == 1
    undoing.undo(demo, last(demo))
    assert asking.count(demo, "run", f"id:{added.run}") == 0
    assert asking.count(demo, "deviation") == before


def test_undo_of_a_lower_status_keeps_where_a_fact_came_from(demo: Desk) -> None:
    run = asking.find(demo, "SALTMARSH/R4", "run")
    stepping.do(demo, run, "lose", reason="no word")
    undoing.undo(demo, last(demo))
    assert again(demo, run).execution_status == "running"
    assert again(demo, run).remark == ""


def test_another_act_forgets_what_could_be_redone(desk: Desk) -> None:
    made = edit(desk, note(desk), text="two")
    undoing.undo(desk, last(desk))
    edit(desk, made, text="three")
    with pytest.raises(NotFound):
        undoing.redo(desk)


def test_membership_is_no_act_to_undo(demo: Desk) -> None:
    with pytest.raises(NotFound, match="no such act"):
        undoing.undo(demo, bytes(16))


def test_nothing_was_done_in_a_new_session(demo: Desk) -> None:
    assert undoing.last(demo) is None
