"""Whatever a courier does to a bundle: it is read whole or not at all, and reading it again changes nothing."""

import random
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from comity.errors import IntegrityFailure
from comity.sync import bundle
from comity.sync.container import _START, MAGIC, Container, Manifest, _hash
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three

Carried = tuple[Laptop, Laptop, bytes, bytes]
QUICK = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def carried(folder: Path) -> Carried:
    """Sender, receiver, and two bundles that are on their way."""
    rng = random.Random(20261123)
    group, (uk, us, _) = three(folder, rng)
    found = []
    for name in ("one", "two"):
        for number in range(6):
            uk.create(group, "note", rng.randbytes(16), text=f"{name} {number}")
        bundle.write(Shelf(uk.store, uk.at_ms), folder / name, [us.device])
        found.append((folder / name).read_bytes())
    return uk, us, found[0], found[1]


def read(laptop: Laptop, data: bytes) -> int:
    path = laptop.home / "carried"
    path.write_bytes(data)
    return sum(each.received for each in bundle.read(Shelf(laptop.store, laptop.at_ms), path))


def assert_refused(laptop: Laptop, data: bytes) -> None:
    before = laptop.envelopes()
    with pytest.raises(IntegrityFailure, match="nothing was changed") as refusal:
        read(laptop, data)
    assert (refusal.value.exit_code, bool(refusal.value.hint)) == (8, True)
    assert laptop.envelopes() == before


def test_any_flipped_bit_is_detected(carried: Carried) -> None:
    _, us, data, _ = carried
    path, rng = us.home / "carried", random.Random(7)
    for place in range(len(data)):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        path.write_bytes(flipped)
        with pytest.raises(IntegrityFailure):
            Container(path)
    for place in rng.sample(range(len(data)), 12):
        flipped = bytearray(data)
        flipped[place] ^= 1 << rng.randrange(8)
        assert_refused(us, bytes(flipped))


@QUICK
@given(cut=st.floats(0, 1, exclude_max=True))
def test_a_bundle_that_is_cut_changes_nothing(carried: Carried, cut: float) -> None:
    _, us, data, _ = carried
    assert_refused(us, data[: int(len(data) * cut)])


@QUICK
@given(st.data())
def test_bundles_that_were_mixed_change_nothing(carried: Carried, data: st.DataObject) -> None:
    _, us, one, two = carried
    first, second = data.draw(st.sampled_from([(one, two), (two, one), (one, one)]))
    here, there = data.draw(st.integers(1, len(first) - 1)), data.draw(st.integers(1, len(second) - 1))
    mixed = first[:here] + second[there:]
    if mixed not in (one, two):
        assert_refused(us, mixed)


def test_two_glued_bundles_change_nothing(carried: Carried) -> None:
    _, us, one, two = carried
    for glued in (one + two, one + one, one + b"\0", two + one[-40:]):
        assert_refused(us, glued)


def test_a_courier_cannot_put_other_pages_into_a_bundle(carried: Carried, folder: Path) -> None:
    """Nor leave some out: a table of contents is easily written, but not with the proof of the writer."""
    us = carried[1]
    paths = [folder / "one", folder / "two"]
    (a, a_pages), (b, b_pages) = ((Container(path).manifest, _pages(path)) for path in paths)
    swapped = [
        (a, [*b_pages[:1], *a_pages[1:]]),
        (a, a_pages[::-1]),
        (a, a_pages[:-1]),
        (a, []),
        (b, [*b_pages, *b_pages]),
    ]
    for manifest, pages in swapped:
        told = tuple((len(page), _hash(page)) for page in pages)
        forged = Manifest(manifest.id, manifest.groups, manifest.boxes, told, manifest.proof)
        packed = msgspec.msgpack.encode(forged)
        assert_refused(us, _START.pack(MAGIC, len(packed), _hash(packed)) + packed + b"".join(pages))


def _pages(path: Path) -> list[bytes]:
    manifest, data = Container(path).manifest, path.read_bytes()
    at, found = len(data) - manifest.size, []
    for length, _ in manifest.pages:
        found.append(data[at : at + length])
        at += length
    return found


@pytest.mark.parametrize("order", ["12", "21", "2112", "1221"])
def test_bundles_are_read_in_any_order_and_any_number_of_times(carried: Carried, order: str) -> None:
    uk, us, one, two = carried
    received = [read(us, one if each == "1" else two) for each in order]
    assert sum(received) == 12
    assert {each.id for each in us.envelopes()} == {each.id for each in uk.envelopes()}
    assert not differences(shown(us.store), shown(uk.store))
    before = shown(us.store)
    assert read(us, one) == read(us, two) == 0
    assert shown(us.store) == before
