"""The late tray: honest work beyond a cut is shown and taken over once, and replaces nothing unseen."""

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from comity.desk import settling
from comity.desk.members import late
from comity.errors import Ambiguous, NotFound
from comity.log.acts import Admit, Role
from laws.laptops import Laptop, differences, shown, three

EXERCISE, NEW = bytes(range(16)), bytes(range(16, 32))
Three = tuple[bytes, Laptop, Laptop, Laptop]


@pytest.fixture
def houses(folder: Path) -> Iterator[Three]:
    """UK holds an exercise with US; a laptop of US was revoked and goes on, not knowing it."""
    group, laptops = three(folder, random.Random(4))
    uk, us, us2 = laptops
    uk.create(group, "exercise", EXERCISE, code="HERON", title="Heron", kind="research")
    meet(*laptops)
    us.revoke(group, us2.device)
    yield group, uk, us, us2
    for each in laptops:
        each.close()


def meet(*laptops: Laptop) -> None:
    for one in laptops:
        for other in laptops:
            one.take(other.envelopes())


def title(laptop: Laptop) -> Any:
    return laptop.row("exercise", EXERCISE)["title"]


def test_late_work_is_shown_with_what_stands_now(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    us2.create(group, "exercise", NEW, code="EGRET", title="Egret", kind="research")
    meet(uk, us, us2)
    for laptop in (uk, us):
        first, second = late.tray(laptop.desk)
        assert (first.institute, first.by, first.group) == ("US-CAISI", "us2", group.hex())
        (said,) = first.says
        assert (said.ref, said.field, said.text, said.now_text, said.differs) == (
            *("HERON", "title", "Grey heron", "Heron"),
            True,
        )
        assert {said.ref for said in second.says} == {"EGRET"}
        assert {said.now for said in second.says} == {None}
        assert title(laptop) == "Heron"


def test_adopting_writes_the_same_and_leaves_every_tray(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    us2.set(group, "exercise", EXERCISE, title="Grey heron, spring")
    us2.create(group, "exercise", NEW, code="EGRET", title="Egret", kind="research")
    meet(uk, us, us2)
    assert late.adopt(us.desk, late.tray(us.desk), "before the theft") == ()
    meet(uk, us)
    for laptop in (uk, us):
        assert late.tray(laptop.desk) == []
        assert title(laptop) == "Grey heron, spring"
        assert (laptop.row("exercise", NEW)["code"], laptop.row("exercise", NEW)["originator"]) == ("EGRET", "US-CAISI")
        assert settling.forks(laptop.desk) == []
    assert late.adopt(uk.desk, [], "") == ()
    assert not differences(shown(uk.store), shown(us.store))


def test_what_was_adopted_is_not_adopted_again(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    meet(uk, us, us2)
    seen = late.tray(us.desk)
    late.adopt(us.desk, seen)
    count = len(us.envelopes())
    late.adopt(us.desk, seen)
    assert len(us.envelopes()) == count


def test_one_by_one_is_as_good_as_all_at_once(houses: Three) -> None:
    group, uk, us, us2 = houses
    for text in ("One", "Two", "Three"):
        us2.set(group, "exercise", EXERCISE, title=text)
    meet(uk, us, us2)
    while found := late.tray(us.desk):
        late.adopt(us.desk, found[:1])
    assert (title(us), settling.forks(us.desk)) == ("Three", [])


def test_what_others_wrote_since_is_kept_beside(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    uk.set(group, "exercise", EXERCISE, title="Night heron")
    meet(uk, us, us2)
    disputed = late.adopt(us.desk, late.tray(us.desk))
    assert disputed == (str(UUID(bytes=EXERCISE)),)
    (fork,) = settling.forks(us.desk)
    assert {voice.text for voice in fork.voices} == {"Grey heron", "Night heron"}


def test_adopted_twice_apart_is_no_conflict(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    meet(uk, us, us2)
    for laptop in (uk, us):
        late.adopt(laptop.desk, late.tray(laptop.desk))
    meet(uk, us)
    assert (title(uk), settling.forks(uk.desk)) == ("Grey heron", [])


def test_who_comes_back_brings_the_late_work_along(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    meet(uk, us, us2)
    assert len(late.tray(us.desk)) == 1
    revoke = next(iter(us.standing(group).revokes))
    us.act(group, Admit(1, us2.member, us2.institute, Role.EDITOR, (revoke,)))
    meet(uk, us, us2)
    us2.set(group, "exercise", EXERCISE, title="Egret")
    meet(uk, us, us2)
    assert len(late.tray(us.desk)) == 1  # what lies beyond the cut of the seat that was revoked stays late


def test_it_is_told_by_the_first_digits(houses: Three) -> None:
    group, uk, us, us2 = houses
    us2.set(group, "exercise", EXERCISE, title="Grey heron")
    meet(uk, us, us2)
    found = late.tray(us.desk)
    assert late.chosen(found, [found[0].id[:8]]) == found
    for wrong in ("ffffff", found[0].id[:3]):
        with pytest.raises(NotFound, match="late tray"):
            late.chosen(found, [wrong])
    with pytest.raises(Ambiguous):
        late.chosen([*found, *found], [found[0].id])
