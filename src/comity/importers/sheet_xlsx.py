"""The rows of the first sheet of an XLSX file, as text; all that it unpacks to is looked at before it is opened."""

import re
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from comity.domain.text import plain

LARGEST: Final = 20_000_000  # bytes of the file
UNPACKED: Final = 48_000_000  # of all its parts
MOST_PARTS: Final = 500
RATIO: Final = 100  # of a part to what it is packed into; rows that are all alike reach 20
WHOLE: Final = 4_000_000  # bytes of a part that is taken in whole: all XML but what is read row by row
LONGEST_TOKEN: Final = 1 << 18  # bytes of a comment or a tag, which the parser reads anew with each block
_BLOCK: Final = 1 << 16
_ROW_BY_ROW: Final = ("xl/worksheets/sheet", "xl/sharedStrings", "xl/pivotCache/")
_ESCAPED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")
# what openpyxl and the parser below it raise of files that are damaged or no sheets
_MALFORMED: Final = (
    *(BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, RecursionError),
    *(LookupError, AttributeError, TypeError, SyntaxError, OverflowError),
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
            _inspect(archive, part)


def _inspect(archive: ZipFile, part: ZipInfo) -> None:
    """Read a part, whatever its name, as the parser will: up to where it is no XML. Nothing of it is kept."""
    if part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others give a block of any size
        raise ValueError("it is packed in a way that no sheet is")
    if part.file_size > max(_BLOCK, RATIO * part.compress_size):
        raise ValueError("a part of it is packed more tightly than a sheet can be")
    parser = expat.ParserCreate()
    parser.StartDoctypeDeclHandler = _no_entities
    with archive.open(part) as file, suppress(expat.ExpatError):
        fed = 0
        while block := file.read(_BLOCK):
            parser.Parse(block, False)
            fed += len(block)
            if fed - parser.CurrentByteIndex > LONGEST_TOKEN:
                raise ValueError("it has a comment or a tag that is longer than any of a sheet")
            if fed > WHOLE and not part.filename.startswith(_ROW_BY_ROW):
                raise ValueError(f"{plain(part.filename)} in it is larger than {WHOLE // 1_000_000} MB; save it as CSV")


def _no_entities(*_: object) -> None:
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
