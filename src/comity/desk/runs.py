"""Runs as coordinators ask about them: imported from logs, compared, and what they cover."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from comity.desk import asking, imports, names
from comity.desk.desk import Desk
from comity.desk.deviations import compared, settings
from comity.desk.imports import Errand, FileOutcome
from comity.desk.world import World
from comity.domain import coverage
from comity.domain.comparability import compare as verdict_of
from comity.domain.exercises import Exercise
from comity.domain.runs import Run
from comity.domain.scores import compare_scores
from comity.errors import RuleBroken


def import_logs(
    desk: Desk,
    paths: Iterable[Path],
    *,
    exercise: str = "",
    institute: str = "",
    language: str = "",
    dry_run: bool = False,
    on_progress: Callable[[FileOutcome], None] = lambda outcome: None,
) -> list[FileOutcome]:
    """Import logs, of the home's own institute unless another is named; one outcome per file."""
    found = asking.find(desk, exercise, "exercise") if exercise else None
    within = found if isinstance(found, Exercise) else None
    return imports.import_logs(desk, paths, Errand(within, institute, language, dry_run), on_progress)


def compare(desk: Desk, a: Run, b: Run) -> dict[str, Any]:
    """Whether two runs measure the same thing, what differs by field class, and the difference of their scores."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        for run in (a, b):
            if not run.header:
                short = names.short(connection, run)
                raise RuleBroken(f"{short} has no log yet", "`comity run import` reads one", code="run.no_log")
        protocol, said = compared(world, a, b)
        called = (f"{a.label or 'A'} {a.institute}", f"{b.label or 'B'} {b.institute}")
    verdict = verdict_of(said[0], said[1], settings(protocol) if protocol else None)
    scores = compare_scores(a.header or {}, b.header or {}, names=called)
    remarks = [f"{run.label or run.id} is void: {run.remark}" for run in (a, b) if run.validity == "void"]
    return {**verdict.as_json(), "scores": [each.as_json() for each in scores], "remarks": remarks}


def matrix(desk: Desk, exercise: Exercise) -> dict[str, Any]:
    """What must be run in an exercise, what covers it, and the reason for each gap."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        cells = coverage.matrix(world, exercise)
        rows = [
            {
                "cell": each.cell.id,
                "institute": each.cell.institute,
                "system": asking.text(connection, desk, each.cell, "system"),
                "task": asking.text(connection, desk, each.cell, "task"),
                "language": each.cell.language,
                "state": each.state,
                "reason": each.reason,
                "run": names.short(connection, each.run) if each.run else None,
            }
            for each in cells
        ]
    states = Counter(each.state for each in cells)
    return {"rows": rows, "covered": states["covered"], "waived": states["waived"], "total": len(rows)}
