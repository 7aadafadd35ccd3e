"""Partners: of each device in each group its last word, what it lacks of ours, and who withholds what."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.members import seats
from comity.domain.when import from_ms
from comity.log.receipt import Tip
from comity.store import visits
from comity.sync import answer
from comity.sync.plan import beyond
from comity.sync.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Partner:
    """A device of somebody, or another of this institute, in one group."""

    group: str
    group_name: str
    institute: str
    device: str
    name: str
    role: str
    standing: bool
    last_word: datetime | None  # the newest time it signed, inside the log or in a receipt
    receipt: datetime | None  # when it said last what it holds
    lacks: int  # envelopes that are here, and by what it said not there
    lacks_ours: int  # those of them that this institute wrote
    lacks_keys: int
    withheld_by: tuple[tuple[str, int], ...]  # hubs, and how many that it holds they did not show

    @property
    def called(self) -> str:
        """The name of the device, or the first digits of its key."""
        return self.name or self.device[: devices.SHORT]


def partners(desk: Desk, group: str = "") -> list[Partner]:
    """The other devices of every group that reaches somebody, or of one; by group, institute and name."""
    chosen = [group] if group else desk.store.groups()
    found = [each for one in chosen for each in _of_group(desk, one)]
    return sorted(found, key=lambda each: (each.group_name, each.institute, each.called))


def not_elsewhere(desk: Desk) -> int:
    """How many envelopes of this device no carrier and no other device is known to hold."""
    shelf = Shelf(desk.store)
    return sum(shelf.unsent(bytes.fromhex(group)) for group in desk.store.groups())


def names(desk: Desk) -> dict[bytes, str]:
    """What devices are called, as far as their cards are here."""
    with desk.store.reading() as connection:
        return devices.names(desk, connection)


def _of_group(desk: Desk, group: str) -> list[Partner]:
    others = [each for each in seats.places(desk, group) if not each.own and not each.recovery]
    if not others:
        return []
    id, shelf = bytes.fromhex(group), Shelf(desk.store)
    mine, receipts, here = shelf.state(id).tips, shelf.evidence.receipts(id), shelf.seats(id)
    ours = {seat: tip for seat, tip in mine.items() if seat in here and here[seat].institute == desk.institute}
    withheld = _withheld(desk, id)
    found: dict[str, Partner] = {}
    for place in others:
        device = bytes.fromhex(place.device)
        held: Mapping[bytes, Tip] = answer.known(shelf, id, device, receipts.get(device))
        receipt = receipts[device].receipt if device in receipts else None
        seen = found.get(place.device)
        if seen is None or place.standing:
            found[place.device] = Partner(
                group=group,
                group_name=place.group_name,
                institute=place.institute,
                device=place.device,
                name=place.name,
                role=place.role,
                standing=place.standing,
                last_word=place.last_word,
                receipt=from_ms(receipt.at_ms) if receipt else None,
                lacks=beyond(mine, held),
                lacks_ours=beyond(ours, held),
                lacks_keys=place.lacks_keys,
                withheld_by=withheld.get(device, ()),
            )
    return list(found.values())


def _withheld(desk: Desk, group: bytes) -> dict[bytes, tuple[tuple[str, int], ...]]:
    """Of each device the hubs that did not show what it holds, at the last session with each."""
    with desk.store.reading() as connection:
        last = visits.last(connection)
    found: dict[bytes, tuple[tuple[str, int], ...]] = defaultdict(tuple)
    for hub in sorted(last.keys() & desk.settings.hubs.keys()):
        for device, count in last[hub].withheld.get(group, ()):
            found[device] += ((hub, count),)
    return dict(found)
