"""The rows of the first sheet of an XLSX file, as text; what it unpacks to is summed before it is opened."""

import re
import warnings
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile

LARGEST: Final = 20_000_000  # bytes of the file
UNPACKED: Final = 48_000_000  # of all its parts
MOST_PARTS: Final = 500
_BLOCK: Final = 1 << 20
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
# what openpyxl and the parser below it raise of files that are damaged or no sheets
_MALFORMED: Final = (
    *(BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, RecursionError),
    *(KeyError, IndexError, AttributeError, TypeError, SyntaxError, OverflowError),
)


def xlsx_rows(path: Path, most_rows: int, most_columns: int) -> Iterator[tuple[int, list[str]]]:
    """Each row with its number. Raises ValueError with a sentence for people."""
    try:
        _weigh(path)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about what a sheet may hold besides its cells
            yield from _rows(path, most_rows, most_columns)
    except _MALFORMED as error:
        raise ValueError(f"it is damaged, or no XLSX file ({type(error).__name__})") from None


def _weigh(path: Path) -> None:
    """Refuse what would unpack to too much, or to entities that grow; a part never gives more than it declares."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it is larger than {LARGEST // 1_000_000} MB; split it")
    with ZipFile(path) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > UNPACKED:
            raise ValueError(f"it unpacks to more than {UNPACKED // 1_000_000} MB; split it")
        for part in parts:
            if part.filename.endswith((".xml", ".rels")):
                with archive.open(part) as file:
                    if b"<!DOCTYPE" in file.read(_BLOCK):
                        raise ValueError("it declares entities, which no sheet needs")


def _rows(path: Path, most_rows: int, most_columns: int) -> Iterator[tuple[int, list[str]]]:
    from openpyxl import load_workbook

    with path.open("rb") as file:  # openpyxl leaves what it opened itself open when it falls over it
        book = load_workbook(file, read_only=True, data_only=True, keep_links=False)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
        rows = sheet.iter_rows(max_row=most_rows, max_col=most_columns + 1, values_only=True)
        for number, cells in enumerate(rows, 1):
            yield number, [_text(cell) for cell in cells]


def _text(value: Any) -> str:
    """A cell as a person would type it."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime():
            day = value.time() == time()
            return value.date().isoformat() if day else value.isoformat(timespec="seconds")
        case date():
            return value.isoformat()
    return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), str(value))
