"""What admitting and revoking would mean, as lines for a person: the commands and the app say the same."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from comity.domain.wording import some

if TYPE_CHECKING:
    from comity.desk.members.holdings import Holding
    from comity.desk.members.membership import Admission
    from comity.desk.members.recovery import RecoveryPreview
    from comity.desk.members.revoking import RevocationPreview

FEW = 20


def admission_lines(seen: "Admission") -> Iterator[str]:
    """Who is admitted where, and all that it gets."""
    it = seen.candidate
    who = f"{it.institute} {it.name or f'device {it.id[:12]}'}" + (f" ({it.person})" if it.person else "")
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


def revocation_lines(seen: "RevocationPreview") -> Iterator[str]:
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


def parcel_lines(seen: "RecoveryPreview") -> Iterator[str]:
    """What goes to whoever holds the recovery words of an institute."""
    yield f"For the recovery words of {seen.institute}, history included:"
    for each in seen.holds:
        yield f"  {each.name}: {_holds(each.holding)}"


def _holds(held: "Holding") -> str:
    locked = f"{some(held.locked, 'envelope')} that this device cannot open" if held.locked else ""
    if not held.records and not held.retired:
        return locked or "nothing yet"
    counts = ", ".join(f"{name}: {count}" for name, count in held.counts)
    told = f"{some(held.records, 'record')} ({counts})" + (f" and {held.retired} retired" if held.retired else "")
    told += (f", the oldest of {held.oldest:%Y-%m-%d}" if held.oldest else "") + f", up to {held.marking}"
    return f"{told}, and {locked}" if locked else told


def _few(names: Sequence[str]) -> str:
    more = f" and {len(names) - FEW} more" if len(names) > FEW else ""
    return ", ".join(names[:FEW]) + more
