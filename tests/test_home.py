"""The home: where it is, and that it is closed to others."""

import os
from pathlib import Path

import pytest

from comity.errors import NotFound, Refused
from comity.home import check_home, home_folder, make_home


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
