"""Groups of the demo and of a fresh home, what they are called, and that the demo is made once."""

import os
from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk import acting, asking, care
from comity.desk.desk import Desk
from comity.desk.members import groups as desk_groups
from comity.desk.pages import sharing
from comity.desk.world import World
from comity.errors import Ambiguous, Refused
from comity.log.commit import ORIGINATOR, Change


def test_groups_are_listed_with_their_members(shown: Desk) -> None:
    found = {each.name: each.members for each in sharing.groups(shown)}
    assert found["private"] == ("UK-AISI",)
    assert found["UKUS"] == ("UK-AISI", "US-CAISI")
    assert len(found["NETWORK"]) == 10


def test_a_new_record_goes_where_the_settings_say(demo_home: Path) -> None:
    (demo_home / "config.toml").write_text('[general]\ngroup = "UKUS"\n', encoding="utf-8")
    desk = bootstrap.open_desk(demo_home)
    made = acting.add(desk, "note", {"text": "x"}, marking="TLP:AMBER")
    assert asking.group_name(desk, made.group) == "UKUS"
    desk.close()


def test_the_demo_is_made_once_and_then_reused(demo_home: Path) -> None:
    first = bootstrap.demo(demo_home)
    before = care.status(first)
    first.close()
    again = bootstrap.demo(demo_home)
    assert care.status(again) == before
    assert str(again.today) == "2026-11-23"
    again.close()


@pytest.mark.parametrize("ref", ["SALTMARSH/R1", "SALTMARSH/R7", "SALTMARSH/F5", "SALTMARSH/A3", "S-02", "LANTERN-27"])
def test_the_demo_holds_what_its_pictures_show(shown: Desk, ref: str) -> None:
    record = asking.find(shown, ref)
    assert (record.synthetic, record.conflicts) == (True, [])


def _forged(desk: Desk, group: str, id: bytes, name: object) -> None:
    """What a changed client of an editor in the group may write into it."""
    change = Change("group", id, {ORIGINATOR: "US-CAISI", "name": name})
    with desk.store.writing() as connection:
        desk.store.write(connection, bytes.fromhex(group), (change,), author="E", reason="", at_ms=desk.at_ms())


def _named(desk: Desk) -> dict[str, str]:
    with desk.store.reading() as connection:
        world = World(desk, connection)
        return {world.group_name(group): group for group in desk.store.groups()}


@pytest.mark.parametrize("name", [5, None, ["UKUS"], "UKUS", "private", "{ukus}", "{ukus8}"])
def test_what_members_of_one_group_write_turns_nothing_into_it(demo: Desk, name: object) -> None:
    groups = _named(demo)
    ukus, network = groups["UKUS"], groups["NETWORK"]
    told = name.format(ukus=ukus, ukus8=ukus[:8]) if isinstance(name, str) else name
    for id in (os.urandom(16), bytes.fromhex(ukus)):
        _forged(demo, network, id, told)
    assert _named(demo) == groups
    for text in ("UKUS", ukus, ukus[:8]):
        made = acting.add(demo, "note", {"text": "x"}, group=text, marking="TLP:AMBER")
        assert made.group == ukus


@pytest.mark.parametrize("name", [5, "private", "{ukus}", "{ukus8}", "UKUS"])
def test_a_group_that_took_the_name_of_another_is_never_meant_in_its_place(demo: Desk, name: object) -> None:
    groups = _named(demo)
    ukus, network = groups["UKUS"], groups["NETWORK"]
    told = name.format(ukus=ukus, ukus8=ukus[:8]) if isinstance(name, str) else name
    change = Change("group", bytes.fromhex(network), {"name": told}, ())
    with demo.store.writing() as connection:
        demo.store.write(
            connection, bytes.fromhex(network), (change,), author="E", reason="", at_ms=demo.at_ms() + 90_000_000
        )
    shown = _named(demo)
    assert shown["private"] == groups["private"]
    assert acting.add(demo, "note", {"text": "x"}, group=ukus, marking="TLP:AMBER").group == ukus
    if told == "UKUS":
        assert shown.keys() >= {f"UKUS~{ukus[:4]}", f"UKUS~{network[:4]}"}
        with pytest.raises(Ambiguous):
            acting.add(demo, "note", {"text": "x"}, group="UKUS", marking="TLP:AMBER")
    else:
        assert shown["UKUS"] == ukus
        assert acting.add(demo, "note", {"text": "x"}, group=ukus[:8], marking="TLP:AMBER").group == ukus


@pytest.mark.parametrize("name", ["private", "34a3744e", "34a3744e62cb64d8e0d2d915680bdf11", "UKUS"])
def test_no_group_is_founded_under_a_name_that_stands_for_another(demo: Desk, name: str) -> None:
    with pytest.raises(Refused, match=name):
        desk_groups.found(demo, name)
