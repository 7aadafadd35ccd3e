"""The laws of merging that only whole stores can show; those of the fold alone are in test_merge_fold."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import pytest

import comity.samples
from comity.desk import acting, stepping
from comity.desk.files import imports
from comity.domain.exercises import Exercise
from comity.domain.kinds import BY_NOUN
from comity.domain.protocols import Protocol
from comity.log.commit import ORIGINATOR, Change
from comity.log.keys import Pair
from comity.store import folding, reading, schema
from laws import promises
from laws.laptops import Laptop, differences, shown, three
from laws.promises import hold

EX, STRAND, PROTOCOL = (name.ljust(16, b".") for name in (b"exercise", b"strand", b"protocol"))
LOG = Path(comity.samples.__file__).parent / "logs" / "saltmarsh_R1_uk_modelA_cybench_success.eval"


@pytest.fixture
def group(folder: Path) -> Iterator[tuple[bytes, list[Laptop]]]:
    id, laptops = three(folder, random.Random(5))
    laptops[0].create(id, "exercise", EX, code="SALT", title="Saltmarsh", purpose="To learn.")
    meet(*laptops)
    yield id, laptops
    for laptop in laptops:
        laptop.close()


def meet(*laptops: Laptop) -> None:
    everything = [envelope for laptop in laptops for envelope in laptop.envelopes()]
    for laptop in laptops:
        laptop.take(everything)


def record(laptop: Laptop, kind: type, id: bytes, group: bytes) -> Any:
    with laptop.store.reading() as connection:
        return reading.get(connection, kind, str(UUID(bytes=id)), group.hex())


@pytest.mark.parametrize("seed", [101, 102])
def test_same_envelopes_same_rows(seed: int, folder: Path) -> None:
    hold(seed, folder, promises.same_envelopes_same_rows, promises.same_keys_same_rows)


def test_rebuild_equals_live(folder: Path) -> None:
    hold(103, folder, promises.rebuild_equals_live)


def test_nothing_committed_is_lost(folder: Path) -> None:
    hold(104, folder, promises.nothing_committed_is_lost)


def test_ids_do_not_cross_groups(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, _, _) = group
    with uk.store.writing() as connection:
        other = uk.store.found(connection, Pair.make().public, bytes(16), "UK-AISI", uk.at_ms())
    dots = [dot for found in uk.heads(id, "exercise", EX).values() for dot in found]
    uk.write(other, Change("exercise", EX, {"title": "other", "marking": "TLP:RED"}, tuple(dots)))
    uk.write(other, Change("note", EX, {ORIGINATOR: "UK-AISI", "text": "of the same id", "marking": "TLP:RED"}))
    assert record(uk, Exercise, EX, id).title == "Saltmarsh"
    assert record(uk, Exercise, EX, other).title == "other"
    assert record(uk, Exercise, EX, id).marking == "TLP:AMBER"
    assert uk.heads(other, "exercise", EX).keys() == {"title", "marking"}
    before = shown(uk.store)
    uk.store.rebuild()
    assert differences(before, shown(uk.store)) == []


def test_one_log_is_one_run_on_two_laptops(group: tuple[bytes, list[Laptop]]) -> None:
    id, (uk, us, us2) = group
    for laptop in (uk, us):
        exercise = record(laptop, Exercise, EX, id).id
        (outcome,) = imports.import_logs(laptop.desk, [LOG], exercise=exercise, institute="UK-AISI", language="en")
        assert outcome.outcome == "added", outcome.reason
    meet(uk, us, us2)
    for laptop in (uk, us, us2):
        with laptop.store.reading() as connection:
            (run,) = reading.find(connection, BY_NOUN["run"])
        assert run.conflicts == []
        assert run.institute == "UK-AISI"
        assert run.group == id.hex()
        (again,) = imports.import_logs(laptop.desk, [LOG], institute="UK-AISI", language="en")
        assert again.outcome == "unchanged"


def test_unknown_kinds_and_fields_survive(group: tuple[bytes, list[Laptop]]) -> None:
    """A laptop of an older Comity keeps and hands on what it does not know, and shows it after its upgrade."""
    id, (uk, us, us2) = group
    older = {noun: kind for noun, kind in BY_NOUN.items() if noun != "note"}
    with patch.object(folding, "BY_NOUN", older):
        dot = uk.create(id, "note", b"n" * 16, text="from a newer version")
        uk.set(id, "exercise", EX, flavour={"of": ["the", "future", 7]})
        us.take(uk.envelopes())
        us.set(id, "exercise", EX, title="by the older one")
        with us.store.reading() as connection:
            assert reading.find(connection, BY_NOUN["note"]) == []
    us2.take(us.envelopes())
    assert us2.row("note", b"n" * 16)["text"] == "from a newer version"
    assert list(us2.heads(id, "exercise", EX)["flavour"].values()) == [{"of": ["the", "future", 7]}]
    with us.store.writing() as connection:
        schema.remember(connection, "fingerprint", b"of the older one")
    us.store.close()
    us.reopen()
    assert us.row("note", b"n" * 16)["text"] == "from a newer version"
    assert us.status(dot) == "in"
    assert differences(shown(us.store), shown(us2.store)) == []


def test_clock_is_only_shown(folder: Path) -> None:
    """Clocks that are off by centuries change what is shown as time, and nothing else."""
    seen = []
    for number, times in enumerate([(0, 1, 2), (253_402_300_799_999, 5, 0), (7, 7, 7)]):
        place = folder / str(number)
        place.mkdir()
        id, (uk, us, us2) = three(place, random.Random(6))
        uk.write(id, Change("note", EX, {ORIGINATOR: "UK-AISI", "text": "a", "marking": "TLP:AMBER"}), at_ms=times[0])
        meet(uk, us, us2)
        (head,) = uk.heads(id, "note", EX)["text"]
        us.write(id, Change("note", EX, {"text": "b"}, (head,)), at_ms=times[1])
        us2.write(id, Change("note", EX, {"text": "c"}, (head,)), at_ms=times[2])
        uk.take(us.envelopes())
        uk.set(id, "note", EX, text="d")
        meet(uk, us, us2)
        heads = uk.heads(id, "note", EX)
        row = uk.row("note", EX)
        seen.append((sorted(heads["text"].values()), row["conflicts"], row["created_by"], row["originator"]))
        assert uk.row("note", EX) == us2.row("note", EX)
        for laptop in (uk, us, us2):
            laptop.close()
    assert seen[0] == seen[1] == seen[2]
    assert seen[0][:2] == (["c", "d"], '["text"]')


def test_vouched_fields_conflict(group: tuple[bytes, list[Laptop]]) -> None:
    """Who circulates a protocol vouches for its settings: an edit made elsewhere at the time is seen by everybody."""
    id, (uk, us, us2) = group
    strand = {ORIGINATOR: "UK-AISI", "marking": "TLP:AMBER", "exercise": str(UUID(bytes=EX)), "title": "Cyber"}
    uk.write(id, Change("strand", STRAND, strand))
    uk.create(id, "protocol", PROTOCOL, strand=str(UUID(bytes=STRAND)), scoring={"scorer": "includes"})
    meet(uk, us, us2)
    elsewhere = acting.open_record(us2.desk, record(us2, Protocol, PROTOCOL, id))
    stepping.do(uk.desk, record(uk, Protocol, PROTOCOL, id), "circulate")
    acting.save(us2.desk, elsewhere, {"scoring": {"scorer": "model_graded"}})
    meet(uk, us, us2)
    for laptop in (uk, us, us2):
        circulated = record(laptop, Protocol, PROTOCOL, id)
        assert circulated.status == "circulated"
        assert circulated.conflicts == ["scoring"]
