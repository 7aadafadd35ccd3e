"""What an exercise must run and how far it is, cell by cell; why the gaps are there, and who could fill them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from comity.desk.desk import Desk
from comity.desk.history import history
from comity.desk.world import World
from comity.domain import coverage
from comity.domain.clearance import candidates, longest
from comity.domain.coverage import STRUCTURAL, Cause, Coverage
from comity.domain.exercises import Exercise, Participant, Strand
from comity.domain.people import Person, Position
from comity.domain.record import Record
from comity.domain.runs import Cell, Run
from comity.domain.sight import Sight, sight
from comity.domain.systems import AccessWindow, System, Task
from comity.domain.when import show_day
from comity.domain.wording import days, language, opening, span, words

_FEW: Final = 3


@dataclass(frozen=True, slots=True)
class Square:
    """One cell as it stands: its place in the grid, a sign with its word, and the coverage that says so."""

    cell: Cell
    strand: str
    lead: str
    task: str
    system: str
    state: str
    word: str
    coverage: Coverage

    @property
    def cause(self) -> Cause:
        """What sort of reason it has."""
        return self.coverage.cause

    @property
    def run(self) -> Run | None:
        """The run that decides it."""
        return self.coverage.run

    @property
    def is_gap(self) -> bool:
        """Whether something stands in the way of running it."""
        return self.cause in STRUCTURAL


@dataclass(frozen=True, slots=True)
class Gap:
    """Gaps of one reason, and what would close them."""

    count: int
    state: str
    text: str
    hint: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of an exercise in order, and the gaps by reason."""

    squares: tuple[Square, ...]
    gaps: tuple[Gap, ...]

    @property
    def covered(self) -> int:
        """How many cells have a valid run."""
        return sum(each.cause == "covered" for each in self.squares)

    @property
    def waived(self) -> int:
        """How many cells need not be run."""
        return sum(each.cause == "waived" for each in self.squares)


@dataclass(frozen=True, slots=True)
class Fact:
    """One line about a cell: what it says, and whether that is in order."""

    label: str
    text: str
    state: str = ""


@dataclass(frozen=True, slots=True)
class CellSheet:
    """What must hold for a cell to be run, who could do it, and its last acts."""

    facts: tuple[Fact, ...]
    could: tuple[tuple[str, str, str], ...]
    past: tuple[tuple[str, str], ...]


def grid(desk: Desk, exercise: Exercise) -> Grid:
    """The matrix of an exercise as it stands."""
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        squares = tuple(_square(look, each) for each in coverage.matrix(look, exercise))
        return Grid(squares, tuple(_gaps(look, exercise, [each for each in squares if each.is_gap])))


def _square(look: Sight, covered: Coverage) -> Square:
    cell = covered.cell
    strand, task, system = look.get(Strand, cell.strand), look.get(Task, cell.task), look.get(System, cell.system)
    return Square(
        cell,
        strand.title if strand else "strand held elsewhere",
        strand.lead if strand else "",
        (task.title or task.name) if task else "task held elsewhere",
        system.name if system else "system held elsewhere",
        covered.sign,
        covered.word,
        covered,
    )


def _gaps(look: Sight, exercise: Exercise, gaps: Sequence[Square]) -> Iterator[Gap]:
    """By reason, and by language or institute where that is the reason."""
    found: dict[tuple[Cause, str], list[Square]] = {}
    for each in gaps:
        by = each.cell.institute if each.cause in ("no_owner", "no_access", "no_vetting") else each.cell.language
        found.setdefault((each.cause, by), []).append(each)
    for (cause, by), squares in sorted(found.items(), key=lambda item: STRUCTURAL.index(item[0][0])):
        first = squares[0]
        match cause:
            case "no_annotator":
                text, hint = f"no annotator for {by}", _who_reads(look, exercise, by)
            case "machine_text":
                text, hint = f"{by} text is machine translated", _who_checks(look, exercise)
            case "no_owner":
                tongues = ", ".join(sorted({each.cell.language for each in squares}))
                text, hint = f"no owner at {by} for {tongues}", f"{by} names one: a"
            case _:
                text, hint = f"{first.word} at {by}", first.task
        yield Gap(len(squares), first.state, text, hint)


def _who_reads(look: Sight, exercise: Exercise, tongue: str) -> str:
    names = [f"{each.name.rpartition(' ')[2]} ({each.institute})" for each in _annotators(look, exercise, tongue)]
    return f"{', '.join(names[:2])} could" if names else f"nobody known reads {language(tongue)}"


def _who_checks(look: Sight, exercise: Exercise) -> str:
    """The action that sees to it: what, who and how late."""
    action = coverage.back_check(look, exercise)
    if action is None:
        return "back-check it, or waive the cells"
    due = f"due {show_day(action.due, look.today)}" if action.due else ""
    late = (look.today - action.due).days if action.due else 0
    told = f"{days(late)} overdue" if late > 0 else due
    return ", ".join(filter(None, (f"{action.label} {opening(action.text)}", action.owner, told)))


def _annotators(look: Sight, exercise: Exercise, tongue: str) -> list[Person]:
    """Who reads a language, annotates, and is free while the exercise runs on."""
    post = Position(exercise=exercise.id, role="annotator", language=tongue)
    return candidates(look, post, max(look.today, exercise.window_start or look.today), exercise.window_end)


def cell_sheet(desk: Desk, exercise: Exercise, square: Square) -> CellSheet:
    """Everything the panel says about a cell."""
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        facts = tuple(_facts(look, square))
        could = tuple(_could(look, exercise, square)) if square.is_gap else ()
    return CellSheet(facts, could, tuple(_past(desk, [square.cell, *([square.run] if square.run else [])])))


def _facts(look: Sight, square: Square) -> Iterator[Fact]:
    cell, run, task = square.cell, square.run, look.get(Task, square.cell.task)
    if run:
        yield Fact("run", f"{run.label}, {words(run.execution_status)}")
    yield Fact("owner", cell.owner, "") if cell.owner else Fact("owner", "nobody", "unowned")
    if cell.waived:
        yield Fact("waived", cell.waived)
    if task and task.languages and cell.language != task.languages[0]:
        good = task.translation == "back_checked"
        yield Fact("translation", task.translation.replace("_", "-"), "heard" if good else "uncovered")
    yield _access(look, cell)
    if task and task.needs_annotator:
        missing = square.cause == "no_annotator"
        yield Fact(
            "annotator", f"none at {cell.institute}" if missing else "found", "uncovered" if missing else "heard"
        )
    owner = next(iter(look.find(Person, name=cell.owner, institute=cell.institute)), None) if cell.owner else None
    if owner and (vetting := longest(look, owner.id)):
        ends = f" to {show_day(vetting.review_due_on, look.today)}" if vetting.review_due_on else ""
        over = bool(vetting.review_due_on and vetting.review_due_on < look.today)
        yield Fact("vetting", f"{vetting.level}{ends}", "uncovered" if over else "heard")


def _access(look: Sight, cell: Cell) -> Fact:
    own = look.find(AccessWindow, system=cell.system, institute=cell.institute)
    if not own:
        system = look.get(System, cell.system)
        return Fact("access", words(system.access if system else "unknown"), "heard")
    last = max(own, key=lambda each: (each.closes is None, each.closes or look.today))
    if last.closes is None or last.closes >= look.today:
        late = bool(last.opens and last.opens > look.today)
        first = f"opens {show_day(last.opens, look.today)}" if late and last.opens else "open"
        return Fact("access", f"{first}{f' to {show_day(last.closes, look.today)}' if last.closes else ''}", "heard")
    return Fact("access", f"closed {show_day(last.closes, look.today)}", "uncovered")


def _could(look: Sight, exercise: Exercise, square: Square) -> Iterator[tuple[str, str, str]]:
    """People who could fill the gap: name, institute, and what to know."""
    if square.cause not in ("no_annotator", "no_owner"):
        return
    joined = {each.institute for each in look.find(Participant, exercise=exercise.id)}
    found = (
        _annotators(look, exercise, square.cell.language)
        if square.cause == "no_annotator"
        else look.find(Person, institute=square.cell.institute)
    )
    for each in list(found)[:_FEW]:
        free = f"free {span(None, exercise.window_end, look.today)}" if square.cause == "no_annotator" else each.role
        note = free if each.institute in joined else f"{free}; {each.institute} has not joined yet"
        yield each.name, each.institute, note


def _past(desk: Desk, records: Sequence[Record]) -> list[tuple[str, str]]:
    """The last acts on the cell and its run, newest first: day and words."""
    acts = [(entry.at, entry) for record in records for entry in history(desk, record)]
    acts.sort(key=lambda each: each[0], reverse=True)
    return [
        (show_day(at.date(), desk.today), entry.reason or ", ".join(map(words, entry.fields)))
        for at, entry in acts[:_FEW]
    ]
