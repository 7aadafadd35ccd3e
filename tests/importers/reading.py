"""A plan file read by itself."""

from pathlib import Path

from comity.importers.plan import HINT, PlanFile, drafted
from comity.toml_file import refuse


def read_plan(path: Path) -> PlanFile:
    """The entries of a plan file. Raises NotFound, or BadInput with every problem and its line."""
    plan = drafted(path)
    if plan.problems:
        raise refuse(path, HINT, plan.problems)
    return plan
