"""What is told and refused around letting somebody in: private records, strangers, keys of another root."""

from pathlib import Path

from cli.conftest import Comity
from cli.house import House


def test_a_record_that_stays_private_says_so_beside_its_id(uk: House) -> None:
    added = uk.ok("note", "add", "--text", "mine")
    assert len(added.out) == 37
    assert added.err.endswith(": added; private: only UK-AISI will ever hold it.\n")
    assert uk.ok("note", "add", "--text", "mine", "--quiet").err == ""
    uk.ok("group", "create", "UKUS")
    shared = uk.ok("note", "add", "--text", "first", "--group", "UKUS", "--marking", "TLP:AMBER")
    assert shared.err.endswith(": added.\n")


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


def test_the_words_told_of_a_new_group_are_those_that_its_founder_and_who_let_this_device_in_read_on_their_cards(
    uk: House, us: House, tmp_path: Path, stick: Path, comity: Comity
) -> None:
    us.ok("group", "create", "UKUS")
    us.ok("group", "renew", "UKUS")
    us.ok("group", "admit", "UKUS", "--device", str(uk.card), "--role", "chair", "--yes")
    file = str(stick / "a.comity")
    us.ok("bundle", "write", file, "--for", "UK-AISI", "--yes")
    assert "A person is asked first: the group " in uk.ok("bundle", "read", file, "--dry-run").err
    (foreseen,) = uk.ok("bundle", "read", file, "--dry-run", "--json").json["bundle"]["groups"]
    said = uk.run("bundle", "read", file, "--json")
    error = said.error
    assert foreseen["asks"] == error["message"]
    assert (said.code, error["code"], "let in by" in error["message"]) == (4, "newcomer", False)
    words = us.ok("device", "card", "--json").json["fingerprint"]
    assert f"founded by US-CAISI with the device «{words}»" in error["message"]
    second = House(tmp_path, "uk2", comity, device="laptop-2", like=str(uk.card))
    uk.ok("bundle", "read", file, "--yes")
    uk.ok("group", "admit", "UKUS", "--device", str(second.card), "--role", "editor", "--yes")
    uk.ok("bundle", "write", str(stick / "b.comity"), "--for", "laptop-2", "--yes")
    error = second.run("bundle", "read", str(stick / "b.comity"), "--json").error
    assert f"let in by UK-AISI with the device «{uk.ok('device', 'card', '--json').json['fingerprint']}»" in str(error)


def test_who_was_let_in_by_paper_is_told_the_words_of_the_recovery_key(uk: House, us: House, stick: Path) -> None:
    us.ok("group", "create", "UKUS")
    words = ("--words-file", str(us.words))
    us.ok("recovery", "admit", *words, "--group", "UKUS", "--device", str(uk.card), "--role", "chair", "--yes")
    us.ok("bundle", "write", str(stick / "a.comity"), "--for", "UK-AISI", "--yes")
    error = uk.run("bundle", "read", str(stick / "a.comity"), "--json").error
    read_out = us.ok("recovery", "show-public", *words, "--json").json["fingerprint"]
    assert f"let in by US-CAISI with its recovery key «{read_out}»" in error["message"]


def test_a_bundle_for_recovery_words_says_what_is_in_it_and_is_for_one_house(
    uk: House, us: House, tmp_path: Path, stick: Path, comity: Comity
) -> None:
    other = House(tmp_path, "us2", comity, device="gaithers-2")  # with recovery words of its own
    for name, house in (("UKUS", us), ("SECOND", other)):
        uk.ok("group", "create", name)
        uk.ok("group", "admit", name, "--device", str(house.card), "--role", "chair", "--yes")
    bundle = ("recovery", "bundle", str(stick / "all"), "--for", "US-CAISI")
    said = uk.run(*bundle, "--yes", "--json")
    assert (said.code, said.error["code"]) == (4, "keys")
    assert "--group: SECOND and UKUS" in said.error["hint"] or "--group: UKUS and SECOND" in said.error["hint"]
    asked = uk.run(*bundle, "--group", "SECOND")
    assert (asked.code, "SECOND: " in asked.err, "UKUS" in asked.err) == (4, True, False)
    written = uk.ok(*bundle, "--group", "SECOND", "--yes", "--json").json
    assert [(each["group"], each["marking"]) for each in written["groups"]] == [("SECOND", "TLP:AMBER")]
    new = House(tmp_path, "us3", comity, device="phoenix", like=str(other.card))
    back = ("recovery", "admit", "--bundle", str(stick / "all"), "--yes", "--words-file")
    assert new.run(*back, str(us.words)).code == 7
    back_in = new.ok(*back, str(other.words), "--json").json["items"]
    assert [each["group_id"] for each in back_in] == [written["groups"][0]["group_id"]]


def test_a_list_of_groups_tells_who_is_in_them(both: tuple[House, House]) -> None:
    uk, _ = both
    uk.ok("group", "create", "ALONE")
    told = {each["ref"]: each["derived"]["members"] for each in uk.ok("group", "list", "--json").json["items"]}
    assert told == {"UKUS": {"UK-AISI": "chair", "US-CAISI": "chair"}, "ALONE": {"UK-AISI": "chair"}}
    assert "UK-AISI chair, US-CAISI chair" in uk.ok("group", "list", "UKUS").out
    assert uk.ok("group", "list", "ALONE", "--columns", "ref,members").out.splitlines()[1] == "ALONE\tUK-AISI chair"
