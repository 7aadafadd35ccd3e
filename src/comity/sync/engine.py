"""One session with a carrier: afterwards both sides hold the same, as far as the carrier lets them.

Own echo, acts, others' envelopes, keys for those who lack them, push, receipts. A session may end anywhere and be
begun again, nothing depends on how often or in which order it runs, and a page is stored whole or not at all.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from comity.errors import IntegrityFailure
from comity.log.envelope import Envelope, Type
from comity.sync.carrier import Carrier, Full, NoGroup
from comity.sync.intake import Intake
from comity.sync.newcomer import Porch
from comity.sync.outcome import Allow, Doubt, GroupOutcome, Progress, Tell, Withheld, halted, refuse, silently
from comity.sync.plan import beyond, lacking, lower, plan
from comity.sync.side import Side
from comity.sync.wire import GROUPS, PAGE, Link, Links, Look, Order, Pull, Push, State, Swap, pages

EVERYTHING = (int(Type.COMMIT), int(Type.ACT))
ACTS = (int(Type.ACT),)
LONGEST = 2_000_000  # links; whoever shows more is not listened to any longer
PARTS = 1_000  # so many answers tell of all links of a seat
ANSWERS = 32  # so many tell of all groups
STRANGERS = 100  # new groups that prove to be none, after which no further one is asked for in this session
NEVER = Order(-1, -1)
Take = Callable[[tuple[bytes, ...]], list[Envelope]]


def sync(
    shelf: Side, carrier: Carrier, *, only: Collection[bytes] = (), tell: Tell = silently, allow: Allow = refuse
) -> list[GroupOutcome]:
    """Exchange with a carrier what either side lacks, of all groups or of those named.

    Raises a Doubt where nobody allowed a group to be let in, or to be changed so much, after all others were exchanged.
    """
    visits: list[Visit] = []
    doubts: list[Doubt] = []
    for visit, same in _visits(shelf, carrier, only, tell, allow):
        visits.append(visit)
        try:
            if not same or not visit.is_settled():
                visit.exchange()
        except Doubt as doubt:
            doubts.append(doubt)
    visits = [each for each in visits if each.is_known()]
    _judge(shelf, carrier, visits)
    outcomes = [visit.outcome for visit in visits]
    if doubts:
        raise halted(doubts, outcomes)
    return outcomes


def outlook(shelf: Side, carrier: Carrier, *, only: Collection[bytes] = ()) -> list[GroupOutcome]:
    """What a session would receive and send, if it were run now; nothing is changed anywhere."""
    found = []
    for visit, _ in _visits(shelf, carrier, only, silently, refuse):
        visit.foresee()
        found.append(visit.outcome)
    return found


def _visits(
    shelf: Side, carrier: Carrier, only: Collection[bytes], tell: Tell, allow: Allow
) -> Iterator[tuple["Visit", bool]]:
    """Each group to exchange, and whether both sides hold the same; whoever shows too many that are none is left."""
    strangers = 0
    for group, mine, theirs in _looked(shelf, carrier, only):
        if strangers < STRANGERS or not theirs or shelf.holds(group):
            visit = Visit(shelf, carrier, group, theirs or mine, tell, allow)
            yield visit, theirs is None
            strangers += not visit.is_known()


def _looked(shelf: Side, carrier: Carrier, only: Collection[bytes]) -> Iterator[tuple[bytes, State, State | None]]:
    """Each group with what is held here and there; None: the same."""
    states = {group: shelf.state(group) for group in shelf.groups()}
    looked = _shown(carrier, states)
    for group in sorted(states.keys() | looked.keys()):
        if not only or group in only:
            yield group, states.get(group, State()), looked.get(group, State())


def _shown(carrier: Carrier, states: Mapping[bytes, State]) -> dict[bytes, State | None]:
    """What the carrier shows of each group, in as many answers as that takes; None: the same as the state given."""
    found: dict[bytes, State | None] = {}
    after = b""
    for _ in range(ANSWERS):
        groups = sorted(group for group in states if group > after)[:GROUPS]
        looked = carrier.look(Look({group: states[group].mark for group in groups}, after))
        found |= looked.groups
        last = max(looked.groups, default=b"")
        if not looked.more or last <= after:
            return found
        after = last
    raise IntegrityFailure(
        f"{carrier.name} shows more groups than anybody has; nothing was exchanged", "see whose it is"
    )


def _judge(shelf: Side, carrier: Carrier, visits: Collection["Visit"]) -> None:
    """Look once more where something was exchanged: does the carrier show what it should?"""
    states = {each.group: shelf.state(each.group) if each.moved else each.theirs for each in visits}
    looked = _shown(carrier, states) if any(visit.moved for visit in visits) else {}
    for visit in visits:
        now = looked.get(visit.group, State()) if visit.moved else visit.theirs
        visit.judge(now or states[visit.group])


class Visit:
    """The exchange of one group."""

    def __init__(self, shelf: Side, carrier: Carrier, group: bytes, theirs: State, tell: Tell, allow: Allow) -> None:
        self.shelf, self.carrier, self.group, self.theirs = shelf, carrier, group, theirs
        self._intake = Intake(shelf, group, tell, allow)
        self.outcome = self._intake.outcome
        self.moved = False
        self._tell, self._allow = tell, allow
        self._chains: dict[bytes, list[Link]] = {}

    def is_settled(self) -> bool:
        """Whether the carrier, which shows the same as is held here, did so when it was left: all was said then."""
        shown = self.shelf.evidence.shown(self.group, self.carrier.name)
        return shown == self.theirs.tips and not self.shelf.bodiless(self.group)

    def exchange(self) -> None:
        """Make both sides equal."""
        before = self.shelf.evidence.shown(self.group, self.carrier.name)
        self.outcome.rolled_back = beyond(lower(before, self.theirs.tips), self.theirs.tips)
        try:
            if not self.is_known() and not self._is_let_in():
                return
            if self.shelf.state(self.group) != self.theirs:
                self.receive()
                self.take_receipts()
            self._pull_ids(self.shelf.bodiless(self.group))
            self.outcome.shared = self.shelf.share_keys(self.group)
            self.send()
            self.give_receipts()
        except (NoGroup, Full) as refusal:
            self.outcome.refused[refusal.code] += 1

    def is_known(self) -> bool:
        """Whether the group was let in, or there is nothing of it."""
        return not self.theirs.tips or self.shelf.holds(self.group)

    def _is_let_in(self) -> bool:
        """Look at the acts of a new group, of which nothing is kept yet."""
        porch, seen = Porch(self.group), set[bytes]()
        while seats := (porch.signers.keys() | {self.group}) & self.theirs.tips.keys() - seen:
            self._pull(dict.fromkeys(sorted(seats), 0), ACTS, porch.take)
            seen |= seats
        return self.shelf.welcome(porch, self._allow)

    def foresee(self) -> None:
        """Count what both sides lack, and say whether somebody would be asked first."""
        try:
            if not self.is_known() and not self._is_let_in():
                return
        except Doubt as doubt:
            self.outcome.asks = doubt.message
        mine = self.shelf.state(self.group)
        needed = plan(mine, self.theirs)
        tangles = [(self.shelf.links(self.group, seat), self._chain(seat)) for seat in needed.tangled]
        self.outcome.received = _more(needed.pull, self.theirs) + sum(len(list(lacking(*each))) for each in tangles)
        self.outcome.sent = _more(needed.push, mine) + sum(len(list(lacking(*each[::-1]))) for each in tangles)

    # -- receiving
    def receive(self) -> None:
        """Pull what is lacking of the seats that were opened, until a round brings nothing: it may open more."""
        own = self.shelf.own(self.group)
        before = -1
        while self.outcome.received > before:
            before = self.outcome.received
            known = self._intake.signers.keys() | {self.group}
            needed = plan(self.shelf.state(self.group), self.theirs)
            asked = {seat: seq for seat, seq in needed.pull.items() if seat in known}
            others = {seat: seq for seat, seq in asked.items() if seat not in own}
            self._pull({seat: seq for seat, seq in asked.items() if seat in own}, EVERYTHING)
            self._pull(others, ACTS)
            self._pull(others, EVERYTHING)
            for seat in known.intersection(needed.tangled):
                self._pull_ids(list(lacking(self.shelf.links(self.group, seat), self._chain(seat))))
        if self.outcome.received:
            self.shelf.look_back(self.group)
        self.outcome.unknown = sum(tip.count for seat, tip in self.theirs.tips.items() if seat not in known)

    def take_receipts(self) -> None:
        """Fetch the receipts of devices with a seat that are newer there."""
        mine = self.shelf.state(self.group).receipts
        known = {seat.device for seat in self.shelf.seats(self.group).values()}
        newer = [
            each for each, order in self.theirs.receipts.items() if each in known and order > mine.get(each, NEVER)
        ]
        while newer:
            found = self.carrier.swap(Swap(self.group, want=tuple(newer[:PAGE]))).receipts
            self.shelf.evidence.keep(self.group, found)
            newer = newer[max(1, len(found)) :]

    def _pull(self, above: Mapping[bytes, int], types: tuple[int, ...], take: Take | None = None) -> None:
        asked = dict(above)
        while asked:
            page = self.carrier.pull(Pull(self.group, asked, (), types))
            if not _advance(asked, (take or self._take)(page.envelopes)) or not page.more:
                return

    def _pull_ids(self, ids: Sequence[bytes]) -> None:
        while ids:
            some, ids = ids[:PAGE], ids[PAGE:]
            page = self.carrier.pull(Pull(self.group, {}, tuple(some)))
            came = {each.id for each in self._take(page.envelopes)}
            if page.more and not came.isdisjoint(some):
                ids = [*(id for id in some if id not in came), *ids]

    def _take(self, data: tuple[bytes, ...]) -> list[Envelope]:
        good = self._intake.take(data)
        self.moved = self.moved or bool(good)
        return good

    # -- sending
    def send(self) -> None:
        """Push what the carrier lacks."""
        needed = plan(self.shelf.state(self.group), self.theirs)
        ids = [id for seat in needed.tangled for id in lacking(self._chain(seat), self.shelf.links(self.group, seat))]
        for page in self.shelf.leaving(self.group, needed.push, ids):
            self.moved = True
            pushed = self.carrier.push(Push(self.group, page))
            self.outcome.sent += pushed.fresh
            self.outcome.refused.update(code for _, code in pushed.refused)
            self._tell(Progress(self.group, "sending", self.outcome.sent))

    def give_receipts(self) -> None:
        """Say what is held here now, and carry what others said."""
        self.shelf.evidence.sign(self.group)
        theirs = self.theirs.receipts
        newer = [
            each.encode()
            for device, each in self.shelf.evidence.receipts(self.group).items()
            if each.receipt.order > theirs.get(device, NEVER)
        ]
        for some in pages(newer):
            self.moved = True
            self.carrier.swap(Swap(self.group, give=some))

    def judge(self, now: State) -> None:
        """Name those who say to hold more than the carrier shows; one that shows us nothing need not withhold it."""
        if self.outcome.refused[NoGroup.code]:
            return
        seats = {seat.device: seat.institute for seat in self.shelf.seats(self.group).values()}
        for device, signed in self.shelf.evidence.receipts(self.group).items():
            if count := beyond(signed.receipt.tips, now.tips):
                self.outcome.withheld.append(Withheld(seats.get(device, ""), device, count))
        self.shelf.evidence.remember(self.group, self.carrier.name, now.tips)

    def _chain(self, seat: bytes) -> list[Link]:
        """The ids that the carrier shows of a seat; asked for once."""
        if seat not in self._chains:
            found: list[Link] = []
            parts = PARTS if seat in self.theirs.tips else 0
            while parts and len(found) < LONGEST:
                after = found[-1][:2] if found else (0, bytes(32))
                answer = self.carrier.links(Links(self.group, seat, after))
                self._must_go_on(after, answer.links)
                parts = parts - 1 if answer.more and answer.links else 0
                found += answer.links
            self._chains[seat] = found
        return self._chains[seat]

    def _must_go_on(self, after: tuple[int, bytes], links: Sequence[Link]) -> None:
        """In the order (seq, id) and after the last one, or there is no end to them."""
        places = [after, *(each[:2] for each in links)]
        if any(place <= last for last, place in pairwise(places)):
            raise IntegrityFailure(f"the hub {self.carrier.name} tells of envelopes in no order", "ask who runs it")


def _more(above: Mapping[bytes, int], shown: State) -> int:
    return sum(shown.tips[seat].seq - seq for seat, seq in above.items())


def _advance(asked: dict[bytes, int], came: Iterable[Envelope]) -> bool:
    """Lead on what was asked for by what came of it: seats come in the order asked; whether that led on."""
    reached: dict[bytes, int] = {}
    for each in came:
        if each.seq > asked.get(each.seat, each.seq):
            reached[each.seat] = max(each.seq, reached.get(each.seat, 0))
    led_on = bool(reached)
    for seat in list(asked) if led_on else ():
        seq = reached.pop(seat, None)
        if seq is not None and not reached:
            asked[seat] = seq
            break
        del asked[seat]
    return led_on
