"""What is told and refused around letting somebody in: private records, strangers, keys of another root."""

from pathlib import Path

from cli.conftest import Comity
from cli.house import House


def test_a_record_that_stays_private_says_so_beside_its_id(uk: House) -> None:
    added = uk.ok("note", "add", "--text", "mine")
    assert (len(added.out), added.err) == (37, "private: only UK-AISI will ever hold it\n")
    assert uk.ok("note", "add", "--text", "mine", "--quiet").err == ""
    uk.ok("group", "create", "UKUS")
    assert uk.ok("note", "add", "--text", "first", "--group", "UKUS", "--marking", "TLP:AMBER").err == ""


def test_a_bundle_for_somebody_without_a_group_says_how_to_let_them_in(uk: House, us: House, stick: Path) -> None:
    file = str(stick / "a.comity")
    assert uk.run("bundle", "write", file, "--for", "US-CAISI").code == 3
    uk.ok("device", "add", str(us.card), "--yes")
    for told in ("us-caisi", "gaithers-1", str(us.card)):
        said = uk.run("bundle", "write", file, "--for", told)
        assert (said.code, "share no group with US-CAISI" in said.err) == (4, True)
        assert "comity group admit NAME --device" in said.err
    uk.ok("group", "create", "UKUS")
    said = uk.run("bundle", "write", file, "--for", "gaithers-1", "--group", "UKUS")
    assert "has no seat in UKUS" in said.err


def test_a_device_of_the_own_house_made_with_other_words_is_not_let_in(
    uk: House, tmp_path: Path, comity: Comity
) -> None:
    uk.ok("group", "create", "UKUS")
    other = House(tmp_path, "uk2", comity, device="laptop-2")
    said = uk.run("group", "admit", "UKUS", "--device", str(other.card), "--role", "chair", "--yes", "--json")
    assert (said.code, said.error["code"], "--recovery-public" in said.error["hint"]) == (4, "root", True)


def test_a_replacement_that_cannot_revoke_the_first_device_is_told_the_command_of_the_paper_key(
    uk: House, tmp_path: Path, stick: Path, comity: Comity
) -> None:
    uk.ok("group", "create", "DEEP")
    new = House(tmp_path, "uk2", comity, device="laptop-2", like=str(uk.card))
    uk.ok("group", "admit", "DEEP", "--device", str(new.card), "--role", "chair", "--yes")
    uk.give(new, stick)
    id = uk.ok("device", "card", "--json").json["id"]
    revoke = ("--device", id, "--reason", "stolen", "--yes")
    said = new.run("group", "revoke", "DEEP", *revoke, "--json")
    assert (said.code, said.error["code"]) == (4, "not_above")
    assert f"`comity recovery revoke --words-file FILE --group DEEP --device {id[:12]}`" in said.error["hint"]
    new.ok("recovery", "revoke", "--words-file", str(uk.words), "--group", "DEEP", *revoke)
    assert "--institute UK-AISI" in new.run("group", "revoke", "DEEP", "--institute", "UK-AISI", "--reason", "x").err
