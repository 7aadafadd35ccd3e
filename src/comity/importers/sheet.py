"""Read a sheet, CSV or XLSX: a heading and rows of text, within bounds that are known before it is opened."""

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final

from comity.domain.cells import unguarded
from comity.domain.facet import Facet
from comity.errors import BadInput, NotFound, Problem
from comity.importers.sheet_xlsx import xlsx_rows

LARGEST: Final = 50_000_000  # bytes of a CSV file
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200
LONGEST: Final = 120_000  # characters of a cell
_SEPARATORS: Final = ",;\t"
_HINT: Final = "the first row names the fields: `comity export sheet` writes one to start from"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: where a person finds it in the file, and its cells."""

    line: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The heading of a sheet and its rows that are not blank."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


def read_sheet(path: Path) -> Sheet:
    """The sheet in a file. Raises NotFound or BadInput."""
    reader = _READERS.get(path.suffix.lower())
    if not path.is_file():
        raise NotFound(f"no file {path}", "give the path of a sheet (.csv or .xlsx)")
    if reader is None:
        raise BadInput(f"{path.name} is no sheet", "sheets end in .csv or .xlsx")
    try:
        found = list(islice(_filled(reader(path)), MOST_ROWS + 2))
    except ValueError as error:
        raise refuse(path, f"is no sheet that can be read: {error}") from None
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}", "see who may read it") from None
    if not found:
        raise refuse(path, "is empty")
    if len(found) > MOST_ROWS + 1:
        raise refuse(path, f"has more than {MOST_ROWS:,} rows; split it")
    return Sheet(tuple(cell.strip() for cell in found[0].cells), tuple(found[1:]))


def _xlsx_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    return xlsx_rows(path, MOST_ROWS + 2, MOST_COLUMNS)


def meant(facet: Facet | None, text: str) -> Any:
    """What a cell gives for a field: its text; a list of texts where an export wrote one as JSON."""
    if facet is None or not facet.many or not text.startswith("["):
        return text
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return listed if isinstance(listed, list) and all(isinstance(each, str) for each in listed) else text


def refuse(path: Path, why: str, problems: Sequence[Problem] = ()) -> BadInput:
    """One error about a whole file."""
    return BadInput(f"{path.name} {why}", _HINT, problems)


def _filled(rows: Iterable[tuple[int, Sequence[str]]]) -> Iterator[Row]:
    """The rows with something in them, without the blank cells at their end and the guards before formulas."""
    for line, given in rows:
        cells = [unguarded(cell) for cell in given]
        while cells and not cells[-1].strip():
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise ValueError(f"row {line} has more than {MOST_COLUMNS} columns")
        if cells:
            yield Row(line, tuple(cells))


def _csv_rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1_000_000} MB; split it")
    csv.field_size_limit(LONGEST)
    with path.open(encoding="utf-8-sig", newline="") as file:
        try:
            heading = file.readline()
            file.seek(0)
            reader = csv.reader(file, delimiter=max(_SEPARATORS, key=heading.count), strict=True)
            before = 0
            for cells in reader:
                yield before + 1, cells
                before = reader.line_num
        except csv.Error as error:
            raise ValueError(f"line {before + 1} {_why(str(error))}") from None
        except UnicodeDecodeError:
            raise ValueError("it is not UTF-8; save it as CSV UTF-8") from None


def _why(said: str) -> str:
    """What is wrong with a row, for those who never heard of delimiters."""
    if "field larger" in said:
        return f"has a cell of more than {LONGEST:,} characters"
    if "unexpected end" in said:
        return "has a quotation mark that is never closed"
    return "has a quotation mark inside a cell; write it twice, and the whole cell between quotation marks"


_READERS: Final[Mapping[str, Callable[[Path], Iterator[tuple[int, list[str]]]]]] = {
    ".csv": _csv_rows,
    ".xlsx": _xlsx_rows,
}
