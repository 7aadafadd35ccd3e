"""What was erased is gone: from the file, the index and the log of every laptop, from hubs, and from later bundles."""

import random
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from comity.desk import asking
from comity.desk.members import erasing
from comity.home import STORE
from comity.log.acts import Erase
from comity.log.envelope import Envelope, decode
from comity.store import door, exchange, schema
from comity.store import verify as verifying
from comity.store.store import BEFORE
from comity.sync import bundle
from comity.sync.engine import sync
from comity.sync.shelf import Shelf
from laws.carriers import Heap
from laws.laptops import Laptop, differences, shown, three
from laws.leftovers import pages
from sync.hubs import running

NAME, SKILL, OTHER = "Qxzelda Vwhornbeam", "zqlockpicking", "Hjrowan Kqtansley"
WORDS = [word.lower().encode() for word in (*NAME.split(), SKILL)]
PERSON, BESIDE = bytes(range(16)), bytes(range(16, 32))


def traces(laptop: Laptop) -> list[bytes]:
    found = pages(laptop.home / STORE, laptop.keys.store).lower()
    return [word for word in WORDS if word in found]


def bodies(laptop: Laptop, dots: list[bytes]) -> list[Envelope]:
    return [each for each in laptop.envelopes() if each.dot in dots]


def person(group: bytes, laptop: Laptop) -> list[bytes]:
    """Somebody with a history of three commits."""
    first = laptop.create(group, "person", PERSON, name=NAME, institute="US-CAISI", **{f"skills:{SKILL}": True})
    second = laptop.set(group, "person", PERSON, contact=f"{NAME}@example.org")
    laptop.create(group, "person", BESIDE, name=OTHER, institute="US-CAISI")
    return [first, second, laptop.set(group, "person", PERSON, role=f"{NAME}'s role")]


def erased(laptop: Laptop) -> erasing.Erased:
    record = asking.get(laptop.desk, "person", "00010203-0405-0607-0809-0a0b0c0d0e0f")
    assert record
    return erasing.erase(laptop.desk, erasing.preview(laptop.desk, record), "asked for")


@pytest.mark.parametrize("seed", range(2))
def test_erased_is_gone(seed: int, folder: Path) -> None:
    rng = random.Random(seed)
    group, (uk, us, us2) = three(folder, rng)
    gone = person(group, us)
    early = folder / "early"
    bundle.write(Shelf(us.store, us.at_ms), early, [us2.device])
    sealed = [each.body or b"" for each in bodies(us, gone)]
    with (
        running(folder) as hub,
        closing(hub.line(us, invited=True)) as ours,
        closing(hub.line(uk, invited=True)) as line,
    ):
        for laptop, way in ((us, ours), (uk, line)):
            sync(Shelf(laptop.store, laptop.at_ms), way)
        us2.take(uk.envelopes())
        assert all(len(traces(laptop)) == len(WORDS) for laptop in (uk, us, us2))
        for laptop in (uk, us):
            laptop.store.database.copy_over(laptop.home / BEFORE)

        assert erased(us).commits == len(gone)
        for laptop, way in ((us, ours), (uk, line)):
            sync(Shelf(laptop.store, laptop.at_ms), way)
        hub.hub.ledger.tidy()
        kept = b"".join(path.read_bytes() for path in folder.glob("hub.db*"))
        assert not [body for body in sealed if body[:64] in kept]
    bundle.write(Shelf(uk.store, uk.at_ms), folder / "late", [us2.device])
    for path in ("late", "early", "late"):  # what was written before is of no use to anybody who heard of it
        bundle.read(Shelf(us2.store, us2.at_ms), folder / path)
    for laptop in (uk, us, us2):
        assert [laptop.status(dot) for dot in gone] == [door.ERASED] * len(gone)
        assert [each.body for each in bodies(laptop, gone)] == [None] * len(gone)
        assert not traces(laptop)
        assert not (laptop.home / BEFORE).exists()
        opened = pages(laptop.home / STORE, laptop.keys.store)
        assert not [body for body in sealed if body[:64] in opened]
        assert not verifying.problems(laptop.store)
        assert laptop.row("person", BESIDE)["name"] == OTHER
    before = shown(uk.store)
    assert not differences(before, shown(us.store)) + differences(before, shown(us2.store))
    uk.store.rebuild()
    assert not differences(before, shown(uk.store))


def test_the_index_forgets_at_once(folder: Path) -> None:
    group, (uk, *_) = three(folder, random.Random(1))
    person(group, uk)
    erased(uk)
    with uk.store.reading() as connection:
        blocks = b"".join(connection.execute(text("SELECT block FROM search_data")).scalars()).lower()
    assert not [word for word in WORDS if word in blocks]
    wal = uk.home / f"{STORE}-wal"
    assert not wal.exists() or wal.stat().st_size == 0


def test_a_body_that_is_missing_without_an_erase_waits_and_is_asked_for(folder: Path) -> None:
    rng = random.Random(3)
    group, (uk, us, _) = three(folder, rng)
    gone = person(group, us)
    uk.take([each.strip() if each.dot in gone else each for each in us.envelopes()])
    assert {uk.status(dot) for dot in gone} == {exchange.BODY_NOT_HERE}
    with uk.store.reading() as connection:
        asked = exchange.bodiless(connection, group)
    assert {id[:16] for id in asked} == set(gone)
    heap = Heap()
    sync(Shelf(us.store, us.at_ms), heap)
    sync(Shelf(uk.store, uk.at_ms), heap)
    assert {uk.status(dot) for dot in gone} == {"in"}


def test_an_erase_that_does_not_count_erases_nothing(folder: Path) -> None:
    """An act is refused from below and from beside, whoever forges it."""
    group, (uk, us, us2) = three(folder, random.Random(4))
    gone = person(group, uk)
    us.take(uk.envelopes())
    us2.take(us.envelopes())
    for laptop in (us, us2):
        laptop.act(group, Erase(1, tuple(gone)))
        uk.take(laptop.envelopes())
    assert {uk.status(dot) for dot in gone} == {"in"}
    assert uk.row("person", PERSON)["name"] == NAME


def test_an_envelope_that_comes_after_its_erase_never_shows(folder: Path) -> None:
    group, (uk, us, _) = three(folder, random.Random(5))
    gone = person(group, us)
    before = us.envelopes()
    erased(us)
    late = [decode(each.encode()) for each in us.envelopes() if each.dot not in gone]
    uk.take(late)
    uk.take(before)
    assert {uk.status(dot) for dot in gone} == {door.ERASED}
    assert not traces(uk)
    with uk.store.reading() as connection:
        assert not [each for each in door.held(connection, schema.envelopes.c.dot.in_(gone)) if each.envelope.body]
    assert not differences(shown(uk.store), shown(us.store))
