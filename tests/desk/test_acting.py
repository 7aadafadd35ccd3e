"""Adding, changing and retiring: only what was meant is written, over what was shown, or everything is told."""

from pathlib import Path
from typing import Any

import pytest

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.history import history
from comity.domain.kinds import KINDS
from comity.domain.record import Record, facets
from comity.errors import BadInput, NotFound, RuleBroken
from desk.opening import Opener


def heron(desk: Desk, **more: Any) -> Record:
    return acting.add(desk, "exercise", {"code": "HERON", "title": "Heron", "kind": "research", **more})


def refused(desk: Desk, noun: str, **raw: Any) -> dict[str, str]:
    """The problems by field; nothing is written."""
    before = envelopes(desk)
    with pytest.raises(BadInput) as told:
        acting.add(desk, noun, raw)
    assert envelopes(desk) == before
    assert told.value.hint
    return {each.field: each.message for each in told.value.problems}


def envelopes(desk: Desk) -> int:
    return desk.store.database.version()


def test_a_record_without_a_group_is_private_and_red(desk: Desk) -> None:
    made = heron(desk)
    assert (asking.group_name(desk, made.group), made.marking, made.originator) == ("private", "TLP:RED", "UK-AISI")
    assert (made.created_by, made.created_institute) == ("Tamsin Oakhollow", "UK-AISI")


def test_a_part_takes_group_marking_and_banner_of_its_parent(demo: Desk) -> None:
    made = acting.add(demo, "finding", {"exercise": "SALTMARSH", "statement": "something"})
    assert (asking.group_name(demo, made.group), made.marking, made.synthetic) == ("UKUS", "TLP:AMBER", True)


def test_labels_go_on_from_the_highest_of_the_group(demo: Desk) -> None:
    labels = [
        asking.ref(demo, acting.add(demo, "finding", {"exercise": "SALTMARSH", "statement": text})) for text in "ab"
    ]
    assert labels == ["SALTMARSH/F6", "SALTMARSH/F7"]


def test_a_run_takes_the_exercise_of_its_cell(demo: Desk) -> None:
    made: Any = acting.add(demo, "run", {"cell": "Cyber / UK-AISI / Model A / intercode_mini / en"})
    assert made.exercise == asking.find(demo, "SALTMARSH", "exercise").id
    assert (made.institute, made.execution_status) == ("UK-AISI", "planned")


@pytest.mark.parametrize(
    ("noun", "raw", "field", "told"),
    [
        ("exercise", {"code": "saltmarsh", "kind": "research"}, "code", "exercise SALTMARSH is there already"),
        ("finding", {"exercise": "SALTMARSH", "statement": "x", "label": "F2"}, "label", "F2 is there already"),
        ("system", {"name": "Model A"}, "name", "system Model A is there already"),
        ("strand", {"exercise": "SALTMARSH", "title": "cyber"}, "title", "strand SALTMARSH/Cyber is there already"),
        ("participant", {"exercise": "SALTMARSH", "institute": "UK-AISI"}, "institute", "is there already"),
        ("protocol", {"strand": "SALTMARSH/Cyber", "version": "3"}, "version", "Cyber/3 is there already"),
        ("agreement", {"title": "x", "reference": "MOU-2024-04-01"}, "reference", "is there already"),
    ],
)
def test_a_second_of_the_same_code_is_refused_by_name(
    demo: Desk, noun: str, raw: dict[str, str], field: str, told: str
) -> None:
    with pytest.raises(BadInput) as error:
        acting.add(
            demo,
            noun,
            {"title": "again", **raw} if noun == "exercise" else raw,
            group="UKUS",
        )
    assert told in {each.field: each.message for each in error.value.problems}[field]


def test_the_code_of_an_exercise_is_not_taken_again_by_who_names_no_group(demo: Desk) -> None:
    with pytest.raises(BadInput) as error:
        acting.add(demo, "exercise", {"code": "saltmarsh", "title": "own", "kind": "research"})
    assert [problem.field for problem in error.value.problems] == ["code"]
    assert "SALTMARSH is there already, in group UKUS" in error.value.problems[0].message


def test_the_same_code_in_another_group_is_another_record(demo: Desk) -> None:
    made = acting.add(demo, "exercise", {"code": "SALTMARSH", "title": "own", "kind": "research"}, group="private")
    assert asking.count(demo, "exercise", "code:SALTMARSH") == 2
    assert asking.find(demo, made.id).group == made.group


def test_a_record_is_not_renamed_into_another(demo: Desk) -> None:
    system = asking.find(demo, "Model B", "system")
    with pytest.raises(BadInput, match="Model A is there already"):
        acting.save(demo, acting.open_record(demo, system), {"name": "model a"})


def test_all_problems_are_told_at_once_and_nothing_is_written(desk: Desk) -> None:
    told = refused(
        desk,
        "exercise",
        code="TWO WORDS",
        kind="bilatral",
        window_start="2026-12-18",
        window_end="2026-11-02",
        titel="x",
        lead="A\x1bB",
    )
    assert {"code", "kind", "window_end", "titel", "lead"} <= set(told)
    assert "did you mean «bilateral»?" in told["kind"]
    assert "did you mean «title»?" in told["titel"]
    assert "no spaces and no control characters" in told["code"]
    assert "before" in told["window_end"]


@pytest.mark.parametrize(
    ("noun", "raw", "field", "told"),
    [
        ("finding", {"exercise": "NOWHERE", "statement": "x"}, "exercise", "no exercise is called «NOWHERE»"),
        ("finding", {"statement": "x"}, "exercise", "is needed"),
        ("finding", {"exercise": "HERON", "statement": "x", "numerator": "many"}, "numerator", "not a whole number"),
        ("finding", {"exercise": "HERON", "statement": "x", "numerator": "-1"}, "numerator", "whole number from 0"),
        ("finding", {"exercise": "HERON", "statement": "x", "numerator": "9"}, "denominator", "of how many"),
        ("exercise", {"code": "X", "title": "x" * 501, "kind": "research"}, "title", "at most 500"),
        ("note", {"text": "x" * 20_001}, "text", "at most 20,000"),
        ("exercise", {"code": "X\x07", "title": "x", "kind": "research"}, "code", "no control characters"),
        ("exercise", {"code": "X\u202e", "title": "x", "kind": "research"}, "code", "no control characters"),
        ("milestone", {"exercise": "HERON", "due": "81 December"}, "due", "81"),
        ("note", {"text": "x", "marking": "TOP SECRET"}, "marking", "unclassified"),
        ("person", {"name": "x", "languages": "english!"}, "languages", "tag such as en"),
        ("note", {"text": "half \ud800"}, "text", "half a character"),
    ],
)
def test_bad_values_say_what_would_be_right(desk: Desk, noun: str, raw: dict[str, str], field: str, told: str) -> None:
    heron(desk)
    assert told.lower() in refused(desk, noun, **raw)[field].lower()


def test_control_characters_in_text_are_kept(desk: Desk) -> None:
    text = "bell\x07 \x1b]0;title\x07 \u202eright"
    made: Any = acting.add(desk, "note", {"text": text})
    assert made.text == text


def test_an_unknown_kind_or_group_is_told(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no kind «exercize»"):
        acting.add(desk, "exercize", {})
    with pytest.raises(NotFound, match="no group is called «UKUS»; there are: private"):
        acting.add(desk, "note", {"text": "x"}, group="UKUS")


@pytest.mark.parametrize(
    ("group", "marking", "told"),
    [
        ("UKUS", "TLP:RED", "TLP:RED"),
        ("UKUS", "TLP:AMBER+STRICT", "AMBER"),
        ("NETWORK", "CUI//REL TO USA, GBR", "REL TO"),
        ("UKUS", "OFFICIAL//HMG USE ONLY", ""),
    ],
)
def test_a_marking_has_to_permit_the_group(demo: Desk, group: str, marking: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        acting.add(demo, "note", {"text": "x"}, group=group, marking=marking)
    assert told in {each.field: each.message for each in error.value.problems}["marking"]


def test_no_mark_in_a_shared_group_is_too_strict_for_it(demo: Desk) -> None:
    with pytest.raises(BadInput, match="marking"):
        acting.add(demo, "note", {"text": "x"}, group="UKUS")


def test_a_shared_record_refers_to_nothing_that_its_readers_do_not_hold(demo: Desk) -> None:
    own = acting.add(demo, "exercise", {"code": "OWN", "title": "own", "kind": "research"}, group="private")
    with pytest.raises(BadInput, match="OWN is not held by US-CAISI; make a tearline copy"):
        acting.add(demo, "note", {"text": "x", "subject": own.id}, group="UKUS", marking="TLP:AMBER")
    with pytest.raises(BadInput, match="is not held by"):
        acting.add(demo, "vetting", {"person": "Absalom Tarn"}, group="UKUS", marking="TLP:AMBER")
    acting.add(demo, "note", {"text": "x", "subject": "SALTMARSH"}, group="private")


def test_only_the_originator_lowers_a_marking_and_says_why(demo: Desk) -> None:
    made = acting.add(demo, "note", {"text": "x"}, group="private")
    with pytest.raises(BadInput, match="a lower marking needs a reason"):
        acting.save(demo, acting.open_record(demo, made), {"marking": "TLP:GREEN"})
    saved = acting.save(demo, acting.open_record(demo, made), {"marking": "TLP:GREEN"}, reason="published")
    assert saved.record.marking == "TLP:GREEN"


def test_saving_what_is_there_already_writes_nothing(demo: Desk) -> None:
    before = envelopes(demo)
    record: Any = asking.find(demo, "SALTMARSH/F2")
    shown = {name: getattr(record, name) for name, facet in facets(type(record)).items() if not facet.fixed}
    acting.save(demo, acting.open_record(demo, record), shown)
    assert envelopes(demo) == before


def test_only_what_changed_is_written(demo: Desk) -> None:
    record: Any = asking.find(demo, "SALTMARSH/F2")
    acting.save(demo, acting.open_record(demo, record), {"severity": "high", "statement": record.statement})
    assert set(history(demo, record)[-1].changes) == {"severity"}


def test_what_moved_underneath_is_kept_beside_and_told(demo_home: Path, at: Opener) -> None:
    one, other = at(demo_home), at(demo_home)
    record = asking.find(one, "SALTMARSH/F2")
    opened = acting.open_record(one, record)
    acting.save(other, acting.open_record(other, record), {"severity": "low"})
    saved = acting.save(one, opened, {"severity": "critical"})
    assert (saved.moved, saved.record.conflicts) == (("severity",), ["severity"])
    with pytest.raises(BadInput, match="several values; settle it"):
        acting.save(one, acting.open_record(one, saved.record), {"severity": "high"})
    settled = acting.save(one, acting.open_record(one, saved.record), {"severity": "low"}, settle=True)
    assert (settled.record.conflicts, asking.texts(one, settled.record, ["severity"])) == ([], {"severity": "low"})


def test_states_move_by_steps_and_names_are_fixed(demo: Desk) -> None:
    run = acting.open_record(demo, asking.find(demo, "SALTMARSH/R7"))
    with pytest.raises(BadInput, match="moves by steps: assign, queue, start"):
        acting.save(demo, run, {"execution_status": "running"})
    with pytest.raises(BadInput, match="fixed when a record is made"):
        acting.save(demo, run, {"label": "R99"})


def test_the_settings_of_a_frozen_protocol_stay(demo: Desk) -> None:
    protocol = acting.open_record(demo, asking.find(demo, "Cyber/3"))
    with pytest.raises(BadInput, match="v3 is frozen; supersede it to write the next version"):
        acting.save(demo, protocol, {"budget": "token_limit=1"})


def test_a_retired_record_is_left_alone(demo: Desk) -> None:
    record = acting.retire(demo, asking.find(demo, "SALTMARSH/F2"), "twice")
    assert asking.count(demo, "finding", "exercise:SALTMARSH") == 4
    for act in (
        lambda: acting.save(demo, acting.open_record(demo, record), {"severity": "low"}),
        lambda: acting.retire(demo, record, "again"),
    ):
        with pytest.raises(RuleBroken, match="retired") as told:
            act()
        assert "comity undo" in told.value.hint


def needed(kind: type[Record]) -> set[str]:
    return {name for name in facets(kind) if kind.model_fields[name].is_required()}


@pytest.mark.parametrize("kind", [*filter(needed, KINDS)], ids=lambda kind: kind.noun)
def test_a_record_lacks_its_needed_fields_in_one_go(desk: Desk, kind: type[Record]) -> None:
    before = desk.store.database.version()
    with pytest.raises(BadInput) as told:
        acting.add(desk, kind.noun, {})
    assert {each.field for each in told.value.problems} == needed(kind)
    assert desk.store.database.version() == before


def test_only_a_run_may_be_made_of_nothing(desk: Desk) -> None:
    assert {kind.noun for kind in KINDS if not needed(kind)} == {"run"}
    assert acting.add(desk, "run", {}).group == desk.store.private


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_retirement_needs_a_reason(demo: Desk, reason: str) -> None:
    with pytest.raises(RuleBroken, match="needs a reason") as told:
        acting.retire(demo, asking.find(demo, "SALTMARSH/F2"), reason)
    assert (told.value.code, "--reason" in told.value.hint) == ("finding.retire", True)
    assert not asking.find(demo, "SALTMARSH/F2").retired


@pytest.mark.parametrize(
    ("country", "nearest"), [("ZZZZ", "ZW"), ("GBR", "GB"), ("UK", "GB"), ("kr", "KR"), ("11", "")]
)
def test_a_country_is_one_of_iso_3166(desk: Desk, country: str, nearest: str) -> None:
    with pytest.raises(BadInput) as told:
        acting.add(desk, "institute", {"code": "XX-AISI", "country": country})
    (problem,) = told.value.problems
    assert problem.field == "country"
    assert (f"did you mean «{nearest}»?" if nearest else "write GB") in problem.message
