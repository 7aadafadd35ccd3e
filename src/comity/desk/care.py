"""The home itself: what it holds, whether it is sound, and copies of it."""

import locale
import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comity.desk import asking
from comity.desk.desk import Desk
from comity.domain.kinds import KINDS
from comity.errors import Problem
from comity.home import home_problems
from comity.store import backup as backups
from comity.store import reading
from comity.store import verify as verifying
from comity.store.verify import Finding

SMALL_DISK = 200 * 1024 * 1024  # bytes below which the doctor warns
"""Free space that a store of usual size needs for its next backup."""


def status(desk: Desk) -> dict[str, Any]:
    """What this device holds, and what waits."""
    with desk.store.reading() as connection:
        log = reading.log_counts(connection)
        conflicts = reading.conflicts(connection)
    return {
        "home": str(desk.home),
        "institute": desk.institute,
        "person": desk.person,
        "device": desk.device,
        "records": asking.counts(desk),
        "envelopes": log["envelopes"],
        "not_elsewhere": log["envelopes"],
        "conflicts": conflicts,
        "waiting": log["waiting"],
        "void": log["void"],
        "missing": log["missing"],
        "hubs": [],
    }


def backup(desk: Desk, target: Path) -> None:
    """Write an encrypted copy of the home; it opens with the passphrase of today."""
    backups.write(desk.home, desk.store, target)


def restore(source: Path, home: Path) -> None:
    """Bring a home back from a backup, where there is none."""
    backups.restore(source, home)


def verify(desk: Desk) -> dict[str, Any]:
    """Every signature and chain, and every row against the log."""
    return told(verifying.problems(desk.store))


def rebuild(desk: Desk) -> int:
    """Make every row anew from the log; how many records there are."""
    return desk.store.rebuild()


def doctor(desk: Desk) -> dict[str, Any]:
    """What is wrong with this installation, and how to mend it."""
    return told([*_unwell(desk), *verifying.quick(desk.store)])


def told(findings: list[Finding]) -> dict[str, Any]:
    """Findings as JSON."""
    problems = [{"code": each.code, "text": each.text, "hint": each.hint} for each in findings]
    return {"ok": not problems, "problems": problems}


def _unwell(desk: Desk) -> Iterator[Finding]:
    for problem in home_problems(desk.home):
        yield Finding(problem.field, problem.message, "")
    free = shutil.disk_usage(desk.home).free
    if free < SMALL_DISK:
        hint = "make room; what is written is kept, but the next backup needs space"
        yield Finding("disk_space", f"{free // 2**20} MiB are free where the home is", hint)
    if sys.stdout.encoding and "utf" not in sys.stdout.encoding.lower():
        hint = "set LC_ALL to a UTF-8 locale, or `comity config set screen.glyphs ascii`"
        yield Finding("locale", f"the terminal speaks {sys.stdout.encoding}, not UTF-8", hint)


__all__ = ["KINDS", "Problem", "locale", "os"]
