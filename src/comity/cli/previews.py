"""What admitting and revoking would mean, beside a result and as JSON."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from comity.cli.frame import Call
from comity.cli.output import tell

if TYPE_CHECKING:
    from comity.desk.members.holdings import Holding
    from comity.desk.members.membership import Admission
    from comity.desk.members.revoking import RevocationPreview


def said_beside(call: Call, lines: Iterable[str]) -> None:
    """A preview beside the result of a command; only who said yes beforehand can do without."""
    if not (call.quiet and call.yes):
        for line in lines:
            tell(line)


def admission_json(seen: "Admission") -> dict[str, Any]:
    """What an admission would mean, as JSON."""
    it = seen.candidate
    return {
        "group": seen.group_name,
        "group_id": seen.group,
        "device": it.id,
        "institute": it.institute,
        "name": it.name,
        "fingerprint": " ".join(it.words),
        "compared": it.compared,
        "role": str(seen.role),
        "act": seen.act,
        "members": list(seen.members),
        "holds": holding_json(seen.holding),
        "dangling": list(seen.dangling),
        "unfit": [{"kind": u.kind, "id": u.id, "ref": u.ref, "marking": u.marking, "why": u.why} for u in seen.unfit],
        "takes_back": len(seen.takes_back),
        "notes": list(seen.notes),
    }


def revocation_json(seen: "RevocationPreview") -> dict[str, Any]:
    """What a revocation would mean, as JSON."""
    from comity.domain.record import encode

    return {
        "group": seen.group_name,
        "group_id": seen.group,
        "devices": list(seen.devices),
        "named": list(seen.named),
        "since": encode(seen.since),
        "late": [{"device": each.device, "commits": each.commits} for each in seen.late],
        "falls": list(seen.falls),
        "elsewhere": list(seen.elsewhere),
        "leaves": list(seen.leaves),
        "held": holding_json(seen.holding),
        "notes": list(seen.notes),
    }


def holding_json(held: "Holding") -> dict[str, Any]:
    """How much a group holds."""
    from comity.domain.record import encode

    told = {"records": held.records, "retired": held.retired, "counts": dict(held.counts)}
    return {**told, "oldest": encode(held.oldest), "marking": held.marking, "locked": held.locked}
