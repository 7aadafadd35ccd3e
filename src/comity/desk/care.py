"""The home itself: what it holds, and copies of it."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from comity.desk import asking
from comity.desk.carriers import hubs, partners
from comity.desk.desk import Desk
from comity.desk.members.ended import ended
from comity.store.tally import conflicts, tally

if TYPE_CHECKING:
    from comity.store.verify import Damage


def status(desk: Desk) -> dict[str, Any]:
    """What this device holds, and what waits."""
    with desk.store.reading() as connection:
        log = tally(connection, desk.store.circles)
        disputed = conflicts(connection)
    return {
        "home": str(desk.home),
        "institute": desk.institute,
        "person": desk.person,
        "device": desk.device,
        "records": asking.counts(desk),
        "envelopes": log.envelopes,
        "not_elsewhere": partners.not_elsewhere(desk),
        "conflicts": disputed,
        "waiting": log.waiting,
        "void": log.void,
        "missing": log.missing,
        "revoked": [each.as_json() for each in ended(desk)],
        "hubs": [hubs.as_json(each) for each in hubs.listed(desk)],
    }


def backup(desk: Desk, target: Path) -> None:
    """Write an encrypted copy of the home; it opens with the passphrase of today."""
    from comity.store import backup as backups

    backups.write(desk.home, desk.store, target)


def restore(source: Path, home: Path) -> None:
    """Bring a home back from a backup, where there is none."""
    from comity.store import backup as backups

    backups.restore(source, home)


def verify(desk: Desk) -> dict[str, Any]:
    """Every signature and chain, and every row against the log."""
    from comity.store import verify as verifying

    return told(verifying.problems(desk.store))


def rebuild(desk: Desk) -> int:
    """Make every row anew from the log; how many records there are."""
    return desk.store.rebuild()


def doctor(desk: Desk) -> dict[str, Any]:
    """What is wrong with this installation, and how to mend it."""
    from comity.desk import health

    found = [{"code": each.field, "text": each.message, "hint": ""} for each in health.problems(desk)]
    return judged([*found, *verify(desk)["problems"]])


def judged(problems: list[dict[str, str]]) -> dict[str, Any]:
    """Whether all is well: a device whose chain forked is told of, but nothing here is damaged by it."""
    from comity.store.verify import FORKED

    return {"ok": all(each["code"] == FORKED for each in problems), "problems": problems}


def told(findings: "list[Damage]") -> dict[str, Any]:
    """Findings as JSON."""
    return judged([{"code": each.code, "text": each.text, "hint": each.hint} for each in findings])
