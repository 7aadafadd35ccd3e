"""The parts of a report as they are made: each is told of records, and is marked as strictly as these."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from comity.desk import names
from comity.desk.listing import natural
from comity.desk.report.reach import PUBLIC, R, Reach
from comity.domain.exercises import Exercise
from comity.domain.marking import join
from comity.domain.record import Record
from comity.domain.runs import Cell, Run
from comity.domain.sight import Sight, sight
from comity.domain.systems import System, Task
from comity.domain.wording import words
from comity.exporters.report import Row, Told


@dataclass
class Account:
    """What is told of an exercise to a reader, and of which records."""

    reach: Reach
    exercise: Exercise
    told_of: dict[str, Record] = field(default_factory=dict)
    look: Sight = field(init=False)

    def __post_init__(self) -> None:
        self.look = sight(self.reach)

    @property
    def today(self) -> date:
        """The day of the report."""
        return self.reach.today

    def told(self, text: str, about: Record, *named: Record | None, lead: str = "", facts: Iterable[str] = ()) -> Told:
        """A text about a record that may name others."""
        apart = [f"two values of {', '.join(map(words, about.conflicts))}, to settle"] if about.conflicts else []
        return Told(*self._held(about, named), text, lead, tuple(filter(None, (*facts, *apart))))

    def row(self, cells: Sequence[str], about: Record, *named: Record | None) -> Row:
        """A line of a table about a record that may name others."""
        apart = f"; two values of {', '.join(map(words, about.conflicts))}, to settle" if about.conflicts else ""
        return Row(*self._held(about, named), (*cells[:-1], f"{cells[-1]}{apart}"))

    def _held(self, about: Record, named: Iterable[Record | None]) -> tuple[str, bool]:
        """How far it may go: as far as all that it tells of."""
        records = [about, *(each for each in named if each)]
        self.told_of |= {each.id: each for each in records}
        return join({each.marking for each in records}), any(bool(each.synthetic) for each in records)

    def called(self, record: Record | None) -> str:
        """What a report calls a record; one of the same label that the reader has too is told from it by its id."""
        if record is None:
            return "withheld" if self.reach.reader == PUBLIC else "held elsewhere"
        label = names.code(record) if record.label_prefix else ""
        if not label:
            return (isinstance(record, Task) and record.title) or names.name(record) or names.code(record)
        twins = self.look.find(type(record), label=label, exercise=self.exercise.id)
        return f"{label}~{record.id[-4:]}" if len({each.id for each in twins}) > 1 else label

    def own(self, kind: type[R]) -> list[R]:
        """The records of the exercise, R2 before R10."""
        found = self.look.find(kind, exercise=self.exercise.id)
        return sorted(found, key=lambda each: (natural(names.code(each) or names.name(each)), each.id))

    def what(self, run: Run) -> tuple[str, tuple[Record | None, ...]]:
        """What a run ran, in words, and the records that this names; as its log spells it where no cell is known."""
        if cell := self.look.get(Cell, run.cell) if run.cell else None:
            return self.place(cell)
        return ", ".join(filter(None, (run.model, run.task_name, run.language))) or "unknown", ()

    def place(self, cell: Cell) -> tuple[str, tuple[Record | None, ...]]:
        """What is run in a cell, in words, and the records that this names."""
        system, task = self.look.get(System, cell.system), self.look.get(Task, cell.task)
        return f"{self.called(system)}, {self.called(task)}, {cell.language}", (cell, system, task)


def day(on: date | None) -> str:
    """A day with its year: a report is read later."""
    return f"{on.day} {on:%b %Y}" if on else ""


def moment(at: datetime | None) -> str:
    """A moment, UTC, with its year."""
    return f"{day(at.date())} {at:%H:%M} UTC" if at else ""  # as rows keep it
