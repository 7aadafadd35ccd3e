"""Two runs side by side: the verdict, every setting that differs with what the protocol says, scores with intervals."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from comity.desk.desk import Desk
from comity.desk.files.deviations import compared, settings
from comity.desk.world import World
from comity.domain.comparability import NOT_REPORTED, Comparability, Verdict, same
from comity.domain.comparability import compare as verdict_of
from comity.domain.field_classes import FIELD_CLASSES
from comity.domain.protocols import Protocol
from comity.domain.runs import Cell, Run
from comity.domain.scores import ScoreComparison, compare_scores, score_interval
from comity.domain.statistics import Interval
from comity.domain.systems import System, Task
from comity.errors import RuleBroken

MISSING: Final = "not reported"
UNSET: Final = ""
Settings = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of both runs, as text, with what the protocol says of it."""

    name: str
    protocol: str
    a: str
    b: str
    equal: bool
    reported: bool
    fatal: bool


@dataclass(frozen=True, slots=True)
class SettingClass:
    """The settings of one field class: how many are the same, and each of them."""

    name: str
    settings: tuple[Setting, ...]

    @property
    def same(self) -> int:
        """How many are the same in both runs."""
        return sum(each.equal for each in self.settings)


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of both runs: the intervals of each where it is a share, and the difference."""

    score: ScoreComparison
    a: Interval | None
    b: Interval | None


@dataclass(frozen=True, slots=True)
class SideBySide:
    """Two runs compared."""

    a: Run
    b: Run
    what: str
    compared: Comparability
    protocol: Protocol | None
    classes: tuple[SettingClass, ...]
    measures: tuple[Measure, ...]
    remarks: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Whether they measure the same thing."""
        return self.compared.verdict

    def as_json(self) -> dict[str, Any]:
        """The verdict, what differs, and each score that both have."""
        scores = [each.score.as_json() for each in self.measures]
        return {**self.compared.as_json(), "scores": scores, "remarks": list(self.remarks)}


def side_by_side(desk: Desk, a: Run, b: Run) -> SideBySide:
    """Compare two runs that have a log each. Raises RuleBroken where one has none."""
    check_logs(a, b)
    with desk.store.reading() as connection:
        world = World(desk, connection)
        protocol, said = compared(world, a, b)
        what = _what(world, world.get(Cell, a.cell) if a.cell else None, a)
    fixed: Settings = settings(protocol) if protocol else {}
    verdict = verdict_of(said[0], said[1], fixed or None)
    fatal = {(each.field_class, each.field) for each in verdict.differences if each.fatal}
    differing = {(each.field_class, each.field) for each in verdict.differences}
    classes = tuple(_class(name, said[0], said[1], fixed, differing, fatal) for name in FIELD_CLASSES)
    remarks = tuple(f"{run.label or run.id} is void: {run.remark}" for run in (a, b) if run.validity == "void")
    return SideBySide(a, b, what, verdict, protocol, classes, tuple(_measures(a, b)), remarks)


def check_logs(*runs: Run) -> None:
    """Raise RuleBroken where a run has no log, so that there is nothing to compare."""
    for run in runs:
        if not run.header:
            hint = "`comity run import` reads one, in the app I"
            raise RuleBroken(f"{run.label or run.id} has no log yet", hint, code="run.no_log")


def _what(world: World, cell: Cell | None, run: Run) -> str:
    system = world.get(System, cell.system) if cell else None
    task = world.get(Task, cell.task) if cell else None
    names = (system.name if system else run.model, (task.title or task.name) if task else run.task_name)
    return " · ".join([*names, *([cell.language] if cell else [])])


def _class(
    name: str, a: Settings, b: Settings, protocol: Settings, differing: set[Any], fatal: set[Any]
) -> SettingClass:
    left, right, fixed = (each.get(name) or {} for each in (a, b, protocol))
    found = []
    for field in dict.fromkeys([*left, *right, *fixed]):
        one, other = left.get(field, NOT_REPORTED), right.get(field, NOT_REPORTED)
        if one is NOT_REPORTED and other is NOT_REPORTED and (name, field) not in differing:
            continue
        equal = (name, field) not in differing or same(one, other)
        reported = one is not NOT_REPORTED and other is not NOT_REPORTED
        expected = text(fixed[field]) if field in fixed else UNSET
        found.append(Setting(field, expected, text(one), text(other), equal, reported, (name, field) in fatal))
    return SettingClass(name, tuple(found))


def text(value: Any) -> str:
    """A setting as people read it."""
    from comity.domain.wording import amount

    if value is NOT_REPORTED:
        return MISSING
    if value is None:
        return "none"
    if isinstance(value, list | tuple):
        return ", ".join(map(text, value))
    return amount(str(value)) if isinstance(value, int) and value >= 10_000 else str(value)


def _measures(a: Run, b: Run) -> Iterator[Measure]:
    """Every metric that both have, the ones with a difference first."""
    names = (f"{a.label or 'A'} {a.institute}", f"{b.label or 'B'} {b.institute}")
    scores = compare_scores(a.header or {}, b.header or {}, names=names)
    for score in sorted(scores, key=lambda each: each.difference is None):
        yield Measure(score, _interval(a, score.metric), _interval(b, score.metric))


def _interval(run: Run, metric: str) -> Interval | None:
    for each in (run.header or {}).get("metrics") or []:
        scorer, score = each["scorer"], each["score"]
        source = scorer if score == scorer else f"{scorer}/{score}"
        if metric == f"{source}/{each['metric']}":
            return score_interval(each)
    return None


def passed(measure: Measure, a: Run, b: Run) -> tuple[int, int, int, int] | None:
    """Items that both passed, only the first, only the second, neither: by most of their epochs."""
    source = measure.score.metric.rpartition("/")[0]
    items = [((run.header or {}).get("items") or {}).get(source) or {} for run in (a, b)]
    shared = [item for item in items[0] if item in items[1]]
    if not shared:
        return None
    wins = [[sum(run[item]) * 2 > len(run[item]) for item in shared] for run in items]
    pairs = list(zip(*wins, strict=True))
    count = pairs.count
    return count((True, True)), count((True, False)), count((False, True)), count((False, False))
