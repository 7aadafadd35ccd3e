"""Every kind is on every surface, and every value comes through every format as it was."""

import csv
import json
import re
import shutil
import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from uuid import UUID

import click
import msgspec
import pytest
import tomli_w
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import DataObject, SearchStrategy
from openpyxl import load_workbook

from comity import bootstrap
from comity.cli import app, records
from comity.desk import acting, asking, drafting, history, telling
from comity.desk.desk import Desk
from comity.domain.cells import FORMULA
from comity.domain.facet import Facet, Shape
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.parse import Reading
from comity.domain.record import Record, choices, decode, encode, facets
from comity.exporters.plan_facts import fact
from comity.exporters.sheet import cell, csv_bytes, xlsx_bytes
from comity.importers.sheet import meant, read_sheet
from comity.log.commit import Change
from comity.store import rows, schema
from comity.tui import deriving, drafts

RISKY = [
    *("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "'=1", "''-", "'", "=cmd|' /C calc'!A0"),
    *("_x003D_1", "\x1b[2J", "#REF!", "1", "a\r\nb", '"', ";", "\ufeff"),
    *("\n=1", "\r\n-1", "＝1", "＋1", "－1", "＠A1", "a;=1", "a\t+1", "a;'=1", 'a;"=1', "a; @A1;;-1", "a\r\n=1", "\ta"),
]
LETTERS = st.characters(exclude_categories=("Cs",))
WORDS = st.text(LETTERS, min_size=1, max_size=20).map(str.strip).filter(bool)
CODES = st.from_regex(r"[A-Za-z0-9Ωé/~:._-]{1,16}", fullmatch=True)
PARTS = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=6,
)
VALUES: dict[Shape, SearchStrategy[Any]] = {
    Shape.LINE: WORDS,
    Shape.PROSE: st.text(LETTERS, min_size=1, max_size=60).filter(str.strip),
    Shape.CODE: CODES,
    Shape.INSTITUTE: CODES,
    Shape.LANGUAGE: st.sampled_from(["en", "ko", "zh-Hans", "pt-BR"]),
    Shape.REF: st.uuids(version=4).map(str),
    Shape.DATE: st.dates(date(1990, 1, 1), date(2090, 12, 31)),
    Shape.MOMENT: st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)).map(
        lambda moment: moment.replace(microsecond=0)
    ),
    Shape.COUNT: st.integers(0, 2**53 - 1),
    Shape.NUMBER: st.floats(allow_nan=False, allow_infinity=False, width=32),
    Shape.FLAG: st.booleans(),
    Shape.MARKING: st.sampled_from(["TLP:RED", "TLP:AMBER+STRICT", "TLP:AMBER", "TLP:GREEN", "OFFICIAL-SENSITIVE"]),
    Shape.FACTS: st.dictionaries(WORDS, PARTS, min_size=1, max_size=3),
}


def values_of(kind: type[Record]) -> SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({name: value_of(kind, name, facet) for name, facet in facets(kind).items()})


def value_of(kind: type[Record], name: str, facet: Facet) -> SearchStrategy[Any]:
    one = (
        st.sampled_from([word for word in choices(kind, name) if word]) if choices(kind, name) else VALUES[facet.shape]
    )
    if facet.many:
        return st.lists(one.filter(lambda each: "," not in each), unique=True, max_size=3)
    return one


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    home = tmp_path_factory.mktemp("surfaces") / "home"
    bootstrap.init(home, institute="UK-AISI", person="Tamsin Oakhollow", device="laptop-1")
    desk = bootstrap.open_desk(home, today=date(2026, 11, 23))
    yield desk
    desk.close()
    shutil.rmtree(home)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_every_kind_has_every_surface(kind: type[Record], desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    fields = facets(kind)
    named = {kind.code_field, kind.name_field, kind.parent_field, *kind.columns} - {""}
    assert kind.columns
    assert named <= set(kind.model_fields)
    assert not kind.parent_field or fields[kind.parent_field].shape is Shape.REF
    assert all(facet.refers in (*BY_NOUN, "*") for facet in fields.values() if facet.shape is Shape.REF)
    assert schema.row_table(kind).c.keys() == list(kind.model_fields)
    assert set(fields) <= {*telling.shown_fields(kind), "marking"}
    _has_commands(kind)
    assert app.main(["kinds", kind.noun.replace("_", "-"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["items"][0]
    assert [each["name"] for each in told["fields"]] == list(fields)
    assert len(deriving.columns_of(kind, kind.columns)) == len(kind.columns)
    assert all(deriving.facet_of(kind, name).label for name in kind.columns)
    record = written(desk, kind, {})
    assert asking.find(desk, record.id, kind.noun).id == record.id
    assert telling.as_json(desk, record)["kind"] == kind.noun
    assert history.history(desk, record)[0].by == "Tamsin Oakhollow"
    assert all(isinstance(drafts.written(desk, record, name), str) for name in fields)
    assert asking.texts(desk, record, fields)["marking"] == "TLP:RED"


def _has_commands(kind: type[Record]) -> None:
    noun = kind.noun.replace("_", "-")
    group = app.root.get_command(click.Context(app.root), noun)
    assert isinstance(group, records.KindNoun)
    context = click.Context(group, info_name=noun)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        assert command.get_help(click.Context(command, info_name=name, parent=context))
    if kind.noun == "group":
        return  # founded and joined by commands of its own
    options = {name: _options(group, context, name) for name in ("add", "set")}
    assert {name.replace("_", "-") for name in facets(kind)} <= options["add"]
    assert {name.replace("_", "-") for name, facet in facets(kind).items() if not facet.fixed} <= options["set"]


def _options(group: click.Group, context: click.Context, name: str) -> set[str]:
    command = group.get_command(context, name)
    assert command is not None
    return {word.removeprefix("--") for each in command.params for word in each.opts}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
@seed(20261123)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_field_round_trips_through_every_format(kind: type[Record], data: DataObject, desk: Desk) -> None:
    typed = data.draw(values_of(kind))
    wire = {name: encode(value) for name, value in typed.items()}
    assert same(kind, typed, {name: decode(kind, name, json.loads(json.dumps(wire[name]))) for name in wire})
    columns, unreadable = rows.row(kind, wire)
    assert (unreadable, same(kind, typed, columns)) == ([], True)
    record = written(desk, kind, typed)
    assert same(kind, typed, vars(record))
    told = json.loads(msgspec.json.encode(telling.as_json(desk, record)))
    assert same(kind, typed, read(kind, {**told["fields"], "marking": told["marking"]}))
    assert same(kind, typed, read(kind, {name: drafts.written(desk, record, name) for name in typed}))
    toml = tomli_w.dumps({name: fact(value) if isinstance(value, dict) else value for name, value in typed.items()})
    assert same(kind, typed, read(kind, tomllib.loads(toml)))
    for suffix in (".csv", ".xlsx"):
        assert same(kind, typed, read(kind, through_a_sheet(kind, typed, suffix)))


def through_a_sheet(kind: type[Record], typed: dict[str, Any], suffix: str) -> dict[str, Any]:
    """The values as a sheet gives them back; a blank cell says nothing, which is what it was."""
    cells = [cell(facets(kind)[name], value, lambda noun, id: id) for name, value in typed.items()]
    write = csv_bytes if suffix == ".csv" else xlsx_bytes
    with NamedTemporaryFile(suffix=suffix) as file:
        file.write(write([*typed], [cells]))
        file.flush()
        sheet = read_sheet(Path(file.name))
    texts = dict(zip(sheet.columns, sheet.rows[0].cells, strict=False))
    return {name: meant(facets(kind)[name], texts.get(name, "")) for name in typed}


@seed(20261123)
@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(LETTERS, max_size=12) | st.sampled_from(RISKY), min_size=1, max_size=8))
def test_spreadsheet_cells_never_start_a_formula(texts: list[str]) -> None:
    columns = [f"c{number}" for number in range(len(texts))]
    for suffix, write in ((".csv", csv_bytes), (".xlsx", xlsx_bytes)):
        with NamedTemporaryFile(suffix=suffix) as file:
            file.write(write([*columns, "last"], [[*texts, "x"]]))
            file.flush()
            path = Path(file.name)
            stored = _stored(path)
            elsewhere = [piece for text in stored for piece in re.split("[;\t\r\n]", text)]
            assert not [piece for piece in elsewhere if piece.lstrip(' "').startswith(FORMULA)]
            assert not [text for text in stored if text.startswith(("\t", "\r", "\n"))]
            (row,) = read_sheet(path).rows
            assert [*row.cells] == [*texts, "x"]


def _stored(path: Path) -> list[str]:
    """The cells as another program finds them; those of XLSX are texts, not formulas or numbers."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.reader(file))[1]
    _, row = load_workbook(path).worksheets[0].iter_rows()
    assert {each.data_type for each in row if each.value is not None} == {"s"}
    return [str(each.value or "") for each in row]


def read(kind: type[Record], raw: dict[str, Any]) -> dict[str, Any]:
    """The values as parse reads them; what they say between them is not asked here."""
    reading = Reading(kind, lambda noun, text: text, date(2026, 11, 23))
    found = {name: reading.value(name, value) for name, value in raw.items() if name in facets(kind)}
    assert reading.problems == []
    return found


def same(kind: type[Record], typed: dict[str, Any], found: dict[str, Any]) -> bool:
    """Whether the values are the same; the elements of a list are a set."""
    for name, value in typed.items():
        many = facets(kind)[name].many
        if (sorted(value) if many else value) != (sorted(found[name]) if many else found[name]):
            raise AssertionError(f"{kind.noun}.{name}: {value!r} became {found[name]!r}")
    return True


def written(desk: Desk, kind: type[Record], values: dict[str, Any]) -> Record:
    """A record as the store keeps it, whatever the rules between fields would say."""
    sets, _ = drafting.settings(kind, {}, {"marking": "TLP:RED", **values})
    id = drafting.new_id()
    change = Change(kind.noun, UUID(id).bytes, {"originator": "UK-AISI", **sets})
    with desk.store.writing() as connection:
        acting.write(desk, connection, desk.store.private, [change], "")
        return acting.reread(connection, kind, id, desk.store.private)
