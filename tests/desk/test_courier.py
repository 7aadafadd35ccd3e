"""Bundles from the desk: whom they are for, what they leave out, in parts, in any order, and much changed."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk import acting, asking, devices
from comity.desk.carriers import acknowledging, courier, leaving, partners
from comity.desk.desk import Desk
from comity.desk.members import groups, membership
from comity.errors import BadInput, IntegrityFailure, NotFound, Refused
from comity.log.commit import ORIGINATOR, Change
from comity.sync.outcome import MassChange
from desk.houses import NOTES, card, houses, write
from desk.opening import ticking

Pair = tuple[Desk, Desk]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Pair]:
    made = houses(tmp_path)
    uk, us = (bootstrap.open_desk(home, clock=ticking()) for home in (made.uk, made.us))
    yield uk, us
    uk.close()
    us.close()


def carried(writer: Desk, reader: Desk, folder: Path, told: str = "UKUS", limit: int = 0) -> list[courier.BundleRead]:
    written = courier.write(writer, courier.parcel(writer, told), folder, limit)
    opened = courier.read(reader, [each.path for each in reversed(written)])
    assert [each.error for each in opened] == [None] * len(written)
    return opened


def notes(desk: Desk) -> int:
    return asking.count(desk, "note")


def test_a_bundle_goes_back_and_forth_until_both_hold_the_same(two: Pair, tmp_path: Path) -> None:
    uk, us = two
    carried(uk, us, tmp_path)
    write(us, 3)
    (back,) = carried(us, uk, tmp_path, "UK-AISI")
    assert (notes(uk), notes(us)) == (NOTES + 3, NOTES + 3)
    assert back.groups[0].outcome.received == 3
    carried(uk, us, tmp_path)
    assert [each.lacks for desk in two for each in partners.partners(desk)] == [0, 0]
    assert courier.parcel(uk, "US-CAISI").leaving[0].envelopes == 0


def test_whom_a_bundle_is_for_is_said_by_institute_group_or_device(two: Pair) -> None:
    uk, us = two
    device = us.store.keys.pair.public.sign.hex()
    for told, code in (("US-CAISI", "US-CAISI"), ("ukus", "UKUS"), (device[:12], "US-CAISI")):
        parcel = courier.parcel(uk, told)
        assert (parcel.code, {each.hex() for each in parcel.devices}) == (code, {device})
    for told, error in (("nobody", NotFound), ("private", Refused), (uk.store.keys.pair.public.sign.hex(), Refused)):
        with pytest.raises(error):
            courier.parcel(uk, told)


def test_what_would_leave_is_known_before_and_asked_about_once(two: Pair, tmp_path: Path) -> None:
    uk, _ = two
    (first,) = leaving.everywhere(uk)
    assert first.asks.endswith("never got anything of UKUS from here")
    assert (first.records, first.marking, first.envelopes > NOTES) == (NOTES + 1, "TLP:GREEN", True)
    leaving.note(uk, [first])
    assert [each.asks for each in leaving.everywhere(uk)] == [""]
    write(uk, 1, marking="TLP:AMBER")
    assert "marked TLP:GREEN when it left last" in courier.parcel(uk, "UKUS").asks


def test_groups_that_only_some_of_them_are_in_are_named(two: Pair, tmp_path: Path) -> None:
    uk, us = two
    carried(uk, us, tmp_path)
    bootstrap.init(tmp_path / "b", institute="US-CAISI", person="Noor Vale", device="b", recovery_public=line(us))
    second = bootstrap.open_desk(tmp_path / "b")
    devices.add(second, devices.show(second, line(us)))
    membership.admit(us, membership.admission(us, "UKUS", line(second), "editor"))
    carried(us, uk, tmp_path, "UK-AISI")
    membership.admit(uk, membership.admission(uk, groups.found(uk, "NETWORK"), line(us), "chair"))
    parcel = courier.parcel(uk, "US-CAISI")
    assert ([each.group_name for each in parcel.leaving], len(parcel.devices)) == (["UKUS"], 2)
    assert parcel.left_out == ("NETWORK",)
    assert [each.group_name for each in courier.parcel(uk, "NETWORK").leaving] == ["NETWORK"]
    carried(uk, second, tmp_path, "US-CAISI")
    assert notes(second) == notes(us)
    second.close()


def line(desk: Desk) -> str:
    return card(desk.home).encode(desk.store.keys.pair.secret)


def test_a_bundle_in_parts_is_read_in_any_order(two: Pair, tmp_path: Path) -> None:
    uk, us = two
    rng = random.Random(7)
    with uk.store.writing() as connection:
        group = bytes.fromhex(courier.parcel(uk, "UKUS").leaving[0].group)
        for _ in range(180):
            fields = {ORIGINATOR: uk.institute, "text": rng.randbytes(9_000).hex(), "marking": "TLP:GREEN"}
            change = Change("note", rng.randbytes(16), fields)
            uk.store.write(connection, group, [change], author="Ada", reason="", at_ms=1)
    opened = carried(uk, us, tmp_path, limit=1024 * 1024)
    assert len(opened) > 1
    assert notes(us) == NOTES + 180


def test_a_change_of_much_is_asked_about(two: Pair, tmp_path: Path) -> None:
    uk, us = two
    write(uk, 20)
    carried(uk, us, tmp_path)
    for note in asking.records(us, "note")[:10]:
        acting.retire(us, note, "not ours")
    (written,) = courier.write(us, courier.parcel(us, "UKUS"), tmp_path)
    (opened,) = courier.read(uk, [written.path])
    assert isinstance(opened.error, MassChange)
    assert (notes(uk), opened.answer) == (NOTES + 20, "")
    (opened,) = courier.read(uk, [written.path], agree=lambda change: True)
    assert (notes(uk), bool(opened.answer), opened.groups[0].outcome.received) == (NOTES + 10, True, 10)


def test_answers_that_are_none_are_refused(two: Pair, tmp_path: Path) -> None:
    uk, us = two
    said = tmp_path / "held.txt"
    for text, error in (
        ("hello", BadInput),
        (acknowledging.PREFIX + "AAAA", BadInput),
        (acknowledging.PREFIX + "no base 64", BadInput),
        (acknowledging.lines(uk)[0].line.replace("A", "B"), (BadInput, Refused)),
    ):
        said.write_text(text, encoding="utf-8")
        with pytest.raises(error):
            acknowledging.take(uk, str(said))
    said.write_text(acknowledging.lines(uk)[0].line, encoding="utf-8")
    with pytest.raises(Refused, match="no group and device"):
        acknowledging.take(us, str(said))
    with pytest.raises(NotFound):
        acknowledging.take(uk, "AAAA-AAAA")


def test_a_file_that_is_no_bundle_is_damaged(two: Pair, tmp_path: Path) -> None:
    (tmp_path / "x.comity").write_bytes(b"hello")
    (opened,) = courier.read(two[0], [tmp_path / "x.comity"])
    assert isinstance(opened.error, IntegrityFailure)
    (opened,) = courier.outlook(two[0], [tmp_path / "none.comity"])
    assert isinstance(opened.error, NotFound)
