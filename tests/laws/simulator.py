"""Random lives of laptops that share a group, on the real code: desks write, stores exchange real envelopes.

A life is its seed, to the last byte. What goes on: forms that are saved long after they were shown, steps, retires,
values of other versions and of hostile hands, holes, repeats, copies restored with and without their token, clones,
renewals, revokes with cuts, erasures, a second process on the same home. At the end everything reaches everybody.
"""

import random
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from comity.desk import acting, drafting
from comity.desk.drafting import Opened
from comity.domain.kinds import BY_NOUN
from comity.errors import ComityError
from comity.log.acts import Erase, Renew, Role
from comity.log.commit import ORIGINATOR, RETIRED, Change, Commit
from comity.log.envelope import Envelope, Slot, Type, sealed
from comity.log.fold import latest, outranked
from comity.log.keys import Pair
from comity.log.verdict import NO_LIMIT
from comity.store import door, reading, schema
from comity.store.store import Store
from laws.laptops import Laptop, seeded, shuffled

STEPS = 80
KINDS = ("exercise", "note", "finding", "concurrence", "run", "gadget")
HOSTILE: tuple[Any, ...] = (
    None,
    "",
    "TLP:RED",
    -1,
    2**63 - 1,
    1.5,
    True,
    [],
    [[1]],
    {"a": {"b": []}},
    "\x1b[2J\u202e\x00",
)
Id = tuple[str, bytes]  # kind and id of a record


class Form(NamedTuple):
    """A record as it was shown to somebody, perhaps some time ago."""

    laptop: str
    opened: Opened
    heads: dict[str, dict[bytes, Any]]


class Simulation:
    """One life."""

    def __init__(self, seed: int, folder: Path, steps: int = STEPS) -> None:
        self.seed, self.folder = seed, folder
        self.rng = random.Random(seed)
        self.laptops: dict[str, Laptop] = {}
        self.copies: list[tuple[str, Path]] = []
        self.forms: list[Form] = []
        self.writ: dict[bytes, Commit] = {}  # what each commit said, by dot
        self.sight: dict[bytes, dict[Id, dict[str, set[bytes]]]] = {}  # and the heads that its writer was shown
        self.left: dict[bytes, Envelope] = {}  # what was seen by somebody else
        self.everything: dict[bytes, Envelope] = {}
        self.forked: set[str] = set()  # laptops that may fork: cloned, or restored without their token
        self.above: dict[bytes, set[bytes]] = {}  # devices by which a device was admitted, and those above them
        self.cuts: list[tuple[bytes, bytes, set[bytes]]] = []  # revoke, device, and what was held and kept of it
        self.erased: list[tuple[bytes, bytes, bytes]] = []  # erase, device that asks, and what it names
        self.number = 0
        with seeded(self.rng):
            self._begin()
            for _ in range(steps):
                self.step()
            self.deliver()

    # -- the start
    def _begin(self) -> None:
        uk = self.laptop("uk1", "UK-AISI")
        self.group = uk.found(Pair.of_recovery(self.rng.randbytes(32)), self.rng.randbytes(16))
        us = self.laptop("us1", "US-CAISI", uk)
        uk.admit(self.group, us, Role.CHAIR, Pair.of_recovery(self.rng.randbytes(32)))
        us.take(uk.envelopes())
        for name, role in (("us2", Role.EDITOR), ("us3", Role.READER)):
            us.admit(self.group, self.laptop(name, "US-CAISI", us), role)
        for _ in range(2):
            self.add(uk)
        for giver in (us, uk):
            for taker in self.laptops.values():
                self.carry(giver, taker, 1.0)

    def laptop(self, name: str, institute: str, by: Laptop | None = None) -> Laptop:
        skew = timedelta(days=self.rng.choice((0, 0, -400, 4000)))
        made = self.laptops[name] = Laptop.new(self.folder / name, institute, self.rng, skew)
        self.above[made.device] = {by.device, *self.above[by.device]} if by else set()
        return made

    # -- what happens
    def step(self) -> None:
        acts: list[tuple[int, Callable[[Laptop], None]]] = [
            (30, self.edit), (20, self.save), (4, self.add), (6, self.settle), (2, self.retire), (8, self.raw),
            (16, self.meet), (4, self.back_up), (4, self.restore), (1, self.clone), (3, self.renew), (2, self.join),
            (3, self.revoke), (4, self.erase), (4, self.forge), (4, self.other_process),
            (3, self.relapse),
        ]  # fmt: skip
        (happens,) = self.rng.choices([act for _, act in acts], [weight for weight, _ in acts])
        laptop = self.rng.choice(
            [each for name, each in self.laptops.items() if name != "us3" or happens in self.any()]
        )
        with suppress(ComityError):  # a refusal is an answer; what it must not do shows in the end
            happens(laptop)

    def any(self) -> tuple[Callable[[Laptop], None], ...]:
        """What readers do as well; once in a while they try the rest."""
        return (self.meet, self.restore, self.forge, self.add) if self.rng.random() < 0.9 else (self.edit, self.raw)

    def written(self, laptop: Laptop, before: int, sight: dict[Id, dict[str, set[bytes]]]) -> None:
        """Note what a laptop wrote since: the truth that the laws ask for."""
        with laptop.store.reading() as c:
            for entry in door.held(c, schema.envelopes.c.no > before):
                commit = laptop.store.circles.open(entry.envelope) if entry.envelope.type is Type.COMMIT else None
                if commit:
                    self.writ[entry.envelope.dot] = commit
                    self.sight[entry.envelope.dot] = sight

    def last(self, laptop: Laptop) -> int:
        with laptop.store.reading() as c:
            return reading.version(c)

    def pick(self, laptop: Laptop, *nouns: str) -> tuple[str, bytes] | None:
        r = schema.records.c
        with laptop.store.reading() as c:
            query = schema.records.select().where(r.group == self.group, r.kind.in_(nouns or KINDS[:-1]))
            found = sorted((each.kind, each.id) for each in c.execute(query) if each.heads != b"\x80")
        return self.rng.choice(found) if found else None

    def open(self, laptop: Laptop) -> Form | None:
        picked = self.pick(laptop)
        if picked is None:
            return None
        with laptop.store.reading() as c:
            record = reading.get(c, BY_NOUN[picked[0]], reading.dashed(picked[1].hex()), self.group.hex())
            if record is None:
                return None
            opened = drafting.opened(c, record)
        return Form(laptop.home.name, opened, {name: dict(dots) for name, dots in opened.heads.items()})

    def edit(self, laptop: Laptop) -> None:
        form = self.open(laptop)
        if form and self.rng.random() < 0.5:
            self.forms.append(form)
        elif form:
            self.submit(form)

    def save(self, laptop: Laptop) -> None:
        mine = [form for form in self.forms if form.laptop == laptop.home.name]
        if mine:
            form = self.rng.choice(mine)
            self.forms.remove(form)
            self.submit(form)

    def settle(self, laptop: Laptop) -> None:
        form = self.open(laptop)
        if form and form.opened.record.conflicts:
            self.submit(form, settle=True)

    def submit(self, form: Form, *, settle: bool = False) -> None:
        laptop, noun = self.laptops[form.laptop], form.opened.record.noun
        id = bytes.fromhex(form.opened.record.id.replace("-", ""))
        before = self.last(laptop)
        try:
            acting.save(laptop.desk, form.opened, self.values(noun), reason="because", settle=settle)
        finally:
            self.written(laptop, before, {(noun, id): {name: set(dots) for name, dots in form.heads.items()}})

    def values(self, noun: str) -> dict[str, Any]:
        rng = self.rng
        word = rng.choice(("flood", "ebb", "spring", "neap")) + str(rng.randrange(50))
        choices: dict[str, Any] = {
            "exercise": {"title": word, "purpose": word, "programme": word, "marking": self.marking()},
            "note": {"text": word, "marking": self.marking()},
            "finding": {
                "statement": word,
                "disputed_by": rng.sample(("UK-AISI", "US-CAISI", "SG-AISI"), rng.randrange(3)),
                "numerator": str(rng.randrange(9)),
                "denominator": "9",
            },
            "concurrence": {"reason": word, "fields_concerned": [word]},
            "run": {"remark": word, "language": rng.choice(("en", "fr"))},
        }[noun]
        return {name: choices[name] for name in rng.sample(sorted(choices), rng.randint(1, len(choices)))}

    def marking(self) -> str:
        return self.rng.choice(("TLP:AMBER", "TLP:AMBER+STRICT", "TLP:GREEN", "OFFICIAL"))

    def add(self, laptop: Laptop) -> None:
        self.put(laptop, self.created(laptop))

    def created(self, laptop: Laptop) -> Change:
        noun = self.rng.choice(KINDS)
        id = self.rng.randbytes(16)
        other = reading.dashed(self.rng.randbytes(16).hex())
        fields: dict[str, Any] = {
            "exercise": {"code": f"EX{self.number}", "title": "one", "purpose": "p"},
            "note": {"text": "n"},
            "finding": {"exercise": other, "statement": "s", "label": f"F{self.number}", "disputed_by:UK-AISI": True},
            "concurrence": {"protocol": other, "institute": self.rng.choice(("UK-AISI", laptop.institute))},
            "run": {"label": f"R{self.number}", "institute": laptop.institute},
            "gadget": {"colour": "red"},
        }[noun]
        self.number += 1
        return Change(noun, id, {ORIGINATOR: laptop.institute, "marking": self.marking(), **fields})

    def put(self, laptop: Laptop, *changes: Change) -> None:
        """Changes without a form, over what the laptop holds now."""
        sight = {}
        for change in changes:
            heads = laptop.heads(self.group, change.kind, change.id)
            sight[change.kind, change.id] = {name: set(dots) for name, dots in heads.items()}
        before = self.last(laptop)
        try:
            laptop.write(self.group, *changes)
        finally:
            self.written(laptop, before, sight)

    def raw(self, laptop: Laptop) -> None:
        """What an import, a newer Comity or a hostile hand writes."""
        picked = self.pick(laptop, *KINDS)
        if picked is None:
            return
        noun, id = picked
        heads = laptop.heads(self.group, noun, id)
        name = self.rng.choice(
            ("title", "marking", "window_start", "header", "numerator", "flavour", "status", RETIRED)
        )
        if noun == "run":
            wire = latest(str(self.rng.randrange(5)), str(self.rng.randrange(5)), {"status": self.rng.choice(HOSTILE)})
            over = outranked(heads.get("header", {}), wire)
            if over or "header" not in heads:
                self.put(laptop, Change(noun, id, {"header": wire}, over))
        else:
            over = tuple(heads.get(name, ()))
            self.put(laptop, Change(noun, id, {name: self.rng.choice(HOSTILE)}, over))

    def retire(self, laptop: Laptop) -> None:
        picked = self.pick(laptop)
        if picked:
            heads = laptop.heads(self.group, *picked)
            over = tuple(sorted({dot for dots in heads.values() for dot in dots}))
            self.put(laptop, Change(*picked, {RETIRED: True}, over))

    def meet(self, laptop: Laptop) -> None:
        other = self.rng.choice(list(self.laptops.values()))
        for giver, taker in ((laptop, other), (other, laptop)):
            self.carry(giver, taker, self.rng.choice((0.6, 0.9, 1.0)))

    def carry(self, giver: Laptop, taker: Laptop, share: float) -> None:
        """A part of what one holds, in any order and in parts, some of it twice."""
        if giver is taker:
            return
        some = [each for each in giver.leave(self.group) if self.rng.random() < share]
        self.left.update((each.id, each) for each in some)
        for part in shuffled(self.rng, some):
            taker.take(part)

    def back_up(self, laptop: Laptop) -> None:
        self.copies.append((laptop.home.name, laptop.copy(self.folder / f"copy{len(self.copies)}")))

    def restore(self, laptop: Laptop) -> None:
        mine = [folder for name, folder in self.copies if name == laptop.home.name]
        if mine:
            if self.rng.random() < 0.3:
                (laptop.home / "token").unlink(missing_ok=True)
                self.forked.add(laptop.home.name)
            laptop.restore(self.rng.choice(mine))
            self.forms = [form for form in self.forms if form.laptop != laptop.home.name]

    def clone(self, laptop: Laptop) -> None:
        """A second machine from a copy of the whole home, keys and all."""
        name = f"{laptop.home.name}-twin"
        if name not in self.laptops and "twin" not in laptop.home.name:
            laptop.copy(self.folder / name)
            self.laptops[name] = Laptop(self.folder / name, laptop.institute, laptop.keys)
            self.forked |= {name, laptop.home.name}

    def renew(self, laptop: Laptop) -> None:
        laptop.act(self.group, Renew(laptop.at_ms()))

    def join(self, laptop: Laptop) -> None:
        if len(self.laptops) < 7:
            new = self.laptop(f"new{len(self.laptops)}", laptop.institute, laptop)
            laptop.admit(self.group, new, self.rng.choice((Role.EDITOR, Role.ADMIN)))

    def revoke(self, laptop: Laptop) -> None:
        """The chair revokes a device, up to what it holds of it or to a point before; perhaps once more later on."""
        uk = self.laptops["uk1"]
        known = {device for _, device, _ in self.cuts}
        victims = [each.device for each in self.laptops.values() if each.device != uk.device]
        device = self.rng.choice(sorted(known) if len(known) > 1 else victims)
        if len(self.cuts) < 4:
            upto = self.rng.choice((NO_LIMIT, self.rng.randrange(1, 9)))
            seats = {seat.id for seat in uk.standing(self.group).seats.values() if seat.device == device}
            held = {each.id for each in uk.envelopes() if each.seat in seats and each.seq <= upto}
            for dot in uk.revoke(self.group, device, keep=lambda link: link.seq <= upto):
                self.cuts.append((dot, device, held))

    def erase(self, laptop: Laptop) -> None:
        dots = sorted(each.dot for each in laptop.envelopes())
        commits = [dot for dot in dots if dot in self.writ]
        if not commits:
            return
        named = self.rng.choice(commits if self.rng.random() < 0.8 else dots)
        act = laptop.act(self.group, Erase(laptop.at_ms(), (named,)))
        self.erased.append((act.dot, laptop.device, named))

    def forge(self, laptop: Laptop) -> None:
        """A commit that the program would refuse to write: by a reader or a revoked device, anywhere in its chain."""
        suspects = [each for each in self.laptops.values() if self.is_suspect(each)]
        if not suspects:
            return
        thief = self.rng.choice(suspects)
        circle = thief.store.circles.of(self.group)
        seats = sorted(seat.id for seat in circle.standing.seats.values() if seat.device == thief.device)
        picked = self.pick(thief)
        if picked and circle.keys:
            key = circle.keys[self.rng.choice(sorted(circle.keys))]
            commit = Commit(1, "thief", "", (Change(*picked, {"title": "forged"}),))
            gen = self.rng.choice((1, 2**48, 2**48 + 1))
            seat = self.rng.choice(seats)
            before = self.rng.choice([None, *(each for each in thief.envelopes() if each.seat == seat)])
            slot = Slot(self.group, seat, before.seq + 1, gen, before.id) if before else Slot(self.group, seat, 1, gen)
            made = sealed(slot, commit.encode(), key, thief.keys.pair.secret, self.rng.randbytes)
            self.left[made.id] = made
            laptop.take([made])
            self.writ[made.dot], self.sight[made.dot] = commit, {}

    def is_suspect(self, laptop: Laptop) -> bool:
        seats = laptop.standing(self.group).seats.values()
        here = any(seat.device == laptop.device for seat in seats)
        return here and (laptop.home.name == "us3" or laptop.device in {device for _, device, _ in self.cuts})

    def relapse(self, laptop: Laptop) -> None:
        """What was written since a copy is known to others, and the copy is restored."""
        self.back_up(laptop)
        self.put(laptop, self.created(laptop))
        self.carry(laptop, self.rng.choice(list(self.laptops.values())), 1.0)
        laptop.restore(self.copies[-1][1])
        self.forms = [form for form in self.forms if form.laptop != laptop.home.name]
        self.put(laptop, self.created(laptop))

    def other_process(self, laptop: Laptop) -> None:
        """Another program on the same home, while the first stays open."""
        first, second = laptop.store, Store.open(laptop.home, laptop.keys)
        laptop.desk.store = second
        try:
            self.add(laptop)
            self.edit(laptop)
        finally:
            laptop.desk.store = first
            second.close()
        self.edit(laptop)

    # -- the end
    def deliver(self) -> None:
        for laptop in self.laptops.values():
            self.everything.update((each.id, each) for each in laptop.envelopes())
        self.everything |= self.left
        for laptop in self.laptops.values():
            here = {each.id for each in laptop.envelopes()}
            for part in shuffled(self.rng, [each for id, each in self.everything.items() if id not in here]):
                laptop.take(part)

    def observer(self, laptop: Laptop, name: str = "observer") -> Laptop:
        """A new, empty home with the keys of a laptop, fed everything in an order of its own."""
        made = Laptop(self.folder / f"{laptop.home.name}-{name}", laptop.institute, laptop.keys)
        for part in shuffled(self.rng, list(self.everything.values())):
            made.take(part)
        return made

    def close(self) -> None:
        for laptop in self.laptops.values():
            laptop.close()
