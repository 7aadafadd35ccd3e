"""The one door: what comes is taken once, in any order, and judged again when its ground moves."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity.log.acts import Rekey, Role, act_of
from comity.log.commit import Change, Commit
from comity.log.envelope import Slot, Type, sealed
from comity.store import door
from laws.laptops import Laptop, admit, differences, shown, shuffled, three

NOTE = b"n" * 16


@pytest.fixture
def group(folder: Path) -> Iterator[tuple[bytes, list[Laptop], random.Random]]:
    rng = random.Random(8)
    id, laptops = three(folder, rng)
    yield id, laptops, rng
    for laptop in laptops:
        laptop.close()


def blank(laptop: Laptop, folder: Path) -> Laptop:
    """Another home with the same keys, and nothing in it."""
    return Laptop(folder / f"blank-of-{laptop.home.name}", laptop.institute, laptop.keys)


def test_what_is_here_already_changes_nothing(group: tuple[bytes, list[Laptop], random.Random]) -> None:
    id, (uk, us, _), _ = group
    uk.create(id, "note", NOTE, text="once")
    us.take(uk.envelopes())
    before, version = shown(us.store), us.store.database.version()
    assert admit(us.store, [*uk.envelopes(), *uk.envelopes()]) == door.Admitted(0, frozenset())
    assert admit(us.store, []) == door.Admitted(0, frozenset())
    assert shown(us.store) == before
    assert us.store.database.version() == version


def test_the_order_leaves_no_trace(group: tuple[bytes, list[Laptop], random.Random], folder: Path) -> None:
    id, (uk, us, us2), rng = group
    for number in range(4):
        uk.create(id, "note", bytes([number]) * 16, text="a")
        us2.take(uk.envelopes())
        us2.set(id, "note", bytes([number]) * 16, text="b")
        us.set(id, "note", bytes([number]) * 16, text="c")
    everything = [*us2.envelopes(), *us.envelopes()]
    us.take(everything)
    for number in range(3):
        other = blank(us, folder / str(number))
        for part in shuffled(rng, everything):
            other.take(part)
        assert differences(shown(other.store), shown(us.store)) == []
        other.close()


def test_work_waits_for_the_act_that_seats_its_author(
    group: tuple[bytes, list[Laptop], random.Random], folder: Path
) -> None:
    id, (uk, _, us2), _ = group
    dot = us2.create(id, "note", NOTE, text="by the newcomer")
    everything = us2.envelopes()
    (admission,) = [each for each in everything if each.dot == next(e.seat for e in everything if e.dot == dot)]
    other = blank(uk, folder)
    other.take([each for each in everything if each.id != admission.id])
    assert other.status(dot) == "waiting: seat not here"
    assert shown(other.store)["note"] == []
    other.take([admission])
    assert other.status(dot) == "in"
    assert other.row("note", NOTE)["text"] == "by the newcomer"
    other.close()


def test_work_waits_for_its_key(group: tuple[bytes, list[Laptop], random.Random], folder: Path) -> None:
    id, (uk, us, _), _ = group
    dot = uk.create(id, "note", NOTE, text="sealed")
    keyless = [each for each in uk.envelopes() if not (each.type is Type.ACT and type(act_of(each)) is Rekey)]
    other = blank(us, folder)
    other.take([each for each in keyless if "Share" not in type(act_of(each)).__name__ or each.type is Type.COMMIT])
    assert other.status(dot) == "waiting: key not here"
    other.take(uk.envelopes())
    assert other.status(dot) == "in"
    assert other.row("note", NOTE)["text"] == "sealed"
    other.close()


def test_a_revoke_takes_back_what_was_shown(group: tuple[bytes, list[Laptop], random.Random]) -> None:
    id, (uk, us, us2), _ = group
    uk.create(id, "note", NOTE, text="before")
    us2.take(uk.envelopes())
    dot = us2.set(id, "note", NOTE, text="by one who is revoked")
    us.take(us2.envelopes())
    assert us.row("note", NOTE)["text"] == "by one who is revoked"
    uk.revoke(id, us2.device)  # which has not seen the edit
    us.take(uk.envelopes())
    assert us.status(dot) == "void: cut"
    assert us.row("note", NOTE)["text"] == "before"


def test_a_link_that_comes_later_moves_a_cut(group: tuple[bytes, list[Laptop], random.Random], folder: Path) -> None:
    """What lies before an end counts, as soon as the way there has no hole; also where another process brings it."""
    id, (uk, us, us2), _ = group
    dots = [us2.create(id, "note", bytes([number]) * 16, text="x") for number in range(4)]
    uk.take(us2.envelopes())
    uk.revoke(id, us2.device)
    hole = [each for each in uk.envelopes() if each.dot == dots[2]]
    other = blank(us, folder)
    other.take([each for each in uk.envelopes() if each.dot != dots[2]])
    assert other.status(dots[1]).startswith("waiting")
    beside = Laptop(other.home, other.institute, other.keys)
    with other.store.reading():
        beside.take(hole)
    assert [other.status(dot) for dot in dots] == ["in"] * 4
    late = us2.create(id, "note", b"late" * 4, text="after")
    other.take(us2.envelopes())
    assert other.status(late) == "void: cut"
    beside.close()
    other.close()


def test_a_body_that_comes_later_is_taken(group: tuple[bytes, list[Laptop], random.Random]) -> None:
    id, (uk, us, _), _ = group
    dot = uk.create(id, "note", NOTE, text="whole")
    envelope = next(each for each in uk.envelopes() if each.dot == dot)
    us.take([envelope.strip()])
    assert us.status(dot) == "waiting: body not here"
    us.take([envelope, envelope.strip()])
    assert us.status(dot) == "in"
    us.take([envelope.strip()])
    assert us.row("note", NOTE)["text"] == "whole"


def test_what_a_commit_replaces_and_is_not_here_is_missed(group: tuple[bytes, list[Laptop], random.Random]) -> None:
    id, (uk, us, us2), _ = group
    first = uk.create(id, "note", NOTE, text="first")
    us.take(uk.envelopes())
    us.set(id, "note", NOTE, text="second")
    withheld = next(each for each in uk.envelopes() if each.dot == first)
    us2.take([each for each in us.envelopes() if each.id != withheld.id])
    assert shown(us2.store)["missing"][id] == {first}
    assert us2.row("note", NOTE)["text"] == "second"  # a missing envelope hides itself only
    us2.take([withheld])
    assert shown(us2.store)["missing"][id] == frozenset()
    assert us2.row("note", NOTE)["text"] == "second"
    us2.write(id, Change("note", NOTE, {"text": "third"}, (b"nowhere.........",)))
    assert shown(us2.store)["missing"][id] == {b"nowhere........."}


def test_work_of_a_reader_is_void(group: tuple[bytes, list[Laptop], random.Random], folder: Path) -> None:
    id, (uk, us, _), rng = group
    reader = Laptop.new(folder / "reader", "US-CAISI", rng)
    us.admit(id, reader, Role.READER)
    reader.take(us.envelopes())
    commit = Commit(1, "reader", "", (Change("note", NOTE, {"text": "by a reader of another program"}),))
    (seat,) = (each.id for each in reader.standing(id).seats.values() if each.device == reader.device)
    key = next(iter(reader.store.circles.of(id).keys.values()))
    made = sealed(Slot(id, seat, 1, 1), commit.encode(), key, reader.keys.pair.secret)
    uk.take(reader.envelopes())
    for laptop in (uk, reader):
        laptop.take([made])
        assert laptop.status(made.dot) == "void: role"
        assert shown(laptop.store)["note"] == []
    reader.close()
