"""A plan file read by itself."""

from pathlib import Path

from comity.importers.plan import PlanFile, drafted
from comity.importers.plan_text import refuse


def read_plan(path: Path) -> PlanFile:
    """The entries of a plan file. Raises NotFound, or BadInput with every problem and its line."""
    plan = drafted(path)
    if plan.problems:
        raise refuse(path, plan.problems)
    return plan
