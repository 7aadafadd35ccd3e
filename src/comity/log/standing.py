"""Who counts in a group: a function of the set of its envelopes, from the root down.

Seats form a tree of places. A place is a seat and its renewals, which are further chains of the same place. Authority
runs downwards only: what a place decides about places below it is known before they are looked at, so nothing depends
on order, clocks or arrival.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping

from msgspec import Struct, field

from comity.log import verdict as verdicts
from comity.log.acts import (
    Admit,
    AnyAct,
    Erase,
    Found,
    Institute,
    Public,
    Rekey,
    Renew,
    Revoke,
    Role,
    Share,
    group_id,
    second_seat,
)
from comity.log.envelope import GEN_CAP, Type, dot
from comity.log.verdict import Cut, Judgeable, Status, Verdict

Acts = Mapping[bytes, list[tuple[Judgeable, AnyAct | None]]]  # of each seat; None: malformed
Chain = Callable[[bytes], Mapping[bytes, Judgeable]]
Pair = tuple[bytes, bytes]
Ends = tuple[bytes, ...]
EDITOR = Role.EDITOR.rank


class Place(Struct, frozen=True):
    """A node of the tree: the places above it, and the revokes that its admit took back."""

    id: bytes
    path: tuple[bytes, ...] = ()
    exempt: frozenset[bytes] = frozenset()


class Seat(Struct, frozen=True):
    """One admission of one device, or of a recovery key (which has no carrier key)."""

    id: bytes
    place: Place
    keys: Public
    carrier: bytes
    institute: str
    role: Role

    @property
    def device(self) -> bytes:
        return self.keys.sign


def house(seats: Mapping[bytes, Seat], seat: Seat) -> Public | None:
    """The recovery key under which a device sits, where that is of its own institute."""
    for place in reversed(seat.place.path):
        above = seats.get(place)
        if above and not above.carrier and above.institute == seat.institute:
            return above.keys
    return None


class Revocation(Struct, frozen=True):
    """A revoke that counts."""

    dot: bytes
    place: bytes
    act: Revoke


class Rekeyed(Struct, frozen=True):
    """A rekey that counts, by which seat."""

    dot: bytes
    gen: int
    seat: bytes
    act: Rekey


class Standing(Struct):
    """Seats that exist, revokes, rekeys and erasures that count, and from them the verdict on every envelope."""

    seats: dict[bytes, Seat] = field(default_factory=dict)
    cuts: dict[bytes, list[Cut]] = field(default_factory=dict)  # of the seats that exist and stand no longer
    revokes: dict[bytes, Revocation] = field(default_factory=dict)
    ending: dict[Pair, set[bytes]] = field(default_factory=dict)  # by revoker's place and device: revokes that name it
    ends: dict[Pair, dict[bytes, Ends]] = field(default_factory=dict)  # by that and seat: what a revoke leaves of it
    rekeys: list[Rekeyed] = field(default_factory=list)
    known: set[bytes] = field(default_factory=set)  # dots of all revokes that are here, also those that do not count
    erasures: dict[bytes, list[Seat]] = field(default_factory=dict)  # dot of a commit: who asks to erase it
    refused: dict[bytes, Verdict] = field(default_factory=dict)  # id of an act that does not count
    unseated: dict[bytes, Verdict] = field(default_factory=dict)  # seat that does not exist: what becomes of its work

    def stands(self, seat: bytes) -> bool:
        """Whether the seat exists and no revoke covers it: it may be handed keys and open sessions."""
        return seat in self.seats and seat not in self.cuts

    def standing(self) -> Iterator[Seat]:
        """The seats that stand."""
        return (seat for seat in self.seats.values() if seat.id not in self.cuts)

    def devices(self) -> dict[bytes, Seat]:
        """The devices and recovery keys that stand, each with its highest seat."""
        found: dict[bytes, Seat] = {}
        for seat in sorted(self.standing(), key=lambda seat: (seat.role.rank, seat.id)):
            found[seat.device] = seat
        return found

    def members(self) -> tuple[str, ...]:
        """The institutes with a seat that stands."""
        return tuple(sorted({seat.institute for seat in self.standing()}))

    def verdict(self, link: Judgeable) -> Verdict:
        """What becomes of an envelope, apart from key and body (see `readable`)."""
        if link.gen > GEN_CAP:
            return verdicts.MALFORMED
        seat = self.seats.get(link.seat)
        if seat is None:
            return self.unseated.get(link.seat, verdicts.SEAT_NOT_HERE)
        if self.erasures and link.type is Type.COMMIT and self.is_erased(link):
            return verdicts.ERASED  # also where it would not count anyway: its body is to go
        allowed = verdicts.within(link, self.cuts.get(seat.id, ()))
        if allowed is not verdicts.IN:
            return allowed
        if link.type is Type.ACT:
            return self.refused.get(link.id, verdicts.IN)
        return verdicts.ROLE if seat.role.rank < EDITOR else verdicts.IN

    def is_erased(self, link: Judgeable) -> bool:
        """Whether an erase of the author's device, or from above the author, names this commit."""
        askers = self.erasures.get(dot(link.id), ())
        author = self.seats.get(link.seat)
        return author is not None and any(may_erase(asker, author) for asker in askers)


def may_erase(asker: Seat, author: Seat) -> bool:
    """Whether the erase of one seat counts for commits of another."""
    return asker.device == author.device or asker.place.id in author.place.path


def covers(revoke: Revocation, seat: Seat) -> bool:
    """Whether a revoke binds a seat: from above, for its device, and not taken back for its place."""
    return revoke.place in seat.place.path and seat.device in revoke.act.devices and revoke.dot not in seat.place.exempt


def judge(group: bytes, acts: Collection[tuple[Judgeable, AnyAct | None]], chain: Chain) -> Standing:
    """Who counts, from the acts of a group; `chain` gives the envelopes of a seat, asked for only where a cut falls."""
    by_seat: dict[bytes, list[tuple[Judgeable, AnyAct | None]]] = defaultdict(list)
    openers: dict[bytes, Judgeable] = {}
    for link, act in acts:
        by_seat[link.seat].append((link, act))
        openers |= dict.fromkeys(_opened(link, act), link)
    result = Standing(known={dot(link.id) for link, act in acts if isinstance(act, Revoke)})
    levels = [_root(group, by_seat)]
    for level in levels:
        for first in level:
            for seat in _settle(result, first, by_seat, chain):
                while len(levels) <= len(seat.place.path):
                    levels.append([])
                levels[len(seat.place.path)].append(seat)
    _judge_unseated(result, openers)
    return result


def _root(group: bytes, acts: Acts) -> list[Seat]:
    """The root seat, from a found act; the id of the group is its hash, so there is no other."""
    for _, act in acts.get(group, ()):
        if isinstance(act, Found) and group_id(act) == group:
            return [Seat(group, Place(group), act.root, b"", act.institute, Role.CHAIR)]
    return []


def _opened(link: Judgeable, act: AnyAct | None) -> tuple[bytes, ...]:
    match act:
        case Admit() | Renew():
            return (dot(link.id),)
        case Institute():
            return dot(link.id), second_seat(dot(link.id))
        case Found():
            return (second_seat(dot(link.id)),)
    return ()


def _settle(result: Standing, first: Seat, acts: Acts, chain: Chain) -> list[Seat]:
    """Judge all chains of one place, and only then open the seats below it: all that it revoked is known by then."""
    chains, admitted = [first], []
    for seat in chains:
        result.seats[seat.id] = seat
        if binding := _binding(result, seat):
            links = chain(seat.id)
            result.cuts[seat.id] = verdicts.merged(verdicts.cut(links, ends) for ends in binding)
        for link, act in acts.get(seat.id, ()):
            if result.verdict(link) is not verdicts.IN:
                continue
            if act is None or not may(seat, act):
                result.refused[link.id] = verdicts.MALFORMED if act is None else verdicts.ROLE
            elif isinstance(act, Renew):
                chains.append(renewed(seat, dot(link.id)))
            elif isinstance(act, Found | Admit | Institute):
                admitted.append((link, act))
            else:
                _note(result, seat, link, act)
    return [below for link, act in admitted for below in _seats(result, first.place, link, act)]


def _binding(result: Standing, seat: Seat) -> set[Ends]:
    """What each revoke that `covers` a seat leaves of it; told without looking at each, as there may be very many."""
    found: set[Ends] = set()
    for place in seat.place.path:
        naming = result.ending.get((place, seat.device), set())
        left = {name: ends for name, ends in result.ends.get((place, seat.id), {}).items() if name in naming}
        found |= {ends for name, ends in left.items() if name not in seat.place.exempt}
        taken_back = sum(name in naming and name not in left for name in seat.place.exempt)
        if len(naming) > len(left) + taken_back:
            found.add(())
    return found


def may(seat: Seat, act: AnyAct) -> bool:
    """Whether the role of a seat allows an act; a recovery key brings devices of its institute back, up to its role."""
    match act:
        case Found():
            return group_id(act) == seat.id
        case Admit():
            own = act.institute == seat.institute and (seat.role is Role.ADMIN or not seat.carrier)
            return act.role.rank <= seat.role.rank and (own or seat.role is Role.CHAIR)
        case Institute():
            return seat.role is Role.CHAIR
        case Rekey() | Erase():
            return seat.role.rank >= EDITOR
        case Renew() | Revoke() | Share():
            return True


def renewed(seat: Seat, chain: bytes) -> Seat:
    """Another chain of the same place."""
    return Seat(chain, seat.place, seat.keys, seat.carrier, seat.institute, seat.role)


def _note(result: Standing, seat: Seat, link: Judgeable, act: AnyAct) -> None:
    match act:
        case Revoke():
            result.revokes[dot(link.id)] = Revocation(dot(link.id), seat.place.id, act)
            for device in act.devices:
                result.ending.setdefault((seat.place.id, device), set()).add(dot(link.id))
            for below, ends in act.cuts.items():
                result.ends.setdefault((seat.place.id, below), {})[dot(link.id)] = ends
        case Rekey():
            result.rekeys.append(Rekeyed(dot(link.id), link.gen, seat.id, act))
        case Erase():
            for commit in act.commits:
                result.erasures.setdefault(commit, []).append(seat)


def _seats(result: Standing, above: Place, link: Judgeable, act: Found | Admit | Institute) -> Iterator[Seat]:
    """The seats that an admission opens below a place."""
    path = (*above.path, above.id)
    first, second = dot(link.id), second_seat(dot(link.id))
    device = act.device
    match act:
        case Found():
            yield Seat(second, Place(second, path), device.keys, device.carrier, act.institute, Role.CHAIR)
        case Institute():
            yield Seat(first, Place(first, path), act.recovery, b"", act.institute, act.role)
            below = Place(second, (*path, first))
            yield Seat(second, below, device.keys, device.carrier, act.institute, act.role)
        case Admit():
            exempt = frozenset(
                name for name in act.names if name in result.revokes and result.revokes[name].place == above.id
            )
            yield Seat(first, Place(first, path, exempt), device.keys, device.carrier, act.institute, act.role)


def _judge_unseated(result: Standing, openers: Mapping[bytes, Judgeable]) -> None:
    """Work of seats that do not exist: void where the act that would open the seat is void, else waiting."""
    for seat in openers.keys() - result.seats.keys():
        walked = []
        while seat in openers and seat not in result.seats and seat not in result.unseated:
            walked.append(seat)
            seat = openers[seat].seat
        if seat in result.seats:
            waits = result.verdict(openers[walked[-1]]).status is Status.WAITING
            end = verdicts.SEAT_NOT_HERE if waits else verdicts.NO_SEAT
        else:
            end = result.unseated.get(seat, verdicts.SEAT_NOT_HERE)
        result.unseated |= dict.fromkeys(walked, end)
