"""How records move: every verb is there, every state can be reached, and what a rule forbids is refused by its name."""

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.concurrences import content_hash
from comity.domain.exercises import Exercise, Milestone, Objective, Participant, Strand
from comity.domain.findings import Acknowledgement, CorrectiveAction, Finding, Guidance, StandDown
from comity.domain.institutes import Agreement
from comity.domain.kinds import BY_NOUN
from comity.domain.lifecycles.protocol import editable
from comity.domain.lifecycles.table import STEPS
from comity.domain.people import Assignment, Person, Position, Secondment, Vetting
from comity.domain.protocols import FIELD_CLASSES, Concurrence, Protocol
from comity.domain.record import Record, choices, facets
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.steps import Step, StepOutcome, Taking, blocked, obstacles, take
from comity.domain.systems import ModelAlias
from comity.errors import RuleBroken
from domain.saltmarsh import saltmarsh
from domain.shelf import TODAY, Shelf

VERBS = {
    "exercise": "specify plan ready start pause resume analyse report close reopen cancel",
    "protocol": "circulate freeze supersede withdraw",
    "concurrence": "concur reserve object",
    "run": "assign queue start pause resume succeed fail cancel lose review accept-deviation void unvoid "
    "request-release release retract",
    "deviation": "accept void",
    "secondment": "propose nominate vet agree activate suspend resume extend end complete decline withdraw terminate",
    "agreement": "sign enter-force terminate supersede",
    "position": "fill stand-down close",
    "cell": "own waive",
    "finding": "draft review confirm dispute disclose publish merge withdraw",
    "action": "accept start block unblock finish verify close decline",
    "guidance": "review agree publish withdraw",
    "stand_down": "acknowledge lift",
    "milestone": "done",
    "model_alias": "reveal",
}
# Words that an importer or an effect writes, not the target of a step.
REPORTED = {("run", "execution_status", "unknown"), ("run", "validity", "deviated")}
ALL = [(noun, step) for noun, steps in STEPS.items() for step in steps]


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def do(shelf: Shelf, record: Record, verb: str, *, reason: str = "", override: str = "", **fields: Any) -> StepOutcome:
    """Take a step and keep what it writes, as the desk does."""
    step = next(each for each in STEPS[record.noun] if each.name == verb)
    outcome = take(step, record, Taking(shelf, reason, fields), override=override)
    for name, value in outcome.fields.items():
        setattr(record, name, value)
    for noun, values in outcome.beside:
        shelf.put(BY_NOUN[noun], **values)
    return outcome


def refused(shelf: Shelf, record: Record, verb: str, **how: Any) -> RuleBroken:
    with pytest.raises(RuleBroken) as caught:
        do(shelf, record, verb, **how)
    assert caught.value.code == f"{record.noun}.{verb.replace('-', '_')}"
    return caught.value


def why(shelf: Shelf, record: Record, verb: str, **how: Any) -> list[str]:
    return [problem.message for problem in refused(shelf, record, verb, **how).problems]


@pytest.mark.parametrize("noun", VERBS)
def test_every_verb_that_people_say_exists_once(noun: str) -> None:
    names = [step.name for step in STEPS[noun]]
    assert set(VERBS[noun].split()) <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("noun", STEPS)
def test_every_state_can_be_reached_and_no_step_leads_out_of_the_declared_ones(noun: str) -> None:
    kind = BY_NOUN[noun]
    for field in {step.field for step in STEPS[noun] if step.field}:
        steps = [step for step in STEPS[noun] if step.field == field]
        states = set(choices(kind, field))
        assert {state for step in steps for state in (*step.sources, step.target) if state} <= states
        reached = {str(kind.model_fields[field].default)}
        reached |= {state for state in states if (noun, field, state) in REPORTED}
        for _ in states:
            reached |= {step.target for step in steps if step.target and reached & set(step.sources)}
        assert reached == states


@pytest.mark.parametrize("noun", [noun for noun, kind in BY_NOUN.items() if "status" in facets(kind)])
def test_every_kind_with_a_status_has_verbs(noun: str) -> None:
    assert noun in STEPS


@pytest.mark.parametrize(("noun", "step"), ALL, ids=lambda each: each.name if isinstance(each, Step) else each)
def test_a_step_names_fields_that_its_kind_has_and_says_what_it_is(noun: str, step: Step) -> None:
    fields = facets(BY_NOUN[noun])
    assert {step.field, *step.takes, *step.vouches} - {""} <= set(fields)
    assert set(step.needs) <= set(step.takes)
    assert step.help.endswith(".")


@pytest.mark.parametrize(("noun", "step"), ALL, ids=lambda each: each.name if isinstance(each, Step) else each)
def test_a_state_that_a_step_does_not_join_is_refused_whatever_the_override(noun: str, step: Step) -> None:
    shelf = Shelf()
    for state in set(choices(BY_NOUN[noun], step.field)) - set(step.sources) if step.field else ():
        record = shelf.put(BY_NOUN[noun], **{step.field: state})
        assert blocked(step, record, noun)
        with pytest.raises(RuleBroken, match="is a step from") as caught:
            take(step, record, Taking(shelf, "because"), override="I say so")
        assert caught.value.code == f"{noun}.{step.name.replace('-', '_')}"


@given(st.lists(st.sampled_from(VERBS["run"].split()), max_size=30))
def test_a_run_never_leaves_its_declared_states(verbs: list[str]) -> None:
    shelf = Shelf()
    run = shelf.put(Run, label="R1")
    for verb in verbs:
        try:
            do(shelf, run, verb, reason="tried")
        except RuleBroken:
            continue
        for field in ("execution_status", "validity", "release_state"):
            assert getattr(run, field) in choices(Run, field)


def test_a_step_refuses_fields_that_it_does_not_take_and_asks_for_those_it_needs(shelf: Shelf) -> None:
    cell = shelf.put(Cell)
    assert why(shelf, cell, "own") == ["owner is needed; give it with --owner"]
    assert why(shelf, cell, "own", owner="x", colour="red") == ["no place for colour; it takes owner"]
    do(shelf, cell, "own", owner="Tamsin Oakhollow")
    assert cell.owner == "Tamsin Oakhollow"


def test_a_reason_is_asked_for_and_an_override_is_one(shelf: Shelf) -> None:
    run = shelf.put(Run, label="R3", execution_status="succeeded")
    assert "reason" in refused(shelf, run, "void").message
    do(shelf, run, "void", reason="VM image fault")
    assert (run.validity, run.remark) == ("void", "VM image fault")
    cell = shelf.put(Cell)
    do(shelf, cell, "waive", reason="No range for Model B.")
    assert cell.waived == "No range for Model B."


def test_an_exercise_is_specified_with_an_objective_and_a_lead_for_each_strand(shelf: Shelf) -> None:
    exercise = shelf.put(Exercise, code="HERON")
    assert why(shelf, exercise, "specify") == ["HERON has no objective", "HERON has no strand"]
    shelf.put(Objective, exercise=exercise.id, text="?")
    strand = shelf.put(Strand, exercise=exercise.id, title="Cyber")
    broken = refused(shelf, exercise, "specify")
    assert [(problem.field, problem.message) for problem in broken.problems] == [
        (strand.id, "strand Cyber has no lead")
    ]
    strand.lead = "UK-AISI"
    do(shelf, exercise, "specify")
    assert exercise.status == "specified"


def test_a_planner_may_pass_a_guard_with_a_reason(shelf: Shelf) -> None:
    exercise = shelf.put(Exercise, code="HERON")
    refused(shelf, exercise, "specify", reason="not an override")
    do(shelf, exercise, "specify", override="The objective follows on Monday.")
    assert exercise.status == "specified"


def test_an_exercise_is_planned_under_agreements_that_hold_to_its_end(shelf: Shelf) -> None:
    days = {"window_start": date(2026, 12, 1), "window_end": date(2026, 12, 18)}
    exercise = shelf.put(Exercise, code="HERON", status="specified", **days)
    for institute in ("UK-AISI", "US-CAISI"):
        shelf.put(Participant, exercise=exercise.id, institute=institute)
    mou = shelf.put(Agreement, title="MoU", parties=["UK-AISI", "US-CAISI"], status="in_force")
    mou.expires_on = date(2026, 12, 17)
    assert why(shelf, exercise, "plan") == [
        "no agreement of UK-AISI is in force to 18 Dec",
        "no agreement of US-CAISI is in force to 18 Dec",
    ]
    mou.expires_on = date(2026, 12, 18)
    do(shelf, exercise, "plan")


def test_an_exercise_is_ready_when_nothing_is_left_open(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    exercise = parts.exercise
    exercise.status = "planned"
    check = shelf.find(Milestone)[0]
    tarn = shelf.find(Vetting, person=parts.tarn.id)[0]
    uk, us = shelf.find(Concurrence)
    uk.answer, us.answer = "object", "concur_with_reservation"
    parts.cells["R7"].owner = ""
    assert why(shelf, exercise, "ready") == [
        "UK-AISI objects to protocol v3",
        "Comms check 2 is not answered",
        "nobody owns Leakage set v3 · ko · Model A at UK-AISI",
        "vetting of Tarn ends 30 Nov",
    ]
    uk.answer, check.done, tarn.review_due_on = "concur", TODAY, exercise.window_end
    parts.cells["R7"].waived = "no annotator"
    do(shelf, exercise, "ready")
    assert exercise.status == "ready"


def test_a_draft_after_a_frozen_protocol_is_not_ready(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    parts.exercise.status = "planned"
    shelf.put(Protocol, strand=parts.strand.id, version=4)
    assert "the protocol of Cyber v4 is draft, not frozen" in why(shelf, parts.exercise, "ready")


def test_analysis_waits_for_every_cell_and_the_close_for_every_finding(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    assert why(shelf, parts.exercise, "analyse") == ["R4 is running", "R7 is planned"]
    do(shelf, parts.runs["R4"], "lose", reason="nobody answers")
    do(shelf, parts.runs["R7"], "cancel", reason="no annotator")
    do(shelf, parts.exercise, "analyse")
    do(shelf, parts.exercise, "report")
    shelf.put(Finding, label="F6", exercise=parts.exercise.id, statement="?")
    assert why(shelf, parts.exercise, "close") == ["F6 is observed"]
    shelf.find(Finding, label="F6")[0].status = "merged"
    do(shelf, parts.exercise, "close")
    assert "reason" in refused(shelf, parts.exercise, "reopen").message
    do(shelf, parts.exercise, "reopen", reason="A log was edited.")
    assert parts.exercise.status == "analysing"
    refused(shelf, parts.exercise, "cancel", reason="too late")


def test_freezing_vouches_for_every_setting_and_names_them_by_hash(shelf: Shelf) -> None:
    protocol = shelf.put(Protocol, strand="s", status="circulated", budget={"token_limit": 2_500_000})
    outcome = do(shelf, protocol, "freeze")
    assert set(FIELD_CLASSES) <= set(outcome.fields)
    assert protocol.content_hash == content_hash(protocol)
    assert len(protocol.content_hash) == 64
    assert editable(protocol, ["marking", "budget"]) == (
        "protocol v1 is frozen; supersede it to write the next version"
    )
    assert editable(protocol, ["marking"]) == ""


def test_an_empty_protocol_is_not_sent_round(shelf: Shelf) -> None:
    assert why(shelf, shelf.put(Protocol, strand="s"), "circulate") == ["protocol v1 has no settings"]


def test_superseding_drafts_the_next_version_with_the_same_settings(shelf: Shelf) -> None:
    protocol = shelf.put(Protocol, strand="s", version=3, status="frozen", budget={"token_limit": 1})
    do(shelf, protocol, "supersede")
    old, new = shelf.find(Protocol, strand="s")
    assert (old.status, new.status, new.version, new.budget) == ("superseded", "draft", 4, {"token_limit": 1})
    assert editable(new) == ""
    assert new.budget is not old.budget


def test_an_answer_names_the_hash_and_needs_a_reason_unless_it_agrees(shelf: Shelf) -> None:
    protocol = shelf.put(Protocol, strand="s", status="circulated", budget={"token_limit": 1})
    word = shelf.put(Concurrence, protocol=protocol.id, institute="UK-AISI")
    for verb in ("reserve", "object"):
        assert "reason" in refused(shelf, word, verb).message
    do(shelf, word, "reserve", reason="too low", fields_concerned=["budget.token_limit"])
    assert (word.answer, word.reason, word.version_hash) == (
        "concur_with_reservation",
        "too low",
        content_hash(protocol),
    )
    do(shelf, word, "concur")
    assert (word.answer, word.reason) == ("concur", "")
    protocol.status = "draft"
    assert why(shelf, word, "object", reason="no") == ["protocol v1 is draft, not to be answered"]


def test_a_run_counts_only_with_its_deviations_decided(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    run = parts.runs["R2"]
    shelf.put(Deviation, run=parts.runs["R4"].id, field_class="budget", setting="epochs")
    assert len(why(shelf, run, "accept-deviation", reason="close enough")) == 2
    do(shelf, parts.deviations[0], "accept", reason="Both houses agree.")
    do(shelf, parts.deviations[1], "void", reason="Misread.")
    assert why(shelf, run, "review") == ["token_limit deviates (accepted); accept-deviation counts it with that"]
    do(shelf, run, "accept-deviation", reason="close enough")
    assert (run.validity, parts.deviations[0].reason) == ("accepted_deviation", "Both houses agree.")
    do(shelf, run, "void", reason="no")
    do(shelf, run, "unvoid", reason="yes")
    assert run.validity == "deviated"


def test_a_run_after_a_stand_down_is_not_valid_without_an_override(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    assert why(shelf, parts.runs["R6"], "review") == ["the run began after stand-down SD-1"]
    do(shelf, parts.runs["R6"], "review", override="Another range was used.")


def test_only_a_valid_result_is_released_and_a_retracted_one_is_asked_for_again(shelf: Shelf) -> None:
    parts = saltmarsh(shelf)
    assert why(shelf, parts.runs["R3"], "request-release") == ["R3 is void; a valid result is released"]
    run = parts.runs["R1"]
    for verb in ("request-release", "release"):
        do(shelf, run, verb)
    do(shelf, run, "retract", reason="wrong seed")
    do(shelf, run, "request-release")
    assert run.release_state == "requested"


def test_a_secondment_goes_its_whole_way(shelf: Shelf) -> None:
    annex = shelf.put(Agreement, title="Annex", kind="annex", status="signed")
    person = shelf.put(Person, name="Wren Maplethorpe", institute="CA-CAISI")
    vetting = shelf.put(Vetting, person=person.id, review_due_on=date(2027, 3, 1))
    place = {"label": "S-03", "person": person.id, "home": "CA-CAISI", "host": "UK-AISI", "annex": annex.id}
    term = shelf.put(Secondment, **place, start=date(2026, 12, 1), end=date(2027, 5, 31))
    for verb in ("propose", "nominate", "vet"):
        do(shelf, term, verb)
    assert why(shelf, term, "agree") == [
        "S-03 rests on Annex, which is signed",
        "S-03 has no terms of reference",
        "nobody bears the cost of S-03",
    ]
    annex.status, term.terms_of_reference, term.cost_bearer = "in_force", "Ranges.", "split"
    do(shelf, term, "agree")
    assert why(shelf, term, "activate") == [
        "UK-AISI has not recognised the vetting",
        "vetting ends 1 Mar, inside the term",
        "S-03 has no disclosure authority",
    ]
    vetting.recognised_by, vetting.review_due_on, term.disclosure_authority = ["UK-AISI"], date(2027, 8, 1), "director"
    do(shelf, term, "activate")
    assert why(shelf, term, "extend", reason="more", end=date(2027, 5, 31)) == [
        "S-03 ends 2027-05-31 already; give a later day"
    ]
    do(shelf, term, "extend", reason="more", end=date(2027, 7, 31))
    assert (term.end, term.status) == (date(2027, 7, 31), "active")
    term.access_granted = ["range"]
    do(shelf, term, "end")
    assert why(shelf, term, "complete") == ["access to range is not revoked"]
    term.access_revoked = ["range"]
    do(shelf, term, "complete")


def test_vetting_that_ends_before_the_term_stops_the_agreement(shelf: Shelf) -> None:
    saltmarsh(shelf)
    (term,) = shelf.find(Secondment, label="S-07")
    assert "vetting ends before the term" in why(shelf, term, "agree")


def test_a_term_that_ends_early_ends_in_the_ledger_too(shelf: Shelf) -> None:
    term = shelf.put(Secondment, status="active", start=date(2026, 9, 1), end=date(2027, 8, 31))
    do(shelf, term, "terminate", reason="called home")
    assert (term.end, term.remark) == (TODAY, "called home")


def test_a_position_is_filled_by_somebody(shelf: Shelf) -> None:
    position = shelf.put(Position, exercise="x")
    assert why(shelf, position, "fill") == ["nobody is assigned to it"]
    shelf.put(Assignment, person="p", exercise="x", role="analyst", position=position.id)
    do(shelf, position, "fill")


def test_an_agreement_that_has_expired_does_not_come_into_force(shelf: Shelf) -> None:
    mou = shelf.put(Agreement, title="MoU", expires_on=TODAY - timedelta(days=1))
    assert why(shelf, mou, "sign") == ["it names no parties"]
    mou.parties = ["UK-AISI", "US-CAISI"]
    do(shelf, mou, "sign")
    assert why(shelf, mou, "enter-force") == ["it expired 22 Nov"]
    mou.expires_on = None
    do(shelf, mou, "enter-force")
    assert (mou.status, mou.in_force_from) == ("in_force", TODAY)


def test_the_developer_hears_first_and_the_embargo_holds(shelf: Shelf) -> None:
    run = shelf.put(Run, label="R3", validity="void")
    finding = shelf.put(Finding, label="F4", exercise="x", status="in_review", evidence=[run.id])
    assert why(shelf, finding, "confirm") == ["R3 is void and no evidence"]
    finding.evidence = []
    do(shelf, finding, "confirm")
    refused(shelf, finding, "publish")
    do(shelf, finding, "disclose", embargo_until=date(2026, 12, 23))
    assert finding.disclosed_on == TODAY
    assert why(shelf, finding, "publish") == ["F4 is under embargo until 23 Dec"]
    shelf.today = date(2026, 12, 23)
    do(shelf, finding, "publish")


def test_a_dispute_stands_beside_the_state_with_its_own_text(shelf: Shelf) -> None:
    finding = shelf.put(Finding, label="F5", exercise="x", status="confirmed", disputed_by=["US-CAISI"])
    do(shelf, finding, "dispute", reason="Ten tries are not enough.")
    assert (finding.status, finding.disputed_by) == ("confirmed", ["UK-AISI", "US-CAISI"])
    assert finding.dispute_text == "Ten tries are not enough."
    refused(shelf, shelf.put(Finding, exercise="x", status="drafted"), "dispute", reason="early")


def test_a_second_dispute_keeps_the_text_of_the_first(shelf: Shelf) -> None:
    told = {"status": "confirmed", "disputed_by": ["US-CAISI"], "dispute_text": "Ten tries are not enough."}
    finding = shelf.put(Finding, label="F5", exercise="x", **told)
    do(shelf, finding, "dispute", reason="The set leaked.")
    assert finding.dispute_text == "US-CAISI: Ten tries are not enough.\nUK-AISI: The set leaked."


def test_a_merged_finding_names_another(shelf: Shelf) -> None:
    finding = shelf.put(Finding, label="F2", exercise="x")
    assert why(shelf, finding, "merge") == ["merged_into is needed; give it with --merged-into"]
    assert why(shelf, finding, "merge", merged_into=finding.id) == ["F2 cannot be merged into itself"]
    do(shelf, finding, "merge", merged_into="another")


def test_nobody_verifies_their_own_action(shelf: Shelf) -> None:
    action = shelf.put(CorrectiveAction, label="A3", text="x")
    assert why(shelf, action, "accept") == ["A3 has no owner"]
    do(shelf, action, "accept", owner="UK-AISI")
    for verb in ("start", "finish"):
        do(shelf, action, verb)
    assert why(shelf, action, "verify") == ["UK-AISI owns A3; another institute has to verify it"]
    do(shelf, action, "verify", verified_by="US-CAISI")
    assert (action.status, action.verified_by) == ("verified", "US-CAISI")


def test_guidance_does_not_quote_what_is_under_embargo(shelf: Shelf) -> None:
    finding = shelf.put(Finding, label="F4", exercise="x", embargo_until=date(2026, 12, 23))
    guidance = shelf.put(Guidance, title="Judges", status="agreed", drawn_from=[finding.id])
    assert why(shelf, guidance, "publish") == ["F4 is under embargo until 23 Dec"]
    finding.embargo_until = None
    do(shelf, guidance, "publish")
    assert guidance.issued == TODAY


def test_a_stand_down_is_acknowledged_once_by_each_and_lifted_when_all_have(shelf: Shelf) -> None:
    stop = shelf.put(StandDown, label="SD-1", subject="range", originator="US-CAISI")
    assert why(shelf, stop, "lift", reason="mended") == ["UK-AISI has not acknowledged SD-1"]
    do(shelf, stop, "acknowledge")
    (word,) = shelf.find(Acknowledgement)
    assert (word.stand_down, word.institute, word.acknowledged_at) == (stop.id, "UK-AISI", shelf.now)
    assert why(shelf, stop, "acknowledge") == ["UK-AISI has acknowledged SD-1"]
    do(shelf, stop, "lift", reason="mended")
    assert (stop.status, stop.lifted_at) == ("lifted", shelf.now)


def test_a_milestone_is_done_once_and_an_alias_revealed_once(shelf: Shelf) -> None:
    stone = shelf.put(Milestone, exercise="x", title="Freeze")
    do(shelf, stone, "done", done=date(2026, 11, 20))
    assert why(shelf, stone, "done") == ["Freeze was done 20 Nov"]
    alias = shelf.put(ModelAlias, exercise="x", alias="Model A")
    assert why(shelf, alias, "reveal") == ["Model A names no system yet; give it with --system"]
    do(shelf, alias, "reveal", system="s")
    assert (alias.system, alias.revealed_on) == ("s", TODAY)
    assert why(shelf, alias, "reveal") == ["Model A was revealed 23 Nov"]


def test_guards_can_be_asked_before_anything_is_given(shelf: Shelf) -> None:
    for noun, steps in STEPS.items():
        record = shelf.put(BY_NOUN[noun])
        for step in steps:
            obstacles(step, record, Taking(shelf))


def test_a_deviation_can_be_decided_again(shelf: Shelf) -> None:
    deviation = shelf.put(Deviation, run="r", field_class="budget", setting="epochs")
    for verb in ("accept", "void", "accept"):
        do(shelf, deviation, verb, reason=verb)
    assert (deviation.disposition, deviation.reason) == ("accepted", "accept")
