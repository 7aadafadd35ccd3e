"""`comity bundle` and `comity receipt`: two institutes, a courier, and no hub."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Comity, Said
from cli.house import on_terminal
from comity import bootstrap
from desk.houses import NOTES, Houses, houses, write

House = Callable[..., Said]


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


@pytest.fixture
def uk(comity: Comity, two: Houses) -> House:
    return lambda *words: comity(*words, "--home", str(two.uk))


@pytest.fixture
def us(comity: Comity, two: Houses) -> House:
    return lambda *words: comity(*words, "--home", str(two.us))


def test_a_courier_carries_there_and_a_voice_answers(uk: House, us: House, two: Houses, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    refused = uk("bundle", "write", str(stick), "--for", "US-CAISI")
    assert (refused.code, [*stick.iterdir()]) == (4, [])
    assert "never got anything of UKUS" in refused.err
    written = uk("bundle", "write", str(stick), "--for", "us-caisi", "--yes", "--json")
    (file,) = written.json["files"]
    assert written.json["groups"][0]["marking"] == "TLP:GREEN"
    assert written.json["for"][0]["institute"] == "US-CAISI"
    assert not any(word in Path(file["file"]).name for word in ("UK", "US"))
    before = us("status", "--json").json
    dry = us("bundle", "read", file["file"], "--dry-run", "--json")
    assert dry.json["bundle"]["groups"][0]["received"] == file["envelopes"]
    assert us("status", "--json").json == before
    read = us("bundle", "read", file["file"], "--json").json["bundle"]
    (group,) = read["groups"]
    assert (group["group"], group["received"], group["waiting"]) == ("UKUS", file["envelopes"], 0)
    assert us("note", "list", "--json").json["count"] == NOTES
    code = read["files"][0]["answer"]
    assert uk("status", "--json").json["not_elsewhere"] == uk("status", "--json").json["envelopes"]
    heard = uk("receipt", "read", code.lower().replace("-", " "), "--json").json
    assert [(each["institute"], each["lacks"]) for each in heard["items"]] == [("US-CAISI", 0)]
    assert uk("status", "--json").json["not_elsewhere"] < NOTES
    again = us("bundle", "read", file["file"], "--json").json["bundle"]
    assert (again["groups"][0]["received"], again["files"][0]["answer"]) == (0, code)


def test_the_second_time_nobody_is_asked_unless_the_marking_grew(
    uk: House, us: House, two: Houses, tmp_path: Path
) -> None:
    uk("bundle", "write", str(tmp_path / "1.comity"), "--for", "UKUS", "--yes")
    assert uk("bundle", "write", str(tmp_path / "2.comity"), "--for", "UKUS").code == 0
    desk = bootstrap.open_desk(two.uk)
    write(desk, 1, marking="TLP:AMBER")
    desk.close()
    refused = uk("bundle", "write", str(tmp_path / "3.comity"), "--for", "UKUS", "--json")
    assert (refused.code, refused.error["code"]) == (4, "not_agreed")
    assert "was marked TLP:GREEN when it left last" in refused.error["message"]


def test_a_link_that_lies_in_wait_on_the_stick_or_in_the_home_is_not_written_through(
    uk: House, two: Houses, tmp_path: Path
) -> None:
    victim, stick = tmp_path / "victim", tmp_path / "stick"
    victim.write_text("mine")
    stick.mkdir()
    for place in (stick / "1.comity.part", stick / "1.comity.new", two.uk / "token.new", two.uk / ".token.new"):
        place.symlink_to(victim)
    assert uk("bundle", "write", str(stick / "1.comity"), "--for", "UKUS", "--yes").code == 0
    (stick / "2.comity").symlink_to(victim)
    assert uk("bundle", "write", str(stick / "2.comity"), "--for", "UKUS", "--yes").code == 4
    assert victim.read_text() == "mine"


def test_receipts_by_file(uk: House, us: House, tmp_path: Path) -> None:
    uk("bundle", "write", str(tmp_path / "1.comity"), "--for", "US-CAISI", "--yes")
    us("bundle", "read", str(tmp_path / "1.comity"))
    assert us("receipt", "--out", str(tmp_path / "held.txt")).code == 0
    assert us("receipt").out == (tmp_path / "held.txt").read_text("utf-8")
    heard = uk("receipt", "read", str(tmp_path / "held.txt"), "--json").json
    assert [(each["group"], each["lacks"]) for each in heard["items"]] == [("UKUS", 0)]
    second = uk("bundle", "write", str(tmp_path / "2.comity"), "--for", "US-CAISI", "--json")
    assert (second.code, second.json["files"][0]["envelopes"]) == (0, 0)


def test_a_damaged_bundle_changes_nothing_and_keeps_no_other_out(uk: House, us: House, tmp_path: Path) -> None:
    whole, broken = tmp_path / "1.comity", tmp_path / "2.comity"
    uk("bundle", "write", str(whole), "--for", "US-CAISI", "--yes")
    data = bytearray(whole.read_bytes())
    data[-20] ^= 1
    broken.write_bytes(data)
    before = us("status", "--json").json
    refused = us("bundle", "read", str(broken), "--json")
    assert (refused.code, us("status", "--json").json) == (8, before)
    assert "nothing was changed" in refused.error["message"]
    both = us("bundle", "read", str(broken), str(whole), "--json")
    assert (both.code, both.error["code"]) == (4, "bundle")
    assert us("bundle", "read", str(broken), str(broken)).code == 8
    assert [each["read"] for each in both.json["bundle"]["files"]] == [False, True]
    assert us("note", "list", "--json").json["count"] == NOTES
    assert us("bundle", "show", str(broken)).code == 8


def test_a_bundle_for_others_says_so(uk: House, us: House, tmp_path: Path) -> None:
    file = str(tmp_path / "1.comity")
    uk("bundle", "write", file, "--for", "US-CAISI", "--yes")
    refused = uk("bundle", "read", file, "--json")
    assert (refused.code, refused.error["code"]) == (4, "not_for_us")
    seen = uk("bundle", "show", file, "--json").json
    assert (seen["for_this_device"], seen["groups"][0]["group"], seen["brings"]) == (False, "UKUS", [])
    seen = us("bundle", "show", file, "--json").json
    assert seen["for_this_device"]
    assert seen["brings"][0]["envelopes"] > NOTES
    assert seen["size"] == Path(file).stat().st_size


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["bundle", "write", "x", "--for", "nobody"], 3, "nobody"),
        (["bundle", "write", "x", "--for", "private"], 4, "nobody else"),
        (["bundle", "write", "x", "--for", "US-CAISI", "--max-size", "big"], 4, "no size"),
        (["bundle", "write", "x", "--for", "US-CAISI", "--max-size", "10k", "--yes"], 4, "1 MiB"),
        (["bundle", "read", "none.comity"], 3, "no file"),
        (["receipt", "read", "ABCD-EFGH"], 3, "answered by this code"),
        (["receipt", "read", "none.txt"], 3, "no file"),
        (["receipt", "read", "/dev/null"], 3, "no file"),
        (["receipt", "--group", "nowhere"], 3, "nowhere"),
    ],
)
def test_every_refusal_says_what_to_do(uk: House, words: list[str], code: int, said: str) -> None:
    told = uk(*words, "--json")
    assert (told.code, bool(told.error["hint"])) == (code, True)
    assert said in told.error["message"]
    assert uk(*words).out == ""


def test_a_name_that_tells_is_told(uk: House, tmp_path: Path) -> None:
    told = uk("bundle", "write", str(tmp_path / "for-us-caisi.comity"), "--for", "US-CAISI", "--yes")
    assert "says US-CAISI" in told.err


@pytest.mark.skipif(os.name != "posix", reason="a terminal is POSIX")
@pytest.mark.parametrize(("typed", "code"), [("US-CAISI", 0), ("yes", 4)])
def test_on_a_terminal_the_code_of_the_receiver_is_typed(two: Houses, tmp_path: Path, typed: str, code: int) -> None:
    command = [sys.executable, "-m", "comity", "bundle", "write", str(tmp_path / "b"), "--for", "US-CAISI"]
    said, done = on_terminal([*command, "--home", str(two.uk)], {"Type US-CAISI": typed})
    assert "UKUS: 9 envelopes of 6 records, marked up to TLP:GREEN" in said
    assert (done, (tmp_path / "b").exists()) == (code, code == 0)


@pytest.mark.skipif(os.name != "posix", reason="a terminal is POSIX")
def test_on_a_terminal_a_change_of_much_is_asked_about(uk: House, us: House, two: Houses, tmp_path: Path) -> None:
    desk = bootstrap.open_desk(two.uk)
    write(desk, 10)
    desk.close()
    uk("bundle", "write", str(tmp_path / "1"), "--for", "US-CAISI", "--yes")
    us("bundle", "read", str(tmp_path / "1"))
    for note in us("note", "list", "--limit", "8", "--json").json["items"]:
        us("note", "retire", note["id"], "--reason", "gone")
    us("bundle", "write", str(tmp_path / "2"), "--for", "UK-AISI", "--yes")
    command = [sys.executable, "-m", "comity", "bundle", "read", str(tmp_path / "2"), "--home", str(two.uk)]
    for typed, code, left in (("n", 4, NOTES + 10), ("y", 0, NOTES + 2)):
        said, done = on_terminal(command, {"Go on?": typed})
        assert "retire 8 of 16 records" in said
        assert (done, uk("note", "list", "--json").json["count"]) == (code, left)
