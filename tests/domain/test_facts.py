"""What `is:` finds."""

import pytest

from comity.domain.checks.check import CHECK_IDS
from comity.domain.checks.facts import FACT_NAMES, fact_ids, facts_by_record
from comity.domain.checks.table import run_all
from comity.domain.findings import CorrectiveAction
from comity.domain.runs import Cell
from domain.saltmarsh import saltmarsh
from domain.shelf import Shelf


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def labels(shelf: Shelf, name: str) -> list[str]:
    ids = fact_ids(name, shelf, run_all(shelf))
    return [getattr(each, "label", None) or each.noun for each in shelf.records if each.id in ids]


def test_facts_name_the_records_for_which_they_hold(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    assert labels(shelf, "stale") == ["R4"]
    assert labels(shelf, "overdue") == ["A2"]
    assert labels(shelf, "run.after_stand_down") == ["SD-1", "R6"]
    assert labels(shelf, "uncovered") == ["cell"] * 6
    assert parts.cells["R1"].id not in fact_ids("uncovered", shelf, [])
    assert labels(shelf, "conflict") == []
    assert len(labels(shelf, "held")) == 7


def test_mine_is_what_names_this_institute(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    mine = fact_ids("mine", shelf, [])
    assert parts.runs["R1"].id in mine
    assert parts.runs["R2"].id not in mine
    assert parts.exercise.id in mine
    assert shelf.find(CorrectiveAction, label="A2")[0].id not in mine
    assert shelf.find(Cell, institute="US-CAISI")[0].id not in mine


def test_every_check_is_a_fact_and_every_fact_can_be_asked(shelf: Shelf) -> None:
    saltmarsh(shelf)
    checks = run_all(shelf)
    assert set(CHECK_IDS) < set(FACT_NAMES)
    for name in FACT_NAMES:
        assert isinstance(fact_ids(name, shelf, checks), frozenset)


def test_a_page_tells_the_facts_of_its_record(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    told = facts_by_record(run_all(shelf))
    assert told[parts.runs["R4"].id] >= {"stale", "run.stale"}
    assert parts.runs["R1"].id not in told
