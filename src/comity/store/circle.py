"""Each group as this device sees it: who stands, which keys are held, and what that makes of every envelope."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final, NamedTuple

from sqlalchemy import Connection, func, select

from comity.log import verdict as verdicts
from comity.log.acts import AnyAct, act_of
from comity.log.body import Malformed
from comity.log.commit import Commit
from comity.log.envelope import Envelope, Type, decode, opened
from comity.log.keys import Pair
from comity.log.ring import received, rekey, shares, to_hand_on, writing_key
from comity.log.standing import Standing, judge
from comity.log.verdict import Judgeable, Verdict
from comity.store import schema

NOTHING: Final[Mapping[bytes, Collection[bytes]]] = MappingProxyType({})
REMEMBERED = 2 * 1024 * 1024  # bytes of sealed commits that are kept at hand, opened


class JudgedEnvelope(NamedTuple):
    """As much of an envelope as judging it takes."""

    id: bytes
    type: Type
    seat: bytes
    seq: int
    gen: int
    prev: bytes


class Circle(NamedTuple):
    """One group: the standing of its seats, and the keys that this device holds, by their id."""

    standing: Standing
    keys: Mapping[bytes, bytes]
    acts: Sequence[AnyAct] = ()

    def institute(self, seat: bytes) -> str:
        """The institute of a seat."""
        found = self.standing.seats.get(seat)
        return found.institute if found else ""

    def members(self) -> tuple[str, ...]:
        """The institutes with a seat that stands."""
        return self.standing.members()

    def writing_key(self) -> bytes | None:
        """The key to write under; None: a new one is needed first."""
        name = writing_key(self.standing, self.keys)
        return self.keys[name] if name is not None else None

    def rekey(self, at_ms: int) -> AnyAct:
        """The act that gives every device that stands a new key, and the older ones it may have."""
        return rekey(self.standing, to_hand_on(self.standing, self.acts, self.keys), at_ms)[0]

    def shares(self, at_ms: int, told: Mapping[bytes, Collection[bytes]] = NOTHING) -> Iterator[AnyAct]:
        """The acts that hand the keys held here to those who stand and lack them: by the acts, or as they `told`."""
        return shares(self.standing, self.acts, to_hand_on(self.standing, self.acts, self.keys), told, at_ms)


NOBODY = Circle(Standing(), {})


class Circles:
    """All groups of a store, read from its acts when they are needed, and again when acts have come."""

    def __init__(self, pair: Pair) -> None:
        self.pair = pair
        self._circles: dict[bytes, Circle] = {}
        self._acts = self._last = -1
        self._commits: dict[bytes, Commit] = {}
        self._weight = 0
        self.has_erased = False

    def refresh(self, connection: Connection) -> None:
        """Forget what was read if its ground moved since: acts came, or links of a chain that was cut."""
        e = schema.envelopes.c
        last = connection.execute(select(func.max(e.no))).scalar() or 0
        if last == self._last:
            return
        acts = connection.execute(select(func.max(e.no)).where(e.type == Type.ACT)).scalar() or 0
        if acts != self._acts or self._cut_since(connection):
            self._load(connection)
        self._acts, self._last = acts, last

    def _cut_since(self, connection: Connection) -> bool:
        e = schema.envelopes.c
        cut = {seat for circle in self._circles.values() for seat in circle.standing.cuts}
        return bool(cut) and not cut.isdisjoint(
            connection.execute(select(e.seat).distinct().where(e.no > self._last)).scalars()
        )

    def reset(self) -> None:
        """Forget everything that a transaction brought which was undone."""
        self._acts = self._last = -1
        self._commits.clear()

    def forget(self, dots: Iterable[bytes]) -> None:
        """Keep no opened commit of those that were erased, and note that the file still has traces to clear."""
        for dot in dots:
            self._commits.pop(dot, None)
            self.has_erased = True

    def of(self, group: bytes) -> Circle:
        """The group; one that nobody founded here has no members and no keys."""
        return self._circles.get(group) or NOBODY

    def groups(self) -> list[bytes]:
        """The groups that were founded or joined here."""
        return sorted(self._circles)

    def _load(self, connection: Connection) -> None:
        e = schema.envelopes.c
        acts: dict[bytes, list[Envelope]] = defaultdict(list)
        for group, header, signature, body in connection.execute(
            select(e.group, e.header, e.signature, e.body).where(e.type == Type.ACT)
        ):
            acts[group].append(decode(header + signature + (body or b"")))
        self._circles = {group: self._circle(connection, group, found) for group, found in acts.items()}

    def _circle(self, connection: Connection, group: bytes, acts: Iterable[Envelope]) -> Circle:
        read = [(each, act_of(each)) for each in acts]
        standing = judge(group, read, lambda seat: chain(connection, seat))
        keys: dict[bytes, bytes] = {}
        for _, act in read:
            keys |= received(act, self.pair) if act else {}
        return Circle(standing, keys, [act for _, act in read if act])

    def open(self, envelope: Envelope) -> Commit | None:
        """What a commit says; None where its key is not held or it is no commit that Comity writes."""
        known = self._commits.get(envelope.dot)
        if known is not None:
            return known
        key = self.of(envelope.group).keys.get(envelope.key)
        if key is None or envelope.body is None:
            return None
        try:
            commit = Commit.decode(opened(envelope, key))
        except Malformed:
            return None
        if self._weight > REMEMBERED:
            self._commits.clear()
            self._weight = 0
        self._commits[envelope.dot] = commit
        self._weight += envelope.length
        return commit

    def commit(self, dot: bytes) -> Commit | None:
        """A commit that was opened lately."""
        return self._commits.get(dot)

    def verdict(self, envelope: Envelope) -> Verdict:
        """What becomes of an envelope, its key and body considered."""
        found = self.hearing(envelope, envelope.group, envelope.key, has_body=envelope.body is not None)
        if found is verdicts.IN and envelope.type is Type.COMMIT and self.open(envelope) is None:
            return verdicts.MALFORMED
        return found

    def hearing(self, link: Judgeable, group: bytes, key: bytes, *, has_body: bool) -> Verdict:
        """What becomes of an envelope before it is opened; what then proves malformed stays so."""
        circle = self.of(group)
        found = circle.standing.verdict(link)
        if found is not verdicts.IN or link.type is Type.ACT:
            return found
        if not has_body:
            return verdicts.BODY_NOT_HERE
        return verdicts.IN if key in circle.keys else verdicts.KEY_NOT_HERE


def chain(connection: Connection, seat: bytes) -> Mapping[bytes, JudgedEnvelope]:
    """The envelopes of a seat as far as links go."""
    e = schema.envelopes.c
    rows = connection.execute(select(e.id, e.type, e.seat, e.seq, e.gen, schema.PREV).where(e.seat == seat))
    return {row[0]: JudgedEnvelope(row[0], Type(row[1]), *row[2:]) for row in rows}
