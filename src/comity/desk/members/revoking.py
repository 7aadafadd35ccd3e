"""Revoking devices and institutes: what falls with them is found out by doing it, and undoing it, before it is done."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from comity.desk import devices, placing
from comity.desk.desk import Desk
from comity.desk.members import holdings, membership
from comity.desk.members.hands import DeviceHand, Hand
from comity.desk.members.holdings import Holding
from comity.desk.members.seats import said
from comity.desk.world import World
from comity.domain import when
from comity.domain.sharing import Group
from comity.errors import BadInput, NotFound, Problem, Refused
from comity.log.envelope import Type
from comity.log.revoking import revokes
from comity.log.standing import EDITOR, Seat, Standing
from comity.log.verdict import Status
from comity.store import holding
from comity.store.circle import chain
from comity.store.database import Connection


@dataclass(frozen=True)
class LateCount:
    """Commits of a device that will not count any more and lie in the late tray."""

    device: str
    commits: int


@dataclass(frozen=True)
class RevocationPreview:
    """What revoking devices would mean."""

    group: str
    group_name: str
    devices: tuple[str, ...]
    named: tuple[str, ...]
    since: datetime | None
    late: tuple[LateCount, ...]
    falls: tuple[str, ...]  # seats of others that fall with them
    elsewhere: tuple[str, ...]  # seats of these devices that are not below, and go on standing
    leaves: tuple[str, ...]  # institutes that have no seat afterwards
    holding: Holding  # what they could read
    notes: tuple[str, ...]


@dataclass(frozen=True)
class _Act:
    """Which devices are revoked from which seat, and what of theirs goes on counting."""

    group: bytes
    seat: Seat
    targets: tuple[bytes, ...]
    since: datetime | None


class _Foreseen(Exception):
    """Ends the transaction in which a revoke was tried out."""

    def __init__(self, seen: RevocationPreview) -> None:
        super().__init__()
        self.seen = seen


def revocation(
    desk: Desk,
    group: str,
    named: Sequence[str] = (),
    institute: str = "",
    since: str = "",
    hand: Hand | None = None,
) -> RevocationPreview:
    """What `revoke` would do. Raises Refused where no seat here is above any of theirs."""
    try:
        with desk.store.writing() as connection:
            world = World(desk, connection)
            id = bytes.fromhex(placing.group_id(world, group))
            targets = _targets(world, id, named, institute)
            day = _moment(since, desk)
            raise _Foreseen(_tried(world, id, targets, day, hand or DeviceHand(desk.store)))
    except _Foreseen as foreseen:
        return foreseen.seen


def revoke(desk: Desk, revocation: RevocationPreview, reason: str, hand: Hand | None = None) -> None:
    """End what was shown: seats, keys, and the work that was not held. Later work of theirs lands in the late tray."""
    if not reason.strip():
        raise BadInput("revoking needs a reason", "say why: --reason TEXT", [Problem("reason", "say why")])
    pen, id = hand or DeviceHand(desk.store), bytes.fromhex(revocation.group)
    with desk.store.writing() as connection:
        world = World(desk, connection)
        targets = tuple(bytes.fromhex(each) for each in revocation.devices)
        seat = _above(world, pen, id, targets)
        _write(desk, connection, pen, _Act(id, seat, targets, revocation.since))
        membership.note(world, revocation.group, f"Revoked {', '.join(revocation.named)}", reason)


def _write(desk: Desk, connection: Connection, pen: Hand, act: _Act) -> None:
    """The revokes, and a new key for those who stand; who may not make one leaves it to the next who writes."""
    at_ms, circles = desk.at_ms(), desk.store.circles
    standing = circles.of(act.group).standing
    kept = _kept(desk, connection, standing, act)
    acts = revokes(
        standing,
        act.targets,
        lambda seat: chain(connection, seat),
        at_ms,
        (lambda link: link.id in kept) if act.since else (lambda link: True),
    )
    for each in list(acts):
        pen.write(connection, act.group, act.seat, each, at_ms)
    if act.seat.role.rank >= EDITOR:
        pen.write(connection, act.group, act.seat, pen.circle(act.group).rekey(at_ms), at_ms)
        membership.hand_on(connection, pen, act.group, act.seat, at_ms)


def _kept(desk: Desk, connection: Connection, standing: Standing, act: _Act) -> Collection[bytes]:
    if act.since is None:
        return ()
    seats = [seat.id for seat in standing.seats.values() if seat.device in act.targets]
    return holding.written_before(connection, desk.store.circles, seats, int(act.since.timestamp() * 1000))


def _tried(
    world: World, group: bytes, targets: tuple[bytes, ...], since: datetime | None, pen: Hand
) -> RevocationPreview:
    """Revoke, and see what that changed."""
    desk, connection = world.desk, world.connection
    circle, known = desk.store.circles.of(group), devices.names(desk, connection)
    before, members = circle.standing, circle.members()
    seat = _above(world, pen, group, targets)
    held, counted = holdings.holding_of(world, group.hex()), holding.judged(connection, group)
    name, record = world.group_name(group.hex()), world.group_record(group.hex())
    _write(desk, connection, pen, _Act(group, seat, targets, since))
    after = desk.store.circles.of(group).standing
    named = {each.device: said(each, known) for each in before.seats.values() if each.device in targets}
    fallen = [each for each in before.standing() if not after.stands(each.id)]
    return RevocationPreview(
        group.hex(),
        name,
        tuple(each.hex() for each in targets),
        tuple(sorted(set(named.values()))),
        since,
        tuple(_late(connection, group, counted, before, known)),
        tuple(sorted({said(each, known) for each in fallen if each.device not in targets})),
        tuple(sorted(_where(each, after, known) for each in after.standing() if each.device in targets)),
        tuple(each for each in members if each not in after.members()),
        held,
        (*_notes(before, seat, targets, since), *_nameless(name, record, world.group_record(group.hex()))),
    )


def _late(
    connection: Connection, group: bytes, before: dict[int, holding.Judged], seats: Standing, known: dict[bytes, str]
) -> list[LateCount]:
    """The commits that counted and do not any more, by device."""
    counts: dict[str, int] = {}
    for no, now in holding.judged(connection, group).items():
        was = before.get(no)
        if was and was.type is Type.COMMIT and was.status == Status.IN and now.status.startswith(Status.VOID):
            name = said(seats.seats[was.seat], known)
            counts[name] = counts.get(name, 0) + 1
    return [LateCount(name, count) for name, count in sorted(counts.items())]


def _where(seat: Seat, standing: Standing, known: dict[bytes, str]) -> str:
    above = standing.seats[seat.place.path[-1]] if seat.place.path else None
    return f"{said(seat, known)} as {seat.role}, below {said(above, known) if above else 'nobody'}"


def _notes(standing: Standing, seat: Seat, targets: Collection[bytes], since: datetime | None) -> list[str]:
    houses = {each.institute for each in standing.standing() if each.device in targets}
    keys = {each.institute for each in standing.standing() if not each.carrier and each.device not in targets}
    told = [
        f"the recovery key of {house} stays: whoever has its words admits devices; --institute ends that too"
        for house in sorted(houses & keys - {seat.institute})
    ]
    if since:
        told.append("what was written before that day is told by the clock of the device itself")
    if seat.role.rank < EDITOR:
        told.append("a new key is made by the next member who writes, since a reader cannot")
    return told


def _nameless(name: str, before: Group | None, after: Group | None) -> Iterator[str]:
    """Whether the cut lies before the commit that named the group."""
    if before and not after:
        yield f"the name {name} goes into the late tray with it: `comity late adopt` brings it back"


def _targets(world: World, group: bytes, named: Sequence[str], institute: str) -> tuple[bytes, ...]:
    """The devices that are meant, each with a seat in the group."""
    seats = world.desk.store.circles.of(group).standing.seats.values()
    found = [bytes.fromhex(devices.candidate(world.desk, world.connection, each).id) for each in named]
    for told, device in zip(named, found, strict=True):
        if all(seat.device != device for seat in seats):
            raise NotFound(
                f"{told} has no seat in {world.group_name(group.hex())}", "`comity group show` lists who has"
            )
    if institute:
        house = {seat.device for seat in seats if seat.institute == institute}
        if not house:
            raise NotFound(
                f"{institute} has no seat in {world.group_name(group.hex())}", "`comity group show` lists who has"
            )
        found += sorted(house)
    return tuple(dict.fromkeys(found))


def _above(world: World, pen: Hand, group: bytes, targets: Collection[bytes]) -> Seat:
    """The seat above most seats of these devices; Refused, with who could, where there is none."""
    standing, known = world.desk.store.circles.of(group).standing, devices.names(world.desk, world.connection)
    theirs = [each for each in standing.standing() if each.device in targets]
    if not theirs:
        raise Refused("none of these devices stands in the group any more", "see `comity group show`", code="revoked")
    mine = pen.seats(world.connection, group)
    below = {seat.id: [each for each in theirs if seat.place.id in each.place.path] for seat in mine}
    best = max(mine, key=lambda seat: len(below[seat.id]), default=None)
    if best is None or not below[best.id]:
        above = sorted({said(standing.seats[place], known) for each in theirs for place in each.place.path})
        hint = f"above sits: {', '.join(above)}" if above else "nobody is above the root"
        if world.desk.root in {standing.seats[place].keys for each in theirs for place in each.place.path}:
            hint += f"; {_by_paper(world.group_name(group.hex()), theirs)} does it"
        raise Refused("only a seat above another revokes it, and yours is not", hint, code="not_above")
    return best


def _by_paper(group: str, theirs: Collection[Seat]) -> str:
    """The command by which the words on paper revoke these devices; of an institute whose recovery key is meant too."""
    houses = {f"--institute {each.institute}" for each in theirs if not each.carrier}
    whom = houses or {f"--device {each.device.hex()[: devices.SHORT]}" for each in theirs}
    return f"`comity recovery revoke --words-file FILE --group {group} {' '.join(sorted(whom))}`"


def _moment(told: str, desk: Desk) -> datetime | None:
    if not told:
        return None
    try:
        since = when.moment(told, desk.today)
    except ValueError as error:
        raise BadInput(
            str(error), "write --since 2026-11-20 or '2026-11-20 14:00'", [Problem("since", str(error))]
        ) from None
    if since > max(desk.clock(), desk.now()).astimezone(UTC):
        raise BadInput(f"{told} is not past", "say since when its work is not trusted", [Problem("since", "not past")])
    return since
