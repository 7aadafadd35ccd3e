"""Backup, restore, verify, rebuild, passphrase."""

from pathlib import Path

import pytest

from cli.conftest import Comity


def test_a_backup_restored_lists_the_same(home: Path, tmp_path: Path, comity: Comity) -> None:
    comity("person", "add", "--name", "Wren Maplethorpe", "--institute", "CA-CAISI")
    before = comity("person", "list", "--json").out
    copy = tmp_path / "copy"
    assert comity("backup", str(copy)).code == 0
    assert b"Maplethorpe" not in copy.read_bytes()
    assert comity("restore", str(copy), "--home", str(tmp_path / "other")).code == 0
    assert comity("person", "list", "--json", "--home", str(tmp_path / "other")).out == before


def test_restore_never_overwrites_a_home(home: Path, tmp_path: Path, comity: Comity) -> None:
    comity("backup", str(tmp_path / "copy"))
    assert comity("restore", str(tmp_path / "copy")).code == 4


def test_verify_is_content_and_rebuild_changes_nothing(home: Path, comity: Comity) -> None:
    comity("person", "add", "--name", "Mei Lanternwood", "--institute", "SG-AISI")
    before = comity("person", "list", "--json").out
    assert comity("verify", "--json").json["ok"]
    assert comity("rebuild").code == 0
    assert comity("person", "list", "--json").out == before


def test_a_damaged_store_exits_8(home: Path, comity: Comity) -> None:
    with (home / "store.db").open("r+b") as store:
        store.seek(4096)
        store.write(b"\x00" * 8192)
    for path in home.glob("store.db-*"):
        path.unlink()
    assert comity("verify").code == 8


def test_a_changed_passphrase_opens_and_the_old_one_does_not(
    home: Path, tmp_path: Path, comity: Comity, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "passphrase"
    told.touch(mode=0o600)
    told.write_text("five random words of mine\n", encoding="utf-8")
    assert comity("passphrase").code == 7
    assert comity("passphrase", "--new-file", str(told)).code == 0
    assert comity("status").code == 7
    monkeypatch.setenv("COMITY_PASSPHRASE_FILE", str(told))
    assert comity("status").code == 0
    told.write_text("other words\n", encoding="utf-8")
    assert comity("status").code == 7
