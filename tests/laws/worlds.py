"""Random histories of a group on real envelopes: devices, forks, holes, thefts, cuts, renewals, restores.

A history is its seed, shown in the name of the test that fails; `COMITY_HISTORIES=1000 pytest tests/laws` tries more.
"""

import os
import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from comity.domain.facet import Merge
from comity.log import ring
from comity.log.acts import (
    Admit,
    AnyAct,
    Erase,
    Found,
    Institute,
    Member,
    Rekey,
    Renew,
    Role,
    act_of,
    group_id,
    second_seat,
)
from comity.log.commit import ORIGINATOR, Change, Commit
from comity.log.envelope import NO_PREV, Envelope, Slot, Type, clear, next_gen, sealed
from comity.log.fold import Folded, Rules, Touch, fold
from comity.log.keys import Pair
from comity.log.revoking import revokes
from comity.log.standing import Standing
from comity.log.verdict import IN, Judgeable, ends
from laws.chains import standing

HISTORIES = int(os.environ.get("COMITY_HISTORIES", "12"))
RULES = Rules({"marking": Merge.STRICTEST, "facts": Merge.LATEST, "tags": Merge.TAGS}, max)
RECORDS = (b"r0".ljust(16), b"r1".ljust(16))


def histories(law: Callable[..., None]) -> Callable[..., None]:
    """Hold a law on random histories, one seed each."""
    return pytest.mark.parametrize("seed", range(HISTORIES))(law)


@dataclass
class Replica:
    """One store of one device: a set of envelopes and the chain it writes."""

    name: str
    institute: str
    pair: Pair
    envelopes: dict[bytes, Envelope] = field(default_factory=dict)
    seat: bytes = b""
    _judged: tuple[int, Standing] | None = None

    @property
    def device(self) -> bytes:
        return self.pair.public.sign

    def take(self, envelopes: Iterable[Envelope]) -> None:
        for envelope in envelopes:
            self.envelopes[envelope.id] = envelope

    def restore(self, old: Iterable[bytes]) -> None:
        """Back to an older copy, so that what is written next forks a chain."""
        self.envelopes = {id: self.envelopes[id] for id in old}
        self._judged = None

    def standing(self, group: bytes) -> Standing:
        if self._judged is None or self._judged[0] != len(self.envelopes):
            self._judged = len(self.envelopes), standing(group, self.envelopes.values())
        return self._judged[1]

    def chain(self, seat: bytes) -> Mapping[bytes, Judgeable]:
        return {id: link for id, link in self.envelopes.items() if link.seat == seat}

    def acts(self) -> list[AnyAct]:
        found = (act_of(envelope) for envelope in self.envelopes.values() if envelope.type is Type.ACT)
        return [act for act in found if act is not None]

    def keys(self) -> dict[bytes, bytes]:
        held: dict[bytes, bytes] = {}
        for act in self.acts():
            held |= ring.received(act, self.pair)
        return held


class World:
    """A group, its replicas, and everything that was ever signed."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.all: dict[bytes, Envelope] = {}
        self.content: dict[bytes, Commit] = {}
        self.stolen: dict[str, set[bytes]] = {}  # name: what was honest when it was stolen
        self.replicas: dict[str, Replica] = {}
        self.root, salt = self.pair(), self.rng.randbytes(16)
        self.recoveries = {"US": self.pair(), "SG": self.pair()}
        uk1 = self.join("uk1", "UK")
        act = Found(1, salt, self.root.public, self.member(uk1), "UK")
        self.group = group_id(act)
        found = self.sign(uk1, uk1.pair, self.group, act)
        uk1.seat = second_seat(found.dot)
        for institute, name in (("US", "us1"), ("SG", "sg1")):
            new = self.join(name, institute)
            recovery = self.recoveries[institute].public
            act = self.act(uk1, Institute(1, recovery, self.member(new), institute, Role.CHAIR))
            new.seat = second_seat(act.dot)
        for by, name, role in (("uk1", "uk2", Role.ADMIN), ("us1", "us2", Role.EDITOR), ("us1", "us3", Role.READER)):
            self.meet()
            self.admit(self.replicas[by], self.join(name, self.replicas[by].institute), role)
        self.rekey(uk1)
        self.meet()
        for record in RECORDS:
            self.commit(uk1, record, {ORIGINATOR: "UK", "a": 0, "marking": "2"})
        self.meet()

    # -- who writes
    def pair(self) -> Pair:
        return Pair.make(self.rng.randbytes)

    def member(self, replica: Replica) -> Member:
        return Member(replica.pair.public, replica.device)

    def join(self, name: str, institute: str) -> Replica:
        self.replicas[name] = Replica(name, institute, self.pair())
        return self.replicas[name]

    def gen(self, replica: Replica) -> int:
        judged = replica.standing(self.group)
        return next_gen(max((e.gen for e in replica.envelopes.values() if judged.verdict(e) == IN), default=0))

    def slot(self, replica: Replica, seat: bytes) -> Slot:
        chain = replica.chain(seat)
        last = max(ends(chain.values()), key=lambda end: (chain[end].seq, end), default=NO_PREV)
        return Slot(self.group, seat, chain[last].seq + 1 if last in chain else 1, self.gen(replica), last)

    def sign(self, replica: Replica, pair: Pair, seat: bytes, act: AnyAct, slot: Slot | None = None) -> Envelope:
        return self.keep(replica, clear(slot or self.slot(replica, seat), act.encode(), pair.secret))

    def act(self, replica: Replica, act: AnyAct) -> Envelope:
        return self.sign(replica, replica.pair, replica.seat, act)

    def keep(self, replica: Replica, envelope: Envelope) -> Envelope:
        self.all[envelope.id] = envelope
        replica.take([envelope])
        return envelope

    # -- what they write
    def admit(self, by: Replica, new: Replica, role: Role, names: tuple[bytes, ...] = ()) -> Envelope:
        envelope = self.act(by, Admit(1, self.member(new), new.institute, role, names))
        new.seat = envelope.dot
        new.take(by.envelopes.values())
        return envelope

    def renew(self, replica: Replica) -> Envelope:
        envelope = self.act(replica, Renew(1))
        replica.seat = envelope.dot
        return envelope

    def rekey(self, replica: Replica) -> Rekey:
        judged, held = replica.standing(self.group), replica.keys()
        older = ring.to_hand_on(judged, replica.acts(), held)
        act, _ = ring.rekey(judged, older, 1, [replica.device], self.rng.randbytes)
        self.act(replica, act)
        return act

    def share(self, replica: Replica, told: Mapping[bytes, Iterable[bytes]] | None = None) -> None:
        judged, acts = replica.standing(self.group), replica.acts()
        keys = ring.to_hand_on(judged, acts, replica.keys())
        for act in ring.shares(
            judged, acts, keys, {k: tuple(v) for k, v in (told or {}).items()}, 1, self.rng.randbytes
        ):
            self.act(replica, act)

    def revoke(self, by: Replica, device: bytes, keep: Callable[[Judgeable], bool] = lambda link: True) -> Envelope:
        (act,) = revokes(by.standing(self.group), [device], by.chain, 1, keep)
        envelope = self.act(by, act)
        self.rekey(by)
        return envelope

    def commit(
        self, replica: Replica, record: bytes, fields: dict[str, Any], over: tuple[bytes, ...] | None = None
    ) -> Envelope:
        held = replica.keys()
        name = ring.writing_key(replica.standing(self.group), held)
        if name is None:
            name = self.rekey(replica).key
            held = replica.keys()
        named = self.fold(replica, record).over(fields) if over is None else over
        commit = Commit(1, replica.name, "", (Change("thing", record, fields, named),))
        slot = self.slot(replica, replica.seat)
        envelope = sealed(slot, commit.encode(), held[name], replica.pair.secret, self.rng.randbytes)
        self.content[envelope.id] = commit
        return self.keep(replica, envelope)

    # -- what they see
    def touches(self, replica: Replica, record: bytes) -> list[Touch]:
        judged = replica.standing(self.group)
        return [
            Touch(envelope.dot, envelope.gen, judged.seats[envelope.seat].institute, change.set, change.over)
            for envelope in replica.envelopes.values()
            if envelope.id in self.content and judged.verdict(envelope) == IN
            for change in self.content[envelope.id].changes
            if change.id == record
        ]

    def fold(self, replica: Replica, record: bytes) -> Folded:
        return fold(self.touches(replica, record), RULES)

    def meet(self, *names: str) -> None:
        """The named replicas, or all, exchange everything."""
        some = [self.replicas[name] for name in names or self.replicas]
        together = {id: envelope for replica in some for id, envelope in replica.envelopes.items()}
        for replica in some:
            replica.take(together.values())

    # -- what happens
    def may_write(self, replica: Replica) -> bool:
        judged = replica.standing(self.group)
        return judged.stands(replica.seat) and judged.seats[replica.seat].role is not Role.READER

    def live(self) -> list[Replica]:
        return [each for each in self.replicas.values() if each.name not in self.stolen and self.may_write(each)]

    def steps(self, count: int) -> "World":
        for _ in range(count):
            self.step()
        return self

    def step(self) -> None:
        if len(self.live()) < 2:
            self.meet()
        replica = self.rng.choice(self.live())
        dice = self.rng.random()
        if dice < 0.35:
            self.write(replica)
        elif dice < 0.65:
            other = self.rng.choice(list(self.replicas.values()))
            other.take(e for e in list(replica.envelopes.values()) if self.rng.random() < 0.9)
        elif dice < 0.70:
            self.renew(replica)
        elif dice < 0.76:
            old = self.rng.sample(sorted(replica.envelopes), len(replica.envelopes) * 9 // 10)
            replica.restore(old)
        elif dice < 0.80 and len(self.stolen) < 2:
            victim = self.rng.choice([each for each in self.replicas.values() if each.name != "uk1"])
            self.stolen[victim.name] = set(self.all)
        elif dice < 0.90 and self.stolen:
            self.attack(self.replicas[self.rng.choice(sorted(self.stolen))])
        elif dice < 0.97 and self.stolen:
            self.revoke(self.replicas["uk1"], self.replicas[self.rng.choice(sorted(self.stolen))].device)
        else:
            mine = [e for e in replica.envelopes.values() if e.id in self.content and e.seat == replica.seat]
            if mine:
                self.act(replica, Erase(1, (self.rng.choice(mine).dot,)))

    def write(self, replica: Replica) -> None:
        value = self.rng.randrange(1000)
        fields = self.rng.choice(({"a": value}, {"b": value}, {"a": value, "b": value}, {"marking": str(value % 5)}))
        self.commit(replica, self.rng.choice(RECORDS), dict(fields))

    def attack(self, thief: Replica) -> list[Envelope]:
        """Whatever the keys of a stolen device can sign, anywhere in its chains, named as its owner likes."""
        everything = Replica("all", "", thief.pair, self.all)
        judged = everything.standing(self.group)
        done = []
        for seat in [seat for seat in judged.seats.values() if seat.device == thief.device]:
            before = self.rng.choice([None, *everything.chain(seat.id).values()])
            gen = self.rng.choice([1, self.gen(everything), 2**48, 2**60])
            slot = Slot(self.group, seat.id, *((before.seq + 1, gen, before.id) if before else (1, gen)))
            target = self.rng.choice(list(self.replicas.values()))
            done.append(self.sign(target, thief.pair, seat.id, self.evil(judged, thief), slot))
        return done

    def evil(self, judged: Standing, thief: Replica) -> AnyAct:
        names = tuple(judged.revokes)
        other = self.rng.choice(sorted(seat.device for seat in judged.seats.values()))
        new = Member(self.pair().public, thief.device)
        choices: list[AnyAct] = [
            Renew(1),
            Admit(1, self.member(thief), thief.institute, Role.CHAIR, names),
            Admit(1, new, thief.institute, Role.EDITOR, names),
            Institute(1, new.keys, self.member(thief), "ZZ", Role.CHAIR),
            next(revokes(judged, [other], lambda seat: {}, 1)),
            ring.rekey(judged, {}, 1, [thief.device], self.rng.randbytes)[0],
            Erase(1, tuple(id[:16] for id in self.content)),
        ]
        return self.rng.choice(choices)


def state(world: World, envelopes: Iterable[Envelope]) -> dict[str, Any]:
    """All that is decided by a set of envelopes."""
    replica = Replica("", "", world.root)
    replica.take(envelopes)
    judged = replica.standing(world.group)
    return {
        "verdicts": {envelope.id: judged.verdict(envelope) for envelope in replica.envelopes.values()},
        "devices": {device: (seat.institute, seat.role) for device, seat in judged.devices().items()},
        "members": judged.members(),
        "revokes": set(judged.revokes),
        "records": {record: world.fold(replica, record) for record in RECORDS},
    }
