"""Bundles: what is in them, for whom, and what reading them does."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from comity.errors import NotFound, Refused
from comity.log.acts import Role
from comity.log.commit import RETIRED, Change
from comity.log.keys import Pair
from comity.store import upheaval
from comity.sync import bundle, container
from comity.sync.container import BundleDraft, Container
from comity.sync.outcome import MassChange
from comity.sync.shelf import Shelf
from laws.laptops import Laptop

Three = tuple[bytes, Laptop, Laptop, Laptop]


def shelf(laptop: Laptop) -> Shelf:
    return Shelf(laptop.store, laptop.at_ms)


def ids(laptop: Laptop) -> set[bytes]:
    return {each.id for each in laptop.envelopes()}


def notes(laptop: Laptop, group: bytes, rng: random.Random, count: int, size: int = 10) -> list[bytes]:
    return [
        laptop.create(group, "note", rng.randbytes(16), text=f"note {n} {rng.randbytes(size).hex()}")
        for n in range(count)
    ]


def test_a_bundle_brings_what_is_lacking_and_the_answer_shrinks_the_next(
    world: Three, rng: random.Random, tmp_path: Path
) -> None:
    group, uk, us, _ = world
    notes(uk, group, rng, 20)
    (first,) = bundle.write(shelf(uk), tmp_path / "one", [us.device])
    assert first.envelopes == len(ids(uk))
    (foreseen,) = bundle.outlook(shelf(us), first.path)
    (outcome,) = bundle.read(shelf(us), first.path)
    assert foreseen.received == outcome.received == 20
    assert ids(us) == ids(uk)
    (back,) = bundle.write(shelf(us), tmp_path / "two", [uk.device])
    assert back.envelopes == 0
    assert bundle.read(shelf(uk), back.path)[0].received == 0
    notes(uk, group, rng, 3)
    (third,) = bundle.write(shelf(uk), tmp_path / "three", [us.device])
    assert third.envelopes == 3


def test_an_outlook_changes_nothing(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, _ = world
    notes(uk, group, rng, 2)
    bundle.write(shelf(uk), tmp_path / "b", [us.device])
    before = ids(us)
    assert bundle.outlook(shelf(us), tmp_path / "b")[0].received == 2
    assert (ids(us), shelf(us).evidence.receipts(group)) == (before, {})


def test_only_the_devices_it_is_for_open_it(world: Three, tmp_path: Path) -> None:
    group, uk, us, us2 = world
    bundle.write(shelf(uk), tmp_path / "b", [us.device, uk.device])
    for laptop in (uk, us):
        assert bundle.read(shelf(laptop), tmp_path / "b")[0].group == group
    with pytest.raises(Refused, match="other devices"):
        bundle.read(shelf(us2), tmp_path / "b")


def test_nobody_gets_a_group_without_a_seat_that_stands(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, us2 = world
    other = uk.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    uk.admit(other, us2, Role.EDITOR, Pair.of_recovery(rng.randbytes(32)))
    assert Container(bundle.write(shelf(uk), tmp_path / "a", [us.device])[0].path).manifest.groups == (group,)
    assert len(Container(bundle.write(shelf(uk), tmp_path / "b", [us2.device])[0].path).manifest.groups) == 2
    for devices, groups in (([us.device], [other]), ([us.device, us2.device], [other]), ([b"?" * 32], []), ([], [])):
        with pytest.raises(Refused, match="seat"):
            bundle.write(shelf(uk), tmp_path / "c", devices, groups)
    uk.revoke(group, us.device)
    with pytest.raises(Refused, match="seat"):
        bundle.write(shelf(uk), tmp_path / "c", [us.device])
    assert not (tmp_path / "c").exists()


def test_the_courier_sees_group_ids_and_no_names(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, us2 = world
    notes(uk, group, rng, 5)
    bundle.write(shelf(uk), tmp_path / "b", [us.device])
    data = (tmp_path / "b").read_bytes()
    secrets = [b"UK-AISI", b"US-CAISI", b"note 1", uk.device, us.device, us2.device, uk.keys.pair.public.box]
    secrets += [*shelf(uk).seats(group).keys() - {group}, *ids(uk)]
    assert not [each for each in secrets if each in data]
    assert group in data


def test_a_device_that_was_just_admitted_starts_from_a_bundle(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, _ = world
    dots = notes(uk, group, rng, 5)
    us.take(uk.envelopes())
    new = Laptop.new(tmp_path / "us9", "US-CAISI", rng)
    us.admit(group, new, Role.EDITOR)
    bundle.write(shelf(us), tmp_path / "b", [new.device])
    assert bundle.read(shelf(new), tmp_path / "b")[0].unknown == 0
    assert ids(new) == ids(us)
    assert {new.status(dot) for dot in dots} == {"in"}


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (1, 2, 0)])
def test_parts_are_read_in_any_order(order: tuple[int, ...], world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, *_ = world
    notes(uk, group, rng, 50, 60_000)
    new = Laptop.new(tmp_path / "us9", "US-CAISI", rng)
    uk.admit(group, new, Role.EDITOR)
    written = bundle.write(shelf(uk), tmp_path / "b.comity", [new.device], limit=2**20)
    assert [each.path.name for each in written[:3]] == ["b.comity", "b-2.comity", "b-3.comity"]
    assert all(each.path.stat().st_size <= 2**20 for each in written)
    for number in (*order, *range(3, len(written))):
        assert bundle.read(shelf(new), written[number].path)[0].unknown == 0
    assert ids(new) == ids(uk)


def test_a_file_that_is_there_stays(world: Three, tmp_path: Path) -> None:
    _, uk, us, _ = world
    (tmp_path / "b").write_text("dear")
    with pytest.raises(Refused, match="there already"):
        bundle.write(shelf(uk), tmp_path / "b", [us.device])
    with pytest.raises(Refused, match="1 MiB"):
        bundle.write(shelf(uk), tmp_path / "c", [us.device], limit=5)
    with pytest.raises(NotFound):
        bundle.read(shelf(uk), tmp_path / "nowhere")
    assert (tmp_path / "b").read_text() == "dear"
    assert {each.name for each in tmp_path.iterdir() if each.is_file()} == {"b"}


def test_others_envelopes_and_receipts_travel_along(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, us2 = world
    notes(us2, group, rng, 4)
    bundle.write(shelf(us2), tmp_path / "one", [us.device])
    bundle.read(shelf(us), tmp_path / "one")
    bundle.write(shelf(us), tmp_path / "two", [uk.device])
    bundle.read(shelf(uk), tmp_path / "two")
    assert ids(uk) == ids(us2)
    assert shelf(uk).evidence.receipts(group).keys() == {us.device, us2.device}


def test_both_branches_of_a_fork_are_carried(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, _ = world
    copy = uk.copy(tmp_path / "copy")
    notes(uk, group, rng, 1)
    for number, (giver, taker) in enumerate(((uk, us), (us, uk))):
        bundle.write(shelf(giver), tmp_path / str(number), [taker.device])
        bundle.read(shelf(taker), tmp_path / str(number))
    (uk.home / "token").unlink()
    uk.restore(copy)
    notes(uk, group, rng, 1)
    bundle.read(shelf(uk), tmp_path / "1")
    for number, (giver, taker) in enumerate(((uk, us), (us, uk)), 2):
        bundle.write(shelf(giver), tmp_path / str(number), [taker.device])
        bundle.read(shelf(taker), tmp_path / str(number))
    assert ids(uk) == ids(us)


def test_a_bundle_that_would_change_much_asks(world: Three, rng: random.Random, tmp_path: Path) -> None:
    group, uk, us, us2 = world
    notes(us, group, rng, 30)
    for laptop in (uk, us2):
        laptop.take(us.envelopes())
    uk.revoke(group, us.device, keep=lambda link: link.seq < 5)
    bundle.write(shelf(uk), tmp_path / "b", [us2.device])
    before = ids(us2)
    with pytest.raises(MassChange, match="make 28 of"):
        bundle.read(shelf(us2), tmp_path / "b")
    assert ids(us2) == before
    bundle.read(shelf(us2), tmp_path / "b", allow=lambda *_: True)
    assert ids(us2) == ids(uk)


def test_a_change_of_much_that_is_partly_stored_does_not_pass_by_reading_again(
    world: Three, rng: random.Random, tmp_path: Path
) -> None:
    group, uk, us, _ = world
    made = [rng.randbytes(16) for _ in range(30)]
    for id in made:
        us.create(group, "note", id, text="x")
    uk.take(us.envelopes())
    for id in made[:16]:  # four to a page: the first page alone is no change of much
        heads = tuple({dot for held in us.heads(group, "note", id).values() for dot in held})
        us.write(group, Change("note", id, {RETIRED: True}, heads), reason=rng.randbytes(60_000).hex())
    bundle.write(shelf(us), tmp_path / "b", [uk.device], limit=bundle.SMALLEST)
    parts = sorted(tmp_path.glob("b*"))
    assert len(parts) > 1
    before = ids(uk)
    for part in parts * 2:
        with pytest.raises(MassChange, match="of 30 records"):
            bundle.read(shelf(uk), part)
    assert len(ids(uk) - before) == 4
    for part in parts:
        bundle.read(shelf(uk), part, allow=lambda _: True)
    assert ids(uk) == ids(us)
    with uk.store.reading() as connection:
        assert upheaval.gone_before(connection, group) == set()


def test_pages_of_nobody_are_refused_as_damaged(world: Three, tmp_path: Path) -> None:
    us = world[2]
    draft = BundleDraft(tmp_path)
    draft.add(b"\x91" * 5_000)
    draft.finish(tmp_path / "b", [], [us.keys.pair.public.box])
    draft.close()
    with pytest.raises(container.IntegrityFailure, match="no Comity writes"):
        bundle.read(shelf(us), tmp_path / "b")


PEAK = """
import resource, sys
from pathlib import Path
from comity.log.keys import Pair
from comity.sync.container import BundleDraft, Container
draft = BundleDraft(Path(sys.argv[1]).parent)
for _ in range(int(sys.argv[2])):
    draft.add(bytes(1024 * 1024))
draft.finish(Path(sys.argv[1]), [], [Pair(bytes(32), bytes(32)).public.box])
draft.close()
found = Container(Path(sys.argv[1]))
assert sum(map(len, found.pages(found.key(Pair(bytes(32), bytes(32)))))) == int(sys.argv[2]) * 1024 * 1024
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def test_a_large_bundle_takes_no_more_memory_than_a_small_one(tmp_path: Path) -> None:
    peaks = []
    for pages in (4, 120):
        done = subprocess.run(
            [sys.executable, "-c", PEAK, str(tmp_path / str(pages)), str(pages)],
            capture_output=True, text=True, check=True,
        )  # fmt: skip
        peaks.append(int(done.stdout))
    assert peaks[1] <= 1.2 * peaks[0]
