"""What is covered of what must be run, and for each gap the reason a coordinator can act on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Literal

from comity.domain.clearance import longest, readers
from comity.domain.exercises import Exercise, Strand
from comity.domain.findings import UNDONE, CorrectiveAction
from comity.domain.people import Person
from comity.domain.run_states import run_state
from comity.domain.runs import Cell, Run
from comity.domain.sight import Sight, sight
from comity.domain.systems import AccessWindow, System, Task
from comity.domain.text import fold
from comity.domain.view import View
from comity.domain.when import show_day
from comity.domain.wording import called

State = Literal["covered", "uncovered", "waived"]
Cause = Literal[
    "covered", "waived", "no_owner", "machine_text", "no_annotator", "no_access", "no_vetting", "in_progress", "no_run"
]
STRUCTURAL: Final[tuple[Cause, ...]] = ("no_owner", "machine_text", "no_annotator", "no_access", "no_vetting")
_TRANSLATION: Final = "translation"
SHORT: Final[Mapping[Cause, tuple[str, str]]] = {  # a sign and a few letters for a reason
    "no_owner": ("unowned", "no owner"),
    "machine_text": ("uncovered", "machine text"),
    "no_annotator": ("uncovered", "no annotator"),
    "no_access": ("uncovered", "no access"),
    "no_vetting": ("uncovered", "no vetting"),
}
COUNTS: Final = ("valid", "accepted_deviation")


@dataclass(frozen=True, slots=True)
class Coverage:
    """One cell: its state, the reason and its sort, a sign with one word that say the same, and the deciding run."""

    cell: Cell
    state: State
    reason: str
    cause: Cause
    sign: str
    word: str
    run: Run | None = None


def matrix(view: View, exercise: Exercise) -> list[Coverage]:
    """The coverage of every cell of an exercise, by strand, task, language, institute and system."""
    look = sight(view)
    cells = look.find(Cell, strand=[each.id for each in look.find(Strand, exercise=exercise.id)])
    return [covered(look, exercise, cell) for cell in sorted(cells, key=lambda cell: _place(look, cell))]


def covered(view: View, exercise: Exercise, cell: Cell) -> Coverage:
    """Whether a cell is covered: by the newest of its valid runs, else not, with the reason."""
    runs = sorted(view.find(Run, cell=cell.id), key=_age, reverse=True)
    if valid := next((run for run in runs if run.validity in COUNTS), None):
        return Coverage(cell, "covered", "", "covered", *run_state(view, valid), valid)
    if cell.waived:
        return Coverage(cell, "waived", cell.waived, "waived", "waived", "waived")
    best = max(runs, key=_promise, default=None)
    sign, word = run_state(view, best) if best else ("planned", "planned")
    if best and _promise(best) > 1:
        return Coverage(cell, "uncovered", _progress(best, sign, word), "in_progress", sign, word, best)
    for cause, reason in _gaps(view, exercise, cell, best):
        return Coverage(cell, "uncovered", reason, cause, *SHORT[cause], best)
    reason = _progress(best, sign, word) if best else "planned, no run yet"
    return Coverage(cell, "uncovered", reason, "no_run", sign, word, best)


def _gaps(view: View, exercise: Exercise, cell: Cell, run: Run | None) -> Iterator[tuple[Cause, str]]:
    """What stands in the way of running a cell, the first thing to settle first."""
    if not cell.owner and not (run and run.execution_status != "planned"):
        yield "no_owner", "no owner"
    task = view.get(Task, cell.task)
    translated = bool(task and task.languages and cell.language != task.languages[0])
    if task and translated and task.translation == "machine":
        action = back_check(view, exercise)
        told = f"; {action.label} is to see to it" if action else ""
        yield "machine_text", f"text is machine translated, not back-checked{told}"
    if task and task.needs_annotator and _unread(view, exercise, cell):
        yield "no_annotator", f"no annotator for {cell.language}"
    if reason := _shut(view, cell):
        yield "no_access", reason
    if reason := _unvetted(view, cell):
        yield "no_vetting", reason


def back_check(view: View, exercise: Exercise) -> CorrectiveAction | None:
    """The action under way in an exercise by which machine translations are to be checked, as its text says."""
    actions = view.find(CorrectiveAction, exercise=exercise.id, status=UNDONE)
    return next((each for each in actions if _TRANSLATION in fold(each.text)), None)


def _unread(view: View, exercise: Exercise, cell: Cell) -> bool:
    """Nobody is known to read the language; a house whose annotators are not known here may well have one."""
    known = cell.institute == view.institute or any(
        each.role.split(" ")[0] in ("annotator", "translator") for each in view.find(Person, institute=cell.institute)
    )
    return known and not readers(view, exercise.id, cell.institute, cell.language)


def _shut(view: View, cell: Cell) -> str:
    """Why the institute cannot reach the system from today on, or nothing; without any window access is open."""
    windows = view.find(AccessWindow, system=cell.system)
    own = [each for each in windows if each.institute == cell.institute]
    system = view.get(System, cell.system)
    if not own:
        return "no access window" if windows or (system and system.access == "pre_release") else ""
    last = max(each.closes or date.max for each in own)
    return f"access closed {show_day(last, view.today)}" if last < view.today else ""


def _unvetted(view: View, cell: Cell) -> str:
    person = next(iter(view.find(Person, name=cell.owner, institute=cell.institute)), None) if cell.owner else None
    vetting = longest(view, person.id) if person else None
    if vetting is None or vetting.review_due_on is None or vetting.review_due_on >= view.today:
        return ""
    return f"vetting of {called(person)} ended {show_day(vetting.review_due_on, view.today)}"


def _promise(run: Run) -> int:
    """How near a run is to covering its cell; above 1 it is under way or waits for a decision."""
    if run.validity == "void" or run.execution_status in ("failed", "cancelled", "lost"):
        return 0
    return {"succeeded": 4, "running": 3, "paused": 3, "queued": 2, "assigned": 2, "unknown": 2}.get(
        run.execution_status, 1
    )


def _progress(run: Run, sign: str, word: str) -> str:
    """Where the nearest run is, in words; longer than its one word, and never another."""
    name = run.label or "its run"
    if sign == "silent":
        return f"{name} is {run.execution_status}, {word}"
    if sign == "stand_down":
        return f"{name} is flagged by a stand-down"
    if run.validity == "void":
        return f"{name} is void"
    if run.execution_status == "succeeded":
        return f"{name} deviates, not decided" if run.validity == "deviated" else f"{name} is not reviewed"
    tense = (
        "was" if run.execution_status in ("cancelled", "lost") else "has" if run.execution_status == "failed" else "is"
    )
    return f"{name} {tense} {run.execution_status}"


def _age(run: Run) -> tuple[str, str]:
    at: datetime | None = run.completed_at or run.started_at or run.created_at
    return (at.isoformat() if at else "", run.id)


def _place(look: Sight, cell: Cell) -> tuple[str, ...]:
    strand, task, system = look.get(Strand, cell.strand), look.get(Task, cell.task), look.get(System, cell.system)
    names = (strand.title if strand else "", task.name if task else "", cell.language, cell.institute)
    return (*names, system.name if system else "", cell.id)
