"""Carriers without a network: a second real store, and a heap of sealed envelopes that can lie."""

from collections import defaultdict
from collections.abc import Callable, Iterable

from comity.log.envelope import Envelope, decode
from comity.log.receipt import Signed, knot, tip
from comity.store import exchange
from comity.sync.shelf import Shelf
from comity.sync.wire import Chain, Link, Links, Look, Looked, Order, Page, Pull, Push, Pushed, Receipts, State, Swap
from laws.laptops import Laptop


class Beside:
    """Another laptop on the same table, reached as if it were a hub."""

    def __init__(self, laptop: Laptop) -> None:
        self.name = laptop.home.name
        self.shelf = Shelf(laptop.store, laptop.at_ms)

    def look(self, ask: Look) -> Looked:
        states = {group: self.shelf.state(group) for group in self.shelf.groups()}
        return Looked({group: None if ask.marks.get(group) == each.mark else each for group, each in states.items()})

    def links(self, ask: Links) -> Chain:
        with self.shelf.store.reading() as c:
            found = [each for each in exchange.links(c, ask.seat) if each[:2] > ask.after][:8]
        return Chain(tuple(Link(*each) for each in found[:7]), len(found) > 7)

    def pull(self, ask: Pull) -> Page:
        with self.shelf.store.reading() as c:
            held = exchange.carried(c, exchange.numbers(c, ask.group, ask.above, ask.ids))
        wanted = [each for each in map(decode, held) if each.type in ask.types or each.id in ask.ids]
        found = [each.encode() for each in sorted(wanted, key=lambda each: (each.id in ask.ids, each.seat, each.seq))]
        return Page(tuple(found[:10]), len(found) > 10)

    def push(self, give: Push) -> Pushed:
        checked = self.shelf.check(give.group, give.envelopes, self.shelf.signers(give.group))
        ground = self.shelf.ground(give.group)
        fresh = self.shelf.take(give.group, checked.good, ground, set(), lambda *_: None)
        return Pushed(fresh, tuple((b"", reason) for reason in checked.bad))

    def swap(self, ask: Swap) -> Receipts:
        self.shelf.evidence.keep(ask.group, ask.give)
        here = self.shelf.evidence.receipts(ask.group)
        return Receipts(tuple(here[each].encode() for each in ask.want if each in here))


class Heap:
    """A hub that keeps what it is given and checks nothing; `hides` are what it does not show."""

    def __init__(self, name: str = "heap", page: int = 10) -> None:
        self.name, self.page = name, page
        self.held: dict[bytes, Envelope] = {}
        self.receipts: dict[bytes, dict[bytes, Signed]] = defaultdict(dict)
        self.hides: Callable[[Envelope], bool] = lambda each: False
        self.asked = 0

    def copy(self) -> "Heap":
        """What a backup of it would hold."""
        other = Heap(self.name, self.page)
        other.held = dict(self.held)
        other.receipts = defaultdict(dict, {group: dict(some) for group, some in self.receipts.items()})
        return other

    def shown(self, group: bytes) -> list[Envelope]:
        found = (each for each in self.held.values() if each.group == group and not self.hides(each))
        return sorted(found, key=lambda each: (each.seq, each.id))

    def state(self, group: bytes) -> State:
        chains: dict[bytes, list[Envelope]] = defaultdict(list)
        for each in self.shown(group):
            chains[each.seat].append(each)
        tips = {seat: tip(chain) for seat, chain in chains.items()}
        knots = {seat: knot(each.id for each in chains[seat]) for seat, end in tips.items() if not end.regular}
        return State(tips, knots, {device: Order(*each.receipt.order) for device, each in self.receipts[group].items()})

    def look(self, ask: Look) -> Looked:
        self.asked += 1
        states = {group: self.state(group) for group in {each.group for each in self.held.values()}}
        return Looked({group: None if ask.marks.get(group) == each.mark else each for group, each in states.items()})

    def links(self, ask: Links) -> Chain:
        self.asked += 1
        chain = [Link(each.seq, each.id, each.body is not None) for each in self._of(ask.group, [ask.seat])]
        rest = [each for each in chain if each[:2] > ask.after]
        return Chain(tuple(rest[: self.page]), len(rest) > self.page)

    def pull(self, ask: Pull) -> Page:
        self.asked += 1
        found = [
            each
            for each in self._of(ask.group, ask.above)
            if each.seq > ask.above[each.seat] and each.type in ask.types
        ]
        found += [each for each in self.shown(ask.group) if each.id in ask.ids]
        return Page(tuple(each.encode() for each in found[: self.page]), len(found) > self.page)

    def push(self, give: Push) -> Pushed:
        self.asked += 1
        fresh = self.keep(decode(each) for each in give.envelopes)
        return Pushed(fresh)

    def keep(self, envelopes: Iterable[Envelope]) -> int:
        before = len(self.held)
        for each in envelopes:
            if each.body is not None or each.id not in self.held:
                self.held[each.id] = each
        return len(self.held) - before

    def swap(self, ask: Swap) -> Receipts:
        self.asked += 1
        here = self.receipts[ask.group]
        for each in map(Signed.decode, ask.give):
            device = each.receipt.device
            if device not in here or each.receipt.order > here[device].receipt.order:
                here[device] = each
        return Receipts(tuple(here[each].encode() for each in ask.want if each in here))

    def _of(self, group: bytes, seats: Iterable[bytes]) -> list[Envelope]:
        shown = self.shown(group)
        return [each for seat in seats for each in shown if each.seat == seat]
