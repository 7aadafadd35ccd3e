"""Write a sheet, CSV or XLSX: cells of text that no spreadsheet takes for formulas and that read back the same."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from comity.domain.cells import guarded
from comity.domain.facet import Facet, Shape
from comity.domain.record import encode
from comity.errors import BadInput

XLSX_LONGEST: Final = 32_767  # characters of a cell
# XML has no place for these; `_x001B_` is how spreadsheets write them, so that the like of it is written so too
_UNWRITABLE: Final = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def cell(facet: Facet, value: Any, called: Callable[[str, str], str]) -> str:
    """The text of one value, without a guard; `called` names the record that a reference means."""
    if value is None or value == "" or value == []:
        return ""
    if facet.many and facet.shape is not Shape.FACTS:
        return _joined([_one(facet, each, called) for each in value])
    return _one(facet, value, called)


def _joined(parts: list[str]) -> str:
    """Elements with commas between; as JSON where one of them could not be told again."""
    plain = not any("," in part or part != part.strip() or not part for part in parts) and not parts[0].startswith("[")
    return ",".join(parts) if plain else json.dumps(parts, ensure_ascii=False)


def _one(facet: Facet, value: Any, called: Callable[[str, str], str]) -> str:
    match facet.shape:
        case Shape.REF:
            return called(facet.refers, str(value))
        case Shape.FLAG:
            return "yes" if value else "no"
        case Shape.FACTS:
            return json.dumps(value, ensure_ascii=False)
    return str(encode(value))


def csv_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A CSV file; the mark at its start tells spreadsheets that it is UTF-8."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([guarded(each) for each in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(columns: Sequence[str], rows: Iterable[Sequence[str]], marking: str = "") -> bytes:
    """An XLSX file of text cells, marked at the top and bottom of each page. Raises BadInput for what does not fit."""
    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet("records")
    sheet.oddHeader.center.text = sheet.oddFooter.center.text = marking.replace("&", "&&") or None
    for number, row in enumerate([columns, *rows], 1):
        cells = [WriteOnlyCell(sheet, _written(text, number, name)) for text, name in zip(row, columns, strict=True)]
        for each in cells:
            each.data_type, each.number_format = "s", "@"
        sheet.append(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _written(text: str, row: int, column: str) -> str:
    written = _UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", guarded(text))
    if len(written) > XLSX_LONGEST:
        told = f"row {row}: {column} has {len(written):,} characters; a cell of XLSX takes {XLSX_LONGEST:,}"
        raise BadInput(told, "write a .csv file instead")
    return written
