"""The exercise that the papers speak of, as records on a shelf, with everything that needs a person in it."""

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from comity.domain.exercises import Exercise, Milestone, Objective, Participant, Strand
from comity.domain.findings import CorrectiveAction, Finding, StandDown
from comity.domain.institutes import Agreement, Institute
from comity.domain.people import Assignment, Leave, Person, Secondment, Vetting
from comity.domain.protocols import Concurrence, Protocol
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.systems import AccessWindow, System, Task
from domain.shelf import PRIVATE, Shelf

STAND_DOWN_AT = datetime(2026, 11, 16, 14, tzinfo=UTC)
SETTINGS: dict[str, Any] = {"elicitation": {"attempts": 10}, "budget": {"token_limit": 2_500_000}}


def saltmarsh(shelf: Shelf) -> SimpleNamespace:
    """SALTMARSH as it stands on 23 November 2026."""
    put = shelf.put
    exercise = put(
        Exercise,
        code="SALTMARSH",
        status="running",
        lead="UK-AISI",
        window_start=date(2026, 11, 2),
        window_end=date(2026, 12, 18),
    )
    parts = SimpleNamespace(shelf=shelf, exercise=exercise)
    for institute, role in (("UK-AISI", "lead"), ("US-CAISI", "co_lead")):
        put(Participant, exercise=exercise.id, institute=institute, role=role)
        put(Institute, code=institute)
    parts.objective = put(Objective, exercise=exercise.id, text="Do both houses measure the same?")
    parts.strand = put(Strand, exercise=exercise.id, title="Cyber", lead="UK-AISI")
    parts.protocol = put(Protocol, strand=parts.strand.id, version=3, status="frozen", **SETTINGS)
    for institute in ("UK-AISI", "US-CAISI"):
        put(Concurrence, protocol=parts.protocol.id, institute=institute, answer="concur")
    parts.agreement = put(Agreement, title="MoU", parties=["UK-AISI", "US-CAISI"], status="in_force")
    _cells(parts)
    _people(parts)
    _findings(parts)
    return parts


def _cells(parts: SimpleNamespace) -> None:
    put = parts.shelf.put
    parts.a = put(System, name="Model A", model_names=["mockllm/model-a"])
    parts.b = put(System, name="Model B", model_names=["mockllm/model-b"])
    parts.cybench = put(Task, name="cybench_mini", title="Cybench", languages=["en"])
    parts.range = put(Task, name="range_mini", title="Range TLO", languages=["en"])
    parts.leakage = put(Task, name="leakage_mini", title="Leakage set v3", languages=["en", "ko"], needs_annotator=True)
    for system in (parts.a, parts.b):
        for institute in ("UK-AISI", "US-CAISI"):
            put(AccessWindow, system=system.id, institute=institute, opens=date(2026, 11, 2), closes=date(2026, 12, 11))
    began = datetime(2026, 11, 9, 15, 40, tzinfo=UTC)
    parts.stand_down = put(
        StandDown,
        label="SD-1",
        exercise=parts.exercise.id,
        subject="range",
        task=parts.range.id,
        issued_at=STAND_DOWN_AT,
        status="lifted",
    )
    rows = [
        ("R1", "UK-AISI", parts.a, parts.cybench, "succeeded", "valid", datetime(2026, 11, 5, 9, 12, tzinfo=UTC)),
        ("R2", "US-CAISI", parts.a, parts.cybench, "succeeded", "deviated", began),
        ("R3", "UK-AISI", parts.b, parts.cybench, "succeeded", "void", datetime(2026, 11, 7, 10, 5, tzinfo=UTC)),
        ("R4", "US-CAISI", parts.b, parts.cybench, "running", "unreviewed", datetime(2026, 11, 13, 16, 20, tzinfo=UTC)),
        ("R5", "UK-AISI", parts.a, parts.range, "cancelled", "unreviewed", STAND_DOWN_AT - timedelta(seconds=1)),
        ("R6", "US-CAISI", parts.a, parts.range, "succeeded", "unreviewed", STAND_DOWN_AT + timedelta(minutes=40)),
        ("R7", "UK-AISI", parts.a, parts.leakage, "planned", "unreviewed", None),
    ]
    parts.runs, parts.cells = {}, {}
    for label, institute, system, task, status, validity, started in rows:
        cell = put(
            Cell,
            strand=parts.strand.id,
            institute=institute,
            system=system.id,
            task=task.id,
            language=task.languages[-1],
            owner="Tamsin Oakhollow",
        )
        parts.cells[label] = cell
        parts.runs[label] = put(
            Run,
            label=label,
            exercise=parts.exercise.id,
            cell=cell.id,
            institute=institute,
            execution_status=status,
            validity=validity,
            started_at=started,
            last_word_at=started,
            eval_id=f"eval-{label}" if started else "",
        )
    parts.deviations = [
        put(Deviation, run=parts.runs["R2"].id, field_class="budget", setting="token_limit", actual="2_000_000"),
        put(Deviation, run=parts.runs["R2"].id, field_class="elicitation", setting="attempts", actual="5"),
    ]


def _people(parts: SimpleNamespace) -> None:
    shelf = parts.shelf

    def person(name: str, institute: str, role: str, until: date | None, **more: Any) -> Person:
        recognised = more.pop("recognised_by", [])
        found = shelf.put(Person, group=PRIVATE, name=name, institute=institute, role=role, **more)
        if until:
            shelf.put(Vetting, group=PRIVATE, person=found.id, review_due_on=until, recognised_by=recognised)
        return found

    def secondment(label: str, who: Person, host: str, status: str, term: tuple[date, date], **more: Any) -> None:
        shelf.put(
            Secondment,
            **{"cost_bearer": "home", "disclosure_authority": "director", "annex": parts.agreement.id, **more},
            label=label,
            person=who.id,
            home=who.institute,
            host=host,
            status=status,
            start=term[0],
            end=term[1],
        )

    oakhollow = person("Tamsin Oakhollow", "UK-AISI", "exercise director", date(2031, 3, 31))
    tarn = person("Absalom Tarn", "UK-AISI", "run operator", date(2026, 11, 30))
    rufus = person("Rufus Penhallow-Finch", "UK-AISI", "release authority", date(2029, 9, 30))
    mei = person("Mei Lanternwood", "SG-AISI", "lead planner", None)
    solene = person("Solène Brumaire", "FR-INESIA", "evaluator fr", None, languages=["fr"])
    orson = person("Orson Wexbridge", "US-CAISI", "run operator", date(2027, 9, 30), recognised_by=["UK-AISI"])
    parts.bora = person("Bo-ra Haneulsaem", "KR-AISI", "annotator ko", None, languages=["ko", "en"])
    parts.tarn, parts.oakhollow = tarn, oakhollow
    shelf.put(Assignment, person=oakhollow.id, exercise=parts.exercise.id, role="exercise_director")
    shelf.put(Assignment, person=tarn.id, exercise=parts.exercise.id, role="run_operator")
    shelf.put(Leave, person=mei.id, start=date(2026, 12, 7), end=date(2026, 12, 18))
    secondment("S-01", orson, "UK-AISI", "active", (date(2026, 9, 1), date(2027, 8, 31)))
    secondment("S-02", rufus, "US-CAISI", "agreed", (date(2026, 10, 5), date(2027, 4, 4)))
    secondment("S-05", mei, "UK-AISI", "proposed", (date(2026, 12, 1), date(2027, 5, 31)))
    ended = (date(2026, 8, 1), date(2026, 10, 30))
    secondment("S-06", solene, "SG-AISI", "terminated_early", ended, exit_checklist=["debrief"])
    secondment("S-07", tarn, "US-CAISI", "vetting", (date(2027, 1, 11), date(2027, 7, 10)))


def _findings(parts: SimpleNamespace) -> None:
    put, exercise = parts.shelf.put, parts.exercise.id
    parts.f4 = put(
        Finding,
        label="F4",
        marking="TLP:RED",
        exercise=exercise,
        kind="safeguard",
        status="confirmed",
        statement="A safeguard gives way.",
        embargo_until=date(2026, 12, 23),
    )
    parts.f5 = put(
        Finding,
        label="F5",
        exercise=exercise,
        kind="capability",
        status="confirmed",
        statement="Ten tries are enough.",
        disputed_by=["US-CAISI"],
        dispute_text="Ten tries are not.",
    )
    put(CorrectiveAction, label="A1", exercise=exercise, text="Freeze the image hash.", due=date(2026, 12, 4))
    put(
        CorrectiveAction,
        label="A2",
        exercise=exercise,
        text="Back-translation of tool text",
        owner="SG-AISI",
        due=date(2026, 11, 17),
        status="in_progress",
    )
    put(
        CorrectiveAction,
        label="A3",
        exercise=exercise,
        text="Weekly courier bundle, so that guides reach both houses.",
        owner="US-CAISI",
        status="done",
    )
    put(Milestone, exercise=exercise, kind="comms_check", title="Comms check 2", due=date(2026, 11, 27))
