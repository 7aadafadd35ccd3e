"""What would leave the house: to whom, how much, how the whole is marked, and what of that is new."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.members import holdings
from comity.desk.world import World
from comity.domain.marking import join
from comity.domain.wording import listed
from comity.store import given
from comity.store.database import Connection
from comity.sync import answer
from comity.sync.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Receiver:
    """A device that would get something."""

    device: str
    institute: str
    name: str

    @property
    def said(self) -> str:
        """As people call it: `US-CAISI laptop-2`."""
        return f"{self.institute} {self.name}"


@dataclass(frozen=True, slots=True)
class Leaving:
    """One group: who would get how much of it; `new` never got any of it from here, `grown` is the marking before."""

    group: str
    group_name: str
    receivers: tuple[Receiver, ...]
    envelopes: int
    records: int
    marking: str
    new: tuple[Receiver, ...]
    grown: str

    @property
    def asks(self) -> str:
        """Why a person should be asked; empty where the same go to the same."""
        if self.new:
            return f"{listed([each.said for each in self.new])} never got anything of {self.group_name} from here"
        return (
            f"{self.group_name} was marked {self.grown} when it left last, and is {self.marking}" if self.grown else ""
        )


def of_group(desk: Desk, group: str, receivers: Collection[bytes], envelopes: int) -> Leaving:
    """What would leave of one group for these devices."""
    shelf, id = Shelf(desk.store), bytes.fromhex(group)
    own, receipts, seats = shelf.own(id), shelf.evidence.receipts(id), shelf.standing(id)
    got = {device for device in receivers if not own.isdisjoint(answer.known(shelf, id, device, receipts.get(device)))}
    with desk.store.reading() as connection:
        world = World(desk, connection)
        held, before = holdings.holding_of(world, group), given.markings(connection, id)
        known = devices.names(desk, connection)
        named = {
            device: Receiver(device.hex(), seats[device].institute, devices.called(known, device))
            for device in sorted(receivers, key=lambda device: (seats[device].institute, device))
        }
        return Leaving(
            group=group,
            group_name=world.group_name(group),
            receivers=tuple(named.values()),
            envelopes=envelopes,
            records=held.records,
            marking=held.marking,
            new=tuple(each for device, each in named.items() if device not in got and device not in before),
            grown=_grown([before[device] for device in named if device in before], held.marking),
        )


def everywhere(desk: Desk) -> list[Leaving]:
    """What a sync with hubs makes reach others: every group with all who stand in it."""
    shelf = Shelf(desk.store)
    found = []
    for group in shelf.groups():
        others = shelf.standing(group).keys() - {shelf.device}
        if others:
            found.append(of_group(desk, group.hex(), others, shelf.unsent(group)))
    return found


def note(desk: Desk, parcel: Iterable[Leaving]) -> None:
    """Remember to whom what left, and how it was marked."""
    with desk.store.writing() as connection:
        for each in parcel:
            _note(connection, each)


def _note(connection: Connection, each: Leaving) -> None:
    for receiver in each.receivers:
        given.note(connection, bytes.fromhex(each.group), bytes.fromhex(receiver.device), each.marking)


def _grown(before: Collection[str], now: str) -> str:
    """The strictest marking of what left before, where that of now is stricter."""
    told = [each for each in before if each]
    if not told or not now:
        return ""
    return join(told) if join([*told, now]) != join(told) else ""
