"""The answer by voice: it comes from who has the bundle, says what it brought, and shortens the next one."""

import random
from pathlib import Path

import pytest

from comity.errors import NotFound, Refused
from comity.store import exchange
from comity.sync import answer, bundle
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, three

RNG = random.Random(5)


def shelf(laptop: Laptop) -> Shelf:
    return Shelf(laptop.store, laptop.at_ms)


def lonely(laptop: Laptop, group: bytes) -> int:
    with laptop.store.reading() as c:
        return exchange.not_elsewhere(c, group, laptop.device, shelf(laptop).own(group))


def test_a_code_read_out_tells_what_is_held(tmp_path: Path) -> None:
    group, (uk, us, us2) = three(tmp_path, RNG)
    for number in range(6):
        uk.create(group, "note", RNG.randbytes(16), text=f"note {number}")
    path = bundle.write(shelf(uk), tmp_path / "b", [us.device, us2.device])[0].path
    with pytest.raises(Refused, match="not all"):
        bundle.code(shelf(us), path)
    bundle.read(shelf(us), path)
    spoken = bundle.code(shelf(us), path)
    assert len(spoken) == 9
    assert lonely(uk, group) > 6
    assert answer.take(shelf(uk), f" {spoken[:4].lower()} {spoken[5:]}") == answer.Answered(us.device, (group,))
    assert lonely(uk, group) == 0
    uk.create(group, "note", RNG.randbytes(16), text="one more")
    assert bundle.write(shelf(uk), tmp_path / "for us", [us.device])[0].envelopes == 1
    assert bundle.write(shelf(uk), tmp_path / "for us2", [us2.device])[0].envelopes > 6
    assert lonely(uk, group) == 1


def test_a_code_of_nothing_is_told_so(tmp_path: Path) -> None:
    _, (uk, us, _) = three(tmp_path, RNG)
    path = bundle.write(shelf(uk), tmp_path / "b", [us.device])[0].path
    bundle.read(shelf(us), path)
    spoken = bundle.code(shelf(us), path)
    for wrong in ("", "ABCD-EFGH", spoken[:-1], spoken[::-1]):
        with pytest.raises(NotFound):
            answer.take(shelf(uk), wrong)
    with pytest.raises(NotFound):
        answer.take(shelf(us), spoken)
