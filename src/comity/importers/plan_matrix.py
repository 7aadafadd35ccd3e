"""Cells in short: institutes, systems, tasks and languages whose combinations have to be run."""

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any, Final

from comity.domain.parse import nearest
from comity.domain.plan_words import AXES, SHARED
from comity.errors import Problem
from comity.importers.plan_entries import strangers

MOST_CELLS: Final = 20_000
_KEYS: Final = (*SHARED, *AXES, "owners", "waive")


def cells(matrix: Mapping[str, Any], problems: list[Problem], most: int) -> Iterator[dict[str, Any]]:
    """The cells of a matrix, as if each had been written out; `owners` is by institute, `waive` lists patterns."""
    before = len(problems)
    problems += [Problem(key, f"matrix has no key «{key}»{nearest(key, _KEYS)}") for key in strangers(matrix, _KEYS)]
    axes = {axis: matrix.get(axis, ["en"] if axis == "languages" else None) for axis in AXES}
    problems += [
        Problem(axis, f"matrix needs {axis}: a list of texts, at least one") for axis in axes if not _texts(axes[axis])
    ]
    problems += _wrong_owners(matrix.get("owners", {})) + _wrong_waivers(matrix.get("waive", []))
    if len(problems) > before:
        return
    count = prod(len(axes[axis]) for axis in AXES)
    if count > most:
        told = f"matrix makes {count:,} cells; at most {MOST_CELLS:,} fit a plan"
        problems.append(Problem("matrix", told))
        return
    kept = {key: matrix[key] for key in SHARED if key in matrix}
    for place in product(*(dict.fromkeys(axes[axis]) for axis in AXES)):
        cell = dict(zip(AXES.values(), place, strict=True))
        yield kept | cell | _seen_to(cell, matrix)


def _seen_to(cell: Mapping[str, str], matrix: Mapping[str, Any]) -> dict[str, str]:
    """Who owns the cell, or why it is waived."""
    owner = matrix.get("owners", {}).get(cell["institute"], "")
    waived = (each["reason"] for each in matrix.get("waive", []) if _fits(cell, each))
    told = {"owner": owner, "waived": next(waived, "")}
    return {field: text for field, text in told.items() if text}


def _fits(cell: Mapping[str, str], pattern: Mapping[str, str]) -> bool:
    return all(cell[field] == text for field, text in pattern.items() if field != "reason")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)


def _wrong_owners(owners: Any) -> list[Problem]:
    if isinstance(owners, dict) and all(isinstance(owner, str) for owner in owners.values()):
        return []
    return [Problem("owners", 'owners is a table by institute: owners = { UK-AISI = "Tamsin Oakhollow" }')]


def _wrong_waivers(patterns: Any) -> list[Problem]:
    allowed = {*AXES.values(), "reason"}
    if isinstance(patterns, list) and all(
        isinstance(each, dict)
        and each.get("reason")
        and {*each} <= allowed
        and all(isinstance(v, str) for v in each.values())
        for each in patterns
    ):
        return []
    return [
        Problem("waive", 'waive is a list such as [{ system = "Model B", task = "range_mini", reason = "no range" }]')
    ]
