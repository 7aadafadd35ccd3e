"""What a partner calls like ours takes no name away from us: each REF that the refusal lists works everywhere."""

from pathlib import Path

import pytest

from cli.conftest import Comity
from cli.house import House

RECORD = ("--kind", "research", "--lead", "UK-AISI", "--marking", "TLP:AMBER")


@pytest.fixture
def shadowed(both: tuple[House, House], stick: Path) -> House:
    """The home of the UK, in which an exercise of its own group and one that the US made elsewhere are both OTTER."""
    uk, us = both
    us.ok("group", "create", "SHADOWS")
    us.ok("exercise", "add", "--code", "OTTER", "--title", "Theirs", "--group", "SHADOWS", *RECORD)
    us.ok("group", "admit", "SHADOWS", "--device", str(uk.card), "--role", "editor", "--yes")
    us.give(uk, stick)
    uk.ok("exercise", "add", "--code", "OTTER", "--title", "Ours", "--group", "UKUS", *RECORD)
    uk.ok("strand", "add", "--exercise", "UKUS:OTTER", "--title", "Cyber")
    return uk


def test_a_name_of_two_houses_is_refused_with_a_ref_for_each(shadowed: House) -> None:
    said = shadowed.run("matrix", "OTTER")
    assert (said.code, "Write one of: " in said.err) == (2, True)
    assert {"SHADOWS:OTTER (exercise of US-CAISI", "UKUS:OTTER (exercise of UK-AISI"} <= {
        each.rpartition(", ")[0] for each in said.err.partition("Write one of: ")[2].split("; ")
    }


def test_every_command_takes_the_group_before_the_name(shadowed: House, tmp_path: Path) -> None:
    ref, plan = "UKUS:OTTER", str(tmp_path / "plan.toml")
    shadowed.ok("matrix", ref)
    shadowed.ok("roster", ref)
    assert 'title = "Ours"' in shadowed.ok("export", "plan", ref).out
    shadowed.ok("export", "plan", ref, "--out", plan)
    assert "OTTER" in shadowed.ok("ui", f"{ref}/timeline", "--plain").out
    shadowed.ok("exercise", "set", ref, "--purpose", "to see", "--reason", "asked for")
    for verb in ("undo", "redo"):
        shadowed.ok(verb, ref)
    found = shadowed.ok("exercise", "history", ref, "--json").json["items"]
    assert [each["reason"] for each in found] == ["", "asked for", "undo: asked for", "redo: asked for"]
    logs = sorted(Path("src/comity/samples/logs").glob("saltmarsh_R1*"))
    shadowed.ok("run", "import", *map(str, logs), "--exercise", ref, "--institute", "UK-AISI", "--dry-run")


def test_lists_and_checks_take_the_group_before_the_name(shadowed: House) -> None:
    assert shadowed.ok("strand", "list", "exercise:UKUS:OTTER", "--json").json["count"] == 1
    assert shadowed.ok("strand", "list", "exercise:SHADOWS:OTTER", "--json").json["count"] == 0
    shadowed.ok("milestone", "add", "--exercise", "UKUS:OTTER", "--kind", "start", "--due", "2026-01-01")
    for query, count in (("OTTER", 1), ("UKUS:OTTER", 1), ("SHADOWS:OTTER", 0), ("group:UKUS", 1), ("-group:UKUS", 0)):
        assert shadowed.ok("check", query, "--json").json["count"] == count, query
    assert shadowed.run("check", "group:NOWHERE").code == 4


def test_names_that_even_a_group_has_twice_are_told_by_their_id(both: tuple[House, House], comity: Comity) -> None:
    uk, _ = both
    twins = [
        uk.ok("person", "add", "--name", "Twin", "--institute", code, "--group", "UKUS", "--marking", "TLP:AMBER")
        for code in ("UK-AISI", "US-CAISI")
    ]
    hint = uk.run("person", "show", "Twin", "--json").error["hint"]
    refs = [each.partition(" ")[0] for each in hint.partition("write one of: ")[2].split("; ")]
    shown = [uk.ok("person", "show", ref, "--json").json["id"] for ref in refs]
    assert shown == [said.out.strip() for said in twins]
