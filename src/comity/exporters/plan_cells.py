"""Cells in short: where they are every combination of some lists, a matrix says so; what differs is written out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import Any, Final

from comity.domain.plan_words import AXES, SHARED

_FIELDS: Final = tuple(AXES.values())
Said = dict[str, Any]


def matrices(cells: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Matrices, and the cells that have more to say or are in no matrix."""
    alike: dict[tuple[Any, ...], list[Said]] = defaultdict(list)
    for cell in cells:
        alike[tuple(cell.get(name) for name in SHARED)].append(cell)
    found: list[Said] = []
    written: list[Said] = []
    for some in alike.values():
        blocks, rest = _blocks(some)
        found += blocks
        written += rest
    return found, written


def _blocks(cells: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Tasks that are run in the same places make a block; a block of plain cells only is worth a matrix."""
    by_task: dict[str, list[Said]] = defaultdict(list)
    for cell in cells:
        by_task[cell["task"]].append(cell)
    places: dict[Any, list[str]] = defaultdict(list)
    for task, some in by_task.items():
        places[tuple(_axis(some, axis) for axis in _FIELDS if axis != "task")].append(task)
    found: list[Said] = []
    written: list[Said] = []
    for tasks in places.values():
        block = [cell for task in tasks for cell in by_task[task]]
        if not _is_product(block):
            written += block
            continue
        owners = _owners(block)
        found.append(_matrix(block) | ({"owners": owners} if owners else {}))
        written += [cell for cell in block if _says_other(cell, owners)]
    return found, written


def _axis(cells: Sequence[Said], axis: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(cell.get(axis, "en") for cell in cells))


def _is_product(block: Sequence[Said]) -> bool:
    if any("id" in cell for cell in block) or len(block) < 2:
        return False
    axes = [_axis(block, axis) for axis in _FIELDS]
    there = {tuple(cell.get(axis, "en") for axis in _FIELDS) for cell in block}
    return prod(map(len, axes)) == len(block) and there == set(product(*axes))


def _matrix(block: Sequence[Said]) -> Said:
    shared = {name: block[0][name] for name in SHARED if name in block[0]}
    return shared | {plural: list(_axis(block, axis)) for plural, axis in AXES.items()}


def _owners(block: Sequence[Said]) -> dict[str, str]:
    """Who owns most cells of each institute."""
    count = Counter((cell["institute"], cell.get("owner", "")) for cell in block)
    most = dict(pair for pair, _ in reversed(count.most_common()))
    return {institute: owner for institute, owner in most.items() if owner}


def _says_other(cell: Said, owners: Mapping[str, str]) -> bool:
    """Whether the matrix alone would not say the same of the cell."""
    told = {name for name in cell if name not in (*_FIELDS, *SHARED, "owner")}
    return bool(told) or cell.get("owner", "") != owners.get(cell["institute"], "")
