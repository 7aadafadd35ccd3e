"""What nobody can run as things stand, and what is not covered yet."""

from collections.abc import Iterator, Sequence
from typing import Final

from comity.domain.checks.check import STARTED, UNSTARTED, Check, Severity, told
from comity.domain.coverage import STRUCTURAL, Cause, Coverage, matrix
from comity.domain.exercises import OVER, Exercise
from comity.domain.sight import Sight
from comity.domain.systems import System, Task
from comity.domain.wording import language, listed

_LACK: Final[dict[Cause, str]] = {
    "no_owner": "no owner",
    "no_annotator": "no annotator",
    "no_access": "no access",
    "no_vetting": "no vetting",
    "machine_text": "machine text only",
}
_WEIGHT: Final[dict[Cause, Severity]] = {"no_annotator": "blocker", "no_access": "blocker", "no_vetting": "blocker"}
_ONE_BY_ONE = 3


def uncovered(look: Sight) -> Iterator[Check]:
    """The gaps of each exercise: one sentence for each once it runs, one for all of them before."""
    for exercise in look.all(Exercise):
        if exercise.status in OVER:
            continue
        cells = matrix(look, exercise)
        gaps = [each for each in cells if each.state == "uncovered"]
        stuck = [each for each in gaps if each.cause in STRUCTURAL]
        if exercise.status in UNSTARTED:
            yield from _together(exercise, stuck, len(cells), "high" if exercise.status == "ready" else "medium")
        elif exercise.status in STARTED:
            yield from _by_cause(look, exercise, stuck, len(cells))
            yield from _not_yet(look, exercise, gaps, len(cells))
        else:
            yield from _not_yet(look, exercise, gaps, len(cells))


def _together(exercise: Exercise, gaps: Sequence[Coverage], total: int, severity: Severity) -> Iterator[Check]:
    if gaps:
        causes = [_LACK[cause] for cause in STRUCTURAL if any(each.cause == cause for each in gaps)]
        have = "has" if len(gaps) == 1 else "have"
        text = f"{len(gaps)} of {total} planned cells {have} {listed(causes, 'or')}."
        yield _about(exercise, gaps, text, severity)


def _by_cause(look: Sight, exercise: Exercise, gaps: Sequence[Coverage], total: int) -> Iterator[Check]:
    """One sentence for each task, language and institute; one for all where the same is wrong with many."""
    for cause in STRUCTURAL:
        rows: dict[tuple[str, str, str], list[Coverage]] = {}
        for each in gaps:
            if each.cause == cause:
                rows.setdefault((each.cell.task, each.cell.language, each.cell.institute), []).append(each)
        severity = _WEIGHT.get(cause, "high")
        if len(rows) > _ONE_BY_ONE:
            yield from _together(exercise, [each for row in rows.values() for each in row], total, severity)
        else:
            yield from (_row(look, exercise, row, severity) for row in rows.values())


def _row(look: Sight, exercise: Exercise, row: Sequence[Coverage], severity: Severity) -> Check:
    """Told about the planned run if there is one, since people speak of R7, not of its cell."""
    planned = next((each.run for each in row if each.run), None)
    beside = [record for each in row for record in (each.cell, each.run)]
    text = _sentence(look, row[0])
    return told("cell.uncovered", severity, planned or row[0].cell, text, place=exercise.code, beside=beside)


def _sentence(look: Sight, gap: Coverage) -> str:
    cell, task = gap.cell, look.get(Task, gap.cell.task)
    title = (task.title or task.name) if task else "a task"
    spoken = language(cell.language)
    plain = task is None or not task.languages or cell.language == task.languages[0] or spoken in title
    name = title if plain else f"{spoken} {title}"
    match gap.cause:
        case "no_annotator":
            return f"{name}: nobody at {cell.institute} annotates {spoken}."
        case "no_owner":
            return f"{name} at {cell.institute} has no owner."
        case "no_access":
            system = look.get(System, cell.system)
            return f"{name} at {cell.institute}: {gap.reason} to {system.name if system else 'the system'}."
        case _:
            return f"{name} at {cell.institute}: {gap.reason}."


def _not_yet(look: Sight, exercise: Exercise, gaps: Sequence[Coverage], total: int) -> Iterator[Check]:
    """Cells that only wait for a run; late once the window is over."""
    over = exercise.status not in STARTED or bool(exercise.window_end and exercise.window_end < look.today)
    if gaps:
        have = "has" if len(gaps) == 1 else "have"
        text = f"{len(gaps)} of {total} cells {have} no valid run{'' if over else ' yet'}."
        yield _about(exercise, gaps, text, "high" if over else "low")


def _about(exercise: Exercise, gaps: Sequence[Coverage], text: str, severity: Severity) -> Check:
    cells = [each.cell for each in gaps]
    return told("cell.uncovered", severity, exercise, text, place=exercise.code, beside=cells)
