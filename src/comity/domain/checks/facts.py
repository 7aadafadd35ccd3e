"""What `is:` may ask: derived facts and checks by name, each as the ids of the records for which it holds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from comity.domain.checks.check import CHECK_IDS, Check
from comity.domain.coverage import matrix
from comity.domain.exercises import OVER, Exercise
from comity.domain.facet import Shape
from comity.domain.kinds import KINDS
from comity.domain.record import Record, facets
from comity.domain.runs import Run
from comity.domain.sight import sight
from comity.domain.view import View

BY_CHECK: Final[Mapping[str, tuple[str, ...]]] = {
    "stale": ("run.stale",),
    "overdue": ("milestone.overdue", "action.overdue"),
    "conflict": ("record.conflict",),
}
# `retired` is a column, which whoever reads the records asks for itself.
FACT_NAMES: Final[tuple[str, ...]] = (
    "uncovered",
    "stale",
    "overdue",
    "mine",
    "conflict",
    "held",
    "retired",
    *CHECK_IDS,
)
RESPONSIBLE: Final = ("institute", "owner", "lead", "home", "host")


def fact_ids(name: str, view: View, checks: Sequence[Check]) -> frozenset[str]:
    """The records for which a fact holds, of the checks of one pass and of what records say themselves."""
    match name:
        case "uncovered":
            return _uncovered(view)
        case "mine":
            return frozenset(record.id for kind in KINDS for record in sight(view).all(kind) if _mine(view, record))
        case "held":
            return frozenset(run.id for run in view.find(Run, release_state="held"))
        case _:
            return _subjects(checks, BY_CHECK.get(name, (name,)))


def facts_by_record(checks: Iterable[Check]) -> dict[str, frozenset[str]]:
    """By record the facts that checks tell of it, for the derived part of a page."""
    found: dict[str, set[str]] = {}
    for check in checks:
        names = {check.check, *(fact for fact, told in BY_CHECK.items() if check.check in told)}
        for id in check.records:
            found.setdefault(id, set()).update(names)
    return {id: frozenset(names) for id, names in found.items()}


def _subjects(checks: Sequence[Check], names: Sequence[str]) -> frozenset[str]:
    return frozenset(id for check in checks if check.check in names for id in check.records)


def _uncovered(view: View) -> frozenset[str]:
    """Every gap of exercises that are not over, whether a check speaks of it or not."""
    look = sight(view)
    live = [each for each in look.all(Exercise) if each.status not in OVER]
    return frozenset(each.cell.id for exercise in live for each in matrix(look, exercise) if each.state == "uncovered")


def _mine(view: View, record: Record) -> bool:
    """Whether the record names this institute as the one that sees to it."""
    fields = facets(type(record))
    named = (name for name in RESPONSIBLE if name in fields and fields[name].shape is Shape.INSTITUTE)
    return any(getattr(record, name) == view.institute for name in named)
