"""One look at the world gives what the world gives, and reads each kind once."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.kinds import KINDS
from comity.domain.lifecycles.table import STEPS
from comity.domain.people import Leave
from comity.domain.record import Record, choices, decode, facets, optional
from comity.domain.runs import Cell, Run
from comity.domain.sight import Sight, mended, sight
from comity.domain.steps import Taking, obstacles
from comity.domain.view import R
from domain.saltmarsh import saltmarsh
from domain.shelf import TODAY, Shelf

INSTITUTES = st.sampled_from(["UK-AISI", "US-CAISI", "nobody"])
STATUSES = st.sampled_from(["planned", "running", "succeeded", "lost"])


@given(INSTITUTES | st.lists(INSTITUTES), STATUSES | st.lists(STATUSES))
def test_a_look_finds_what_the_view_finds(institute: str | list[str], status: str | list[str]) -> None:
    shelf = Shelf()
    saltmarsh(shelf)
    wanted = {"institute": institute, "execution_status": status}
    found = Sight(shelf).find(Run, **wanted)
    assert sorted(each.id for each in found) == sorted(each.id for each in shelf.find(Run, **wanted))


def test_a_look_reads_each_kind_once_and_stays_itself() -> None:
    shelf = Shelf()
    parts = saltmarsh(shelf)
    shelf.reads = 0
    look = sight(shelf)
    assert sight(look) is look
    for institute in ("UK-AISI", "US-CAISI"):
        look.find(Run, institute=institute)
        look.find(Run, cell=None)
        look.get(Run, parts.runs["R1"].id)
    assert shelf.reads == 1
    assert (look.today, look.institute, look.members(parts.exercise.group)) == (
        shelf.today,
        "UK-AISI",
        ("UK-AISI", "US-CAISI"),
    )


def test_a_look_gets_retired_records_but_does_not_find_them() -> None:
    shelf = Shelf()
    cell = shelf.put(Cell, strand="s", institute="UK-AISI", system="a", task="t", retired=True)
    look = Sight(shelf)
    assert look.get(Cell, cell.id) is cell
    assert look.get(Cell, "elsewhere") is None
    assert look.all(Cell) == ()


def test_a_record_that_lacks_what_its_kind_needs_is_not_reasoned_about() -> None:
    shelf = Shelf()
    torn = shelf.put(Leave, person="p", flags=["record.unreadable:end"], start=TODAY, end=None)
    short = shelf.put(Leave, person="p", start=TODAY)
    look = Sight(shelf)
    assert (look.all(Leave), look.find(Leave, person="p"), look.get(Leave, torn.id)) == ((), [], None)
    assert look.every(Leave) == (torn, short)


class Mended(Shelf):
    """The shelf as guards are told of it."""

    def get(self, kind: type[R], id: str) -> R | None:
        found = super().get(kind, id)
        return mended(found) if found else None

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        return [mended(each) for each in super().find(kind, **equals)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_a_mended_record_has_every_field_that_its_kind_may_not_lack(kind: type[Record]) -> None:
    torn = kind(**dict.fromkeys(facets(kind)))
    whole = mended(torn)
    lacking = {name for name in facets(kind) if getattr(whole, name) is None}
    assert lacking == {name for name in facets(kind) if optional(kind, name)}
    assert mended(whole) is whole
    for name in facets(kind):
        if name not in lacking and not choices(kind, name):
            decode(kind, name, getattr(whole, name))


@pytest.mark.parametrize("seed", range(20))
def test_no_guard_falls_over_what_a_peer_tore(seed: int) -> None:
    rng, shelf = random.Random(seed), Mended()
    saltmarsh(shelf)
    for record in shelf.records:
        for name in rng.sample(sorted(facets(type(record))), 3):
            if rng.random() < 0.3:
                setattr(record, name, None)
    for record in map(mended, shelf.records):
        for step in STEPS.get(record.noun, ()):
            obstacles(step, record, Taking(shelf))
