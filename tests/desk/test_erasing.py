"""Erasing a record: what it means is told before, nothing older comes back, and nothing else is lost with it."""

import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from comity.desk import acting, asking, undoing
from comity.desk.history import history
from comity.desk.members import erasing
from comity.domain.record import Record
from comity.errors import NotFound, Refused, RuleBroken
from comity.log.commit import ORIGINATOR, RETIRED, Change
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three

PERSON, EXERCISE, NOTE = bytes(range(16)), bytes(range(16, 32)), bytes(range(32, 48))
Three = tuple[bytes, Laptop, Laptop, Laptop]


@pytest.fixture
def houses(folder: Path) -> Iterator[Three]:
    group, laptops = three(folder, random.Random(4))
    yield group, *laptops
    for each in laptops:
        each.close()


def record(laptop: Laptop, noun: str, id: bytes) -> Record:
    found = asking.get(laptop.desk, noun, str(UUID(bytes=id)))
    assert found
    return found


def erase(laptop: Laptop, noun: str = "person", id: bytes = PERSON) -> erasing.Erased:
    return erasing.erase(laptop.desk, erasing.preview(laptop.desk, record(laptop, noun, id)), "asked for")


def meet(*laptops: Laptop) -> None:
    for one in laptops:
        for other in laptops:
            one.take(other.envelopes())


def imported(group: bytes, laptop: Laptop) -> bytes:
    """One act that writes a person and an exercise, as a plan file does."""
    told = {ORIGINATOR: laptop.institute, "marking": "TLP:AMBER"}
    person = Change("person", PERSON, {**told, "name": "A. Oak", "contact": "oak@example.org", "skills:python": True})
    exercise = Change("exercise", EXERCISE, {**told, "code": "HERON", "title": "Heron", "kind": "research"})
    return laptop.write(group, person, exercise)[0]


def test_the_record_is_blank_and_retired_and_its_history_says_no_more(houses: Three) -> None:
    group, uk, us, _ = houses
    imported(group, us)
    us.set(group, "person", PERSON, contact="oak@example.com")
    done = erase(us)
    assert (done.commits, done.bound) == (2, ())
    left = done.record
    assert (left.retired, left.conflicts, left.originator) == (True, [], "US-CAISI")
    assert [getattr(left, name) for name in ("name", "contact", "skills", "role")] == ["erased", "", [], ""]
    (entry,) = history(us.desk, left)
    assert "oak" not in repr(entry).lower()
    meet(uk, us)
    assert not differences(shown(uk.store), shown(us.store))


def test_what_the_same_act_wrote_elsewhere_stays_as_it_is(houses: Three) -> None:
    group, uk, us, _ = houses
    imported(group, us)
    us.set(group, "exercise", EXERCISE, title="Grey heron")
    uk.take(us.envelopes())
    before = us.row("exercise", EXERCISE)
    seen = erasing.preview(us.desk, record(us, "person", PERSON))
    assert seen.beside == ("HERON",)
    erase(us)
    meet(uk, us)
    for laptop in (uk, us):
        after = laptop.row("exercise", EXERCISE)
        stamps = {name for name in after if name.startswith(("created", "updated"))} | {"no"}
        assert {k: v for k, v in after.items() if k not in stamps} == {
            k: v for k, v in before.items() if k not in stamps
        }
        entries = history(laptop.desk, record(laptop, "exercise", EXERCISE))
        assert len({entry.dot for entry in entries}) == len(entries)
    assert not differences(shown(uk.store), shown(us.store))


def test_what_an_erased_act_had_replaced_does_not_come_back(houses: Three) -> None:
    """The title before, of another act, was replaced by nothing but what is erased."""
    group, uk, us, _ = houses
    told = {ORIGINATOR: us.institute, "marking": "TLP:AMBER"}
    us.write(group, Change("exercise", EXERCISE, {**told, "code": "HERON", "title": "First", "kind": "research"}))
    over = tuple(us.heads(group, "exercise", EXERCISE)["title"])
    person = Change("person", PERSON, {**told, "name": "A. Oak"})
    us.write(group, person, Change("exercise", EXERCISE, {"title": "Second"}, over))
    us.set(group, "exercise", EXERCISE, title="Third")
    erase(us)
    meet(uk, us)
    for laptop in (uk, us):
        shows = laptop.row("exercise", EXERCISE)
        assert (shows["title"], shows["conflicts"]) == ("Third", "[]")


def test_a_conflict_elsewhere_stays_a_conflict(houses: Three) -> None:
    group, uk, us, _ = houses
    imported(group, us)
    uk.take(us.envelopes())
    uk.set(group, "exercise", EXERCISE, title="Theirs")
    over = tuple(us.heads(group, "exercise", EXERCISE)["title"])
    us.write(
        group,
        Change("person", PERSON, {"role": "lead"}),
        Change("exercise", EXERCISE, {"title": "Ours"}, over),
    )
    meet(uk, us)
    before = {repr(each) for each in us.heads(group, "exercise", EXERCISE)["title"].values()}
    assert before == {"'Theirs'", "'Ours'"}
    erase(us)
    meet(uk, us)
    for laptop in (uk, us):
        assert {repr(each) for each in laptop.heads(group, "exercise", EXERCISE)["title"].values()} == before


def test_a_retirement_by_an_erased_act_stays(houses: Three) -> None:
    group, uk, us, _ = houses
    imported(group, us)
    us.set(group, "exercise", EXERCISE, title="Grey heron")
    heads = us.heads(group, "exercise", EXERCISE)
    over = tuple(sorted({dot for dots in heads.values() for dot in dots}))
    us.write(
        group,
        Change("person", PERSON, {"role": "lead"}),
        Change("exercise", EXERCISE, {RETIRED: True}, over),
    )
    erase(us)
    meet(uk, us)
    assert record(uk, "exercise", EXERCISE).retired


def test_from_above_one_may_erase_and_from_below_and_beside_one_is_told_who_can(houses: Three) -> None:
    group, uk, us, us2 = houses
    imported(group, us2)
    us2.set(group, "person", PERSON, contact="oak@example.com")
    meet(uk, us, us2)
    us.set(group, "person", PERSON, role="lead")
    meet(uk, us, us2)
    seen = erasing.preview(us2.desk, record(us2, "person", PERSON))
    (bound,) = seen.bound
    assert (bound.institute, bound.commits, len(seen.commits)) == ("US-CAISI", 1, 2)
    assert any("UK-AISI" in each for each in bound.can)
    assert any(us.desk.device in each or us.device.hex()[:8] in each for each in bound.can)
    done = erase(us2)
    assert done.bound == (bound,)
    meet(uk, us, us2)
    assert uk.row("person", PERSON)["role"] == ""
    assert erase(uk).commits == 2  # theirs, and what us2 wrote in place of its own
    meet(uk, us, us2)
    for laptop in (us, us2):
        assert not differences(shown(uk.store), shown(laptop.store))
    with pytest.raises(NotFound, match="nothing of"):
        erasing.preview(us.desk, record(us, "person", PERSON))


def test_what_others_wrote_alone_is_not_erased_from_below(houses: Three) -> None:
    group, uk, us, us2 = houses
    imported(group, uk)
    meet(uk, us, us2)
    with pytest.raises(RuleBroken, match="written by others alone") as refused:
        erase(us2)
    assert "UK-AISI" in refused.value.hint
    assert us2.row("person", PERSON)["name"] == "A. Oak"


def test_the_preview_tells_what_goes_what_stays_and_who_holds_it(houses: Three) -> None:
    group, uk, us, us2 = houses
    imported(group, us)
    us.create(group, "note", NOTE, text="she asked", subject=str(UUID(bytes=PERSON)))
    meet(uk, us, us2)
    told = "\n".join(erasing.lines(erasing.preview(us.desk, record(us, "person", PERSON))))
    assert all(word in told for word in ("A. Oak", "contact", "HERON", "perhaps", "UK-AISI", "backups"))
    assert "refers to it" in told


def test_the_preview_knows_who_never_said_what_it_holds_from_who_said_so_before_the_commit(houses: Three) -> None:
    group, uk, us, _ = houses
    Shelf(uk.store, uk.at_ms).evidence.sign(group)
    receipts = [each.encode() for each in Shelf(uk.store).evidence.receipts(group).values()]
    Shelf(us.store).evidence.keep(group, receipts)
    imported(group, us)
    told = [each.who for each in erasing.preview(us.desk, record(us, "person", PERSON)).copies]
    assert sorted(each.partition(", perhaps ")[2] for each in told) == [
        "(it held none of it when it last said what it holds, on 2026-11-23)",
        "(it never said what it holds)",
    ]
    assert next(each for each in told if "2026" in each).startswith("UK-AISI ")


def test_nothing_is_erased_that_was_not_shown(houses: Three) -> None:
    group, _, us, _ = houses
    imported(group, us)
    seen = erasing.preview(us.desk, record(us, "person", PERSON))
    us.set(group, "person", PERSON, role="lead")
    with pytest.raises(Refused, match="written to meanwhile"):
        erasing.erase(us.desk, seen, "asked for")
    with pytest.raises(RuleBroken, match="reason"):
        erasing.erase(us.desk, erasing.preview(us.desk, record(us, "person", PERSON)), " ")
    assert us.row("person", PERSON)["name"] == "A. Oak"


def test_what_comes_later_from_one_who_had_not_heard_is_shown_and_erased_too(houses: Three) -> None:
    group, uk, us, _ = houses
    imported(group, us)
    uk.take(us.envelopes())
    uk.set(group, "person", PERSON, role="her role")
    erase(us)
    meet(uk, us)
    assert not record(uk, "person", PERSON).retired
    assert erase(uk).record.retired
    meet(uk, us)
    assert not differences(shown(uk.store), shown(us.store))
    assert us.row("person", PERSON)["role"] == ""


def test_undo_does_not_bring_it_back(houses: Three) -> None:
    group, _, us, _ = houses
    acting.add(us.desk, "person", {"name": "A. Oak"}, group=group.hex(), marking="TLP:AMBER")
    made = asking.records(us.desk, "person")[0]
    erasing.erase(us.desk, erasing.preview(us.desk, made), "asked for")
    assert undoing.last(us.desk) is None
