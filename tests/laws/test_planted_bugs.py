"""The laws bite: each planted bug breaks one of them within a bounded number of lives. A bug that survives fails."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from laws import planted, powercut
from laws.faults import after_power_cuts
from laws.laptops import three
from laws.promises import hold
from laws.test_device import test_a_clone_takes_a_seat_of_its_own_at_first_contact as clones_part
from laws.test_merge_on_the_store import EX
from laws.test_merge_on_the_store import test_vouched_fields_conflict as vouched_fields_conflict
from laws.test_sync import test_hub_restored_from_old_backup_heals as restored_hub_heals

LIVES = 10
BUGS: dict[Callable[[], Any], int] = {  # and the life that shows it, so that it need not be looked for
    planted.forgets_a_replacement_that_arrived_first: 0,
    planted.a_dot_is_seat_and_seq: 3,
    planted.only_the_last_cut_counts: 0,
    planted.only_the_highest_cut_counts: 0,
    planted.a_cut_is_a_number: 4,
    planted.replaces_what_is_there_when_it_saves: 0,
    planted.does_not_refold_what_became_void: 0,
    planted.judges_by_what_came_first: 0,
    planted.anybody_erases: 2,
    planted.acts_can_be_erased: 4,
    planted.erasures_are_forgotten: 0,
    planted.loses_a_body_that_comes_later: 0,
    planted.trusts_its_memory_of_cuts: 6,
    planted.forgets_the_token: 0,
    planted.shows_what_came_last: 1,
    planted.created_is_what_came_first: 0,
    planted.drops_what_it_cannot_read: 2,
    planted.stops_at_a_value_it_cannot_read: 3,
    planted.readers_write: 5,
    planted.notes_a_part_of_a_large_admission: 0,
}


def lives(first: int) -> Iterator[int]:
    yield first
    yield from (seed for seed in range(LIVES) if seed != first)


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: bug.__name__)
def test_planted_bugs_are_caught(bug: Callable[[], Any], folder: Path) -> None:
    for seed in lives(BUGS[bug]):
        try:
            with bug():
                hold(seed, folder / str(seed))
        except (AssertionError, TypeError):
            return
    pytest.fail(f"{bug.__doc__} No law noticed it in {LIVES} lives.")


def test_a_clone_that_writes_on_after_a_fork_is_caught(folder: Path) -> None:
    group, laptops = three(folder, random.Random(3))
    with planted.writes_on_after_a_fork(), pytest.raises(AssertionError):
        clones_part((group, laptops), folder)
    for laptop in laptops:
        laptop.close()


def test_a_step_that_does_not_rewrite_what_it_vouches_for_is_caught(folder: Path) -> None:
    group, laptops = three(folder, random.Random(5))
    laptops[0].create(group, "exercise", EX, code="SALT")
    with planted.does_not_rewrite_what_it_vouches_for(), pytest.raises(AssertionError):
        vouched_fields_conflict((group, laptops))
    for laptop in laptops:
        laptop.close()


def test_a_device_that_trusts_a_position_is_caught(folder: Path) -> None:
    restored_hub_heals(0, folder / "honest")
    with planted.trusts_a_position(), pytest.raises(AssertionError):
        restored_hub_heals(0, folder)


@pytest.mark.skipif(not powercut.can_trace(), reason="needs strace, and the right to trace: apt-get install strace")
def test_normal_instead_of_full_is_caught(tmp_path: Path) -> None:
    assert after_power_cuts(tmp_path, "unsynced", 40) != []
