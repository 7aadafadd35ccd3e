"""`comity sync` on a locked device: as cron runs it, and what the next command finds."""

import resource
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.conftest import Comity
from comity import unlocking
from comity.home import SKETCH, SPOOL, STORE
from comity.log.keyfile import INTERACTIVE
from desk.houses import NOTES, Houses, houses
from sync.hubs import Running, running

WORDS = "five random words of mine"
FULL = 40_000  # bytes of a file on a full disk: the store opens, nothing more is written


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def two(tmp_path: Path, comity: Comity, hub: Running, monkeypatch: pytest.MonkeyPatch) -> Houses:
    """Both know the hub; US put its keys under a passphrase and did one thing since."""
    made = houses(tmp_path)
    for home, institute in ((made.uk, "UK-AISI"), (made.us, "US-CAISI")):
        assert comity("hub", "add", "ours", hub.url, "--invite", hub.invite(institute), "--home", str(home)).code == 0
    unlocking.change_passphrase(made.us, old="", new=WORDS, cost=INTERACTIVE)
    path = tmp_path / "passphrase"
    path.touch(mode=0o600)
    path.write_text(f"{WORDS}\n", encoding="utf-8")
    with monkeypatch.context() as unlocked:
        unlocked.setenv(unlocking.FROM_FILE, str(path))
        assert comity("status", "--home", str(made.us)).code == 0
    return made


def test_a_locked_device_fetches_and_the_next_unlock_takes_in(
    comity: Comity, two: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    uk, us = ["--home", str(two.uk)], ["--home", str(two.us)]
    sent = comity("sync", "--json", *uk).json["hubs"][0]["groups"][0]["sent"]
    store = (two.us / STORE).read_bytes()
    said = comity("sync", "--json", *us)
    assert (said.code, said.json["locked"]) == (0, True)
    (group,) = said.json["hubs"][0]["groups"]
    assert (group["group_id"], group["received"], group["sent"], group["withheld"]) == (two.group, sent, 0, [])
    assert "kept for the next unlock" in comity("sync", *us).err
    assert (two.us / STORE).read_bytes() == store
    for path in (two.us / SKETCH, two.us / SPOOL):
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"note" not in path.read_bytes()
    assert comity("note", "list", *us).code == 7
    for option in ("--dry-run", "--strict", "--watch"):
        said = comity("sync", option, *us)
        assert (said.code, f"leave {option} out" in said.err) == (7, True)
    monkeypatch.setenv(unlocking.FROM_FILE, str(tmp_path / "passphrase"))
    assert comity("note", "list", "--json", *us).json["count"] == NOTES
    assert not (two.us / SPOOL).exists()
    assert comity("verify", "--json", *us).json["ok"]
    (again,) = comity("sync", "--json", *us).json["hubs"][0]["groups"]
    assert again["received"] == 0


def test_what_cannot_be_written_now_keeps_nobody_from_reading(
    comity: Comity, two: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert comity("sync", "--home", str(two.uk)).code == 0
    us = ["--home", str(two.us)]
    assert comity("sync", *us).code == 0
    monkeypatch.setenv(unlocking.FROM_FILE, str(tmp_path / "passphrase"))
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (FULL, hard))
    try:
        said = comity("note", "list", "--json", *us)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (said.code, said.json["count"]) == (0, 0)
    assert (two.us / SPOOL).exists()
    assert comity("note", "list", "--json", *us).json["count"] == NOTES


def test_without_a_hub_there_is_nothing_to_carry_and_nothing_beside_the_store(
    comity: Comity, two: Houses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    us = ["--home", str(two.us)]
    monkeypatch.setenv(unlocking.FROM_FILE, str(tmp_path / "passphrase"))
    assert (two.us / SKETCH).exists()
    assert comity("hub", "remove", "ours", *us).code == 0
    assert not (two.us / SKETCH).exists()
    monkeypatch.delenv(unlocking.FROM_FILE)
    assert comity("sync", *us).code == 3
