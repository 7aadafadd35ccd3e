"""Sheets into records: each row is one record, found again by id, code or what tells it from its like."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal

from comity.desk import acting, drafting, labels, names, placing, refs, rules
from comity.desk.asking import kind_of
from comity.desk.desk import Desk
from comity.desk.files.identity import source_id
from comity.desk.files.register import Register
from comity.desk.world import R, World
from comity.domain.facet import Shape
from comity.domain.naming import KEYS, natural_key, tells
from comity.domain.parse import parse
from comity.domain.record import Record, facets
from comity.domain.wording import some, words
from comity.errors import ComityError, NotFound, Problem, Refused
from comity.exporters.sheet import cell
from comity.importers.sheet import Row, meant, read_sheet, refuse
from comity.importers.sheet_map import SheetMap, fields_of, read_map
from comity.log.commit import Change
from comity.store import reading

Outcome = Literal["added", "changed", "unchanged", "refused"]
OUTCOMES: Final[tuple[Outcome, ...]] = ("added", "changed", "unchanged", "refused")
MEND: Final = "mend the row and import the sheet again"
BATCH: Final = 2_000  # rows in one transaction: what was done of an import that is stopped stays done


@dataclass(frozen=True, slots=True)
class RowOutcome:
    """What became of one row: the record it is, or every reason why it was refused."""

    line: int
    outcome: Outcome
    id: str | None = None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SheetErrand:
    """What the caller says about all rows: their kind, what columns mean, where new ones go and how they are marked."""

    name: str
    kind: type[Record]
    fields: tuple[str, ...]
    key: int | None  # the place of the column by which rows are known
    chosen: SheetMap
    group: str = ""
    marking: str = ""

    def said(self, row: Row) -> dict[str, Any]:
        """What a row says by field; a blank cell says nothing."""
        if len(row.cells) > len(self.fields):
            told = f"{some(len(row.cells), 'cell')} under {some(len(self.fields), 'heading')}"
            raise Refused("", MEND, [Problem("row", f"{told}; is a separator missing its quotation marks?")])
        cells = {name: text for name, text in zip(self.fields, row.cells, strict=False) if name and text.strip()}
        words = self.chosen.values
        given = {name: words.get(name, {}).get(text.strip(), text) for name, text in cells.items()}
        beside = {"group": self.group, "marking": self.marking}
        every = {**{name: text for name, text in beside.items() if text}, **self.chosen.defaults, **given}
        return {name: meant(facets(self.kind).get(name), text) for name, text in every.items()}

    def source(self, row: Row, values: Mapping[str, Any]) -> tuple[str, ...]:
        """What makes the id of a new record: the row's key, what tells it from its like, or all of the row."""
        if self.key is not None and self.key < len(row.cells):
            return ("key", row.cells[self.key].strip())
        key = natural_key(self.kind.noun, values) if self.kind.noun in KEYS else ()
        return key if key and tells(key) else ("row", *row.cells)


@dataclass(frozen=True)
class Remembering(World):
    """The world of one batch, as it was before it: what many rows refer to is read once."""

    met: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id."""
        found: R | None = self._once((kind.noun, id), lambda: super(Remembering, self).get(kind, id))
        return found

    def countries(self) -> dict[str, str]:
        """The country of institutes, looked up once."""
        found: dict[str, str] = self._once(("countries",), super().countries)
        return found

    def said(self, noun: str, id: str) -> str:
        """What a cell calls the record that a reference means."""
        text: str = self._once(("said", noun, id), lambda: called(self, noun, id))
        return text

    def _once(self, key: tuple[str, ...], read: Callable[[], Any]) -> Any:
        if key not in self.met:
            self.met[key] = read()
        return self.met[key]


@dataclass
class Batch:
    """Some rows on their way into the store, in one transaction."""

    world: Remembering
    errand: SheetErrand
    register: Register
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    numbers: dict[str, int] = field(default_factory=dict)

    def take(self, row: Row) -> RowOutcome:
        """Work out what one row does."""
        try:
            return self._take(row)
        except ComityError as error:
            told = error.problems or (Problem("row", f"{error.message}{'; ' + error.hint if error.hint else ''}"),)
            problems = tuple(Problem(each.field, f"line {row.line}: {each.message}") for each in told)
            return RowOutcome(row.line, "refused", None, problems)

    def _take(self, row: Row) -> RowOutcome:
        said = self.errand.said(row)
        id, named = said.pop("id", ""), said.pop("group", "")
        group = placing.group_id(self.world, named) if named else ""
        if known := self._known(id, said, group):
            return self._change(row, known, said, group)
        kind = self.errand.kind
        values = parse(kind, said, resolve=partial(self.resolve, group=group), today=self.world.today)
        group = group or placing.place(self.world, kind, "", values)
        derived = source_id(group, kind.noun, "sheet", *self.errand.source(row, values))
        for found in filter(None, (self.register.by_key(group, values), derived)):
            if found in self.register.lines:
                raise _twice(self.register.lines[found])
            if record := self.world.get(kind, found):
                return self._change(row, record, said, group)
        return self._add(row, group, values, derived)

    def _known(self, id: str, said: Mapping[str, Any], group: str) -> Record | None:
        """The record that a row names by id or code."""
        kind = self.errand.kind
        if id:
            found = self.world.get(kind, id)
            if found is None:
                why = f"no {words(kind.noun)} has the id {id} here; leave it empty for a new one"
                raise NotFound("", MEND, [Problem("id", why)])
            return found
        code = said.get(kind.code_field, "").strip() if kind.code_field else ""
        known = self.register.by_code(code, group) if code else None
        if known in self.register.lines:
            raise _twice(self.register.lines[str(known)])
        return self.world.get(kind, known) if known else None

    def resolve(self, noun: str, text: str, group: str) -> str:
        """The id of what a cell calls so: first among the rows before, then in the store."""
        key = (noun, text, group)
        if key not in self.register.ids:
            found = self._row(*key) or refs.find(self.world, text, None if noun == "*" else noun, group)
            self.register.ids[key] = found.id
        return self.register.ids[key]

    def _row(self, noun: str, text: str, group: str) -> Record | None:
        """The one row before that is called so, alone or after the code of its exercise."""
        above, _, code = text.strip().rpartition("/")
        found = self.register.by_row(code, group) if noun == self.errand.kind.noun else []
        if found and above:
            exercise = self.resolve("exercise", above, group)
            found = [each for each in found if getattr(each, "exercise", None) == exercise]
        return found[0] if len(found) == 1 else None

    def _change(self, row: Row, record: Record, said: Mapping[str, Any], group: str) -> RowOutcome:
        if record.id in self.register.lines:
            raise _twice(self.register.lines[record.id])
        if group not in ("", record.group):
            told = f"a record stays in its group for life; this one is in {self.world.group_name(record.group)}"
            raise Refused("", MEND, [Problem("group", told)])
        self.register.lines[record.id] = row.line
        said = {name: text for name, text in said.items() if text != self._shown(record, name)}
        known = drafting.values_of(record)
        resolve = partial(self.resolve, group=record.group)
        values = parse(type(record), said, resolve=resolve, today=self.world.today, known=known) if said else {}
        fresh = {name: each for name, each in values.items() if drafting.differs(record, name, each)}
        if not fresh:
            return RowOutcome(row.line, "unchanged", record.id)
        rules.only_live(record)
        rules.check(self.world, record, fresh, reason=self.errand.name, settle=False)
        opened = drafting.opened(self.world.connection, record)
        self.changes[record.group].append(drafting.revision(opened, fresh))
        return RowOutcome(row.line, "changed", record.id)

    def _shown(self, record: Record, name: str) -> str | None:
        """A reference as an export writes it: it stands, even where nobody here could look it up."""
        facet = facets(type(record)).get(name)
        if facet is None or facet.shape is not Shape.REF:
            return None
        return cell(facet, getattr(record, name), self.world.said)

    def _add(self, row: Row, group: str, values: dict[str, Any], id: str) -> RowOutcome:
        kind = self.errand.kind
        values = {**placing.inherited(self.world, kind, group, values), **values}
        if kind.label_prefix:
            self._number(kind, group, values)
        self.changes[group].append(drafting.creation(self.world, kind, group, values, id))
        self.register.enter(group, id, values)
        self.register.lines[id] = row.line
        if any(each.refers == kind.noun for each in facets(kind).values()):
            self.register.made[id] = self.world.met[kind.noun, id] = kind(id=id, group=group, **values)
        return RowOutcome(row.line, "added", id)

    def _number(self, kind: type[Record], group: str, values: dict[str, Any]) -> None:
        """The next label of the group, above those that rows before it gave."""
        if group not in self.numbers:
            self.numbers[group] = labels.highest(self.world.connection, kind, group)
        if not values.get(kind.code_field):
            values[kind.code_field] = labels.label(kind, self.numbers[group] + 1)
        self.numbers[group] = max(self.numbers[group], labels.number(kind, [values[kind.code_field]]))


def _twice(line: int) -> Refused:
    return Refused("", MEND, [Problem("row", f"line {line} says the same record")])


def called(world: World, noun: str, id: str) -> str:
    """What a cell calls the record that a reference means; its id where that is surer."""
    found = reading.get(world.connection, kind_of(noun), id) if noun != "*" else None
    return names.short(world.connection, found) if found and not found.retired else id


def import_sheet(
    desk: Desk,
    path: Path,
    noun: str,
    *,
    map_file: Path | None = None,
    group: str = "",
    marking: str = "",
    dry_run: bool = False,
    on_progress: Callable[[object], None] = lambda row: None,
) -> list[RowOutcome]:
    """Take every row that can be taken; the others are refused by line and field.

    Raises BadInput where the file or its heading cannot be read. The same file again changes nothing.
    """
    errand, rows = _errand(path, noun, map_file, group, marking)
    entering = desk.store.reading if dry_run else desk.store.writing
    outcomes: list[RowOutcome] = []
    with desk.store.reading() as connection:
        register = Register.of(connection, errand.kind)
    for part in _batches(rows):
        with entering() as connection:
            met: dict[tuple[str, ...], Any] = {(errand.kind.noun, id): each for id, each in register.made.items()}
            batch = Batch(Remembering(desk, connection, met=met), errand, register)
            for row in part:
                outcomes.append(batch.take(row))
                on_progress(row)
            for place, changes in () if dry_run else batch.changes.items():
                acting.write(desk, connection, place, changes, f"sheet {path.name}")
    return outcomes


def _errand(
    path: Path, noun: str, map_file: Path | None, group: str, marking: str
) -> tuple[SheetErrand, Sequence[Row]]:
    kind = kind_of(noun)
    if kind.noun == "group":
        raise Refused("a group is founded, not written down", "`comity group create NAME` founds it", code="group")
    chosen = read_map(map_file, kind) if map_file else SheetMap()
    sheet = read_sheet(path)
    fields, problems = fields_of(sheet.columns, kind, chosen)
    if problems:
        more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
        raise refuse(path, f"was not read: {problems[0].message}{more}", problems)
    key = sheet.columns.index(chosen.key) if chosen.key else None
    return SheetErrand(path.name, kind, fields, key, chosen, group, marking), sheet.rows


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    yield from (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def counted(outcomes: Sequence[RowOutcome]) -> dict[Outcome, int]:
    """How many rows had each outcome."""
    counts = Counter(each.outcome for each in outcomes)
    return {outcome: counts[outcome] for outcome in OUTCOMES}
