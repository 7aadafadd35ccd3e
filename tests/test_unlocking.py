"""Where the keys come from, in which order, and what a session leaves behind."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from comity import bootstrap, settings, unlocking
from comity.cli.app import main
from comity.errors import Locked, Refused
from comity.log.keyfile import INTERACTIVE, KeyFile
from comity.log.keys import DeviceKeys
from comity.settings import General, Settings

WORDS = "five random words of mine"
HOURS = timedelta(hours=8)
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="sessions are kept where XDG_RUNTIME_DIR is")


def nobody() -> str:
    raise AssertionError("somebody was asked")


def asked() -> str:
    return WORDS


@pytest.fixture(scope="session")
def _sealed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("sealed") / "home"
    bootstrap.init(home, institute="UK-AISI", person="T", device="laptop-1", passphrase=WORDS, cost=INTERACTIVE)
    return home


@pytest.fixture
def home(_sealed: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(_sealed, tmp_path / "home"))


@pytest.fixture
def file(home: Path) -> KeyFile:
    return unlocking.key_file(home)


@pytest.fixture
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    return folder


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Moves the clock on the wall and the one that runs since boot, each by its hours."""
    wall, boot = time.time_ns, unlocking._since_boot

    def move(by_wall: float, by_boot: float) -> None:
        monkeypatch.setattr(time, "time_ns", lambda: wall() + int(by_wall * 3600 * 10**9))
        monkeypatch.setattr(unlocking, "_since_boot", lambda: boot() + int(by_boot * 3600 * 10**9))

    return move


def begun(file: KeyFile) -> Path:
    unlocking.unlock(file, Settings(), asked, HOURS)
    return unlocking._place(file)


def printing(text: str) -> Settings:
    return Settings(General(passphrase_command=(sys.executable, "-c", f"print({text!r})")))


def pass_file(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "passphrase"
    path.touch(mode=mode)
    path.chmod(mode)
    path.write_text(f"{text}\nanother line\n", encoding="utf-8")
    return str(path)


def opens(file: KeyFile, chosen: Settings, ask: Callable[[], str] | None) -> DeviceKeys:
    keys = unlocking.opened(file, chosen, ask)
    assert keys.pair.public == file.card.keys
    return keys


def test_the_file_comes_before_the_command_the_session_and_the_person(
    file: KeyFile, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Locked, match="locked") as refused:
        unlocking.opened(file, Settings(), None)
    assert "comity unlock" in refused.value.hint
    opens(file, Settings(), asked)
    begun(file)
    opens(file, Settings(), nobody)
    with pytest.raises(Locked, match="wrong"):
        unlocking.opened(file, printing("wrong"), nobody)
    opens(file, printing(WORDS), nobody)
    monkeypatch.setenv(unlocking.FROM_FILE, pass_file(tmp_path, "wrong"))
    with pytest.raises(Locked, match="wrong"):
        unlocking.opened(file, printing(WORDS), nobody)
    monkeypatch.setenv(unlocking.FROM_FILE, pass_file(tmp_path, WORDS))
    opens(file, printing("wrong"), nobody)


def test_a_session_opens_every_desk_until_it_is_locked(home: Path, file: KeyFile, runtime: Path) -> None:
    place = begun(file)
    assert (place.stat().st_mode & 0o777, place.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert WORDS.encode() not in place.read_bytes()
    bootstrap.open_desk(home).close()
    assert not unlocking.must_ask(file, Settings())
    held = os.open(place, os.O_RDONLY)
    assert unlocking.lock(file)
    assert set(os.read(held, 4096)) == {0}
    os.close(held)
    assert not place.exists()
    assert not unlocking.lock(file)
    assert unlocking.must_ask(file, Settings())
    with pytest.raises(Locked):
        bootstrap.open_desk(home)


@pytest.mark.parametrize(("wall", "boot"), [(8.1, 0), (0, 8.1), (-40, 8.1), (8.1, 1), (0, -1)])
def test_the_earlier_of_two_clocks_ends_a_session_and_so_does_a_restart(
    file: KeyFile, runtime: Path, later: Callable[[float, float], None], wall: float, boot: float
) -> None:
    place = begun(file)
    later(7.9, 7.9)
    assert unlocking.session(file)
    later(wall, boot)
    assert unlocking.session(file) is None
    assert not place.exists()


def test_a_session_that_others_can_read_is_not_used(file: KeyFile, runtime: Path) -> None:
    place = begun(file)
    place.chmod(0o644)
    with pytest.raises(Locked, match="not yours alone") as refused:
        unlocking.opened(file, Settings(), nobody)
    assert "comity lock" in refused.value.hint
    begun(file)
    opens(file, Settings(), nobody)


def test_a_session_is_never_followed_elsewhere(file: KeyFile, runtime: Path, tmp_path: Path) -> None:
    place = begun(file)
    precious = tmp_path / "precious"
    place.rename(precious)
    place.symlink_to(precious)
    assert unlocking.session(file) is None
    assert unlocking.lock(file)
    assert set(precious.read_bytes()) != {0}
    assert not place.is_symlink()


@pytest.mark.parametrize("put", ["pipe", "folder", "other name"])
def test_what_is_no_session_is_told_at_once_and_never_overwritten(
    home: Path,
    file: KeyFile,
    runtime: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    put: str,
) -> None:
    monkeypatch.setenv("COMITY_HOME", str(home))
    place, precious = begun(file), tmp_path / "precious"
    place.unlink()
    precious.write_text("mine", encoding="utf-8")
    precious.chmod(0o600)
    {"pipe": os.mkfifo, "folder": Path.mkdir, "other name": lambda path: os.link(precious, path)}[put](place)
    begun_at = time.monotonic()
    assert main(["status"]) == 7
    told = capsys.readouterr().err
    assert f"{place} is no session of yours" in told
    assert len(told.splitlines()) == 2
    assert main(["lock"]) == (7 if put == "folder" else 0)
    assert place.exists() == (put == "folder")
    assert "t is a folder" in capsys.readouterr().err or put != "folder"
    assert precious.read_text(encoding="utf-8") == "mine"
    assert time.monotonic() - begun_at < 2


def test_a_pipe_that_somebody_reads_is_given_nothing(file: KeyFile, runtime: Path) -> None:
    place = begun(file)
    place.unlink()
    os.mkfifo(place, 0o600)
    reads = os.open(place, os.O_RDONLY | os.O_NONBLOCK)
    assert unlocking.lock(file)
    assert os.read(reads, 100) == b""
    os.close(reads)
    assert not place.exists()


def test_a_session_of_the_passphrase_before_is_none(home: Path, file: KeyFile, runtime: Path) -> None:
    place = begun(file)
    kept = place.read_bytes()
    unlocking.change_passphrase(home, old=WORDS, new="other", cost=INTERACTIVE)
    assert not place.exists()
    place.write_bytes(kept)
    place.chmod(0o600)
    assert unlocking.session(unlocking.key_file(home)) is None


@pytest.mark.parametrize("spoilt", [b"", b"\x00" * 80, b"not a session", b"\x94"])
def test_a_spoilt_session_is_none(file: KeyFile, runtime: Path, spoilt: bytes) -> None:
    begun(file).write_bytes(spoilt)
    assert unlocking.session(file) is None


def test_no_session_is_kept_where_the_system_has_no_place_for_it(
    file: KeyFile, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime.chmod(0o755)
    with pytest.raises(Locked, match="not yours alone"):
        unlocking.unlock(file, Settings(), asked, HOURS)
    for named in ("", str(tmp_path / "nowhere")):
        monkeypatch.setenv("XDG_RUNTIME_DIR", named)
        with pytest.raises(Locked, match="no XDG_RUNTIME_DIR") as refused:
            unlocking.unlock(file, Settings(), asked, HOURS)
        assert "COMITY_PASSPHRASE_FILE" in refused.value.hint
        assert not unlocking.lock(file)


def test_a_session_needs_the_right_passphrase_and_a_sane_length(file: KeyFile, runtime: Path) -> None:
    with pytest.raises(Locked, match="wrong"):
        unlocking.unlock(file, Settings(), lambda: "wrong", HOURS)
    for length in (timedelta(seconds=5), timedelta(days=400)):
        with pytest.raises(Refused, match="7 days"):
            unlocking.unlock(file, Settings(), asked, length)
    assert unlocking.session(file) is None


def test_a_command_that_waits_for_a_line_is_given_none(file: KeyFile) -> None:
    chosen = Settings(General(passphrase_command=(sys.executable, "-c", "print(input())")))
    with pytest.raises(Locked, match="gave none"):
        unlocking.opened(file, chosen, None)


def test_a_passphrase_file_of_many_readers_is_refused(
    file: KeyFile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(unlocking.FROM_FILE, pass_file(tmp_path, WORDS, 0o644))
    with pytest.raises(Locked, match="others can read"):
        unlocking.opened(file, Settings(), asked)


def test_unlock_and_lock_on_the_command_line(
    home: Path, runtime: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COMITY_HOME", str(home))
    assert main(["unlock", "--json"]) == 7
    assert "comity help unlock" in capsys.readouterr().err
    monkeypatch.setenv(unlocking.FROM_FILE, pass_file(tmp_path, WORDS))
    assert main(["unlock", "--for", "soon"]) == 2
    assert main(["unlock", "--for", "30min", "--json"]) == 0
    assert '"until":"' in capsys.readouterr().out
    monkeypatch.delenv(unlocking.FROM_FILE)
    assert main(["exercise", "list", "--json"]) == 0
    assert main(["lock"]) == 0
    assert main(["exercise", "list", "--json"]) == 7
    assert main(["help", "unlock"]) == 0
    told = capsys.readouterr().out
    assert "cron" in told.lower()
    assert "LoadCredentialEncrypted" in told


def test_nothing_waits_for_an_answer_where_nobody_sits(home: Path, runtime: Path) -> None:
    """A pipe that stays open is no person."""
    reads, writes = os.pipe()
    for words in (["status"], ["unlock"], ["passphrase"]):
        environment = {**os.environ, "COMITY_HOME": str(home)}
        run = [sys.executable, "-m", "comity", *words]
        done = subprocess.run(run, env=environment, stdin=reads, capture_output=True, timeout=60, check=False)
        assert done.returncode == 7, words
    os.close(reads)
    os.close(writes)


def test_the_settings_name_the_program_by_a_list(home: Path) -> None:
    assert settings.change(home, "general.passphrase_command", '["secret-tool", "lookup"]').general == General(
        passphrase_command=("secret-tool", "lookup")
    )
