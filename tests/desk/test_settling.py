"""Values that were written apart: they are shown with their writers, settled by a choice, and never lost."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from comity.desk import acting, asking, settling
from comity.desk.settling import Fork
from comity.domain.record import Record
from comity.errors import BadInput, NotFound, RuleBroken
from comity.log.commit import Change
from laws.laptops import Laptop, three

ID = bytes(range(16))
RUN = bytes(range(16, 32))
EXERCISE = {"code": "HERON", "title": "Heron", "kind": "research", "status": "planned", "window_end": "2026-12-18"}
Two = tuple[bytes, Laptop, Laptop]


@pytest.fixture
def two(folder: Path) -> Iterator[Two]:
    """Two institutes that hold one exercise and one run."""
    group, laptops = three(folder, random.Random(4))
    uk, us, _ = laptops
    uk.create(group, "exercise", ID, **EXERCISE)
    uk.create(group, "run", RUN, exercise=str(UUID(bytes=ID)), label="R1", execution_status="done", validity="valid")
    us.take(uk.envelopes())
    yield group, uk, us
    for each in laptops:
        each.close()


def meet(one: Laptop, other: Laptop) -> None:
    one.take(other.envelopes())
    other.take(one.envelopes())


def record(laptop: Laptop, noun: str = "exercise", id: bytes = ID) -> Record:
    found = asking.get(laptop.desk, noun, str(UUID(bytes=id)))
    assert found
    return found


def apart(two: Two, field: str, one: Any, other: Any, noun: str = "exercise", id: bytes = ID) -> None:
    group, uk, us = two
    uk.set(group, noun, id, **{field: one})
    us.set(group, noun, id, **{field: other})
    meet(uk, us)


def fork(laptop: Laptop, field: str, noun: str = "exercise", id: bytes = ID) -> Fork:
    return settling.fork_of(laptop.desk, record(laptop, noun, id), field)


def values(found: Fork) -> dict[int, str]:
    return {voice.n: voice.text for voice in found.voices}


def test_both_see_who_wrote_what_under_the_same_numbers(two: Two) -> None:
    _, uk, us = two
    apart(two, "title", "Grey heron", "Night heron")
    found = fork(uk, "title")
    assert values(found) == values(fork(us, "title"))
    assert {(voice.text, voice.institute) for voice in found.voices} == {
        ("Grey heron", "UK-AISI"),
        ("Night heron", "US-CAISI"),
    }
    assert [each.field for each in settling.forks(uk.desk)] == ["title"]
    assert found.before == "Heron"


def test_a_settled_value_is_settled_everywhere_and_the_other_is_in_the_history(two: Two) -> None:
    _, uk, us = two
    apart(two, "title", "Grey heron", "Night heron")
    found = fork(us, "title")
    kept = next(voice for voice in found.voices if voice.text == "Grey heron")
    saved: Any = settling.settle(us.desk, found, kept, "they named it first")
    assert (saved.record.title, saved.moved, saved.record.conflicts) == ("Grey heron", (), [])
    meet(uk, us)
    shown: Any = record(uk)
    assert (shown.title, shown.conflicts) == ("Grey heron", [])
    assert settling.forks(uk.desk) == []


def test_settling_twice_apart_is_again_a_conflict(two: Two) -> None:
    _, uk, us = two
    apart(two, "title", "Grey heron", "Night heron")
    for laptop, title in ((uk, "Little heron"), (us, "Great heron")):
        settling.settle(laptop.desk, fork(laptop, "title"), title, "agreed here")
    meet(uk, us)
    assert set(values(fork(uk, "title")).values()) == {"Little heron", "Great heron"}


def test_what_came_since_it_was_shown_is_kept_and_told(two: Two) -> None:
    group, uk, us = two
    apart(two, "title", "Grey heron", "Night heron")
    settling.note_shown(uk.desk, settling.forks(uk.desk))
    shown = values(fork(uk, "title"))
    theirs = next(voice.dot for voice in fork(us, "title").voices if voice.text == "Night heron")
    us.write(group, Change("exercise", ID, {"title": "Night heron, spring"}, (theirs,)))
    uk.take(us.envelopes())
    found = fork(uk, "title")
    assert max(values(found)) == 3
    number = next(n for n, text in shown.items() if text == "Grey heron")
    kept = settling.voice_of(found, number)
    saved = settling.settle(uk.desk, settling.as_shown(found, kept), kept, "ours")
    assert saved.moved == ("title",)
    assert set(values(fork(uk, "title")).values()) == {"Grey heron", "Night heron, spring"}


def test_numbers_stay_whatever_comes(two: Two) -> None:
    group, uk, _ = two
    apart(two, "title", "A", "B")
    for text in "CDEF":
        settling.note_shown(uk.desk, settling.forks(uk.desk))
        before = values(fork(uk, "title"))
        uk.write(group, Change("exercise", ID, {"title": text}))
        after = values(fork(uk, "title"))
        assert before.items() < after.items()
        assert after[max(after)] == text


def test_a_shown_screen_that_is_old_settles_what_it_showed(two: Two) -> None:
    group, uk, us = two
    apart(two, "title", "Grey heron", "Night heron")
    found = fork(uk, "title")
    us.write(group, Change("exercise", ID, {"title": "Third"}))
    uk.take(us.envelopes())
    saved: Any = settling.settle(uk.desk, found, "Fourth", "typed")
    assert saved.moved == ("title",)
    assert set(values(fork(uk, "title")).values()) == {"Third", "Fourth"}


def test_a_state_is_settled_to_one_that_somebody_took_it_to(two: Two) -> None:
    _, uk, _ = two
    apart(two, "status", "running", "cancelled")
    found = fork(uk, "status")
    with pytest.raises(BadInput, match="running"):
        settling.settle(uk.desk, found, "closed", "we are done")
    with pytest.raises(RuleBroken, match="reason"):
        settling.settle(uk.desk, found, found.voices[0], " ")
    saved: Any = settling.settle(uk.desk, found, "running", "they had not heard of it")
    assert (saved.record.status, saved.record.conflicts) == ("running", [])


def test_settle_is_no_way_around_the_steps(two: Two) -> None:
    _, uk, _ = two
    opened = acting.open_record(uk.desk, record(uk))
    with pytest.raises(BadInput, match="moves by steps"):
        acting.save(uk.desk, opened, {"status": "closed"}, reason="done", settle=True)


def test_markings_and_entries_of_lists_are_shown_and_settled_too(two: Two) -> None:
    group, uk, us = two
    apart(two, "marking", "TLP:RED", "TLP:AMBER+STRICT")
    found = fork(uk, "marking")
    kept = next(voice for voice in found.voices if voice.text == "TLP:AMBER+STRICT")
    saved = settling.settle(uk.desk, found, kept, "agreed by both")
    assert saved.record.marking == "TLP:AMBER+STRICT"
    assert settling.forks(uk.desk) == []

    uk.set(group, "exercise", ID, **{"languages:ko": True})
    meet(uk, us)
    apart(two, "languages:ko", False, True)
    found = fork(uk, "languages:ko")
    with pytest.raises(RuleBroken, match="one of its values"):
        settling.settle(uk.desk, found, "yes", "no such thing")
    settling.settle(uk.desk, found, next(voice for voice in found.voices if voice.raw is False), "dropped")
    assert settling.apart(uk.desk, record(uk)) == []


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_a_retirement_that_did_not_see_all_is_settled(two: Two, answer: str) -> None:
    group, uk, us = two
    acting.retire(uk.desk, record(uk), "it never came about")
    us.set(group, "exercise", ID, title="It will come about")
    meet(uk, us)
    assert not record(uk).retired
    found = fork(uk, "retired")
    assert {(voice.raw, voice.institute) for voice in found.voices} == {(True, "UK-AISI"), (False, "US-CAISI")}
    saved = settling.settle(uk.desk, found, answer, "we spoke about it")
    assert saved.record.retired == (answer == "yes")
    assert "record.retire_incomplete" not in saved.record.flags


def test_a_reference_to_what_is_not_here_can_be_kept(two: Two) -> None:
    _, uk, _ = two
    elsewhere = str(UUID(bytes=bytes(16)))
    apart(two, "exercise", elsewhere, str(UUID(bytes=ID)), "run", RUN)
    found = fork(uk, "exercise", "run", RUN)
    kept = next(voice for voice in found.voices if voice.raw == elsewhere)
    saved: Any = settling.settle(uk.desk, found, kept, "they hold it")
    assert saved.record.exercise == elsewhere


def test_what_is_not_in_conflict_is_named(two: Two) -> None:
    _, uk, _ = two
    apart(two, "title", "Grey heron", "Night heron")
    with pytest.raises(NotFound, match="has one value for code") as one:
        fork(uk, "code")
    assert "title" in one.value.hint
    with pytest.raises(NotFound, match="did you mean «title»"):
        fork(uk, "titel")
    with pytest.raises(NotFound, match="no value 7") as other:
        settling.voice_of(fork(uk, "title"), 7)
    assert "1, 2" in other.value.hint


def test_values_that_no_comity_writes_are_shown_as_they_are(two: Two) -> None:
    _, uk, _ = two
    apart(two, "window_end", 7, "not a day")
    assert set(values(fork(uk, "window_end")).values()) == {"7", "not a day"}
    saved: Any = settling.settle(uk.desk, fork(uk, "window_end"), "2026-12-20", "mended")
    assert str(saved.record.window_end) == "2026-12-20"
