"""What a locked device believes of the file beside its store: all of it, or nothing."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.home import SKETCH
from comity.log.body import Malformed
from comity.sync import sketch
from comity.sync.engine import sync
from comity.sync.locked import LockedSide
from comity.sync.shelf import Shelf
from laws.carriers import Heap
from laws.laptops import Laptop, three


@pytest.fixture(scope="module")
def laptop(tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    """Locked, after all met: its sketch holds seats, tips and receipts."""
    _, laptops = three(tmp_path_factory.mktemp("world"), random.Random(3))
    heap = Heap()
    for _ in range(2):
        for each in laptops:
            sync(Shelf(each.store, each.at_ms), heap)
    sketch.leave(laptops[0].home, laptops[0].store)
    return laptops[0]


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with nothing in it but a sketch."""
    return tmp_path_factory.mktemp("changed")


@given(st.data())
def test_with_a_sketch_that_was_changed_a_locked_device_still_carries(
    laptop: Laptop, changed: Path, data: st.DataObject
) -> None:
    whole = bytearray((laptop.home / SKETCH).read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        start = data.draw(st.integers(0, len(whole) - 1))
        whole[start : start + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    (changed / SKETCH).write_bytes(whole)
    assert sync(LockedSide(changed, laptop.device, laptop.keys.carrier, laptop.at_ms), Heap()) is not None


@given(st.binary(max_size=300) | st.integers(1, 200_000).map(lambda depth: b"\x91" * depth + b"\x90"))
def test_bytes_that_are_no_sketch_are_told_as_one_error(data: bytes) -> None:
    try:
        assert isinstance(sketch.decode(data), sketch.Sketch)
    except Malformed:
        return


@pytest.mark.parametrize("receipt", [b"", bytes(200), b"\x92\xc4\x01x\xc4\x01y" + bytes(60)])
def test_a_device_whose_sketch_holds_no_receipt_where_one_should_be_carries_all_anew(
    receipt: bytes, laptop: Laptop, tmp_path: Path
) -> None:
    good = sketch.read(laptop.home)
    assert all(outline.receipts for outline in good.groups.values())
    (group, outline), *_ = good.groups.items()
    bad = sketch.Sketch(good.mark, good.file, {group: sketch.Outline(outline.tips, receipts=(receipt,))})
    sketch.keep(tmp_path, bad)
    assert sketch.read(tmp_path) == sketch.Sketch()
    assert LockedSide(tmp_path, laptop.device, laptop.keys.carrier).groups() == []
