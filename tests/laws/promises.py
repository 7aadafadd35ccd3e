"""What holds at the end of every life, and the command that plays a life again."""

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from comity.log.acts import Renew, act_of
from comity.log.commit import Commit
from comity.log.envelope import Envelope, Type
from comity.store import verify
from laws.chains import standing
from laws.laptops import differences, shown
from laws.simulator import STEPS, Id, Simulation

SEED = os.environ.get("COMITY_SEED")
SEEDS = [int(SEED)] if SEED else range(int(os.environ.get("COMITY_LIVES", "8")))
Problems = Iterator[str]


def same_envelopes_same_rows(life: Simulation) -> Problems:
    """The order, the parts and the repetition in which envelopes came leave no trace."""
    for name, laptop in sorted(life.laptops.items()):
        observer = life.observer(laptop)
        for part in differences(shown(laptop.store), shown(observer.store)):
            yield f"{name} shows other {part} than a store that got the same envelopes in another order"
        observer.close()


def same_keys_same_rows(life: Simulation) -> Problems:
    """Two devices that hold the same keys show the same."""
    first: dict[frozenset[bytes], tuple[str, dict[str, Any]]] = {}
    for name, laptop in sorted(life.laptops.items()):
        seen = shown(laptop.store)
        other, there = first.setdefault(laptop.keys_held(life.group), (name, seen))
        for part in differences(seen, there):
            yield f"{name} and {other} hold the same keys and show other {part}"


def rebuild_equals_live(life: Simulation) -> Problems:
    """Rows made anew are the rows that grew."""
    for name, laptop in sorted(life.laptops.items()):
        before = shown(laptop.store)
        laptop.store.rebuild()
        for part in differences(before, shown(laptop.store)):
            yield f"{name} shows other {part} after a rebuild"


def statuses_are_those_of_the_log(life: Simulation) -> Problems:
    """The store judges every envelope as the pure function of the set does."""
    judged = standing(life.group, life.everything.values())
    for name, laptop in sorted(life.laptops.items()):
        keys = laptop.keys_held(life.group)
        for id, status in shown(laptop.store)["status"].items():
            envelope = life.everything[id]
            expected = str(judged.verdict(envelope))
            if expected == "in" and envelope.type is Type.COMMIT and envelope.key not in keys:
                expected = "waiting: key not here"
            if status != expected:
                yield f"{name} holds {id.hex()[:8]} as {status}, it is {expected}"


def nothing_committed_is_lost(life: Simulation) -> Problems:
    """Everything that left is everywhere, and each value that counts stands, or somebody who saw it replaced it."""
    for name, laptop in sorted(life.laptops.items()):
        status = shown(laptop.store)["status"]
        for id in life.left.keys() - status.keys():
            yield f"{name} lost {id.hex()[:8]}"
        counted = {id[:16] for id, word in status.items() if word == "in"} & life.writ.keys()
        heads: dict[Id, Any] = {}
        for dot in sorted(counted):
            for change in life.writ[dot].changes:
                key = (change.kind, change.id)
                heads.setdefault(key, None)
                if heads[key] is None:
                    heads[key] = laptop.heads(life.group, *key)
                for field, value in change.set.items():
                    there = heads[key].get(field, {})
                    if dot in there and there[dot] == value and type(there[dot]) is type(value):
                        continue
                    if not _replaced(life, counted, key, field, dot):
                        yield f"{name}: {field} of {change.kind} as {dot.hex()[:8]} set it is gone, unseen by anybody"


def _replaced(life: Simulation, counted: set[bytes], key: Id, field: str, dot: bytes) -> bool:
    """Whether somebody who set the field anew was shown the value, or one that had replaced it there."""
    return any(
        any(dot in dots for dots in life.sight[other].get(key, {}).values())
        and any((c.kind, c.id) == key and field in c.set for c in life.writ[other].changes)
        for other in counted
    )


def a_laptop_with_its_token_does_not_fork(life: Simulation) -> Problems:
    """Where a chain parts, all but one branch are the act by which a restored laptop took a new seat."""
    kept = {laptop.device for name, laptop in life.laptops.items() if name not in life.forked}
    judged = standing(life.group, life.everything.values())
    after: dict[tuple[bytes, int], list[Envelope]] = {}
    for each in life.everything.values():
        seat = judged.seats.get(each.seat)
        if seat and seat.device in kept and life.writ.get(each.dot, _ANY).author != "thief":
            after.setdefault((each.seat, each.seq), []).append(each)
    for (seat_id, seq), branches in after.items():
        commits = [each for each in branches if not _renews(each)]
        if len(commits) > 1:
            yield f"seat {seat_id.hex()[:8]} has {len(commits)} envelopes at {seq}"


_ANY = Commit(0, "", "", ())


def _renews(envelope: Envelope) -> bool:
    return envelope.type is Type.ACT and isinstance(act_of(envelope), Renew)


def readers_and_cut_devices_add_nothing(life: Simulation) -> Problems:
    """What a revoke did not keep does not count, nor any commit of a reader; told without the code that judges."""
    reader = life.laptops["us3"].device
    device_of = standing(life.group, life.everything.values()).seats
    for name, laptop in sorted(life.laptops.items()):
        status = shown(laptop.store)["status"]
        counted = {id[:16] for id, word in status.items() if word == "in"}
        cuts = [(device, _before(life, kept)) for dot, device, kept in life.cuts if dot in counted]
        for id, word in status.items():
            seat = device_of.get(life.everything[id].seat)
            if seat is None or word != "in":
                continue
            if seat.device == reader and life.everything[id].type is Type.COMMIT:
                yield f"{name} counts {id.hex()[:8]}, which a reader wrote"
            if any(seat.device == device and id not in kept for device, kept in cuts):
                yield f"{name} counts {id.hex()[:8]}, which was cut"


def _before(life: Simulation, kept: set[bytes]) -> set[bytes]:
    """What was kept and all that it follows."""
    found, todo = set(kept), list(kept)
    while todo:
        envelope = life.everything.get(todo.pop())
        if envelope and envelope.prev in life.everything and envelope.prev not in found:
            found.add(envelope.prev)
            todo.append(envelope.prev)
    return found


def only_those_who_may_erase(life: Simulation) -> Problems:
    """A commit is erased by its author's device or one above it; an act never is."""
    device_of = standing(life.group, life.everything.values()).seats
    for name, laptop in sorted(life.laptops.items()):
        status = {id[:16]: word for id, word in shown(laptop.store)["status"].items()}
        rightful = set()
        for act, device, dot in life.erased:
            seat = next((device_of.get(each.seat) for each in life.everything.values() if each.dot == dot), None)
            if seat and status.get(act) == "in" and device in {seat.device, *life.above.get(seat.device, ())}:
                rightful.add(dot)
        for dot, word in status.items():
            if word == "void: erased" and (dot not in rightful or dot not in life.writ):
                yield f"{name} holds {dot.hex()[:8]} as erased by nobody who may"
            if word == "in" and dot in rightful and dot in life.writ:
                yield f"{name} still counts {dot.hex()[:8]}, which was erased"


def verifying_finds_nothing_but_forks(life: Simulation) -> Problems:
    """What grew by itself verifies."""
    for name, laptop in sorted(life.laptops.items()):
        for finding in verify.problems(laptop.store):
            if finding.code != "forked":
                yield f"{name}: {finding.text}"


LAWS: tuple[Callable[[Simulation], Problems], ...] = (
    statuses_are_those_of_the_log,
    nothing_committed_is_lost,
    same_envelopes_same_rows,
    same_keys_same_rows,
    readers_and_cut_devices_add_nothing,
    only_those_who_may_erase,
    a_laptop_with_its_token_does_not_fork,
    verifying_finds_nothing_but_forks,
    rebuild_equals_live,
)


def hold(seed: int, folder: Path, *laws: Callable[[Simulation], Problems], steps: int = STEPS) -> None:
    """Live one life and hold laws on its end; a broken one tells how to see it again."""
    life = Simulation(seed, folder, steps)
    try:
        broken = [f"{law.__name__}: {problem}" for law in laws or LAWS for problem in law(life)]
    finally:
        life.close()
    assert not broken, "\n".join([f"seed {seed}; again: PYTHONPATH=tests python -m laws.promises {seed}", *broken[:20]])


if __name__ == "__main__":
    for asked in sys.argv[1:]:
        with tempfile.TemporaryDirectory() as place:
            hold(int(asked), Path(place))
        print(f"seed {asked}: every law holds")
