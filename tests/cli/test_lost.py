"""What the README says of a lost laptop, run line by line."""

import re
import shlex
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.conftest import Comity
from cli.house import House
from house.tools import ROOT

LOST = (
    (ROOT / "README.md").read_text("utf-8").partition("**A laptop is lost.**")[2].partition("**Every laptop is lost")[0]
)


def told(start: str) -> list[str]:
    """The words of the one line of the section that begins so; the theft was after all that the test did."""
    [line] = [each for each in re.findall(r"`comity ([^`]+)`", LOST) if each.startswith(start)]
    return shlex.split(line.replace("2026-11-20 14:00", f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ}"))


def test_a_lost_laptop_is_replaced_and_ended_as_the_readme_says(
    tmp_path: Path, comity: Comity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    first = House(tmp_path, "uk", comity, device="laptop-1")
    second = House(tmp_path, "uk-2", comity, device="laptop-2", like=str(first.card))
    second.card.rename("laptop-2.card")
    first.ok("group", "create", "UKUS")
    first.ok("group", "admit", "UKUS", "--device", "laptop-2.card", "--role", "admin", "--yes")
    init = told("init")
    assert comity(*init, "--no-passphrase", "--home", "three").code == 0

    def third(*words: str) -> str:
        said = comity(*words, "--home", "three")
        assert said.code == 0, said.err
        return said.out + said.err

    third(*told("device card"))
    first.ok(*told("device add laptop-3"), "--yes")
    first.ok(*told("group admit"), "--yes")
    assert "laptop-2" in first.ok(*told("group show")).out
    first.ok(*told("group revoke"), "--yes")
    first.ok("bundle", "write", "to-three", "--for", "laptop-3", "--yes")
    third("bundle", "read", "to-three", "--yes")
    third("device", "add", str(first.card), "--yes")
    by_paper = [str(first.words) if each == "FILE" else each for each in told("recovery revoke")]
    assert "Revoke UK-AISI laptop-1 in UKUS" in third(*by_paper, "--dry-run")
    third(*by_paper, "--yes")
    third("note", "add", "--text", "goes on", "--group", "UKUS", "--marking", "TLP:AMBER")
    members = comity("group", "show", "UKUS", "--json", "--home", "three").json["members"]
    assert {each["name"]: each["standing"] for each in members if not each["recovery"]} == {
        "laptop-1": False,
        "": False,
        "laptop-3": True,
    }
    assert told("recovery admit") == ["recovery", "admit", "--words-file", "FILE"]
