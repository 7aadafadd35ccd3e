"""Which cell a log belongs to: by institute, system, task and language."""

from collections.abc import Sequence
from dataclasses import dataclass

from comity.desk import names
from comity.desk.world import World
from comity.domain.exercises import OVER, Exercise, Strand
from comity.domain.runs import Cell, Run
from comity.domain.systems import System, Task, is_spelled
from comity.importers.inspect_log import InspectLog


@dataclass(frozen=True)
class LogPlace:
    """Where the run of a log goes: its cell, the planned run it fills, the run it repeats; `why` it has no cell.

    `others`: the institutes that have a cell for such a log too, since no log says whose it is.
    """

    cell: Cell | None = None
    planned: Run | None = None
    exercise: str | None = None
    retry_of: str | None = None
    why: str = ""
    others: tuple[str, ...] = ()


def place_of(world: World, log: InspectLog, exercise: Exercise | None, institute: str, language: str) -> LogPlace:
    """The place of a new log; what fits no cell, or several exercises alike, stays unmatched and says why."""
    named = exercise.id if exercise else None
    systems = {
        each.id for each in world.find(System) if is_spelled(log.facts.get("model"), each.model_names, each.name)
    }
    tasks = [each for each in world.find(Task) if _is_task(each, log)]
    retry = _retried(world, log)
    if not systems or not tasks:
        missing, field = ("task", "source") if systems else ("system", "model")
        value = log.facts.get("task" if systems else "model")
        told = f"`comity {missing} set {missing.upper()} --{field}-names {value}` adds the name, beside those it has"
        why = (
            f"unmatched: no {missing} is called {value}; before the import {told}, or after it `comity run set` a cell"
        )
        return LogPlace(exercise=named, retry_of=retry, why=why)
    fitting = [cell for cell in _cells(world, systems, tasks) if _in(world, cell, exercise)]
    others = tuple(sorted({cell.institute for cell in fitting} - {institute}))
    cells = _spoken([cell for cell in fitting if cell.institute == institute], tasks, language)
    if len({_exercise(world, cell) for cell in cells}) != 1:
        why = "fits no cell" if not cells else "fits cells of several exercises; name one with --exercise"
        return LogPlace(exercise=named, retry_of=retry, why=f"unmatched: {why}", others=others)
    cell = cells[0]
    planned = sorted(
        world.find(Run, cell=cell.id, institute=institute), key=lambda run: (_number(run.label), run.label)
    )
    empty = next((run for run in planned if not run.eval_id and run.header is None), None)
    return LogPlace(cell, empty, _exercise(world, cell), retry, others=others)


def _is_task(task: Task, log: InspectLog) -> bool:
    said = log.facts.get("task_version")
    version = not task.task_version or said is None or str(said) == task.task_version
    return version and is_spelled(log.facts.get("task"), task.source_names, task.name)


def _cells(world: World, systems: set[str], tasks: list[Task]) -> Sequence[Cell]:
    """The cells of every institute for these systems and tasks."""
    return world.find(Cell, system=tuple(systems), task=tuple(task.id for task in tasks))


def _spoken(found: Sequence[Cell], tasks: list[Task], language: str) -> list[Cell]:
    """Those in the language, in order; a log that names none is in the first of its task."""
    first = {task.id: (task.languages or ["en"])[0] for task in tasks}
    fitting = [cell for cell in found if cell.language == (language or first[cell.task])]
    if not fitting and not language and len(found) == 1:
        fitting = list(found)
    return sorted(fitting, key=lambda cell: (bool(cell.waived), cell.id))


def _exercise(world: World, cell: Cell) -> str | None:
    return names.exercise_of(world.connection, cell)


def _in(world: World, cell: Cell, exercise: Exercise | None) -> bool:
    strand = world.get(Strand, cell.strand)
    of = world.get(Exercise, strand.exercise) if strand else None
    if exercise is not None:
        return of is not None and of.id == exercise.id
    return of is not None and of.status not in OVER


def _retried(world: World, log: InspectLog) -> str | None:
    """The newest earlier run of the same task_id: Inspect's retry keeps that and makes a new eval_id."""
    task_id = log.facts.get("task_id")
    earlier = list(world.find(Run, task_id=task_id)) if task_id else []
    earlier = [run for run in earlier if run.eval_id and run.eval_id != log.eval_id]
    return max(earlier, key=lambda run: (str(run.started_at), run.id)).id if earlier else None


def _number(label: str) -> int:
    digits = "".join(filter(str.isdigit, label))
    return int(digits[:9]) if digits else 0
