"""Every sample plan reads, says what it means, refers to nothing that is not there, and can be written again."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import pytest

from comity.domain.concurrences import content_hash
from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.marking import permits
from comity.domain.naming import names
from comity.domain.parse import parse
from comity.domain.record import Record, facets
from comity.errors import NotFound
from comity.exporters.plan import plan_toml
from comity.importers.plan import PlanFile
from comity.importers.plan_entries import PlanEntry
from comity.samples.catalogue import PLANS, plans
from house.tools import ROOT
from importers.reading import read_plan

TODAY = date(2026, 11, 23)
MEMBERS = {
    "private": {"UK-AISI"},
    "UKUS": {"UK-AISI", "US-CAISI"},
    "NETWORK": {
        *("UK-AISI", "US-CAISI", "SG-AISI", "JP-AISI", "KR-AISI"),
        *("CA-CAISI", "AU-AISI", "FR-INESIA", "KE-GOV", "EU-AIO"),
    },
}
FILES = {path.name: read_plan(path) for path in plans()}
EXERCISES = [name for name in PLANS if FILES[name].exercise]


def an_id(name: str, entry: PlanEntry) -> str:
    return str(uuid5(NAMESPACE_OID, f"{name}{entry.key}"))


ENTRIES = {an_id(name, entry): entry for name, plan in FILES.items() for entry in plan.entries}


def resolve(name: str, noun: str, text: str) -> str:
    """The record that a reference means: of its own file first, else the only one of that name in the files before."""
    before = PLANS[: PLANS.index(name) + 1]
    if meant := FILES[name].entry(noun, text):
        return an_id(name, meant)
    found = [an_id(each, meant) for each in before if (meant := FILES[each].entry(noun, text))]
    if len(found) != 1:
        raise NotFound(f"{len(found)} of {noun} are called {text}")
    return found[0]


def record(name: str, entry: PlanEntry) -> Record:
    kind = BY_NOUN[entry.noun]
    raw = {**entry.raw, "marking": entry.marking}
    values = parse(kind, raw, resolve=lambda noun, text: resolve(name, noun, text), today=TODAY)
    return kind(id=an_id(name, entry), group=entry.group, **values)


RECORDS = {name: [record(name, entry) for entry in plan.entries] for name, plan in FILES.items()}
ALL = {each.id: each for records in RECORDS.values() for each in records}


def of(name: str, noun: str) -> list[Any]:
    return [each for each in RECORDS[name] if each.noun == noun]


def references(record: Record) -> list[str]:
    fields = facets(type(record))
    values = [getattr(record, field) for field, facet in fields.items() if facet.shape is Shape.REF]
    return [id for value in values for id in (value if isinstance(value, list) else [value]) if id]


def test_every_plan_in_the_folder_is_in_the_catalogue() -> None:
    there = {path.name for path in (ROOT / "sample_configs").glob("*.toml")} - {"config.toml"}
    assert there == set(PLANS)


@pytest.mark.parametrize("name", PLANS)
def test_nobody_gets_a_dangling_pointer_and_markings_fit_their_groups(name: str) -> None:
    for each in RECORDS[name]:
        for id in references(each):
            assert MEMBERS[each.group] <= MEMBERS[ALL[id].group], f"{ENTRIES[each.id]} points into a narrower group"
        private = each.group == "private"
        assert not permits(each.marking, MEMBERS[each.group], private=private), ENTRIES[each.id]


@pytest.mark.parametrize("name", PLANS)
def test_every_institute_that_is_named_is_known(name: str) -> None:
    known = {each.code for each in of("institutes.toml", "institute")}
    for each in RECORDS[name]:
        for field, facet in facets(type(each)).items():
            if facet.shape is Shape.INSTITUTE:
                value = getattr(each, field)
                assert {*(value if isinstance(value, list) else [value])} - {""} <= known, ENTRIES[each.id]


def written(name: str) -> str:
    exercise = of(name, "exercise")[0]
    listed: dict[str, list[Record]] = {}
    for each in RECORDS[name]:
        listed.setdefault(each.noun, []).append(each)
    return plan_toml(exercise, listed, lambda id: ENTRIES[id].names[0], lambda group: group)


def compared(plan: PlanFile) -> Mapping[tuple[str, ...], tuple[Any, ...]]:
    return {entry.key: (dict(entry.raw), entry.group, entry.marking) for entry in plan.entries}


@pytest.mark.parametrize("name", EXERCISES)
def test_a_plan_is_written_as_it_was_read(name: str, tmp_path: Path) -> None:
    path = tmp_path / "again.toml"
    path.write_text(written(name), "utf-8")
    again = read_plan(path)
    assert set(compared(again)) == set(compared(FILES[name]))
    for entry in again.entries:
        kind = BY_NOUN[entry.noun]
        raw = {**entry.raw, "marking": entry.marking}
        values = parse(kind, raw, resolve=lambda noun, text: resolve(name, noun, text), today=TODAY)
        before = next(each for each in RECORDS[name] if ENTRIES[each.id].key == entry.key)
        assert kind(id=before.id, group=entry.group, **values) == before


def test_invented_rows_say_so_and_historic_ones_do_not() -> None:
    invented = {name for name in PLANS if all(each.synthetic for each in RECORDS[name])}
    assert invented == {"lantern-27.toml", "exchange.toml"}
    assert [each.reference for each in RECORDS["saltmarsh.toml"] if not each.synthetic] == ["MOU-2024-04-01"]
    assert not any(
        each.synthetic for name in PLANS if name.startswith(("net-", "ukus-", "inst")) for each in RECORDS[name]
    )


def test_people_are_closely_held_and_no_shared_record_names_one() -> None:
    people = of("exchange.toml", "person")
    assert len(people) == 13
    assert {(each.group, each.marking) for each in RECORDS["exchange.toml"]} == {("private", "TLP:AMBER+STRICT")}
    words = re.compile("|".join(word for each in people for word in each.name.split()))
    shared = [each for each in ALL.values() if each.group != "private"]
    assert not [each for each in shared if words.search(each.model_dump_json())]


def test_frozen_protocols_carry_their_hash_and_concurrences_name_it() -> None:
    hashes = {each.id: content_hash(each) for each in of("saltmarsh.toml", "protocol")}
    assert {each.id: each.content_hash for each in of("saltmarsh.toml", "protocol")} == hashes
    assert all(each.version_hash == hashes[each.protocol] for each in of("saltmarsh.toml", "concurrence"))


def test_saltmarsh_has_32_cells_and_its_one_red_finding_is_private() -> None:
    cells = of("saltmarsh.toml", "cell")
    assert (len(cells), sum(bool(each.waived) for each in cells)) == (32, 2)
    assert [each.language for each in cells if not each.owner] == ["ja", "ja"]
    red = [
        (each.noun, names(each.noun, each.model_dump())[0], each.group)
        for each in ALL.values()
        if "RED" in each.marking
    ]
    assert red == [("finding", "F4", "private")]


def test_lantern_has_72_cells_of_which_14_lack_an_owner_or_an_annotator() -> None:
    cells = of("lantern-27.toml", "cell")
    assert (len(cells), sum(not each.owner for each in cells), sum(each.language == "te" for each in cells)) == (
        72,
        6,
        8,
    )
