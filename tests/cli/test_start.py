"""Making a home, opening it, and what is wrong with it."""

import fcntl
import os
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest

from cli.conftest import Comity
from comity import unlocking
from comity.log.keyfile import INTERACTIVE

INIT = ("init", "--institute", "UK-AISI", "--person", "Tamsin Oakhollow", "--device", "laptop-1")


@pytest.fixture
def passphrase(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "passphrase"
    path.touch(mode=0o600)
    path.write_text("five random words of mine\n", encoding="utf-8")
    monkeypatch.setenv("COMITY_PASSPHRASE_FILE", str(path))
    return path


def test_init_prints_the_recovery_words_once_and_keeps_them_nowhere(tmp_path: Path, comity: Comity) -> None:
    said = comity(*INIT, "--no-passphrase")
    words = said.out.split()
    assert said.code == 0
    assert len(words) == 24
    kept = b"".join(path.read_bytes() for path in (tmp_path / "home").rglob("*") if path.is_file())
    assert " ".join(words).encode() not in kept


def test_init_writes_the_words_to_a_closed_file_instead(tmp_path: Path, comity: Comity) -> None:
    out = tmp_path / "words.txt"
    said = comity(*INIT, "--no-passphrase", "--recovery-out", str(out), "--json")
    assert said.json["recovery"] == ""
    assert len(out.read_text("utf-8").split()) == 24
    assert out.stat().st_mode & 0o077 == 0


def test_no_home_is_made_whose_words_reached_nobody(tmp_path: Path, comity: Comity) -> None:
    there = tmp_path / "words.txt"
    there.write_text("precious", encoding="utf-8")
    assert comity(*INIT, "--no-passphrase", "--recovery-out", str(there)).code == 4
    assert comity(*INIT, "--no-passphrase", "--recovery-out", str(tmp_path / "nowhere" / "x")).code == 4
    assert there.read_text("utf-8") == "precious"
    assert comity("status").code == 3
    assert comity(*INIT, "--no-passphrase").code == 0


def test_an_interrupted_init_is_finished_and_no_store_is_thrown_away(tmp_path: Path, comity: Comity) -> None:
    assert comity(*INIT, "--no-passphrase").code == 0
    home = tmp_path / "home"
    making = home / ".making"
    making.mkdir(mode=0o700)
    (home / "device.key").rename(making / "device.key")
    assert comity(*INIT, "--no-passphrase").code == 4
    assert comity("status").code == 0
    making.mkdir(mode=0o700)
    (home / "device.key").rename(tmp_path / "away")
    assert comity(*INIT, "--no-passphrase").code == 4
    assert (home / "store.db").exists()


def test_init_asks_nobody_where_there_is_no_terminal(comity: Comity) -> None:
    said = comity("init", "--institute", "UK-AISI")
    assert said.code == 2
    assert "--person" in said.err
    assert comity(*INIT).code == 7


def test_init_never_touches_a_home_that_is_there(home: Path, comity: Comity) -> None:
    before = (home / "device.key").read_bytes()
    assert comity(*INIT, "--no-passphrase").code == 4
    assert (home / "device.key").read_bytes() == before


def test_without_a_home_every_command_says_how_to_make_one(comity: Comity) -> None:
    for words in (["status"], ["run", "list"], ["check"], ["ui"], []):
        said = comity(*words)
        assert said.code == 3, words
        assert "comity init" in said.err


def test_locked_keys_exit_7_and_say_what_to_do(
    passphrase: Path, comity: Comity, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert comity(*INIT).code == 0
    assert comity("status").code == 0
    passphrase.write_text("wrong\n", encoding="utf-8")
    assert comity("status").code == 7
    monkeypatch.delenv("COMITY_PASSPHRASE_FILE")
    said = comity("status", "--json")
    assert (said.code, said.error["code"]) == (7, "locked")
    assert "COMITY_PASSPHRASE_FILE" in said.error["hint"]


def test_status_tells_what_scripts_rely_on(home: Path, comity: Comity) -> None:
    found = comity("status", "--json").json
    assert set(found) == {
        *("home", "institute", "person", "device", "records", "envelopes"),
        *("not_elsewhere", "conflicts", "waiting", "void", "missing", "revoked", "hubs"),
    }
    assert (found["institute"], found["home"]) == ("UK-AISI", str(home))
    assert found["records"]["exercise"] == 0
    assert "UK-AISI" in comity("status").out


def test_doctor_is_content_with_a_fresh_home_and_names_what_is_wrong(home: Path, comity: Comity) -> None:
    assert comity("doctor", "--json").json == {"ok": True, "problems": []}
    home.chmod(0o755)
    said = comity("doctor", "--json")
    assert said.code != 0
    assert not said.json["ok"]
    assert all(problem["hint"] or problem["text"] for problem in said.json["problems"])


def test_the_demo_keeps_out_of_the_users_home_and_is_used_again(demo: Path, home: Path, comity: Comity) -> None:
    assert comity("demo", "--headless", "--home", str(home)).code == 4
    first = comity("demo", "--headless", "--json", "--home", str(demo)).json
    assert first["records"]["run"] >= 8 - 1
    assert comity("demo", "--headless", "--json", "--home", str(demo)).json == first


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_for_every_shell(comity: Comity, shell: str) -> None:
    assert "_COMITY_COMPLETE" in comity("completion", shell).out


@pytest.mark.parametrize(
    ("typed", "opens", "code"), [(["wrong", "right"], True, 0), (["wrong", "wrong", "wrong"], False, 7)]
)
def test_the_app_asks_again_for_a_passphrase_that_is_wrong(
    tmp_path: Path, home: Path, typed: list[str], opens: bool, code: int
) -> None:
    unlocking.change_passphrase(home, old="", new="right", cost=INTERACTIVE)
    here, there = os.openpty()
    fcntl.ioctl(there, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    line = [sys.executable, "-m", "comity", "ui"]
    with subprocess.Popen(line, stdin=there, stdout=there, stderr=there) as run:
        os.close(there)
        said, asked, left = "", 0, False
        with suppress(OSError):  # the terminal closes with the program
            while data := os.read(here, 65536):
                said += data.decode(errors="replace")
                if said.count("Passphrase:") > asked:
                    os.write(here, f"{typed[asked]}\n".encode())
                    asked += 1
                if "Nothing needs you" in said and not left:
                    left = True
                    os.write(here, b"\x11")
        os.close(here)
    assert (asked, left, run.returncode) == (len(typed), opens, code)


def test_an_institute_that_was_named_by_nothing_is_none_and_no_other_is_founded(tmp_path: Path, comity: Comity) -> None:
    (tmp_path / "empty").touch()
    for given in ("", str(tmp_path / "empty")):
        said = comity(*INIT, "--no-passphrase", "--recovery-public", given, "--json")
        assert (said.code, said.out, (tmp_path / "home").exists()) == (4, "", False), given
        assert f"«{given}»" in said.error["message"]
    for content in (b"not a card\n", b"\xff\xfe\x00"):
        (tmp_path / "other").write_bytes(content)
        assert comity(*INIT, "--no-passphrase", "--recovery-public", str(tmp_path / "other")).code == 8
    assert not (tmp_path / "home").exists()


def test_words_in_place_of_the_public_half_are_refused_and_not_repeated(tmp_path: Path, comity: Comity) -> None:
    words = comity(*INIT, "--no-passphrase", "--json").json["recovery"]
    (tmp_path / "words").write_text(words, encoding="utf-8")
    for given in (words, str(tmp_path / "words")):
        joins = (*INIT, "--no-passphrase", "--home", str(tmp_path / "new"), "--recovery-public", given)
        said = comity(*joins, "--json")
        assert (said.code, "comity recovery show-public --words-file" in said.error["hint"]) == (4, True)
        assert words not in said.err
    assert not (tmp_path / "new").exists()


def test_an_init_that_failed_leaves_no_folder(tmp_path: Path, comity: Comity) -> None:
    home = tmp_path / "home"
    failing = (*INIT, "--no-passphrase", "--recovery-out", str(tmp_path / "nowhere" / "x"))
    assert (comity(*failing).code, home.exists()) == (4, False)
    home.mkdir(mode=0o700)
    assert (comity(*failing).code, [*home.iterdir()]) == (4, [])


@pytest.mark.skipif(os.name != "posix", reason="a pipe with a name is POSIX")
@pytest.mark.parametrize("words", [("device", "add"), ("bundle", "read"), ("bundle", "show"), ("receipt", "read")])
def test_a_pipe_is_no_file(home: Path, tmp_path: Path, comity: Comity, words: tuple[str, ...]) -> None:
    os.mkfifo(tmp_path / "pipe")
    said = comity(*words, str(tmp_path / "pipe"), "--json")
    assert (said.code, said.error["message"]) == (3, f"there is no file {tmp_path / 'pipe'}")


@pytest.mark.skipif(os.name != "posix", reason="a pipe with a name is POSIX")
def test_nothing_is_made_from_a_pipe(tmp_path: Path, comity: Comity) -> None:
    os.mkfifo(tmp_path / "pipe")
    for words in ((*INIT, "--no-passphrase", "--recovery-public", str(tmp_path / "pipe")), ("restore", "/dev/zero")):
        said = comity(*words, "--json")
        assert (said.code, "there is no file" in said.error["message"]) == (3, True), words
    assert not (tmp_path / "home").exists()


def test_of_two_cards_in_a_file_none_is_taken(home: Path, tmp_path: Path, comity: Comity) -> None:
    lines = []
    for name in ("laptop-2", "laptop-3"):
        words = ("--institute", "US-CAISI", "--person", "A. Oak", "--device", name, "--home", str(tmp_path / name))
        lines.append(comity("init", *words, "--no-passphrase", "--json").json["card"])
    (tmp_path / "cards").write_text("\n".join([*lines, lines[0]]), encoding="utf-8")
    for command in (
        ("device", "add"),
        (*INIT, "--no-passphrase", "--home", str(tmp_path / "new"), "--recovery-public"),
    ):
        said = comity(*command, str(tmp_path / "cards"), "--json")
        assert (said.code, "2 cards" in said.error["message"]) == (4, True)
    (tmp_path / "cards").write_text("\n".join([lines[0], lines[0]]), encoding="utf-8")
    assert comity("device", "add", str(tmp_path / "cards"), "--yes").code == 0
