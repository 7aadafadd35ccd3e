"""The home: where it is, and that it is closed to others."""

import os
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from comity import home as rooms
from comity.errors import NotFound, Refused
from comity.home import FILES, check_home, home_folder, make_home, new_file, replace_file


def test_the_option_wins_over_the_environment_and_that_over_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_HOME", str(tmp_path / "told"))
    assert home_folder(str(tmp_path / "given")) == tmp_path / "given"
    assert home_folder() == tmp_path / "told"
    monkeypatch.delenv("COMITY_HOME")
    assert home_folder().name == "comity"


def test_a_new_home_is_closed_to_others_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_home(tmp_path / "home")
    finally:
        os.umask(before)
    assert {oct(path.stat().st_mode & 0o777) for path in (tmp_path / "home", tmp_path / "home" / "logs")} == {"0o700"}


def test_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as caught:
        check_home(tmp_path / "none")
    assert "comity init" in caught.value.hint


def test_a_home_open_to_others_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "open"
    home.mkdir(mode=0o755)
    with pytest.raises(Refused, match="Others can look into"):
        check_home(home)


def test_a_file_is_no_home(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Refused, match="not a folder"):
        check_home(tmp_path / "file")


def test_a_home_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_home(tmp_path / "home")
    monkeypatch.setattr(os, "getuid", lambda: 12345)
    with pytest.raises(Refused, match="belongs to another user"):
        check_home(tmp_path / "home")


def test_a_link_in_the_place_of_a_file_is_replaced_and_never_followed(tmp_path: Path) -> None:
    victim, place = tmp_path / "victim", tmp_path / "place"
    victim.write_text("mine")
    place.symlink_to(victim)
    with pytest.raises(FileExistsError), new_file(place):
        pass
    replace_file(place, b"ours")
    assert (place.is_symlink(), place.read_text(), victim.read_text()) == (False, "ours", "mine")


def test_a_link_where_a_file_is_prepared_is_never_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    victim, place = tmp_path / "victim", tmp_path / "place"
    victim.write_text("mine")
    monkeypatch.setattr(os, "urandom", bytes)
    (tmp_path / f".comity-{bytes(8).hex()}.new").symlink_to(victim)
    with pytest.raises(FileExistsError):
        replace_file(place, b"ours")
    assert (place.exists(), victim.read_text()) == (False, "mine")


def test_a_write_that_fails_leaves_nothing_beside_what_was_there(tmp_path: Path) -> None:
    place = tmp_path / "place"
    place.write_text("old")
    with pytest.raises(TypeError):
        replace_file(place, "no bytes")  # type: ignore[arg-type]
    with pytest.raises(TypeError), new_file(tmp_path / "other") as file:
        file.write(None)  # type: ignore[arg-type]
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("place", "old")]


def test_a_write_that_is_killed_at_any_line_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    place, old, new = tmp_path / "place", b"old" * 9_000, b"new" * 9_000
    found = []
    for line in range(100):
        replace_file(place, old)
        if not _killed_at(line, place, new):
            break
        found.append(place.read_bytes())
        for left in tmp_path.glob(".comity-*.new"):
            left.unlink()  # each would be lines more of the next one's sweep
    assert line > 10
    assert (found[0], found[-1], set(found) - {old, new}) == (old, new, set())
    assert place.stat().st_mode & 0o777 == 0o600


def _killed_at(line: int, place: Path, data: bytes) -> bool:
    """Replace a file in a child that dies before its so many-th line of the room; whether it came to that."""
    child = os.fork()
    if child:
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL
    left = line

    def traced(frame: FrameType, event: str, _: object) -> Any:
        nonlocal left
        if frame.f_code.co_filename != rooms.__file__:
            return None
        if event == "line":
            left -= 1
            if left < 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return traced

    try:
        sys.settrace(traced)
        replace_file(place, data)
    finally:
        os._exit(0)


def test_what_a_killed_write_left_is_swept_by_the_next_one_a_day_later(tmp_path: Path) -> None:
    name = ".comity-0123456789abcdef.new"
    old, foreign, fresh = tmp_path / name, tmp_path / ".comity-mine.new", tmp_path / name.replace("0", "1")
    for path in (old, foreign, fresh):
        path.write_text("half")
    link = tmp_path / name.replace("0", "2")
    link.symlink_to(foreign)
    for path in (old, foreign, link):
        os.utime(path, (1, 1), follow_symlinks=False)
    replace_file(tmp_path / "file", b"whole")
    assert sorted(tmp_path.iterdir()) == sorted([foreign, fresh, link, tmp_path / "file"])


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_the_home_that_is_none_is_not_waited_for(tmp_path: Path, name: str) -> None:
    make_home(tmp_path / "home")
    os.mkfifo(tmp_path / "home" / name)
    with pytest.raises(Refused, match=f"{name} is not a file"):
        check_home(tmp_path / "home")
