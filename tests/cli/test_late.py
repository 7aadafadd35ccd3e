"""`comity late`: the tray is listed, and adopted whole or by id."""

from pathlib import Path

from cli.conftest import Comity
from cli.house import House
from comity import settings


def test_an_empty_tray_is_said_so_and_nothing_is_adopted(home: Path, comity: Comity) -> None:
    assert comity("late", "--json").json == {"items": [], "count": 0}
    assert comity("late", "list").out.split("\t")[0] == "id"
    assert comity("late", "adopt", "--all", "--json").json == {"adopted": [], "conflicts": []}


def test_what_to_adopt_is_said_one_way(home: Path, comity: Comity) -> None:
    for words in ((), ("abcdef", "--all")):
        said = comity("late", "adopt", *words)
        assert said.code == 2
        assert "--all" in said.err
    said = comity("late", "adopt", "abcdef12")
    assert said.code == 3
    assert "late list" in said.err


def test_what_a_lost_laptop_wrote_too_late_is_listed_and_adopted(both: tuple[House, House], stick: Path) -> None:
    uk, us = both
    uk.ok("device", "add", str(us.card), "--yes")
    uk.ok("group", "revoke", "UKUS", "--device", "gaithers-1", "--reason", "stolen", "--yes")
    for text in ("honest", "other"):
        us.ok("note", "add", "--text", text, "--group", "UKUS", "--marking", "TLP:AMBER")
    us.give(uk, stick)
    assert uk.notes() & {"honest", "other"} == set()
    assert "The late tray holds 2 commits of revoked devices" in uk.run("check").err
    assert "honest" in uk.ok("late").out
    tray = uk.ok("late", "list", "--json").json
    assert {(each["institute"], each["device"], each["group"]) for each in tray["items"]} == {
        ("US-CAISI", "gaithers-1", "UKUS")
    }
    (late,) = [each for each in tray["items"] if "honest" in [change["value"] for change in each["changes"]]]
    adopted = uk.ok("late", "adopt", late["id"][:8], "--reason", "written before the theft", "--json").json
    assert adopted == {"adopted": [late["id"]], "conflicts": []}
    assert uk.notes() & {"honest", "other"} == {"honest"}
    assert uk.ok("late", "--json").json["count"] == tray["count"] - 1
    uk.ok("late", "adopt", "--all", "--reason", "so was this")
    assert uk.notes() >= {"honest", "other"}
    assert "late tray" not in uk.run("check").err
    assert "no seat" not in us.run("check").err
    assert uk.ok("verify", "--json").json["ok"]


def test_a_device_without_a_seat_is_told_so_by_check(both: tuple[House, House]) -> None:
    _, us = both
    own = us.ok("device", "list", "--json").json["items"][0]["id"]
    us.ok(
        "recovery",
        "revoke",
        "--words-file",
        str(us.words),
        "--group",
        "UKUS",
        "--device",
        own,
        "--reason",
        "x",
        "--yes",
    )
    assert "This device was revoked from UKUS by US-CAISI" in us.run("check").err
    assert "This device was revoked from UKUS by US-CAISI" in us.ok("status").out
    assert us.ok("status", "--json").json["revoked"][0]["group"] == "UKUS"
    settings.keep_hub(us.home, "away", settings.Hub("http://127.0.0.1:9"))
    assert "This device was revoked from UKUS by US-CAISI" in us.run("sync").err


def test_a_name_that_falls_with_who_gave_it_is_foretold_and_comes_back(
    uk: House, tmp_path: Path, stick: Path, comity: Comity
) -> None:
    uk.ok("group", "create", "UKUS")
    uk.ok("note", "add", "--text", "kept", "--group", "UKUS", "--marking", "TLP:AMBER")
    public = comity("recovery", "show-public", "--words-file", str(uk.words)).out.strip()
    new = House(tmp_path, "uk2", comity, device="laptop-2", like=public)
    uk.ok("recovery", "bundle", str(stick / "house"), "--for", "UK-AISI", "--yes")
    new.ok("recovery", "admit", "--words-file", str(uk.words), "--bundle", str(stick / "house"), "--yes")
    lost = uk.ok("device", "card", "--json").json["id"]
    revoke = ("recovery", "revoke", "--words-file", str(uk.words), "--group", "UKUS", "--device", lost)
    told = new.ok(*revoke, "--since", "2020-01-01", "--reason", "stolen", "--yes").err
    assert "note: the name UKUS goes into the late tray with it: `comity late adopt` brings it back" in told
    assert "Done: UKUS." in told
    assert "UKUS" not in new.ok("group", "list").out
    new.ok("late", "adopt", "--all", "--reason", "honest before the theft")
    assert "UKUS" in new.ok("group", "list").out
    assert "kept" in new.notes()
