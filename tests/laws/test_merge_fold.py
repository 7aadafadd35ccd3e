"""Merge: what is promised of values that people write without knowledge of each other, on `fold` alone."""

import random
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.facet import Merge
from comity.domain.marking import join
from comity.log.commit import ORIGINATOR, RETIRED
from comity.log.fold import RETIRE_INCOMPLETE, Folded, Rules, Touch, fold, latest, outranked
from laws.worlds import World, histories, state

WORDS = {"marking": Merge.STRICTEST, "facts": Merge.LATEST, "tags": Merge.TAGS}
RULES = Rules(WORDS, join)
SPEAKING = Rules(WORDS, join, "institute")
MARKINGS = ("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED")
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "a": st.integers(0, 3),
    "b": st.text("xy", max_size=2),
    "marking": st.sampled_from(MARKINGS),
    "facts": st.builds(
        latest, st.sampled_from(["2026-01-01", "2026-01-02"]), st.text("ab", max_size=1), st.integers(0, 9)
    ),
    "tags:en": st.booleans(),
}


def dot(number: int) -> bytes:
    return number.to_bytes(16, "big")


@st.composite
def stories(draw: st.DrawFn) -> list[Touch]:
    """Changes that name any of the changes before them."""
    changes: list[Touch] = []
    for number in range(1, draw(st.integers(1, 9))):
        fields = draw(st.sets(st.sampled_from(sorted(VALUES)), min_size=1, max_size=3))
        values = {field: draw(VALUES[field]) for field in sorted(fields)}
        over = tuple(each.dot for each in changes if draw(st.booleans()))
        gen, institute = draw(st.integers(1, 4)), draw(st.sampled_from(["UK", "US"]))
        created = {ORIGINATOR: institute} if number == 1 else {}
        changes.append(Touch(dot(number), gen, institute, {**created, **values}, over))
    return changes


def write(changes: Iterable[Touch], number: int, institute: str = "UK", rules: Rules = RULES, **values: Any) -> Touch:
    """A change by somebody who was shown `changes` and nothing else."""
    seen = fold(changes, rules)
    return Touch(dot(number), number, institute, values, seen.over(values))


def every_head(folded: Folded) -> tuple[bytes, ...]:
    """What a retire names."""
    return folded.over(folded.heads)


CREATE = Touch(dot(1), 1, "UK", {ORIGINATOR: "UK", "a": 0, "marking": "TLP:AMBER"})


@given(stories(), st.randoms(use_true_random=False))
def test_order_and_repetition_do_not_matter(changes: list[Touch], rng: random.Random) -> None:
    again = [*changes, *rng.sample(changes, len(changes) // 2)]
    rng.shuffle(again)
    assert fold(again, RULES) == fold(changes, RULES)


@histories
def test_order_and_repetition_of_envelopes_do_not_matter(seed: int) -> None:
    world = World(seed).steps(50)
    mixed = [*world.all.values(), *world.rng.sample(list(world.all.values()), 20)]
    world.rng.shuffle(mixed)
    assert state(world, mixed) == state(world, world.all.values())


@given(stories())
def test_no_value_is_replaced_unseen(changes: list[Touch]) -> None:
    heads = fold(changes, RULES).heads
    for change in changes:
        for field in change.set:
            named = any(change.dot in other.over and field in other.set for other in changes)
            assert change.dot in heads.get(field, {}) or named


@histories
def test_no_value_of_a_history_is_replaced_unseen(seed: int) -> None:
    world = World(seed).steps(60)
    everything = state(world, world.all.values())
    for record, folded in everything["records"].items():
        counting = {
            e.dot: c
            for e, c in ((world.all[id], c) for id, c in world.content.items())
            if e.dot in world_in(world, everything)
        }
        for name, commit in counting.items():
            for field in (field for change in commit.changes if change.id == record for field in change.set):
                named = [
                    c
                    for c in counting.values()
                    for x in c.changes
                    if x.id == record and name in x.over and field in x.set
                ]
                assert name in folded.heads[field] or named, f"{field} of {name.hex()}"


def world_in(world: World, everything: dict[str, Any]) -> set[bytes]:
    return {id[:16] for id, verdict in everything["verdicts"].items() if verdict.status == "in"}


def test_concurrent_writes_are_both_kept() -> None:
    left, right = write([CREATE], 2, a=1), write([CREATE], 3, "US", a=2)
    folded = fold([CREATE, left, right], RULES)
    assert folded.heads["a"] == {left.dot: 1, right.dot: 2}
    assert folded.conflicts == ("a",)
    assert folded.shown["a"] == 2  # the highest (gen, dot), flagged


def test_equal_values_are_no_conflict() -> None:
    folded = fold([CREATE, write([CREATE], 2, a=1), write([CREATE], 3, "US", a=1)], RULES)
    assert (len(folded.heads["a"]), folded.conflicts) == (2, ())


@pytest.mark.parametrize("values", [(True, 1), ("1", 1), ([1], [2]), (None, "")])
def test_values_that_only_look_equal_are_a_conflict(values: tuple[Any, Any]) -> None:
    changes = [CREATE, write([CREATE], 2, a=values[0]), write([CREATE], 3, "US", a=values[1])]
    assert fold(changes, RULES).conflicts == ("a",)


@given(stories(), st.data())
def test_settled_conflict_stays_settled(changes: list[Touch], data: st.DataObject) -> None:
    settled = write([CREATE, *shifted(changes)], 99, a="settled")
    late = data.draw(st.permutations([CREATE, *shifted(changes), settled]))
    folded = fold(late, RULES)
    assert folded.heads["a"] == {settled.dot: "settled"}
    assert "a" not in folded.conflicts


def shifted(changes: Iterable[Touch]) -> list[Touch]:
    """The same changes by other names, none of them a create."""
    move = {change.dot: dot(int.from_bytes(change.dot, "big") + 10) for change in changes}
    return [
        Touch(
            move[c.dot],
            c.gen,
            c.institute,
            {f: v for f, v in c.set.items() if f != ORIGINATOR},
            tuple(move[o] for o in c.over),
        )
        for c in changes
    ]


@given(st.lists(st.sampled_from(MARKINGS), min_size=1, max_size=4))
def test_strictest_marking_is_shown(markings: list[str]) -> None:
    heads = [write([CREATE], 2 + number, "US", marking=marking) for number, marking in enumerate(markings)]
    shown = fold([CREATE, *heads], RULES).shown["marking"]
    assert shown == join(["TLP:AMBER", *markings])
    assert fold([CREATE, *heads], RULES).conflicts == ()


def test_a_marking_gives_way_only_to_its_writer_or_the_originator() -> None:
    raised = write([CREATE], 2, "US", marking="TLP:RED")
    by_third = write([CREATE, raised], 3, "SG", marking="TLP:CLEAR")
    assert fold([CREATE, raised, by_third], RULES).shown["marking"] == "TLP:RED"
    by_writer = write([CREATE, raised, by_third], 4, "US", marking="TLP:GREEN")
    assert fold([CREATE, raised, by_third, by_writer], RULES).shown["marking"] == "TLP:AMBER"
    by_owner = write([CREATE, raised, by_third, by_writer], 5, "UK", marking="TLP:CLEAR")
    assert fold([CREATE, raised, by_third, by_writer, by_owner], RULES).shown["marking"] == "TLP:CLEAR"


def test_creates_that_disagree_leave_no_originator_to_lower_a_marking() -> None:
    other = Touch(dot(2), 1, "US", {ORIGINATOR: "US", "marking": "TLP:GREEN"})
    lowered = write([CREATE, other], 3, "US", marking="TLP:CLEAR")
    folded = fold([CREATE, other, lowered], RULES)
    assert (folded.originator, folded.shown["marking"]) == ("", "TLP:AMBER")
    assert "record.originator_disputed" in folded.flags


def test_the_owner_speaks() -> None:
    rating = Touch(
        dot(1), 1, "UK", {ORIGINATOR: "UK", "institute": "US", "value": "P"}
    )  # the UK writes down for the US
    own = write([rating], 2, "US", SPEAKING, value="M")
    assert fold([rating, own], SPEAKING).heads["value"] == {own.dot: "M"}
    against = write([rating, own], 9, "UK", SPEAKING, value="P")
    folded = fold([rating, own, against], SPEAKING)
    assert folded.shown["value"] == "M"
    assert folded.heads["value"] == {own.dot: "M", against.dot: "P"}
    again = write([rating, own, against], 10, "US", SPEAKING, value="S")
    assert fold([rating, own, against, again], SPEAKING).heads["value"] == {again.dot: "S"}


def test_another_institute_cannot_retire_what_the_owner_said() -> None:
    rating = Touch(dot(1), 1, "US", {ORIGINATOR: "US", "institute": "US", "value": "P"})
    heads = every_head(fold([rating], SPEAKING))
    assert not fold([rating, Touch(dot(2), 2, "UK", {RETIRED: True}, heads)], SPEAKING).retired
    assert fold([rating, Touch(dot(2), 2, "US", {RETIRED: True}, heads)], SPEAKING).retired


def test_the_newest_source_is_shown_and_an_older_one_writes_nothing() -> None:
    new = Touch(dot(2), 2, "UK", {"facts": latest("2026-02-01", "h2", {"model": "new"})})
    old = Touch(dot(3), 3, "US", {"facts": latest("2026-01-01", "h1", {"model": "old"})})
    folded = fold([CREATE, new, old], RULES)
    assert (folded.shown["facts"], folded.conflicts) == ({"model": "new"}, ())
    assert outranked(folded.heads["facts"], latest("2026-01-15", "h", {})) == (old.dot,)
    assert outranked(folded.heads["facts"], latest("2025-01-01", "h", {})) == ()


def test_each_tag_stands_for_itself() -> None:
    both = Touch(dot(2), 2, "UK", {"tags:en": True, "tags:ko": True})
    removed = write([CREATE, both], 3, "US", **{"tags:en": False})
    added = write([CREATE, both], 4, "UK", **{"tags:ja": True})
    folded = fold([CREATE, both, removed, added], RULES)
    assert (folded.shown["tags"], folded.conflicts) == (["ja", "ko"], ())


def test_a_retire_that_did_not_see_an_edit_keeps_the_record() -> None:
    retire = Touch(dot(2), 2, "UK", {RETIRED: True}, every_head(fold([CREATE], RULES)))
    assert fold([CREATE, retire], RULES).retired
    edit = write([CREATE], 3, "US", a=7)
    folded = fold([CREATE, retire, edit], RULES)
    assert (folded.retired, folded.flags) == (False, (RETIRE_INCOMPLETE,))
    again = Touch(dot(4), 4, "UK", {RETIRED: True}, every_head(folded))
    assert fold([CREATE, retire, edit, again], RULES).retired


def test_two_who_retire_at_once_retire() -> None:
    heads = every_head(fold([CREATE], RULES))
    both = [Touch(dot(2), 2, "UK", {RETIRED: True}, heads), Touch(dot(3), 2, "US", {RETIRED: True}, heads)]
    assert fold([CREATE, *both], RULES).retired
    back = write([CREATE, *both], 4, **{RETIRED: False})
    folded = fold([CREATE, *both, back], RULES)
    assert (folded.retired, folded.flags) == (False, ())


def test_created_and_updated_are_the_lowest_and_highest() -> None:
    edit = write([CREATE], 2, a=1)
    folded = fold([edit, CREATE], RULES)
    assert (folded.created, folded.updated) == (CREATE.dot, edit.dot)
