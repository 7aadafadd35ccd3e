"""What a column of a sheet means: by its heading, or as a map file says."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from comity.domain.parse import nearest
from comity.domain.record import Record, facets
from comity.domain.text import fold
from comity.domain.wording import words
from comity.errors import BadInput, NotFound, Problem

LARGEST: Final = 200_000
BESIDE: Final = ("id", "group")  # columns beside the fields: which record it is, and who may hold a new one
_TABLES: Final = ("key", "columns", "values", "defaults")
_HINT: Final = 'a map says [columns] "Full name" = "name", [values.role] "Boss" = "exercise_director", key = "Ref"'


@dataclass(frozen=True, slots=True)
class SheetMap:
    """What a map file says: the column by which rows are known, fields by heading, words by field, and defaults."""

    key: str = ""
    columns: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)


def read_map(path: Path, kind: type[Record]) -> SheetMap:
    """The map in a TOML file. Raises NotFound, or BadInput with every problem."""
    if not path.is_file():
        raise NotFound(f"no file {path}", "give the path of a map file (.toml)")
    try:
        with path.open("rb") as file:
            told = tomllib.loads(file.read(LARGEST).decode("utf-8-sig"))
    except (ValueError, RecursionError, OSError) as error:
        raise BadInput(f"{path.name} is no map: {error}", _HINT) from None
    if problems := list(_wrong(told, kind)):
        raise BadInput(f"{path.name}: {problems[0].message}", _HINT, problems)
    defaults = {name: str(value) for name, value in told.get("defaults", {}).items()}
    return SheetMap(told.get("key", ""), told.get("columns", {}), told.get("values", {}), defaults)


def _wrong(told: Mapping[str, Any], kind: type[Record]) -> Sequence[Problem]:
    problems = [Problem(name, f"a map has no «{name}»{nearest(name, _TABLES)}") for name in told if name not in _TABLES]
    if not isinstance(told.get("key", ""), str):
        problems.append(Problem("key", "key is the heading of one column"))
    for name in _TABLES[1:]:
        table = told.get(name, {})
        inner = list(table.values()) if isinstance(table, dict) and name == "values" else [table]
        if not isinstance(table, dict) or not all(_is_plain(each) for each in inner):
            problems.append(Problem(name, f"[{name}] is a table of texts"))
        else:
            fields = table.values() if name == "columns" else table
            problems += [_unknown(kind, each) for each in fields if each and each not in _known(kind)]
    return problems


def _is_plain(table: Any) -> bool:
    return isinstance(table, dict) and not any(isinstance(value, (dict, list)) for value in table.values())


def _known(kind: type[Record]) -> tuple[str, ...]:
    return (*facets(kind), *BESIDE)


def _unknown(kind: type[Record], name: Any) -> Problem:
    known = _known(kind)
    return Problem(str(name), f"{words(kind.noun)} has no field «{name}»{nearest(str(name), known)}")


def fields_of(columns: Sequence[str], kind: type[Record], chosen: SheetMap) -> tuple[tuple[str, ...], list[Problem]]:
    """The field of each column, empty for one that is left out; and what is wrong with the headings."""
    labels = {fold(facet.label): name for name, facet in facets(kind).items()}
    known = {name: name for name in _known(kind)}
    fields: list[str] = []
    problems = [Problem(name, f"the sheet has no column «{name}»") for name in _absent(columns, chosen)]
    for heading in columns:
        plain = fold(heading).replace(" ", "_").replace("-", "_")
        found = known.get(plain, labels.get(fold(heading), ""))
        name = chosen.columns.get(heading, found)
        if not (name or not heading or heading in chosen.columns or heading == chosen.key):
            hint = f"{nearest(plain, known)}; leave it out in a map: \"{heading}\" = ''"
            problems.append(Problem(heading, f"no field is called «{heading}»{hint}"))
        elif name and name in fields:
            problems.append(
                Problem(heading, f"two columns are {name}: «{columns[fields.index(name)]}» and «{heading}»")
            )
        fields.append(name)
    return tuple(fields), problems


def _absent(columns: Sequence[str], chosen: SheetMap) -> list[str]:
    return [name for name in (*chosen.columns, *([chosen.key] if chosen.key else [])) if name not in columns]
