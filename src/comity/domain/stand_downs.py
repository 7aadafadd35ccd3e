"""Which runs a stand-down is about, told from what both say they used."""

from datetime import datetime

from comity.domain.findings import StandDown
from comity.domain.runs import Cell, Run
from comity.domain.systems import System, Task
from comity.domain.view import View
from comity.domain.wording import between


def breached(view: View, run: Run) -> StandDown | None:
    """The stand-down in whose time a run began, the first of several."""
    found = [each for each in view.find(StandDown) if _in_time(each, run.started_at) and concerns(view, each, run)]
    return min(found, key=lambda each: (str(issued(each)), each.id), default=None)


def issued(stand_down: StandDown) -> datetime | None:
    """When it was issued: as said, else when it was written."""
    return stand_down.issued_at or stand_down.created_at


def concerns(view: View, stand_down: StandDown, run: Run) -> bool:
    """Whether a run used what was stood down; a stand-down that names several things means all of them at once."""
    systems, tasks, packages = _systems(view, run), _tasks(view, run), set((run.header or {}).get("packages") or {})
    named = [
        (stand_down.system, {each.id for each in systems}),
        (stand_down.task, {each.id for each in tasks}),
        (stand_down.harness, packages),
    ]
    asked = [wanted in had for wanted, had in named if wanted]
    return all(asked) if asked else (stand_down.subject or "").casefold() in _said(run, systems, tasks)


def _in_time(stand_down: StandDown, started: datetime | None) -> bool:
    begin, end = issued(stand_down), stand_down.lifted_at
    if started is None or begin is None:
        return False
    return between(begin, started).total_seconds() > 0 and (end is None or between(started, end).total_seconds() > 0)


def _systems(view: View, run: Run) -> list[System]:
    cell = view.get(Cell, run.cell) if run.cell else None
    if cell:
        return [system] if (system := view.get(System, cell.system)) else []
    return [each for each in view.find(System) if run.model and run.model in (each.model_names or ())]


def _tasks(view: View, run: Run) -> list[Task]:
    cell = view.get(Cell, run.cell) if run.cell else None
    if cell:
        return [task] if (task := view.get(Task, cell.task)) else []
    return [each for each in view.find(Task) if run.task_name and run.task_name in (each.source_names or [each.name])]


def _said(run: Run, systems: list[System], tasks: list[Task]) -> set[str]:
    names = [run.model, run.task_name, *(each.name for each in systems)]
    names += [name for task in tasks for name in (task.name, task.title, *(task.source_names or ()))]
    return {name.casefold() for name in names if name}
