"""One look at the world gives what the world gives, and reads each kind once."""

from hypothesis import given
from hypothesis import strategies as st

from comity.domain.people import Leave
from comity.domain.runs import Cell, Run
from comity.domain.sight import Sight, sight
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
