"""Admitting devices and institutes to groups, and renewing seats; each admission is shown before it is made."""

from dataclasses import dataclass

from uuid_utils import UUID

from comity.desk import devices, drafting, placing
from comity.desk.desk import Desk
from comity.desk.devices import Candidate
from comity.desk.members import holdings
from comity.desk.members.hands import DeviceHand, Hand
from comity.desk.members.holdings import Holding, Unfit
from comity.desk.members.seats import said
from comity.desk.world import World
from comity.domain.sharing import Note
from comity.domain.wording import some
from comity.errors import BadInput, Problem, Refused, RuleBroken
from comity.log.acts import Admit, AnyAct, Institute, Role
from comity.log.ring import lacking
from comity.log.standing import Revocation, Seat
from comity.store import exchange
from comity.store.circle import Circle
from comity.store.database import Connection

NOTE_MARKING = "TLP:AMBER"  # of the note that says who admitted or revoked whom, and why
FEW = 8  # of those who could, before the rest is left out


@dataclass(frozen=True)
class Admission:
    """What admitting a device would mean: who it is, all that it gets, and what stands in the way."""

    group: str
    group_name: str
    candidate: Candidate
    role: Role
    widens: bool  # its institute is not in the group yet
    members: tuple[str, ...]  # before
    holding: Holding
    unfit: tuple[Unfit, ...]
    dangling: tuple[str, ...]
    notes: tuple[str, ...]
    seat: Seat
    takes_back: tuple[bytes, ...] = ()

    @property
    def act(self) -> str:
        """Whether it seats a device, or an institute: its recovery key and a first device."""
        return "institute" if self.widens and not self.takes_back else "device"


def admission(desk: Desk, group: str, device: str, role: str, hand: Hand | None = None) -> Admission:
    """What `admit` would do, for a device told by its card, name or id. Raises Refused where nobody here may do it."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        chosen = devices.candidate(desk, connection, device)
        return _admission(world, placing.group_id(world, group), chosen, _role(role), hand or DeviceHand(desk.store))


def admit(desk: Desk, admission: Admission, reason: str = "", hand: Hand | None = None) -> None:
    """Seat a device as it was shown, and hand it all keys; raises RuleBroken where markings do not permit it."""
    pen, at_ms = hand or DeviceHand(desk.store), desk.at_ms()
    with desk.store.writing() as connection:
        world = World(desk, connection)
        now = _admission(world, admission.group, admission.candidate, admission.role, pen)
        _only_as_shown(admission, now)
        group = bytes.fromhex(now.group)
        pen.write(connection, group, now.seat, _act(now, at_ms), at_ms)
        hand_on(connection, pen, group, now.seat, at_ms)
        devices.note(connection, now.candidate)
        name = devices.spoken(devices.names(desk, connection), now.candidate.member.keys.sign)
        note(world, now.group, f"Admitted {now.candidate.institute} {now.candidate.name or name} as {now.role}", reason)


def only_fit(admission: Admission) -> None:
    """Raise RuleBroken with every record whose marking does not permit the newcomer."""
    if admission.unfit:
        problems = [Problem(each.ref, f"{each.marking}: {each.why}") for each in admission.unfit]
        house = admission.candidate.institute
        hint = f"lower their marking with a reason, or found another group for {house} and share there"
        raise RuleBroken(f"{some(len(problems), 'record')} may not go to {house}", hint, problems, "marking")


def renew(desk: Desk, group: str = "") -> list[str]:
    """Take a new seat at this device's place, in one group or in all; the names of the groups."""
    at_ms, renewed = desk.at_ms(), []
    with desk.store.writing() as connection:
        world = World(desk, connection)
        for each in [placing.group_id(world, group)] if group else desk.store.groups():
            if group or _sits(desk, each):
                desk.store.writer.renew(connection, bytes.fromhex(each), at_ms)
                renewed.append(world.group_name(each))
    return renewed


def hand_on(connection: Connection, hand: Hand, group: bytes, seat: Seat, at_ms: int) -> int:
    """Hand the keys of a hand to those who lack them, by the acts or by what their receipts tell; how many acts."""
    told = {device: each.receipt.lacking for device, each in exchange.receipts(connection, group).items()}
    acts = list(hand.circle(group).shares(at_ms, told))
    for act in acts:
        hand.write(connection, group, seat, act, at_ms)
    return len(acts)


def note(world: World, group: str, text: str, reason: str) -> None:
    """Say to the members who did it and why; acts carry no word of a person."""
    desk, id = world.desk, str(UUID(hex=group))
    if not _writes(desk, group):
        return
    subject = {"subject": id} if world.group_record(group) else {}
    values = {"text": text, "marking": NOTE_MARKING, **subject}
    change = drafting.creation(world, Note, group, values, drafting.new_id())
    at_ms = desk.at_ms()
    desk.store.write(world.connection, bytes.fromhex(group), [change], author=desk.person, reason=reason, at_ms=at_ms)


def who_can(circle: Circle, known: dict[bytes, str], least: Role, institute: str = "") -> str:
    """The devices that stand and have this role at least; of one institute if it is named."""
    found = [
        f"{said(seat, known)} ({seat.role})"
        for seat in circle.standing.devices().values()
        if seat.carrier and seat.role.rank >= least.rank and institute in ("", seat.institute)
    ]
    return ", ".join(sorted(found)[:FEW]) or f"whoever has the words of {institute or 'a chair'}: `comity recovery`"


def _admission(world: World, group: str, candidate: Candidate, role: Role, hand: Hand) -> Admission:
    id = bytes.fromhex(group)
    circle, members = hand.circle(id), world.members(group)
    widens = candidate.institute not in members
    seat = _seat(world, id, hand, candidate, role)
    taken = tuple(sorted(each.dot for each in _covering(circle, seat, candidate.member.keys.sign)))
    after = tuple(sorted({*members, candidate.institute}))
    unfit = tuple(holdings.unfit(world, group, after)) if widens else ()
    dangling = tuple(holdings.dangling(world, group, candidate.institute))
    notes = tuple(_notes(circle, seat, candidate, widens=widens))
    holding, name = holdings.holding_of(world, group), world.group_name(group)
    return Admission(group, name, candidate, role, widens, members, holding, unfit, dangling, notes, seat, taken)


def _seat(world: World, group: bytes, hand: Hand, candidate: Candidate, role: Role) -> Seat:
    """The seat from which the device can be admitted; Refused with the reason of the best one where there is none."""
    seats = hand.seats(world.connection, group)
    refusals = [_refusal(world, hand.circle(group), seat, candidate, role, group.hex()) for seat in seats]
    for seat, refusal in zip(seats, refusals, strict=True):
        if refusal is None:
            return seat
    raise next(filter(None, refusals), Refused("this key has no seat in the group", "see `comity group show`"))


def _refusal(world: World, circle: Circle, seat: Seat, candidate: Candidate, role: Role, group: str) -> Refused | None:
    """Why this seat cannot admit the device."""
    known = devices.names(world.desk, world.connection)
    least = Role.ADMIN if candidate.institute == seat.institute else Role.CHAIR
    there = [each for each in circle.standing.standing() if each.device == candidate.member.keys.sign]
    above = [each for each in _covering(circle, seat, candidate.member.keys.sign) if each.place != seat.place.id]
    if world.is_private(group) and candidate.institute != world.institute:
        hint = "found one for both: `comity group create NAME`"
        return Refused("this group is your institute's own; nobody else is admitted", hint, code="private")
    if candidate.institute == world.institute and candidate.recovery not in (None, world.desk.root):
        hint = "make its home anew with `comity init --recovery-public CARD`, a card of yours; then take its new card"
        return Refused(f"its recovery key is not the one of {world.institute}", hint, code="root")
    if seat.role.rank < least.rank and (seat.carrier or least is Role.CHAIR):
        what = "a device of its institute takes an admin" if least is Role.ADMIN else "an institute takes a chair"
        house = seat.institute if least is Role.ADMIN else ""
        who = who_can(circle, known, least, house)
        return Refused(f"to admit {what}; here you are {seat.role}", f"ask: {who}", code="role")
    if role.rank > seat.role.rank:
        hint = f"give a role up to {seat.role}, or ask: {who_can(circle, known, role)}"
        return Refused(f"a {seat.role} cannot make somebody {role}", hint, code="role")
    if any(each.role.rank >= role.rank for each in there):
        best = max(there, key=lambda each: each.role.rank)
        hint = "to give it a lower role, revoke it first and admit it anew"
        return Refused(f"{said(best, known)} stands in the group as {best.role} already", hint, code="stands")
    if above:
        hint = "only who revoked it can take that back, by admitting it anew"
        return Refused("the device was revoked from above you", hint, code="revoked")
    if candidate.institute not in circle.members() and candidate.recovery is None:
        hint = "ask for its card: `comity device card`"
        return Refused(f"{candidate.institute} is not in the group, and its recovery key is not known here", hint)
    return None


def _covering(circle: Circle, seat: Seat, device: bytes) -> list[Revocation]:
    """The revokes that bind a device below a seat."""
    path = {*seat.place.path, seat.place.id}
    return [each for each in circle.standing.revokes.values() if each.place in path and device in each.act.devices]


def _notes(circle: Circle, seat: Seat, candidate: Candidate, *, widens: bool) -> list[str]:
    told = list(candidate.warnings)
    houses = {each.keys for each in circle.standing.standing() if not each.carrier}
    if not candidate.words:
        told.append("it is known from another group, not by a card of its own")
    elif not candidate.compared:
        told.append("its words were not compared yet: let its owner read them out to you")
    if not widens and candidate.institute != seat.institute:
        told.append(f"it will sit below {seat.institute}, so {candidate.institute} cannot revoke it")
    if not widens and candidate.recovery not in (None, *houses):
        told.append(f"its recovery key is not the one of {candidate.institute} in this group: is it theirs?")
    if widens and candidate.recovery and _covering(circle, seat, candidate.recovery.sign):
        told.append(f"the recovery key of {candidate.institute} was revoked here and stays so")
    if count := len(lacking(circle.acts, circle.keys)):
        told.append(f"not here: {some(count, 'key')} of the group, which it gets from members who hold them")
    return told


def _act(admission: Admission, at_ms: int) -> AnyAct:
    it, role = admission.candidate, admission.role
    if admission.act == "institute" and it.recovery is not None:
        return Institute(at_ms, it.recovery, it.member, it.institute, role)
    return Admit(at_ms, it.member, it.institute, role, admission.takes_back)


def _only_as_shown(before: Admission, now: Admission) -> None:
    """Raise where markings forbid it, or where more would leave than was shown."""
    only_fit(now)
    if (now.members, now.holding.marking) != (before.members, before.holding.marking):
        raise Refused("the group changed since it was shown", "look at it again", code="moved")


def _role(told: str) -> Role:
    try:
        return Role(told.lower())
    except ValueError:
        hint = f"roles are: {', '.join(Role)}"
        raise BadInput(f"«{told}» is no role", hint, [Problem("role", hint)]) from None


def _sits(desk: Desk, group: str) -> bool:
    standing = desk.store.circles.of(bytes.fromhex(group)).standing
    return any(seat.device == desk.store.keys.pair.public.sign for seat in standing.standing())


def _writes(desk: Desk, group: str) -> bool:
    standing, device = desk.store.circles.of(bytes.fromhex(group)).standing, desk.store.keys.pair.public.sign
    return any(seat.device == device and seat.role is not Role.READER for seat in standing.standing())
