"""What a home holds, whether it is sound, and copies of it."""

import os
from pathlib import Path

import pytest

from comity import bootstrap
from comity.desk import asking, care
from comity.desk.desk import Desk
from comity.errors import IntegrityFailure, Locked, NotFound, Refused
from comity.log.keyfile import INTERACTIVE
from desk.opening import Opener


def test_status_counts_what_is_here(demo: Desk) -> None:
    found = care.status(demo)
    assert (found["institute"], found["person"], found["device"]) == ("UK-AISI", "Tamsin Oakhollow", "saltpan-2")
    assert found["records"]["run"] == 7
    assert found["envelopes"] == found["not_elsewhere"] > 20
    assert (found["conflicts"], found["waiting"], found["void"], found["missing"], found["hubs"]) == (0, 0, 0, 0, [])


def test_a_sound_home_is_well(demo: Desk) -> None:
    assert bootstrap.doctor(demo) == {"ok": True, "problems": []}
    assert care.verify(demo) == {"ok": True, "problems": []}


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_the_doctor_names_files_that_others_can_read(demo: Desk) -> None:
    (demo.home / "store.db").chmod(0o644)
    (problem,) = care.doctor(demo)["problems"]
    assert problem["code"] == "home_mode"
    assert "chmod 600" in problem["text"]


def test_the_doctor_names_settings_that_mean_nothing(demo_home: Path, at: Opener) -> None:
    text = '[general]\ngroup = "NOWHERE"\n[filters.run]\nmine = "colour:red"\n[lists.cat]\nfilter = ""\n'
    text += '[keys]\nfly = "q"\n'
    (demo_home / "config.toml").write_text(text, encoding="utf-8")
    (demo_home / "config.toml").chmod(0o600)
    told = [each["text"] for each in bootstrap.doctor(at(demo_home))["problems"]]
    assert any("NOWHERE" in each for each in told)
    assert any("filters.run.mine" in each for each in told)
    assert any("lists.cat" in each for each in told)
    assert any("there is no such action" in each for each in told)


def test_rows_are_made_anew_from_the_log(demo: Desk) -> None:
    before = asking.counts(demo)
    assert care.rebuild(demo) == sum(before.values())
    assert asking.counts(demo) == before


def test_a_backup_comes_back_elsewhere_and_never_over_a_home(demo: Desk, tmp_path: Path, at: Opener) -> None:
    care.backup(demo, tmp_path / "file")
    care.restore(tmp_path / "file", tmp_path / "back")
    assert asking.counts(at(tmp_path / "back")) == asking.counts(demo)
    with pytest.raises(Refused) as error:
        care.restore(tmp_path / "file", tmp_path / "back")
    assert error.value.hint


def test_no_home_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(NotFound) as error:
        bootstrap.open_desk(tmp_path / "nowhere")
    assert "comity init" in error.value.hint


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
def test_a_home_that_others_can_read_is_refused(home: Path) -> None:
    home.chmod(0o755)
    with pytest.raises(Refused, match="Others can look into") as error:
        bootstrap.open_desk(home)
    assert "chmod 700" in error.value.hint
    home.chmod(0o700)
    (home / "device.key").chmod(0o644)
    with pytest.raises(Refused, match=r"others can read .*device\.key"):
        bootstrap.open_desk(home)


def test_a_home_of_somebody_else_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: home.stat().st_uid + 1)
    with pytest.raises(Refused, match="belongs to another user"):
        bootstrap.open_desk(home)


@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="only root gives files away")
def test_a_key_file_of_somebody_else_is_refused(home: Path) -> None:
    os.chown(home / "device.key", 12_345, -1)
    with pytest.raises(Refused, match=r"device\.key belongs to another user"):
        bootstrap.open_desk(home)


def test_a_wrong_passphrase_opens_nothing(tmp_path: Path) -> None:
    told = {"institute": "UK-AISI", "person": "T", "device": "d", "passphrase": "right", "cost": INTERACTIVE}
    bootstrap.init(tmp_path / "home", **told)  # type: ignore[arg-type]
    for ask in (None, lambda: "wrong"):
        with pytest.raises(Locked) as error:
            bootstrap.open_desk(tmp_path / "home", ask=ask)
        assert (error.value.exit_code, bool(error.value.hint)) == (7, True)
    bootstrap.open_desk(tmp_path / "home", ask=lambda: "right").close()


def test_a_store_without_its_keys_is_told(home: Path) -> None:
    (home / "device.key").unlink()
    with pytest.raises(IntegrityFailure, match=r"store but no device\.key"):
        bootstrap.open_desk(home)


def test_a_store_of_a_newer_version_is_left_alone(home: Path, at: Opener) -> None:
    desk = at(home)
    with desk.store.writing() as connection:
        connection.exec_driver_sql("PRAGMA user_version=99")
    desk.close()
    with pytest.raises(Refused, match="format 99") as error:
        bootstrap.open_desk(home)
    assert error.value.code == "newer_store"


def test_a_demo_never_touches_a_home(home: Path) -> None:
    with pytest.raises(Refused, match="not the demo"):
        bootstrap.demo(home)
    bootstrap.remove_demo(home)
    assert (home / "store.db").exists()
