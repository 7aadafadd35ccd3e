"""Runs as coordinators ask about them: imported from logs, and what they cover."""

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from comity.desk import asking, imports, names
from comity.desk.desk import Desk
from comity.desk.imports import Errand, FileOutcome
from comity.desk.world import World
from comity.domain import coverage
from comity.domain.exercises import Exercise


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
