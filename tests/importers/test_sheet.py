"""A sheet is read within bounds, as text, row by row; what is none is refused in words."""

import io
import resource
import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from comity.domain.institutes import Institute
from comity.domain.people import Person
from comity.domain.record import facets
from comity.errors import BadInput, NotFound
from comity.importers.sheet import MOST_COLUMNS, MOST_ROWS, Row, meant, read_sheet
from comity.importers.sheet_map import SheetMap, fields_of, read_map


def csv_file(folder: Path, content: str | bytes, name: str = "people.csv") -> Path:
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def xlsx_file(folder: Path, *rows: list[object]) -> Path:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(row)
    path = folder / "people.xlsx"
    book.save(path)
    return path


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_rows_have_the_lines_on_which_they_begin_and_blank_ones_are_left_out(tmp_path: Path, separator: str) -> None:
    text = '\ufeffname,role\n\nA,"two\nlines"\n,,\nB\n'.replace(",", separator)
    sheet = read_sheet(csv_file(tmp_path, text))
    assert sheet.columns == ("name", "role")
    assert sheet.rows == (Row(3, ("A", "two\nlines")), Row(6, ("B",)))


def test_cells_of_xlsx_are_what_a_person_would_type(tmp_path: Path) -> None:
    path = xlsx_file(
        tmp_path,
        ["text", "day", "moment", "count", "number", "flag", "last"],
        ["'=1", date(2026, 12, 1), datetime(2026, 12, 1, 14, 5), 3.0, 2.5, True, "_x001B_"],
        [],
        ["x"],
    )
    sheet = read_sheet(path)
    assert sheet.rows == (
        Row(2, ("=1", "2026-12-01", "2026-12-01T14:05:00", "3", "2.5", "yes", "\x1b")),
        Row(4, ("x",)),
    )


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.csv", b"", "is empty"),
        ("a.csv", b"\n,,\n", "is empty"),
        ("a.csv", b'name\na\n"open\nb', "line 3 has a quotation mark that is never closed"),
        ("a.csv", b'name\n"a"b\n', "line 2 has a quotation mark inside a cell; write it twice"),
        ("a.csv", b"name\n\xff\n", "not UTF-8"),
        ("a.csv", "name\n".encode("utf-16"), "not UTF-8"),
        ("a.csv", b"name\n" + b"x" * 200_000, "line 2 has a cell of more than 120,000 characters"),
        ("a.csv", b"," * (MOST_COLUMNS + 1) + b"x", "more than 200 columns"),
        ("a.csv", b"a\n" + b"1\n" * (MOST_ROWS + 1), "more than 100,000 rows"),
        ("a.xlsx", b"", "damaged"),
        ("a.xlsx", b"PK\x03\x04" + b"x" * 100, "damaged"),
        ("a.ods", b"x", "is no sheet"),
    ],
)
def test_what_is_no_sheet_is_refused_in_words(tmp_path: Path, name: str, content: bytes, said: str) -> None:
    with pytest.raises(BadInput, match=said) as caught:
        read_sheet(csv_file(tmp_path, content, name))
    assert caught.value.message.startswith(name)
    assert caught.value.hint


def test_a_file_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"none\.csv"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(NotFound, match=r"none\.toml"):
        read_map(tmp_path / "none.toml", Person)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_harmed_workbook_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    whole = xlsx_file(tmp_path, ["name", "role"], ["A", "x"], ["B", 3]).read_bytes()
    with ZipFile(io.BytesIO(whole)) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    part = data.draw(st.sampled_from(sorted(parts)))
    at = data.draw(st.integers(0, len(parts[part]) - 1))
    put, cut = data.draw(st.binary(max_size=8)), data.draw(st.integers(0, 40))
    parts[part] = parts[part][:at] + put + parts[part][at + cut :]
    path = tmp_path / "harmed.xlsx"
    with ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    with suppress(BadInput):
        assert read_sheet(path).columns


def _bomb(folder: Path, name: str, *, packed: int = ZIP_DEFLATED, **parts: bytes) -> Path:
    """A workbook with other parts than it had."""
    whole = xlsx_file(folder, ["name"], ["A"])
    path = folder / name
    with ZipFile(whole) as source, ZipFile(path, "w", packed) as target:
        for each in source.namelist():
            target.writestr(each, parts.pop(Path(each).stem, source.read(each)))
        for each, content in parts.items():
            target.writestr(f"xl/{each}.xml", content)
    return path


def test_bombs_are_bounded(tmp_path: Path) -> None:
    """300 MB in a small file, entities that grow, the last row and column of a sheet: within 1 GB and seconds."""
    start = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    wide = b"".join(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (row, row) for row in range(1, 20_000))
    entities = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + start + b"</sheetData></worksheet>"
    bombs = [
        _bomb(tmp_path, "large.xlsx", large=b"\0" * 300_000_000),
        _bomb(tmp_path, "far.xlsx", sheet1=start + far + b"</sheetData></worksheet>"),
        _bomb(tmp_path, "wide.xlsx", sheet1=start + wide + b"</sheetData></worksheet>"),
        _bomb(tmp_path, "entities.xlsx", sheet1=entities),
        _bomb(tmp_path, "deep.xlsx", sheet1=start + b"<c>" * 200_000),
        _bomb(tmp_path, "open.xlsx", sheet1=start + b"<row><c r='A1'><v>1" * 200_000),
        csv_file(tmp_path, b'"' + b"\n" * 5_000_000, "quote.csv"),
        csv_file(tmp_path, b"," * 5_000_000, "commas.csv"),
    ]
    program = (
        "import sys; from pathlib import Path; from comity.errors import ComityError;"
        "from comity.importers.sheet import read_sheet\n"
        "try: print(len(read_sheet(Path(sys.argv[1])).rows))\n"
        "except ComityError as error: print('refused', error)"
    )
    for path in bombs:
        begun = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
        done = subprocess.run(
            [sys.executable, "-c", program, str(path)],
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (2**30, 2**30)),
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, (path.name, done.stderr[-400:])
        assert done.stdout.startswith("refused"), path.name
        assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - begun < 4, path.name  # half of it is starting


def test_what_no_sheet_holds_is_refused_before_it_is_opened(tmp_path: Path) -> None:
    """Entities behind much padding, in UTF-16 or in a part of any name; a long comment; the whole in one block."""
    start = '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    entities = f'<!DOCTYPE x [<!ENTITY a "{"A" * 1000}">]>{start}<row><c t="inlineStr"><is><t>&a;</t></is></c></row>'
    padding = "".join(f"<!-- {number:x} -->" for number in range(400_000))
    digits = "".join(f"{number:x}" for number in range(100_000))
    named = _bomb(tmp_path, "plain.xlsx", sheet1=entities.encode())
    with ZipFile(named) as source, ZipFile(tmp_path / "named.xlsx", "w", ZIP_DEFLATED) as target:
        for each in source.namelist():
            content = source.read(each).replace(b"sheet1.xml", b"sheet1.bin")
            target.writestr(each.replace("sheet1.xml", "sheet1.bin"), content)
    bombs = {
        named: "declares entities",
        tmp_path / "named.xlsx": "declares entities",
        _bomb(tmp_path, "late.xlsx", sheet1=(padding + entities).encode()): "declares entities",
        _bomb(tmp_path, "wide.xlsx", sheet1=entities.encode("utf-16")): "declares entities",
        _bomb(tmp_path, "said.xlsx", sheet1=f"<!--{digits}-->{start}".encode()): "longer than any",
        _bomb(tmp_path, "tight.xlsx", sheet1=f"<!--{' ' * 9_000_000}-->{start}".encode()): "more tightly",
        _bomb(tmp_path, "styled.xlsx", styles=f"<styleSheet>{padding}".encode()): "save it as CSV",
        _bomb(tmp_path, "coded.xlsx", styles=b"<?xml version='1.0' encoding='nowhere'?><styleSheet/>"): "damaged",
        _bomb(tmp_path, "block.xlsx", packed=ZIP_BZIP2, sheet1=b" " * 9_000_000): "packed in a way",
    }
    for path, said in bombs.items():
        begun = time.process_time()
        with pytest.raises(BadInput, match=said):
            read_sheet(path)
        assert time.process_time() - begun < 1, path.name


def test_headings_are_fields_labels_or_what_the_map_says(tmp_path: Path) -> None:
    path = tmp_path / "map.toml"
    path.write_text('key = "Ref"\n[columns]\n"Boss of" = "role"\nJunk = ""\n', encoding="utf-8")
    chosen = read_map(path, Person)
    columns = ("Name", "INSTITUTE", "skills", "Boss of", "Junk", "Ref", "", "id")
    assert fields_of(columns, Person, chosen)[0] == ("name", "institute", "skills", "role", "", "", "", "id")
    _, problems = fields_of(("Nmae", "name", "Name"), Person, SheetMap(key="Ref"))
    assert [each.field for each in problems] == ["Ref", "Nmae", "Name"]
    assert "did you mean «name»?" in problems[1].message


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[colums]\n", "did you mean «columns»"),
        ("key = 3\n", "one column"),
        ('[columns]\nA = "nmae"\n', "did you mean «name»"),
        ('[values]\nrole = "x"\n', "table of texts"),
        ('[values.rloe]\nA = "x"\n', "no field «rloe»"),
        ("[defaults]\nrole = []\n", "table of texts"),
        ("[defaults\n", "is no map"),
        ("a = " + "[" * 2000, "is no map"),
    ],
)
def test_what_is_no_map_is_refused_in_words(tmp_path: Path, text: str, said: str) -> None:
    path = csv_file(tmp_path, text, "map.toml")
    with pytest.raises(BadInput, match=r"map\.toml") as caught:
        read_map(path, Person)
    assert said in caught.value.message


def test_lists_may_be_written_as_json_where_an_element_has_a_comma() -> None:
    languages = facets(Person)["languages"]
    assert meant(languages, '["a,b", "c"]') == ["a,b", "c"]
    for text in ("en,ko", "[1]", "[en", '{"a": 1}'):
        assert meant(languages, text) == text
    assert meant(facets(Institute)["name"], '["a"]') == '["a"]'
