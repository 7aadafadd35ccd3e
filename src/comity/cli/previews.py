"""What admitting and revoking would mean, as lines for a person and as JSON."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from comity.cli.frame import Call
from comity.cli.output import tell
from comity.domain.wording import some

if TYPE_CHECKING:
    from comity.desk.holdings import Holding
    from comity.desk.membership import Admission
    from comity.desk.revoking import Revocation

FEW = 20


def said_beside(call: Call, lines: Iterable[str]) -> None:
    """A preview beside the result of a command; only who said yes beforehand can do without."""
    if not (call.quiet and call.yes):
        for line in lines:
            tell(line)


def admission_lines(seen: "Admission") -> Iterator[str]:
    """Who is admitted where, and all that it gets."""
    it = seen.candidate
    who = f"{it.institute} {it.name or it.id[:12]}" + (f" ({it.person})" if it.person else "")
    yield f"Admit {who} to {seen.group_name} as {seen.role}{', with its institute' if seen.widens else ''}."
    if it.words:
        yield f"  its words: {' '.join(it.words)}"
    yield f"  members now: {', '.join(seen.members)}"
    yield f"  it gets everything, history included: {_holds(seen.holding)}"
    if seen.takes_back:
        yield f"  takes back {some(len(seen.takes_back), 'revoke')} of it"
    if seen.dangling:
        yield f"  refers to what it will not hold (held elsewhere): {_few(seen.dangling)}"
    for note in seen.notes:
        yield f"  note: {note}"
    for each in seen.unfit[:FEW]:
        yield f"  stands in the way: {each.ref} ({each.kind}): {each.why}"


def admission_json(seen: "Admission") -> dict[str, Any]:
    """The same for scripts."""
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


def revocation_lines(seen: "Revocation") -> Iterator[str]:
    """Who is revoked, and what falls with them."""
    from comity.domain.record import encode

    yield f"Revoke {', '.join(seen.named)} in {seen.group_name}."
    held = f"what was written before {encode(seen.since)}" if seen.since else "what is held here now"
    yield f"  goes on counting: {held}; later work lands in the late tray"
    for late in seen.late:
        yield f"  into the late tray: {some(late.commits, 'commit')} of {late.device}"
    if seen.falls:
        yield f"  falls with them: {', '.join(seen.falls)}"
    for each in seen.elsewhere:
        yield f"  not covered, since it sits elsewhere: {each}"
    if seen.leaves:
        yield f"  leaves the group: {', '.join(seen.leaves)}"
    yield f"  could read until now, and keeps what it has: {_holds(seen.holding)}"
    for note in seen.notes:
        yield f"  note: {note}"


def revocation_json(seen: "Revocation") -> dict[str, Any]:
    """The same for scripts."""
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
    return {**told, "oldest": encode(held.oldest), "marking": held.marking}


def _holds(held: "Holding") -> str:
    if not held.records and not held.retired:
        return "nothing yet"
    counts = ", ".join(f"{name}: {count}" for name, count in held.counts)
    told = f"{some(held.records, 'record')} ({counts})" + (f" and {held.retired} retired" if held.retired else "")
    return told + (f", the oldest of {held.oldest:%Y-%m-%d}" if held.oldest else "") + f", up to {held.marking}"


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
