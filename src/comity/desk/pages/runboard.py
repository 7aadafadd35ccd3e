"""Runs as a coordinator watches them: by exercise, with status and age, against their protocol, word by word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

from comity.desk import asking, checking
from comity.desk.desk import Desk
from comity.desk.files.deviations import frozen, settings, told
from comity.desk.history import history
from comity.desk.world import Mended, World
from comity.domain import coverage
from comity.domain.comparability import deviations
from comity.domain.exercises import OVER, Exercise, Strand
from comity.domain.field_classes import FIELD_CLASSES
from comity.domain.protocols import Protocol
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.sight import mended, sight
from comity.domain.stand_downs import breached, issued
from comity.domain.systems import System, Task
from comity.domain.view import View
from comity.domain.when import show_age, show_day
from comity.domain.wording import between, length, some, words

_ORDER: Final = ("running", "paused", "ready", "analysing", "reporting", "planned", "specified", "proposed")
_LIVE: Final = ("running", "paused", "queued")
_LACK: Final = ("no_annotator", "no_owner", "machine_text")


@dataclass(frozen=True, slots=True)
class RunGroup:
    """The runs of one exercise, or those of none: how to find them, how many, and how the exercise stands."""

    exercise: Exercise | None
    query: str
    count: int
    note: str

    @property
    def over(self) -> bool:
        """Whether nobody works on it any more."""
        return self.exercise is not None and self.exercise.status in OVER


@dataclass(frozen=True, slots=True)
class RunLine:
    """A run as a line: what it runs, how it stands with its age, what is wrong, how far it is."""

    run: Run
    system: str
    task: str
    age: str
    alarm: str
    validity: str
    word: str


@dataclass(frozen=True, slots=True)
class ClassLine:
    """The settings of one field class: how many the protocol sets, how many the run met, what it did not."""

    name: str
    met: int
    total: int
    unreported: tuple[str, ...] = ()
    departed: tuple[tuple[str, Any, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """One word about a run: when it came, what it said."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class RunSheet:
    """One run in full: its line, its protocol by field class, the words heard, deviations to decide."""

    line: RunLine
    owner: str
    protocol: Protocol | None
    classes: tuple[ClassLine, ...]
    heard: tuple[Heard, ...]
    silence: timedelta | None
    open: tuple[Deviation, ...]


def groups(desk: Desk, asked: str = "") -> list[RunGroup]:
    """Exercises with the runs that match, live ones first; last the runs of no exercise."""
    exercises = [mended(each) for each in asking.records(desk, "exercise") if isinstance(each, Exercise)]
    counts = asking.count_by(desk, "run", "exercise", asked)
    found = [_group(asked, each, counts) for each in [*sorted(exercises, key=_urgency), None]]
    kept = [each for each in found if each.count or (each.exercise and not asked and not each.over)]
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        return [replace(each, note=_note(look, each.exercise)) if each.exercise else each for each in kept]


def _group(asked: str, exercise: Exercise | None, counts: Mapping[str, int]) -> RunGroup:
    whose = exercise.id if exercise else '""'
    query = f"exercise:{whose} {asked}".strip()
    count = counts.get(exercise.id if exercise else "", 0)
    return RunGroup(exercise, query, count, "runs that no exercise names")


def _urgency(exercise: Exercise) -> tuple[int, str, str]:
    place = _ORDER.index(exercise.status) if exercise.status in _ORDER else len(_ORDER)
    return place, str(exercise.window_start or ""), exercise.code


def _note(view: View, exercise: Exercise) -> str:
    first, last, today = exercise.window_start, exercise.window_end, view.today
    parts: list[str] = [exercise.kind]
    if exercise.status in OVER:
        parts += [exercise.status, *([f"{last:%b %Y}"] if last else [])]
    elif first and today < first:
        parts.append(f"opens {show_day(first, today)}")
    elif first and last:
        parts.append(f"day {min((today - first).days, (last - first).days) + 1} of {(last - first).days + 1}")
    strands = [each.id for each in view.find(Strand, exercise=exercise.id)]
    cells = len(view.find(Cell, strand=strands))
    versions = sorted({each.version for each in view.find(Protocol, strand=strands, status="frozen")}, reverse=True)
    parts += [f"protocol {' and '.join(f'v{version}' for version in versions)} frozen"] if versions else []
    parts += [f"{some(cells, 'cell')} to run"] if cells else []
    return " · ".join(filter(None, parts))


@dataclass
class RunReader:
    """Turns runs into lines; what several runs share is looked up once."""

    world: World
    flagged: frozenset[str] = frozenset()
    stale: frozenset[str] = frozenset()
    stuck: frozenset[str] = frozenset()
    open: dict[str, int] = field(default_factory=dict)
    _cells: dict[str, tuple[Cell | None, str, str]] = field(default_factory=dict)

    @classmethod
    def of(cls, world: World, runs: Sequence[Run]) -> "RunReader":
        """A reader for these runs: what checks say of them, and their open deviations."""
        found = checking.all_checks(world.desk, world.connection)
        named = {
            name: frozenset(id for check in found if check.check == name for id in check.records)
            for name in ("run.after_stand_down", "run.stale", "cell.uncovered")
        }
        counted: dict[str, int] = {}
        for each in world.find(Deviation, run=[run.id for run in runs], disposition="open"):
            counted[each.run] = counted.get(each.run, 0) + 1
        return cls(world, named["run.after_stand_down"], named["run.stale"], named["cell.uncovered"], counted)

    def line(self, run: Run) -> RunLine:
        """A run as a line."""
        cell, system, task = self._cell(run)
        age, alarm = self._age(run, cell)
        validity, word = self._validity(run)
        return RunLine(run, system or run.model, task or run.task_name, age, alarm, validity, word)

    def _cell(self, run: Run) -> tuple[Cell | None, str, str]:
        if not run.cell:
            return None, "", ""
        if run.cell not in self._cells:
            cell = self.world.get(Cell, run.cell)
            system = self.world.get(System, cell.system) if cell else None
            task = self.world.get(Task, cell.task) if cell else None
            title = (task.title or task.name) if task else ""
            tongue = (
                f" {cell.language}" if cell and task and task.languages and cell.language != task.languages[0] else ""
            )
            self._cells[run.cell] = (cell, system.name if system else "", title + tongue)
        return self._cells[run.cell]

    def _age(self, run: Run, cell: Cell | None) -> tuple[str, str]:
        """When it last changed, and what about that is wrong."""
        today, now = self.world.today, self.world.now
        stopped = breached(self.world, run) if run.id in self.flagged and run.started_at else None
        if stopped and run.started_at and (since := issued(stopped)):
            return "", f"{length(between(since, run.started_at))} after {stopped.label}"
        if run.execution_status in _LIVE:
            heard = run.last_word_at or run.started_at
            age = f"last word {show_age(between(heard, now))} ago" if heard else "no word yet"
            return ("", age) if run.id in self.stale else (age, "")
        if run.execution_status in ("planned", "assigned"):
            return "", self._lack(run, cell)
        done = run.completed_at or run.last_word_at
        took = f", {_took(run.started_at, run.completed_at)}" if run.started_at and run.completed_at else ""
        said = show_day(done.date(), today) if done else ""
        return f"{said}{took.rstrip(', ')}", f"{run.remark.partition(':')[0]}" if run.validity == "void" else ""

    def _lack(self, run: Run, cell: Cell | None) -> str:
        if run.id not in self.stuck or cell is None or not run.exercise:
            return ""
        exercise = self.world.get(Exercise, run.exercise)
        found = coverage.covered(self.world, exercise, cell) if exercise else None
        return found.word if found and found.cause in _LACK else ""

    def _validity(self, run: Run) -> tuple[str, str]:
        if run.execution_status in ("planned", "assigned", "queued") and run.validity == "unreviewed":
            return "", ""
        if run.id in self.flagged and run.validity not in ("void", "valid", "accepted_deviation"):
            return "stand_down", "stand-down"
        if run.validity == "deviated":
            count = self.open.get(run.id, 0)
            return "deviated", some(count, "deviation") if count else "deviated"
        return run.validity, {"accepted_deviation": "accepted"}.get(run.validity, run.validity)


def _took(started: datetime, ended: datetime) -> str:
    minutes = int(between(started, ended).total_seconds()) // 60
    return "" if minutes < 1 else f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def sheet(desk: Desk, run: Run) -> RunSheet:
    """One run in full."""
    heard = tuple(_heard(desk, run))
    with desk.store.reading() as connection:
        world, run = Mended(desk, connection), mended(run)
        drawn = RunReader.of(world, [run]).line(run)
        cell = world.get(Cell, run.cell) if run.cell else None
        protocol = frozen(world, cell) if cell else None
        classes = tuple(against(world, run, cell, protocol)) if protocol else ()
        left = tuple(world.find(Deviation, run=run.id, disposition="open"))
    last = run.last_word_at or run.started_at
    silence = between(last, desk.now()) if last and run.execution_status in _LIVE else None
    return RunSheet(drawn, cell.owner if cell else "", protocol, classes, heard, silence, left)


def against(world: World, run: Run, cell: Cell | None, protocol: Protocol) -> Iterator[ClassLine]:
    """What the protocol sets and the run did, by field class."""
    reported = (run.header or {}).get("settings")
    fixed = settings(protocol)
    if not isinstance(reported, Mapping):
        yield from (ClassLine(name, 0, len(fixed[name])) for name in FIELD_CLASSES)
        return
    found = deviations(fixed, told(world, cell, reported))
    for name in FIELD_CLASSES:
        own = [each for each in found if each.field_class == name]
        silent = tuple(words(each.field) for each in own if not each.reported)
        departed = tuple((words(each.field), each.expected, each.actual) for each in own if each.reported)
        yield ClassLine(name, len(fixed[name]) - len(own), len(fixed[name]), silent, departed)


def _heard(desk: Desk, run: Run) -> Iterator[Heard]:
    """The words that the log and people said about it, oldest first."""
    if run.started_at:
        yield Heard(run.started_at, "began")
    for entry in history(desk, run):
        after = entry.changes.get("header", (None, None))[1]
        if isinstance(after, Mapping):
            progress = after.get("progress") or {}
            done, whole = progress.get("completed"), progress.get("total")
            count = f", {done} of {whole}" if done is not None and whole else f", {done} done" if done else ""
            moment = run.last_word_at if run.header == after and run.last_word_at else entry.at
            yield Heard(moment, f"{after.get('status', '')}{count}")
        elif "execution_status" in entry.changes or "validity" in entry.changes:
            field_ = "execution_status" if "execution_status" in entry.changes else "validity"
            yield Heard(entry.at, f"{words(str(entry.changes[field_][1]))}, by {entry.by.rpartition(' ')[2]}")
