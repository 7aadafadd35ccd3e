"""What needs a person, in the sentences that the day's page shows."""

from datetime import date, timedelta

import pytest

from comity.domain.checks.check import CHECK_IDS, Check
from comity.domain.checks.table import CHECKS, run_all
from comity.domain.exercises import Exercise, Milestone, Participant, Strand
from comity.domain.findings import Acknowledgement, CorrectiveAction, StandDown
from comity.domain.institutes import Agreement
from comity.domain.people import Assignment, Leave, Person, Position, Secondment, Vetting
from comity.domain.protocols import Concurrence, Protocol
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.systems import AccessWindow, System, Task
from domain.saltmarsh import saltmarsh
from domain.shelf import TODAY, Shelf

SENTENCES = {
    ("run.after_stand_down", "blocker", "R6"): "US-CAISI Range TLO run began 40 min after stand-down SD-1.",
    ("cell.uncovered", "blocker", "R7"): "Korean Leakage set v3: nobody at UK-AISI annotates Korean.",
    ("vetting.expires_in_term", "blocker", "Absalom Tarn"): "Vetting ends 30 Nov, 18 days before SALTMARSH does.",
    (
        "secondment.vetting_ends_before_term",
        "blocker",
        "S-07",
    ): "UK-AISI to US-CAISI cannot be agreed: vetting ends before the term.",
    ("action.overdue", "high", "A2"): "Back-translation of tool text (SG-AISI) is 6 days overdue.",
    ("run.deviation_open", "high", "R2"): "2 deviations undecided: token limit 2.0M, attempts 5.",
    ("run.stale", "high", "R4"): "US-CAISI Model B says running; last word 9 days ago.",
    ("secondment.vetting_not_recognised", "high", "S-02"): "US-CAISI has not recognised Penhallow-Finch's vetting.",
    ("secondment.leave_clash", "high", "S-05"): "Leave 7 to 18 Dec falls in the proposed term.",
    ("action.unverified", "medium", "A3"): "Weekly courier bundle done by US-CAISI; nobody verified it.",
    ("secondment.debrief_due", "medium", "S-06"): "Ended early 30 Oct; the debrief is still due.",
    ("finding.disputed", "low", "F5"): "US-CAISI disputes the finding; both texts are kept.",
    ("cell.uncovered", "low", "SALTMARSH"): "6 of 7 cells have no valid run yet.",
    ("ledger.balance", "low", "US-CAISI"): "Ledger UK-AISI to US-CAISI: lent 6, borrowed 12 person-months.",
    ("finding.embargo", "low", "F4"): "Embargo until 23 Dec, 30 days to go.",
}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def told(shelf: Shelf, name: str) -> list[Check]:
    return [check for check in run_all(shelf) if check.check == name]


def texts(shelf: Shelf, name: str) -> list[str]:
    return [check.text for check in told(shelf, name)]


def running(shelf: Shelf, code: str = "HERON", **more: object) -> Exercise:
    values = {"status": "running", "window_start": date(2026, 11, 2), "window_end": date(2026, 12, 18), **more}
    return shelf.put(Exercise, code=code, **values)


def test_saltmarsh_needs_what_the_papers_say(shelf: Shelf) -> None:
    saltmarsh(shelf)
    found = {(check.check, check.severity, check.label): check.text for check in run_all(shelf)}
    assert found == SENTENCES


def test_the_most_urgent_comes_first_and_what_is_overdue_before_what_is_to_come(shelf: Shelf) -> None:
    saltmarsh(shelf)
    checks = run_all(shelf)
    ranks = [("blocker", "high", "medium", "low").index(check.severity) for check in checks]
    assert ranks == sorted(ranks)
    assert [check.label for check in checks if check.severity == "high"][:2] == ["A2", "R2"]


def test_a_check_names_its_records_place_day_and_markings(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    (tarn,) = told(shelf, "vetting.expires_in_term")
    assert (tarn.kind, tarn.id, tarn.place, tarn.due) == ("person", parts.tarn.id, "SALTMARSH", date(2026, 11, 30))
    assert len(tarn.records) == 3
    (embargo,) = told(shelf, "finding.embargo")
    assert embargo.markings == ("TLP:AMBER", "TLP:RED")  # of the exercise too, which is named


def test_nothing_is_told_of_an_empty_shelf_or_of_exercises_that_are_over(shelf: Shelf) -> None:
    assert run_all(shelf) == []
    over = running(shelf, status="closed")
    strand = shelf.put(Strand, exercise=over.id, title="Cyber")
    shelf.put(Cell, strand=strand.id, institute="UK-AISI", system="s", task="t")
    shelf.put(Milestone, exercise=over.id, due=date(2026, 1, 1))
    assert run_all(shelf) == []


def test_what_ended_early_is_not_told_once_the_days_are_gone_and_nothing_runs(shelf: Shelf) -> None:
    days = {"window_start": date(2026, 9, 1), "window_end": date(2026, 10, 30)}
    for code, status in (("HERON", "running"), ("OTTER", "analysing")):
        exercise = running(shelf, code, status=status, **days)
        person = shelf.put(Person, name=f"Wren {code}", institute="UK-AISI")
        shelf.put(Vetting, person=person.id, scheme="UK", level="SC", review_due_on=date(2026, 10, 1))
        shelf.put(Assignment, exercise=exercise.id, person=person.id, role="evaluator")
        shelf.put(Participant, exercise=exercise.id, institute="JP-AISI")
    shelf.put(Agreement, title="MoU", parties=["JP-AISI"], status="in_force", expires_on=date(2026, 10, 1))
    early = told(shelf, "vetting.expires_in_term") + told(shelf, "agreement.expires_in_exercise")
    assert [each.place for each in early] == ["HERON", "HERON"]


def test_gaps_of_an_exercise_that_has_not_started_are_one_sentence(shelf: Shelf) -> None:
    lantern = running(shelf, "LANTERN-27", status="planned", window_end=date(2027, 5, 28))
    strand = shelf.put(Strand, exercise=lantern.id, title="Leakage")
    task = shelf.put(Task, name="leakage", languages=["en", "te"], needs_annotator=True)
    shelf.put(Person, name="Haruto Sazanami", institute="JP-AISI", role="annotator ja", languages=["ja", "en"])
    system = shelf.put(System, name="Model A")
    for number in range(72):
        owner, language = ("" if number < 6 else "lead planner"), ("te" if number < 14 else "en")
        place = {"strand": strand.id, "system": system.id, "task": task.id, "institute": "JP-AISI"}
        shelf.put(Cell, **place, language=language, owner=owner)
    (check,) = told(shelf, "cell.uncovered")
    assert check.text == "14 of 72 planned cells have no owner or no annotator."
    assert (check.severity, check.place, len(check.records)) == ("medium", "LANTERN-27", 15)


def test_an_empty_roster_warns_loudest(shelf: Shelf) -> None:
    exercise = running(shelf)
    (check,) = told(shelf, "roster.empty")
    assert (check.severity, check.text) == ("blocker", "Nobody is on HERON.")
    shelf.put(Assignment, person="p", exercise=exercise.id, role="controller")
    assert told(shelf, "roster.empty") == []


def test_a_post_with_nobody_names_who_fits_and_is_free(shelf: Shelf) -> None:
    exercise = running(shelf)
    shelf.put(Person, name="Bo-ra Haneulsaem", institute="KR-AISI", role="annotator ko", languages=["ko"])
    place = {"exercise": exercise.id, "title": "annotator ko", "role": "annotator", "language": "ko"}
    post = shelf.put(Position, **place, start=date(2026, 11, 16), end=date(2026, 12, 11))
    assert texts(shelf, "position.empty") == [
        "Nobody is annotator ko, 16 Nov to 11 Dec; Haneulsaem (KR-AISI) fits.",
    ]
    shelf.put(Assignment, person="p", exercise=exercise.id, role="annotator", position=post.id)
    assert texts(shelf, "position.empty") == []


def test_people_in_two_places_or_away_are_told(shelf: Shelf) -> None:
    here = running(shelf)
    there = running(shelf, "EGRET", window_start=date(2026, 12, 1), window_end=date(2026, 12, 20))
    person = shelf.put(Person, name="Mei Lanternwood", institute="SG-AISI")
    for exercise in (here, there):
        shelf.put(Assignment, person=person.id, exercise=exercise.id, role="lead_planner")
    shelf.put(Leave, person=person.id, start=date(2026, 11, 28), end=date(2026, 11, 30))
    assert texts(shelf, "assignment.overlap") == ["Lanternwood is on HERON and EGRET at once, 1 to 18 Dec."]
    (away,) = told(shelf, "assignment.on_leave")
    assert (away.severity, away.text) == ("low", "Lanternwood, lead planner, is away 28 to 30 Nov.")
    shelf.find(Leave)[0].end = date(2026, 12, 6)
    assert {check.severity for check in told(shelf, "assignment.on_leave")} == {"medium"}


def test_a_second_role_in_one_exercise_is_no_overlap_and_one_shared_day_is(shelf: Shelf) -> None:
    exercise = running(shelf)
    person = shelf.put(Person, name="Mei Lanternwood", institute="SG-AISI")
    for role in ("lead_planner", "analyst"):
        shelf.put(Assignment, person=person.id, exercise=exercise.id, role=role)
    assert told(shelf, "assignment.overlap") == []
    shelf.put(Leave, person=person.id, start=date(2026, 12, 19), end=date(2026, 12, 31))
    assert told(shelf, "assignment.on_leave") == []
    shelf.find(Leave)[0].start = date(2026, 12, 18)
    assert len(told(shelf, "assignment.on_leave")) == 2


def test_an_action_is_overdue_from_the_day_after(shelf: Shelf) -> None:
    action = shelf.put(CorrectiveAction, label="A1", text="Pin the image.", due=TODAY)
    assert told(shelf, "action.overdue") == []
    action.due = TODAY - timedelta(days=1)
    assert texts(shelf, "action.overdue") == ["Pin the image is 1 day overdue."]


def test_deviations_of_runs_that_give_no_result_ask_for_nothing(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    run = parts.runs["R2"]
    run.execution_status = "running"
    assert [check.severity for check in told(shelf, "run.deviation_open")] == ["medium"]
    run.execution_status = "cancelled"
    assert told(shelf, "run.deviation_open") == []


def test_a_run_outside_its_access_window_is_told_until_it_is_decided(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    for window in shelf.find(AccessWindow, institute="US-CAISI"):
        window.opens = date(2026, 11, 10)
    assert [check.label for check in told(shelf, "run.outside_access_window")] == ["R2"]
    assert texts(shelf, "run.outside_access_window") == ["US-CAISI ran Model A on 9 Nov, outside its access window."]
    parts.runs["R2"].validity = "void"
    assert told(shelf, "run.outside_access_window") == []


def test_one_log_in_two_runs_names_the_pair(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    shelf.put(Run, label="R8", institute="US-CAISI", eval_id="eval-R2", exercise=parts.exercise.id, cell="elsewhere")
    assert texts(shelf, "run.same_log_twice") == ["R2 and R8 hold the same log; retire one of them."]


def test_logs_that_fit_no_cell_are_told_at_once(shelf: Shelf) -> None:
    exercise = running(shelf)
    for number in range(3):
        shelf.put(Run, label=f"R{number}", institute="UK-AISI", eval_id=str(number), exercise=exercise.id)
    (check,) = told(shelf, "run.unmatched")
    assert (check.text, len(check.records)) == ("3 logs fit no cell of HERON, the first is R0.", 3)


def test_a_run_is_not_stale_before_its_time_nor_when_it_has_ended(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    parts.runs["R4"].last_word_at = shelf.now - timedelta(days=3)
    assert told(shelf, "run.stale") == []
    parts.runs["R4"].last_word_at = shelf.now - timedelta(days=3, seconds=1)
    assert len(told(shelf, "run.stale")) == 1
    parts.runs["R4"].execution_status = "lost"
    assert told(shelf, "run.stale") == []


def test_a_run_after_a_stand_down_is_told_even_if_it_arrives_weeks_later(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    shelf.today = TODAY + timedelta(weeks=6)
    assert [check.label for check in told(shelf, "run.after_stand_down")] == ["R6"]
    parts.stand_down.lifted_at = parts.runs["R6"].started_at - timedelta(minutes=1)
    assert told(shelf, "run.after_stand_down") == []


def test_a_stand_down_asks_for_the_word_of_every_participant(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    parts.stand_down.status = "issued"
    assert texts(shelf, "stand_down.unacknowledged") == ["US-CAISI has not acknowledged the stand-down of range."]
    shelf.put(Acknowledgement, stand_down=parts.stand_down.id, institute="US-CAISI")
    assert told(shelf, "stand_down.unacknowledged") == []


def test_overdue_milestones_are_told_from_the_day_after(shelf: Shelf) -> None:
    exercise = running(shelf)
    stone = shelf.put(Milestone, exercise=exercise.id, kind="hot_wash", due=TODAY)
    assert told(shelf, "milestone.overdue") == []
    stone.due = TODAY - timedelta(days=1)
    assert texts(shelf, "milestone.overdue") == ["Hot wash was due 22 Nov, 1 day ago."]
    stone.done = TODAY
    assert told(shelf, "milestone.overdue") == []


def test_words_on_a_protocol_are_asked_for_and_lapse_by_class(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    first, second = shelf.find(Concurrence)
    first.answer, second.answer = "pending", "object"
    first.reason = ""
    shelf.put(Milestone, exercise=parts.exercise.id, kind="freeze", due=date(2026, 12, 8))
    (pending,) = told(shelf, "concurrence.pending")
    assert (pending.text, pending.due) == ("UK-AISI has not answered protocol v3 of Cyber.", date(2026, 12, 8))
    assert texts(shelf, "concurrence.objection") == ["US-CAISI objects to protocol v3 of Cyber."]
    first.answer = second.answer = "concur"
    second.fields_concerned = ["elicitation.attempts"]
    parts.protocol.status = "superseded"
    changed = {"elicitation": {"attempts": 10.0}, "budget": {"token_limit": 2_000_000}}
    shelf.put(Protocol, strand=parts.strand.id, version=4, status="circulated", **changed)
    assert texts(shelf, "concurrence.lapsed") == ["UK-AISI has to answer protocol v4 of Cyber again: budget."]


def test_many_silent_institutes_are_counted(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    for institute in ("AU-AISI", "CA-CAISI", "JP-AISI", "KR-AISI"):
        shelf.put(Participant, exercise=parts.exercise.id, institute=institute, role="contributor")
    shelf.put(Participant, exercise=parts.exercise.id, institute="EU-AIO", role="observer")
    assert texts(shelf, "concurrence.pending") == ["4 institutes have not answered protocol v3 of Cyber."]


def test_a_reservation_is_shown(shelf: Shelf) -> None:
    saltmarsh(shelf)
    word = shelf.find(Concurrence)[0]
    word.answer, word.fields_concerned = "concur_with_reservation", ["budget.token_limit"]
    assert texts(shelf, "concurrence.reservation") == [
        "UK-AISI concurs with protocol v3 of Cyber with a reservation on budget.token_limit."
    ]


def test_an_agreement_that_ends_before_the_exercise_is_told_unless_another_holds(shelf: Shelf) -> None:
    exercise = running(shelf)
    shelf.put(Participant, exercise=exercise.id, institute="JP-AISI")
    place = {"title": "MoU", "parties": ["JP-AISI"], "status": "in_force"}
    shelf.put(Agreement, **place, expires_on=date(2026, 12, 8))
    assert texts(shelf, "agreement.expires_in_exercise") == ["MoU with JP-AISI ends 8 Dec, 10 days too early."]
    shelf.put(Agreement, **place)
    assert told(shelf, "agreement.expires_in_exercise") == []


def test_a_standing_secondment_tells_what_it_lacks(shelf: Shelf) -> None:
    person = shelf.put(Person, name="Wren Maplethorpe", institute="CA-CAISI")
    place = {"label": "S-03", "person": person.id, "home": "CA-CAISI", "host": "UK-AISI"}
    term = shelf.put(Secondment, **place, status="proposed", start=date(2026, 12, 1), end=date(2027, 1, 31))
    assert run_all(shelf) == []
    term.status = "agreed"
    found = [check.text for check in run_all(shelf)]
    assert found == [
        "CA-CAISI to UK-AISI has no annex.",
        "CA-CAISI to UK-AISI: nobody decides what the person may be shown.",
        "Nobody bears the cost of CA-CAISI to UK-AISI.",
    ]
    term.status, term.access_granted = "ending", ["range", "mail"]
    term.access_revoked, term.end = ["mail"], date(2026, 11, 20)
    assert texts(shelf, "secondment.access_open") == ["Ended 20 Nov; access to range is not revoked."]


def test_vetting_inside_a_secondment_is_told_by_how_near_it_is(shelf: Shelf) -> None:
    person = shelf.put(Person, name="Orson Wexbridge", institute="US-CAISI")
    vetting = shelf.put(Vetting, person=person.id, review_due_on=date(2027, 1, 31), recognised_by=["UK-AISI"])
    place = {"label": "S-01", "person": person.id, "home": "US-CAISI", "host": "UK-AISI", "status": "active"}
    shelf.put(Secondment, **place, start=date(2026, 9, 1), end=date(2027, 8, 31))
    (check,) = told(shelf, "vetting.expires_in_term")
    assert (check.severity, check.text) == (
        "medium",
        "Vetting of Wexbridge ends 31 Jan, 212 days before the term does.",
    )
    vetting.review_due_on = date(2026, 12, 1)
    assert told(shelf, "vetting.expires_in_term")[0].severity == "high"


def test_open_actions_follow_the_programme(shelf: Shelf) -> None:
    before = running(shelf, programme="network")
    running(shelf, "IBIS", status="planned", programme="network")
    shelf.put(CorrectiveAction, label="A1", text="Pin the image.", exercise=before.id)
    (check,) = told(shelf, "action.carried_over")
    assert (check.text, check.place) == ("1 action of HERON still open: A1.", "IBIS")


def test_conflicts_and_flags_of_any_kind_are_told(shelf: Shelf) -> None:
    shelf.put(Agreement, title="MoU", conflicts=["status"])
    shelf.put(Strand, exercise="x", title="Cyber", flags=["record.unreadable:lead", "record.originator_disputed"])
    assert texts(shelf, "record.conflict") == ["Status of this agreement has two values to settle."]
    assert texts(shelf, "record.unreadable") == ["Lead holds a value that this version cannot read."]
    assert len(told(shelf, "record.originator_disputed")) == 1


def test_a_finding_published_under_its_embargo_stops_work(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    parts.f4.status = "published"
    assert [check.severity for check in told(shelf, "finding.embargo")] == ["blocker"]


def test_the_same_gap_in_many_rows_is_told_once(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    for number in range(4):
        task = shelf.put(Task, name=f"task{number}", languages=["en"])
        shelf.put(Cell, strand=parts.strand.id, institute="UK-AISI", system=parts.a.id, task=task.id)
    assert "4 of 11 planned cells have no owner." in texts(shelf, "cell.uncovered")


def test_every_check_id_is_declared_once() -> None:
    assert len(set(CHECK_IDS)) == len(CHECK_IDS)
    assert len(set(CHECKS)) == len(CHECKS)


def test_ten_thousand_runs_are_read_once(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    for number in range(10_000):
        run = shelf.put(Run, label=f"R{number}", institute="UK-AISI", eval_id=str(number), validity="valid")
        run.cell, run.started_at = parts.cells["R1"].id, parts.runs["R1"].started_at
        if number % 10 == 0:
            shelf.put(Deviation, run=run.id, field_class="budget", setting="epochs")
    shelf.put(StandDown, label="SD-2", subject="nothing", issued_at=shelf.now - timedelta(days=60))
    shelf.reads = 0
    assert len(run_all(shelf)) > 1000
    assert shelf.reads <= 40
