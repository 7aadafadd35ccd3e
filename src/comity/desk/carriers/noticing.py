"""What a session noticed about a carrier, as sentences for people."""

from collections.abc import Iterator

from comity.desk import devices
from comity.desk.carriers.syncing import GroupSession
from comity.domain.wording import some
from comity.sync.carrier import Full, NoGroup

WHY = {
    NoGroup.code: "it does not let this device bring the group",
    Full.code: "it has no room for more",
    "seat": "it does not know who opened their seats",
    "signature": "their signatures do not fit",
    "malformed": "it cannot read them",
}


def noticed(names: dict[bytes, str], carrier: str, session: GroupSession) -> Iterator[str]:
    """What is odd about one group; `carrier` as in "the hub ours", `names` are those of devices."""
    found, group = session.outcome, session.name
    if found.asks:
        yield f"A person is asked first: {found.asks}."
    for other in found.withheld:
        holder = f"{other.institute} {devices.spoken(names, other.device)}".strip()
        yield f"{holder} holds {other.count:,} of {group} that {carrier} does not show."
    if found.rolled_back and NoGroup.code in found.refused:
        who = "who admitted this device sees it in the seats of the group"
        yield f"{carrier} lets this device into {group} no more: it was revoked, or the hub lost the group; {who}."
        return
    if found.rolled_back:
        told = some(found.rolled_back, "envelope")
        why = "it was set back, hides them, or this device was revoked"
        yield f"{carrier} shows {told} of {group} less than before: {why}."
    if found.bad:
        reasons = ", ".join(sorted(found.bad))
        told = some(found.bad.total(), "envelope")
        yield f"{carrier} gave {told} of {group} that do not verify ({reasons}); they were not kept."
    if found.unknown:
        told = some(found.unknown, "envelope")
        yield f"{carrier} brings {told} of {group} from seats that nobody opened yet; they are asked for again."
    for code, count in found.refused.items():
        what = "" if code in (NoGroup.code, Full.code) else f"{some(count, 'envelope')} of "
        yield f"{carrier} did not keep {what}{group}: {WHY.get(code, code)}."
