"""Cards, groups and the paper key through the commands, between homes that meet on a stick only."""

import os
import sys
from pathlib import Path

import pytest

from cli.conftest import Comity
from cli.house import House, on_terminal


def test_a_card_is_kept_once_its_words_were_compared(uk: House, us: House) -> None:
    told = us.ok("device", "card", "--json").json
    assert told["card"] == us.card.read_text("utf-8").strip()
    assert len(told["fingerprint"].split()) == 8
    refused = uk.run("device", "add", str(us.card), "--fingerprint", "abandon " * 8)
    assert refused.code == 4
    assert told["fingerprint"] in refused.err
    nobody = uk.run("device", "add", str(us.card))
    assert nobody.code == 4
    assert "--yes" in nobody.err
    added = uk.ok("device", "add", told["card"], "--fingerprint", told["fingerprint"], "--json").json
    assert (added["id"], added["institute"], added["warnings"]) == (told["id"], "US-CAISI", [])
    listed = uk.ok("device", "list", "--json").json
    assert [(each["institute"], each["name"], each["own"]) for each in listed["items"]] == [
        ("UK-AISI", "laptop-1", True),
        ("US-CAISI", "gaithers-1", False),
    ]
    assert uk.run("device", "add", str(uk.card), "--yes").code == 4
    assert uk.run("device", "add", str(uk.home / "nothing"), "--yes").code == 3


def test_nobody_is_admitted_without_a_yes_and_the_preview_says_what_leaves(uk: House, us: House) -> None:
    uk.ok("group", "create", "UKUS")
    uk.ok("note", "add", "--text", "first", "--group", "UKUS", "--marking", "TLP:AMBER")
    admit = ("group", "admit", "UKUS", "--device", str(us.card), "--role", "editor")
    said = uk.run(*admit)
    assert (said.code, "--yes" in said.err, "everything, history included" in said.err) == (4, True, True)
    seen = uk.ok(*admit, "--dry-run", "--json").json
    assert (seen["act"], seen["holds"]["counts"], seen["holds"]["marking"]) == (
        "institute",
        {"notes": 1, "groups": 1},
        "TLP:AMBER",
    )
    assert "notes: 1" in uk.ok(*admit, "--dry-run").out
    assert [each["institute"] for each in uk.ok("group", "show", "UKUS", "--json").json["members"]] == ["UK-AISI"] * 2
    assert uk.ok(*admit, "--yes", "--json").json["institute"] == "US-CAISI"
    members = uk.ok("group", "show", "UKUS", "--json").json["members"]
    assert [(each["institute"], each["role"], each["recovery"]) for each in members if not each["recovery"]] == [
        ("UK-AISI", "chair", False),
        ("US-CAISI", "editor", False),
    ]
    assert "gaithers-1" in uk.ok("group", "show", "UKUS").out
    assert {each["name"]: each["compared_at"] for each in uk.ok("device", "list", "--json").json["items"]} == {
        "laptop-1": None,
        "gaithers-1": None,  # its card was used; its words were compared by nobody
    }
    assert uk.run(*admit, "--yes").code == 4
    assert uk.run("group", "admit", "UKUS", "--device", "nobody-9", "--role", "editor", "--yes").code == 3
    assert uk.run("group", "admit", "UKUS", "--device", str(us.card), "--role", "king", "--yes").code == 4


def test_a_group_is_made_with_its_members_at_once(uk: House, us: House, stick: Path) -> None:
    uk.ok("group", "create", "UKUS", "--with", str(us.card), "--yes")
    uk.give(us, stick)
    us.ok("note", "add", "--text", "hello", "--group", "UKUS", "--marking", "TLP:AMBER")
    us.give(uk, stick)
    assert "hello" in uk.notes()


def test_a_stolen_laptop_is_revoked_and_its_new_work_stays_out(both: tuple[House, House], stick: Path) -> None:
    uk, us = both
    us.ok("note", "add", "--text", "honest", "--group", "UKUS", "--marking", "TLP:AMBER")
    us.give(uk, stick)
    uk.ok("device", "add", str(us.card), "--yes")
    assert uk.run("group", "revoke", "UKUS", "--device", "gaithers-1").code == 2
    assert uk.run("group", "revoke", "UKUS", "--reason", "x").code == 2
    assert us.run("group", "revoke", "UKUS", "--institute", "UK-AISI", "--reason", "x").code == 4
    seen = uk.ok("group", "revoke", "UKUS", "--device", "gaithers-1", "--dry-run", "--json").json
    assert (seen["late"], seen["falls"], seen["elsewhere"]) == ([], [], [])
    assert "late tray" in uk.ok("group", "revoke", "UKUS", "--device", "gaithers-1", "--dry-run").out
    revoke = ("group", "revoke", "UKUS", "--device", "gaithers-1", "--reason", "stolen on a train")
    asked = uk.run(*revoke)
    assert (asked.code, "--yes" in asked.err) == (4, True)
    uk.ok(*revoke, "--yes")
    us.ok("note", "add", "--text", "thief", "--group", "UKUS", "--marking", "TLP:AMBER")
    us.give(uk, stick)
    assert {"first", "honest"} <= uk.notes()
    assert "thief" not in uk.notes()
    state = {each["name"]: each["standing"] for each in uk.ok("group", "show", "UKUS", "--json").json["members"]}
    assert (state["gaithers-1"], state["laptop-1"]) == (False, True)


def test_a_lost_laptop_is_replaced_by_another_of_its_institute(
    both: tuple[House, House], tmp_path: Path, stick: Path, comity: Comity
) -> None:
    uk, us = both
    new = House(tmp_path, "us2", comity, device="gaithers-2", like=str(us.card))
    us.ok("group", "admit", "UKUS", "--device", str(new.card), "--role", "chair", "--yes")
    us.give(new, stick)
    assert "first" in new.notes()
    us.give(uk, stick)
    new.ok("note", "add", "--text", "from the new one", "--group", "UKUS", "--marking", "TLP:AMBER")
    new.give(uk, stick)
    assert "from the new one" in uk.notes()


def test_a_whole_house_comes_back_from_its_words(
    both: tuple[House, House], tmp_path: Path, stick: Path, comity: Comity
) -> None:
    uk, us = both
    us.ok("note", "add", "--text", "before the fire", "--group", "UKUS", "--marking", "TLP:AMBER")
    us.give(uk, stick)
    words = str(us.words)
    old = us.ok("device", "card", "--json").json["id"]
    public = comity("recovery", "show-public", "--words-file", words).out.strip()
    new = House(tmp_path, "us3", comity, device="phoenix", like=public)
    assert uk.run("recovery", "bundle", str(stick / "house"), "--for", "US-CAISI").code == 4
    uk.ok("recovery", "bundle", str(stick / "house"), "--for", "US-CAISI", "--yes")
    back = ("recovery", "admit", "--words-file", words)
    assert "it has a seat in private. What a partner wrote" in new.ok(*back, "--yes").err
    assert new.run(*back, "--bundle", str(stick / "house"), "--dry-run").code == 2
    done = new.ok(*back, "--bundle", str(stick / "house"), "--yes").err
    assert "gets everything, history included: 4 envelopes that this device cannot open" in done
    assert "Done: UKUS. Others learn" in done
    assert "Nothing to do: it has a seat in UKUS, private." in new.ok(*back, "--yes").err
    assert {"first", "before the fire"} <= new.notes()
    revoke = ("recovery", "revoke", "--words-file", words, "--group", "UKUS", "--device", old, "--reason", "burnt")
    asked = new.run(*revoke)
    assert (asked.code, "--yes" in asked.err, "Revoke" in asked.err) == (4, True, True)
    new.ok(*revoke, "--yes")
    new.ok("note", "add", "--text", "after the fire", "--group", "UKUS", "--marking", "TLP:AMBER")
    new.give(uk, stick)
    assert "after the fire" in uk.notes()
    uk.ok("note", "add", "--text", "welcome back", "--group", "UKUS", "--marking", "TLP:AMBER")
    uk.give(new, stick)
    assert "welcome back" in new.notes()
    members = uk.ok("group", "show", "UKUS", "--json").json["members"]
    assert {each["device"]: each["standing"] for each in members}[old] is False
    assert new.ok("verify", "--json").json["ok"]
    assert uk.ok("verify", "--json").json["ok"]


def test_words_that_are_wrong_or_open_to_others_are_refused(both: tuple[House, House], tmp_path: Path) -> None:
    uk, us = both
    revoke = ("recovery", "revoke", "--group", "UKUS", "--device", "laptop-9", "--reason", "x", "--words-file")
    other = uk.run(*revoke, str(us.words))
    assert (other.code, "another recovery key" in other.err) == (7, True)
    bad = tmp_path / "bad.words"
    bad.touch(mode=0o600)
    bad.write_text("abandon " * 23 + "qwerty", encoding="utf-8")
    said = uk.run(*revoke, str(bad))
    assert (said.code, "qwerty" in said.err) == (7, True)
    uk.words.chmod(0o644)
    said = uk.run(*revoke, str(uk.words))
    assert (said.code, "chmod 600" in said.err) == (7, True)
    assert uk.run(*revoke, str(tmp_path / "nothing")).code == 3
    assert uk.ok("recovery", "show-public").out.startswith("comity-recovery-1:")


def test_a_seat_is_renewed_at_its_place(both: tuple[House, House]) -> None:
    uk, _ = both
    assert uk.ok("group", "renew", "UKUS", "--json").json == {"groups": ["UKUS"]}
    own = [each for each in uk.ok("group", "show", "UKUS", "--json").json["members"] if each["own"]]
    assert [(each["role"], each["renewals"], each["standing"]) for each in own] == [("chair", 1, True)]
    assert set(uk.ok("group", "renew", "--json").json["groups"]) == {"private", "UKUS"}
    uk.ok("note", "add", "--text", "from the new seat", "--group", "UKUS", "--marking", "TLP:AMBER")
    assert uk.ok("verify", "--json").json["ok"]


def test_chosen_fields_leave_as_a_copy_with_a_disclosure(both: tuple[House, House], stick: Path) -> None:
    uk, us = both
    uk.ok("exercise", "add", "--code", "SALT", "--kind", "bilateral", "--lead", "UK-AISI", "--reference", "CANARY-7")
    refused = uk.run("note", "add", "--text", "x", "--subject", "SALT", "--group", "UKUS", "--marking", "TLP:AMBER")
    assert (refused.code, "comity tearline SALT --to UKUS --fields" in refused.err) == (4, True)
    tear = ("tearline", "SALT", "--to", "UKUS", "--fields", "code,kind,lead", "--marking", "TLP:AMBER")
    assert "--marking TLP:AMBER" in uk.run(*tear[:-2]).err
    assert "--reason TEXT" in uk.run(*tear).err
    seen = uk.ok(*tear, "--reason", "agreed", "--dry-run", "--json").json
    assert (seen["recipients"], "reference" in seen["kept_back"]) == (["US-CAISI"], True)
    asked = uk.run(*tear, "--reason", "agreed")
    assert (asked.code, "--yes" in asked.err, "reference" in asked.err) == (4, True, True)
    made = uk.ok(*tear, "--reason", "agreed", "--yes", "--json").json
    assert (made["group"], made["fields"]["reference"], made["marking"]) == ("UKUS", "", "TLP:AMBER")
    told = uk.ok("disclosure", "list", "--json").json["items"]
    assert [(each["id"], each["fields"]["recipient"], each["group"]) for each in told] == [
        (made["disclosures"][0], "US-CAISI", "private")
    ]
    uk.give(us, stick)
    assert us.ok("exercise", "list", "--json").json["count"] == 1
    assert us.ok("disclosure", "list", "--json").json["count"] == 0
    assert "CANARY-7" not in us.ok("exercise", "show", "SALT", "--json").out


def copied(uk: House) -> None:
    """HERON in the private group and, as a tearline copy, in UKUS."""
    uk.ok("exercise", "add", "--code", "HERON", "--kind", "bilateral", "--lead", "UK-AISI", "--marking", "TLP:AMBER")
    uk.ok("tearline", "HERON", "--to", "UKUS", "--fields", "code,kind,lead", "--yes")


def test_a_name_means_first_what_is_in_the_group_written_to(both: tuple[House, House]) -> None:
    uk, _ = both
    copied(uk)
    ids = {each["group"]: each["id"] for each in uk.ok("exercise", "list", "--json").json["items"]}
    add = ("note", "add", "--subject", "HERON", "--text", "x", "--marking", "TLP:AMBER", "--json")
    for group in ids:
        made = uk.ok(*add, "--group", group).json
        assert made["fields"]["subject"] == ids[group]
        uk.ok("note", "set", made["id"], "--subject", "")
        assert uk.ok("note", "set", made["id"], "--subject", "HERON", "--json").json["fields"]["subject"] == ids[group]
        assert uk.ok("exercise", "show", f"{group}:heron", "--json").json["id"] == ids[group]
    unclear = uk.run("exercise", "show", "HERON")
    assert unclear.code == 2
    assert all(f"{group}:HERON (exercise of UK-AISI, {id})" in unclear.err for group, id in ids.items())
    assert uk.run("exercise", "show", "NOBODY:HERON").code == 3


def test_a_reference_that_points_outside_is_told_the_copy_that_is_there(both: tuple[House, House]) -> None:
    uk, _ = both
    copied(uk)
    copy = uk.ok("exercise", "show", "UKUS:HERON", "--json").json["id"]
    told = uk.run(
        "note", "add", "--text", "x", "--subject", "private:HERON", "--group", "UKUS", "--marking", "TLP:AMBER"
    )
    assert (told.code, f"name the copy of it that UKUS has: HERON~{copy[-4:]}" in told.err) == (4, True)


def test_a_copy_that_lacks_what_it_needs_is_refused_with_the_field_to_add(both: tuple[House, House]) -> None:
    uk, _ = both
    copied(uk)
    uk.ok("finding", "add", "--exercise", "private:HERON", "--statement", "x", "--marking", "TLP:AMBER")
    tear = ("tearline", "F1", "--to", "UKUS", "--fields")
    told = uk.run(*tear, "statement")
    assert (told.code, "add exercise to --fields" in told.err) == (4, True)
    assert uk.ok(*tear, "statement,exercise", "--yes", "--json").json["ref"] == "HERON/F1"


def test_a_preview_is_what_the_partner_then_has(both: tuple[House, House], stick: Path) -> None:
    uk, us = both
    uk.ok("note", "add", "--text", "mine alone")
    uk.ok("note", "add", "--text", "for both", "--group", "UKUS", "--marking", "TLP:AMBER")
    seen = uk.ok("preview", "--as", "US-CAISI", "--json").json
    assert (seen["counts"]["notes"], seen["marking"]) == (3, "TLP:AMBER")
    assert {each["group"]: each["reached"] for each in seen["groups"]} == {"UKUS": True, "private": False}
    items = uk.ok("preview", "--as", "US-CAISI", "note", "--json").json["items"]
    uk.give(us, stick)
    assert {each["id"] for each in items} == {each["id"] for each in us.ok("note", "list", "--json").json["items"]}
    assert "for both" in uk.ok("preview", "--as", "US-CAISI", "note", "for").out
    nobody = uk.ok("preview", "--as", "SG-AISI")
    assert "sees nothing of UKUS" in nobody.err


@pytest.mark.skipif(os.name != "posix", reason="a terminal is POSIX")
@pytest.mark.parametrize(("typed", "code"), [("UKUS", 0), ("yes", 4)])
def test_on_a_terminal_the_name_of_the_group_is_typed_to_revoke(
    both: tuple[House, House], typed: str, code: int
) -> None:
    uk, us = both
    us_key = us.ok("device", "list", "--json").json["items"][0]["id"]
    words = ["group", "revoke", "UKUS", "--device", us_key, "--reason", "stolen", "--home", str(uk.home)]
    said, done = on_terminal([sys.executable, "-m", "comity", *words], {"Type UKUS": typed})
    assert "Revoke US-CAISI" in said
    members = uk.ok("group", "show", "UKUS", "--json").json["members"]
    assert (done, [each["standing"] for each in members if each["device"] == us_key]) == (code, [code != 0])
