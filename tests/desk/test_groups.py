"""Groups of the demo and of a fresh home, and that the demo is made once."""

from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk import acting, asking, border, care
from comity.desk.desk import Desk


def test_groups_are_listed_with_their_members(shown: Desk) -> None:
    found = {each.name: each.members for each in border.groups(shown)}
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
