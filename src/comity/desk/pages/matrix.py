"""Coverage as a table of rows, for commands; `desk/pages/grid` has the grid that the app shows."""

from collections import Counter
from typing import Any

from comity.desk import asking, names
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain import coverage
from comity.domain.exercises import Exercise


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
