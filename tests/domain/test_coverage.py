"""Which run covers a cell, and why none does."""

from datetime import UTC, date, datetime, timedelta

import pytest

from comity.domain.coverage import Coverage, matrix
from comity.domain.exercises import Exercise, Strand
from comity.domain.findings import CorrectiveAction
from comity.domain.people import Assignment, Person, Vetting
from comity.domain.runs import Cell, Run
from comity.domain.systems import AccessWindow, System, Task
from domain.shelf import TODAY, Shelf


@pytest.fixture
def shelf() -> Shelf:
    shelf = Shelf()
    exercise = shelf.put(Exercise, code="HERON", status="running")
    strand = shelf.put(Strand, exercise=exercise.id, title="Leakage")
    system = shelf.put(System, name="Model A")
    task = shelf.put(Task, name="leakage", languages=["en", "ko"])
    place = {"strand": strand.id, "system": system.id, "task": task.id, "institute": "UK-AISI"}
    shelf.put(Cell, **place, language="ko", owner="Tamsin Oakhollow")
    return shelf


def only(shelf: Shelf) -> Coverage:
    (cell,) = matrix(shelf, shelf.find(Exercise)[0])
    return cell


def run(shelf: Shelf, status: str, validity: str = "unreviewed", hours: int = 0) -> Run:
    number, cell = len(shelf.find(Run)) + 1, shelf.find(Cell)[0].id
    at = datetime(2026, 11, 9, tzinfo=UTC) + timedelta(hours=hours)
    return shelf.put(Run, label=f"R{number}", cell=cell, execution_status=status, validity=validity, started_at=at)


def test_of_several_valid_runs_the_newest_covers_the_cell(shelf: Shelf) -> None:
    run(shelf, "succeeded", "valid", hours=1)
    newest = run(shelf, "succeeded", "accepted_deviation", hours=2)
    run(shelf, "succeeded", "deviated", hours=3)
    run(shelf, "succeeded", "void", hours=4)
    assert (only(shelf).state, only(shelf).reason, only(shelf).run) == ("covered", "", newest)


@pytest.mark.parametrize(
    ("status", "validity", "reason"),
    [
        ("succeeded", "unreviewed", "R1 is not reviewed"),
        ("succeeded", "deviated", "R1 deviates, not decided"),
        ("succeeded", "void", "R1 is void"),
        ("running", "unreviewed", "R1 is running, 14 d silent"),
        ("failed", "unreviewed", "R1 has failed"),
        ("cancelled", "unreviewed", "R1 was cancelled"),
        ("lost", "unreviewed", "R1 was lost"),
        ("planned", "unreviewed", "R1 is planned"),
    ],
)
def test_a_run_that_does_not_count_is_the_reason(shelf: Shelf, status: str, validity: str, reason: str) -> None:
    run(shelf, status, validity)
    assert (only(shelf).state, only(shelf).reason) == ("uncovered", reason)


def test_a_cell_without_a_run_says_so_and_a_waived_one_says_why(shelf: Shelf) -> None:
    assert (only(shelf).state, only(shelf).reason) == ("uncovered", "planned, no run yet")
    shelf.find(Cell)[0].waived = "no range"
    assert (only(shelf).state, only(shelf).reason) == ("waived", "no range")


def test_a_retired_run_covers_nothing(shelf: Shelf) -> None:
    run(shelf, "succeeded", "valid").retired = True
    assert only(shelf).reason == "planned, no run yet"


def test_nobody_owns_it(shelf: Shelf) -> None:
    shelf.find(Cell)[0].owner = ""
    assert only(shelf).reason == "no owner"
    run(shelf, "assigned")
    assert only(shelf).reason == "R1 is assigned"


def test_machine_text_counts_only_where_it_is_a_translation(shelf: Shelf) -> None:
    shelf.find(Task)[0].translation = "machine"
    assert only(shelf).reason == "text is machine translated, not back-checked"
    about = {"exercise": shelf.find(Exercise)[0].id, "text": "Back-translation of tool text."}
    shelf.put(CorrectiveAction, label="A1", status="done", **about)
    shelf.put(CorrectiveAction, label="A2", status="in_progress", **about)
    assert only(shelf).reason == "text is machine translated, not back-checked; A2 is to see to it"
    shelf.find(Cell)[0].language = "en"
    assert only(shelf).reason == "planned, no run yet"


def test_a_language_is_read_at_home_or_by_whom_the_exercise_has(shelf: Shelf) -> None:
    shelf.find(Task)[0].needs_annotator = True
    assert only(shelf).reason == "no annotator for ko"
    lent = shelf.put(Person, name="Bo-ra Haneulsaem", institute="KR-AISI", languages=["ko-KR"])
    assert only(shelf).reason == "no annotator for ko"
    shelf.put(Assignment, person=lent.id, exercise=shelf.find(Exercise)[0].id, role="annotator")
    assert only(shelf).reason == "planned, no run yet"


def test_a_house_whose_people_are_not_known_here_is_not_said_to_lack_them(shelf: Shelf) -> None:
    shelf.institute = "US-CAISI"
    shelf.find(Task)[0].needs_annotator = True
    assert only(shelf).reason == "planned, no run yet"
    shelf.put(Person, name="Haruto Sazanami", institute="UK-AISI", role="annotator ja", languages=["ja"])
    assert only(shelf).reason == "no annotator for ko"


def test_access_is_needed_where_it_is_given_by_window(shelf: Shelf) -> None:
    system = shelf.find(System)[0]
    system.access = "pre_release"
    assert only(shelf).reason == "no access window"
    window = shelf.put(AccessWindow, system=system.id, institute="UK-AISI", closes=TODAY)
    assert only(shelf).reason == "planned, no run yet"
    window.closes = date(2026, 11, 20)
    assert only(shelf).reason == "access closed 20 Nov"


def test_an_owner_without_vetting_cannot_run_it(shelf: Shelf) -> None:
    owner = shelf.put(Person, name="Tamsin Oakhollow", institute="UK-AISI")
    vetting = shelf.put(Vetting, person=owner.id, review_due_on=TODAY)
    assert only(shelf).reason == "planned, no run yet"
    vetting.review_due_on = date(2026, 11, 3)
    assert only(shelf).reason == "vetting of Oakhollow ended 3 Nov"
