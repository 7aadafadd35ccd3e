"""The courier: bundles for devices, institutes or whole groups, what they bring, and the answers to them."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex

from comity.desk import devices, placing
from comity.desk.carriers import leaving, syncing
from comity.desk.carriers.leaving import Leaving
from comity.desk.carriers.syncing import GroupSession
from comity.desk.consent import Agree, nobody, persisting
from comity.desk.desk import Desk, beside
from comity.desk.world import World
from comity.domain.text import fold
from comity.errors import ComityError, NotFound, Refused
from comity.sync import bundle
from comity.sync.bundle import Written
from comity.sync.container import Container
from comity.sync.outcome import Doubt, Tell, silently
from comity.sync.shelf import Shelf

ENDING = ".comity"
LOOKED_INTO = 1024 * 1024  # bytes of a bundle that nobody asked about


@dataclass(frozen=True)
class BundlePreview:
    """What a bundle would hold, and what a person types to let it go."""

    code: str
    leaving: tuple[Leaving, ...]
    left_out: tuple[str, ...]  # groups that only some of the devices are in

    @property
    def devices(self) -> set[bytes]:
        """Whom it is for."""
        return {bytes.fromhex(receiver.device) for each in self.leaving for receiver in each.receivers}

    @property
    def asks(self) -> str:
        """Why a person should be asked; empty where the same go to the same."""
        return "; ".join(each.asks for each in self.leaving if each.asks)


@dataclass(slots=True)
class BundleRead:
    """A bundle that was read: what it did, the code to read out, or why it was not read."""

    path: Path
    groups: list[GroupSession] = field(default_factory=list)
    answer: str = ""
    error: ComityError | None = None


@dataclass(frozen=True, slots=True)
class Contents:
    """What a bundle says without being opened, and what it would bring if it is for this device."""

    path: Path
    groups: tuple[tuple[str, str], ...]  # id and, where it is known here, name
    pages: int
    size: int
    for_us: bool
    brings: tuple[GroupSession, ...]


def parcel(desk: Desk, told: str, group: str = "") -> BundlePreview:
    """What a bundle for a device, an institute or a group would hold, of all they share with this device or one group.

    Raises NotFound or Ambiguous where nobody is meant, Refused where they have no seat.
    """
    shelf = Shelf(desk.store)
    with desk.store.reading() as connection:
        world = World(desk, connection)
        only = placing.group_id(world, group) if group else ""
        code, chosen, only = _receivers(world, shelf, told, only)
    groups = [bytes.fromhex(only)] if only else []
    counts = bundle.lacking(shelf, chosen, groups)
    found = tuple(leaving.of_group(desk, one.hex(), chosen, count) for one, count in counts.items())
    return BundlePreview(code, found, () if only else _left_out(desk, shelf, chosen, counts))


def write(desk: Desk, parcel: BundlePreview, path: Path, limit: int = 0) -> list[Written]:
    """Write a parcel to a file, in several where one would pass the limit; a folder gets a name that tells nothing."""
    file = path / f"{token_hex(4)}{ENDING}" if path.is_dir() else path
    with beside(desk) as own:
        groups = [bytes.fromhex(each.group) for each in parcel.leaving]
        written = bundle.write(syncing.shelf(own), file, parcel.devices, groups, limit)
        leaving.note(own, parcel.leaving)
    return written


def telling_name(parcel: BundlePreview, path: Path) -> str:
    """The word in the name of a file that tells whose it is; empty where it tells nothing."""
    words = {word for each in parcel.leaving for word in (each.group_name, *(r.institute for r in each.receivers))}
    return next((word for word in sorted(words) if fold(word) in fold(path.stem)), "")


def read(desk: Desk, paths: Sequence[Path], *, tell: Tell = silently, agree: Agree = nobody) -> list[BundleRead]:
    """Take in bundles, each checked whole before anything of it is used; a bad one keeps none of the others out."""
    with beside(desk) as own:
        return [_read(own, path, tell, agree) for path in paths]


def outlook(desk: Desk, paths: Sequence[Path]) -> list[BundleRead]:
    """What reading bundles would bring; nothing is changed."""
    shelf, found = Shelf(desk.store), []
    for path in paths:
        found.append(BundleRead(path))
        try:
            found[-1].groups = syncing.told(desk, bundle.outlook(shelf, path))
        except ComityError as error:
            found[-1].error = error
    return found


def waiting(desk: Desk) -> list[Path]:
    """Bundles that lie in the home and bring something that is not here; big ones are not looked into."""
    there = [
        path for path in sorted(desk.home.glob(f"*{ENDING}")) if path.is_file() and path.stat().st_size <= LOOKED_INTO
    ]
    found = [each for each in outlook(desk, there) if not each.error]
    return [each.path for each in found if any(group.outcome.received for group in each.groups)]


def show(desk: Desk, path: Path) -> Contents:
    """What is readable of a bundle without opening it, and for this device what it would bring."""
    manifest = Container(path).manifest
    brings: list[GroupSession] = []
    try:
        brings, for_us = syncing.told(desk, bundle.outlook(Shelf(desk.store), path)), True
    except Refused:
        for_us = False
    with desk.store.reading() as connection:
        world, here = World(desk, connection), set(desk.store.groups())
        groups = tuple((id.hex(), world.group_name(id.hex()) if id.hex() in here else "") for id in manifest.groups)
    return Contents(path, groups, len(manifest.pages), path.stat().st_size, for_us, tuple(brings))


def _read(desk: Desk, path: Path, tell: Tell, agree: Agree) -> BundleRead:
    found, shelf = BundleRead(path), syncing.shelf(desk)
    try:
        outcomes = persisting(lambda allow: bundle.read(shelf, path, tell=tell, allow=allow), agree)
        found.groups = syncing.told(desk, outcomes)
        if not any(each.outcome.unknown or each.outcome.bad for each in found.groups):
            found.answer = bundle.code(shelf, path)
    except ComityError as error:
        found.error = error
        if isinstance(error, Doubt):
            found.groups = syncing.told(desk, error.outcomes)
    return found


def _receivers(world: World, shelf: Shelf, told: str, only: str) -> tuple[str, set[bytes], str]:
    """What to type, the devices that are meant, and the group if one is."""
    standing = {id: shelf.standing(id) for id in shelf.groups() if only in ("", id.hex())}
    house = {
        (seat.institute, device)
        for seats in standing.values()
        for device, seat in seats.items()
        if seat.institute.lower() == told.lower() and device != shelf.device
    }
    if house:
        return min(house)[0], {device for _, device in house}, only
    group = _group(world, told)
    if group:
        found = standing.get(bytes.fromhex(group), {}).keys() - {shelf.device}
        if not found:
            raise Refused(f"nobody else stands in {world.group_name(group)}", "admit somebody first", code="no_seat")
        return world.group_name(group), found, group
    strangers = [each.card for each in devices.book(world.connection) if each.card.institute.lower() == told.lower()]
    if strangers:
        raise _apart(world, strangers[0].institute, strangers[0].name, only)
    one = devices.candidate(world.desk, world.connection, told)
    if one.member.keys.sign == shelf.device:
        raise Refused("this is the device itself", "name who is to open it", code="own_device")
    if not any(one.member.keys.sign in seats for seats in standing.values()):
        raise _apart(world, f"{one.institute} {one.name or one.id[: devices.SHORT]}", told, only)
    return one.institute, {one.member.keys.sign}, only


def _apart(world: World, who: str, device: str, only: str) -> Refused:
    """Nothing can be for somebody who sits in no group with this device."""
    name = world.group_name(only) if only else "NAME"
    where = f"{who} has no seat in {name}" if only else f"you share no group with {who} yet"
    return Refused(where, f"`comity group admit {name} --device {device} --role ROLE` lets it in", code="no_seat")


def _group(world: World, told: str) -> str:
    try:
        return placing.group_id(world, told)
    except NotFound:
        return ""


def _left_out(desk: Desk, shelf: Shelf, chosen: Collection[bytes], taken: Collection[bytes]) -> tuple[str, ...]:
    with desk.store.reading() as connection:
        world = World(desk, connection)
        others = (id for id in shelf.groups() if id not in taken)
        return tuple(world.group_name(id.hex()) for id in others if not shelf.standing(id).keys().isdisjoint(chosen))
