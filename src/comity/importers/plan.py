"""Read a plan file: the raw records of one exercise, in an order in which each refers to what stands before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from comity.domain.kinds import BY_NOUN
from comity.domain.naming import KEYS
from comity.domain.parse import nearest
from comity.domain.plan_words import AXES, COMMON
from comity.domain.protocols import FIELD_CLASSES
from comity.domain.record import facets
from comity.domain.wording import words
from comity.errors import Problem
from comity.importers.plan_entries import Entries, PlanEntry, in_order, strangers
from comity.importers.plan_lines import Lines
from comity.importers.plan_matrix import MOST_CELLS, cells
from comity.toml_file import read_toml, refuse

MOST_RECORDS: Final = 50_000
HINT: Final = "`comity export plan EXERCISE` writes a file that can be read back"
ORDER: Final = tuple(KEYS)  # what is referred to comes first
_SUGAR: Final[Mapping[str, str]] = {"exercise": "window", "protocol": "settings"}
_SHORT: Final[Mapping[str, Mapping[str, str]]] = {
    "window": {"start": "window_start", "end": "window_end"},
    "settings": {name: name for name in FIELD_CLASSES},
}
_Tables = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan file says, with nothing stored and nothing looked up outside of it."""

    exercise: str
    entries: tuple[PlanEntry, ...]
    called: Mapping[tuple[str, str], Sequence[int]]  # (noun, name) -> places in `entries`
    problems: tuple[Problem, ...] = ()  # of the file itself; a plan that has any is not to be applied

    def entry(self, noun: str, name: str) -> PlanEntry | None:
        """The entry that a reference in this file means; None where it means none of them, or several."""
        nouns = ORDER if noun == "*" else (noun,)
        found = [place for each in nouns for place in self.called.get((each, name.strip()), ())]
        return self.entries[found[0]] if len(found) == 1 else None


def drafted(path: Path) -> PlanFile:
    """What can be read of a plan file beside its problems, so that others can be told with them; raises NotFound."""
    tables, text = read_toml(path, HINT)
    lines = Lines.of(text)
    head = tables.get("exercise")
    said = tables | head if isinstance(head, dict) else tables
    entries = Entries(str(said.get("code", "")), {name: said.get(name) for name in COMMON}, partial(refuse, path, HINT))
    _check_tables(tables, lines, entries)
    for noun in ORDER:
        for number, table in enumerate(_listed(tables, noun, lines, entries)):
            _enter(noun, number, table, lines, entries)
        if noun == "cell":
            _enter_matrices(tables, lines, entries)
    listed, called = in_order(entries)
    return PlanFile(entries.exercise, tuple(listed), called, tuple(entries.problems))


def _check_tables(tables: _Tables, lines: Lines, entries: Entries) -> None:
    """Problems of the file as a whole."""
    known = (*ORDER, "matrix", *COMMON)
    wrong = {name: f"a plan has no table «{name}»{nearest(name, known)}" for name in strangers(tables, known)}
    wide = [name for name in COMMON if isinstance(tables.get(name), (dict, list))]
    wrong |= {name: f"{name} before the first table is one value for the whole file" for name in wide}
    if not isinstance(tables.get("exercise", {}), dict):
        wrong["exercise"] = "a plan has one [exercise]"
    if (count := sum(len(each) for each in tables.values() if isinstance(each, list))) > MOST_RECORDS:
        raise entries.refuse([Problem("plan", f"{count:,} records; a plan has at most {MOST_RECORDS:,}: split it")])
    for name, why in wrong.items():
        entries.wrong("plan", lines.line(name), Problem(name, why))


def _listed(tables: _Tables, noun: str, lines: Lines, entries: Entries) -> list[dict[str, Any]]:
    """The tables of a noun; `[noun]` is taken for a list of one."""
    value = tables.get(noun, [])
    listed = [value] if isinstance(value, dict) else value
    if isinstance(listed, list) and all(isinstance(each, dict) for each in listed):
        return listed
    problem = Problem(noun, f"«{noun}» holds records; write [[{noun}]] above the fields of each")
    entries.wrong("plan", lines.line(noun), problem)
    return []


def _enter(noun: str, number: int, table: _Tables, lines: Lines, entries: Entries) -> None:
    sugar = _SUGAR.get(noun, "")
    allowed = [*facets(BY_NOUN[noun]), *([sugar] if sugar else []), "group", "id"]
    said = words(noun)
    problems = [
        Problem(name, f"{said} has no field «{name}»{nearest(name, allowed)}") for name in strangers(table, allowed)
    ]
    known = {name: value for name, value in table.items() if name in allowed and name != sugar}
    values = known | _spread(sugar, table.get(sugar, {}), known, problems)
    for problem in problems:
        entries.wrong(noun, lines.line(noun, number, problem.field), problem)
    entries.keep(noun, values, partial(_line, lines, noun, number))


def _line(lines: Lines, noun: str, number: int, name: str) -> int | None:
    """The line of a field, also where a short way of writing says it."""
    short = next((part for part, full in _SHORT.get(_SUGAR.get(noun, ""), {}).items() if full == name), name)
    table, found = lines.line(noun, number), lines.line(noun, number, name)
    return lines.line(noun, number, short) if found == table else found


def _spread(sugar: str, parts: Any, known: _Tables, problems: list[Problem]) -> dict[str, Any]:
    """The fields for which one table is a short way of writing."""
    if not sugar or not isinstance(parts, dict):
        problems += [Problem(sugar, f"{sugar} is a table with {', '.join(_SHORT[sugar])}")] if sugar else []
        return {}
    fields = _SHORT[sugar]
    problems += [
        Problem(name, f"{sugar} has no part «{name}»{nearest(name, fields)}") for name in strangers(parts, fields)
    ]
    twice = (fields[name] for name in parts if fields.get(name) in known)
    problems += [Problem(name, f"{name} is given twice: by itself and in {sugar}") for name in twice]
    return {fields[name]: value for name, value in parts.items() if name in fields}


def _enter_matrices(tables: _Tables, lines: Lines, entries: Entries) -> None:
    """Cells of the matrices, except those that are written out: a [[cell]] says more about one of them."""
    written, made = len(entries.listed), 0
    for number, matrix in enumerate(_listed(tables, "matrix", lines, entries)):
        problems: list[Problem] = []
        for cell in cells(matrix, problems, MOST_CELLS - made):
            made += 1
            entries.keep("cell", cell, partial(_line_in_matrix, lines, number), refined=written)
        for problem in problems:
            entries.wrong("matrix", lines.line("matrix", number, problem.field), problem)


def _line_in_matrix(lines: Lines, number: int, name: str) -> int | None:
    """The line of the list, or of what else in a matrix gives its cells a field."""
    axis = next((axis for axis, each in AXES.items() if each == name), name)
    return lines.line("matrix", number, axis)
