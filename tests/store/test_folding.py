"""From commits to rows: total, whatever somebody wrote, and the same however it is made."""

import random
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.desk import asking, history
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import facets
from comity.log.commit import ORIGINATOR, RETIRED, Change
from comity.store import reading, verify
from comity.store.rows import row, words
from laws.laptops import Laptop, differences, shown, three

values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63) + 1, 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
    | st.sampled_from(
        ["TLP:RED", "9999-12-31", "2026-11-23T10:00:00+05:00", "0001-01-01T00:00:00Z", "1e999", "\x00", "=1+1"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[bytes, Laptop]]:
    id, laptops = three(tmp_path_factory.mktemp("folding"), random.Random(8))
    yield id, laptops[0]
    for laptop in laptops:
        laptop.close()


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(KINDS), st.data())
def test_a_row_can_be_made_of_anything(kind: Any, data: st.DataObject) -> None:
    names = st.sampled_from([*facets(kind), "originator", "id", "conflicts", "no", "future"])
    shown_values = data.draw(st.dictionaries(names, values, max_size=6))
    columns, unreadable = row(kind, shown_values)
    assert set(unreadable) <= set(kind.model_fields)
    assert columns["marking"] or shown_values["marking"] == ""  # which no join of markings is
    assert all(isinstance(word, str) for word in words(kind, columns))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(BY_NOUN)), st.data())
def test_whatever_somebody_writes_is_kept_and_shown(
    group: tuple[bytes, Laptop], noun: str, data: st.DataObject
) -> None:
    """A commit of any values goes through door, rows, search, lists, history and verification."""
    id, laptop = group
    kind = BY_NOUN[noun]
    tags = [f"{name}:{word}" for name, facet in facets(kind).items() if facet.many for word in ("", "a", "\x1b[2J")]
    names = st.sampled_from([*facets(kind), *tags, RETIRED, ORIGINATOR, "future", "x:y:z", "created_at", "no"])
    record = data.draw(st.binary(min_size=16, max_size=16))
    sets = data.draw(st.dictionaries(names, values, min_size=1, max_size=6))
    laptop.write(id, Change(noun, record, sets))
    heads = laptop.heads(id, noun, record)
    assert sets.keys() <= heads.keys()
    with laptop.store.reading() as connection:
        found = reading.get(connection, kind, reading.dashed(record.hex()), id.hex())
    assert found is not None
    asking.records(laptop.desk, noun)
    assert history.history(laptop.desk, found)
    assert verify.problems(laptop.store) == []


def test_what_was_written_meanwhile_is_what_a_rebuild_makes(group: tuple[bytes, Laptop]) -> None:
    _, laptop = group
    before = shown(laptop.store)
    assert laptop.store.rebuild() > 0
    assert differences(before, shown(laptop.store)) == []


def test_a_moment_of_another_zone_is_the_same_moment(group: tuple[bytes, Laptop]) -> None:
    id, laptop = group
    header = ["1", "1", {"eval_id": "e", "started_at": "2026-11-23T15:00:00+05:00"}]
    laptop.create(id, "run", b"zone" * 4, header=header)
    assert str(laptop.row("run", b"zone" * 4)["started_at"]).startswith("2026-11-23 10:00")


def test_a_retired_record_leaves_the_search(group: tuple[bytes, Laptop]) -> None:
    id, laptop = group
    laptop.create(id, "note", b"word" * 4, text="uniquely findable")
    heads = laptop.heads(id, "note", b"word" * 4)
    laptop.write(
        id, Change("note", b"word" * 4, {RETIRED: True}, tuple({dot for dots in heads.values() for dot in dots}))
    )
    with laptop.store.reading() as connection:
        count = "SELECT count(*) FROM search WHERE search MATCH 'uniquely'"
        assert connection.exec_driver_sql(count).scalar() == 0
    assert laptop.row("note", b"word" * 4)["retired"] == 1
