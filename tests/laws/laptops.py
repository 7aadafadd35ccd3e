"""Laptops with real stores: made fast from one empty store, seeded to the last byte, compared by all that they show."""

import atexit
import random
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import UUID

import msgspec
from sqlalchemy import select, text

from comity.desk import drafting
from comity.desk.desk import Desk
from comity.home import STORE, TOKEN
from comity.log import envelope, ring
from comity.log.acts import Admit, AnyAct, Institute, Member, Role, second_seat
from comity.log.card import Card
from comity.log.commit import ORIGINATOR, Change
from comity.log.envelope import Envelope
from comity.log.keys import DeviceKeys, Pair, public_of
from comity.log.revoking import revokes
from comity.log.standing import Standing
from comity.log.verdict import Judgeable
from comity.settings import Settings
from comity.store import addresses, circle, door, schema, writer
from comity.store.store import Store

START = datetime(2026, 11, 23, 9, tzinfo=UTC)
STORE_KEY = bytes(range(32))


@cache
def _empty() -> Path:
    """A store without a group, made once: every laptop starts from a copy."""
    folder = Path(tempfile.mkdtemp(prefix="comity-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    Store.make(folder, DeviceKeys(Pair.make(), STORE_KEY, bytes(32))).close()
    return folder / STORE


@contextmanager
def seeded(rng: random.Random) -> Iterator[None]:
    """The dice of the machine come from `rng`, so that a seed makes the same bytes wherever it is played."""
    with ExitStack() as stack:
        for place, name, made in (
            (writer, "sealed", partial(envelope.sealed, entropy=rng.randbytes)),
            (circle, "rekey", partial(ring.rekey, entropy=rng.randbytes)),
            (circle, "shares", partial(ring.shares, entropy=rng.randbytes)),
            (drafting, "new_id", lambda: str(UUID(bytes=rng.randbytes(16), version=4))),
        ):
            stack.enter_context(patch.object(place, name, made))
        yield


class Laptop:
    """One device: a home with a real store, and the desk of a person at it."""

    def __init__(self, home: Path, institute: str, keys: DeviceKeys, skew: timedelta = timedelta()) -> None:
        self.home, self.institute, self.keys = home, institute, keys
        self.ticks = 0
        self.skew = skew
        home.mkdir(parents=True, exist_ok=True)
        if not (home / STORE).exists():
            shutil.copy(_empty(), home / STORE)
        store = Store.open(home, keys)
        root = keys.pair.public  # its desk founds no groups
        self.desk = Desk(home, store, Settings(), institute, home.name, home.name, root, clock=self.clock)

    @classmethod
    def new(cls, home: Path, institute: str, rng: random.Random, skew: timedelta = timedelta()) -> "Laptop":
        return cls(home, institute, DeviceKeys(Pair.make(rng.randbytes), STORE_KEY, rng.randbytes(32)), skew)

    @property
    def store(self) -> Store:
        return self.desk.store

    @property
    def device(self) -> bytes:
        return self.keys.pair.public.sign

    @property
    def member(self) -> Member:
        return Member(self.keys.pair.public, public_of(self.keys.carrier))

    def clock(self) -> datetime:
        self.ticks += 1
        return START + self.skew + timedelta(seconds=self.ticks)

    def at_ms(self) -> int:
        return int(self.clock().timestamp() * 1000)

    def found(self, recovery: Pair, salt: bytes) -> bytes:
        with self.store.writing() as c:
            group = self.store.found(c, recovery.public, salt, self.institute, self.at_ms())
            self.store.keep_private(c, group)
        return group

    # -- what is written
    def write(self, group: bytes, *changes: Change, reason: str = "", at_ms: int | None = None) -> list[bytes]:
        with self.store.writing() as c:
            at = self.at_ms() if at_ms is None else at_ms
            return self.store.write(c, group, changes, author=self.home.name, reason=reason, at_ms=at)

    def create(self, group: bytes, noun: str, id: bytes, **fields: Any) -> bytes:
        return self.write(group, Change(noun, id, {ORIGINATOR: self.institute, "marking": "TLP:AMBER", **fields}))[0]

    def set(self, group: bytes, noun: str, id: bytes, **fields: Any) -> bytes:
        """Fields over all that is shown of them now."""
        heads = self.heads(group, noun, id)
        over = tuple(sorted({dot for name in fields for dot in heads.get(name, ())}))
        return self.write(group, Change(noun, id, fields, over))[0]

    def act(self, group: bytes, act: AnyAct) -> Envelope:
        with self.store.writing() as c:
            return self.store.writer.act(c, group, act, self.at_ms())

    def meets(self, other: "Laptop") -> None:
        """Take the other's card into the address book; its words were compared."""
        card = Card.of(other.keys, other.keys.pair.public, institute=other.institute, name=other.home.name)
        with self.store.writing() as c:
            addresses.note(c, other.device, addresses.Noted(card.encode(other.keys.pair.secret), 1))

    def admit(self, group: bytes, other: "Laptop", role: Role, recovery: Pair | None = None) -> bytes:
        """Seat another device, or with a recovery key another institute, and hand it the keys; its seat."""
        other.meets(self)
        with self.store.writing() as c:
            at, pen = self.at_ms(), self.store.writer
            if recovery:
                made = pen.act(c, group, Institute(at, recovery.public, other.member, other.institute, role), at)
            else:
                made = pen.act(c, group, Admit(at, other.member, other.institute, role), at)
            self.share(c, group)
        return second_seat(made.dot) if recovery else made.dot

    def share(self, connection: Any, group: bytes) -> None:
        at = self.at_ms()
        for act in list(self.store.circles.of(group).shares(at)):
            self.store.writer.act(connection, group, act, at)

    def revoke(
        self, group: bytes, *devices: bytes, keep: Callable[[Judgeable], bool] = lambda link: True
    ) -> list[bytes]:
        with self.store.writing() as c:
            at, circles, pen = self.at_ms(), self.store.circles, self.store.writer
            standing = circles.of(group).standing
            acts = list(revokes(standing, devices, lambda seat: circle.chain(c, seat), at, keep))
            dots = [pen.act(c, group, act, at).dot for act in acts]
            pen.act(c, group, circles.of(group).rekey(at), at)
        return dots

    def standing(self, group: bytes) -> Standing:
        with self.store.reading():
            return self.store.circles.of(group).standing

    # -- what is carried
    def envelopes(self) -> list[Envelope]:
        with self.store.reading() as c:
            return [each.envelope for each in door.held(c, schema.envelopes.c.no > 0)]

    def take(self, envelopes: Iterable[Envelope]) -> None:
        admit(self.store, envelopes)

    def leave(self, group: bytes) -> list[Envelope]:
        """All that is here, on its way out: the token knows of it first."""
        found = self.envelopes()
        mine = {seat.id for seat in self.store.circles.of(group).standing.seats.values() if seat.device == self.device}
        own = [each for each in found if each.group == group and each.seat in mine]
        if own:
            last = own[-1]
            self.store.writer.token.advance({group: (last.seat, last.seq, last.id)})
        return found

    # -- copies
    def copy(self, folder: Path) -> Path:
        """The files of the home, as a backup tool finds them."""
        folder.mkdir()
        self.store.close()
        shutil.copy(self.home / STORE, folder / STORE)
        if (self.home / TOKEN).exists():
            shutil.copy(self.home / TOKEN, folder / TOKEN)
        self.reopen()
        return folder

    def restore(self, folder: Path) -> None:
        """The store of an old copy; the token beside the keys stays."""
        self.store.close()
        for left in self.home.glob(f"{STORE}*"):
            left.unlink()
        shutil.copy(folder / STORE, self.home / STORE)
        self.reopen()

    def reopen(self) -> None:
        self.desk.store = Store.open(self.home, self.keys)

    def close(self) -> None:
        self.store.close()

    # -- what is seen
    def heads(self, group: bytes, noun: str, id: bytes) -> dict[str, dict[bytes, Any]]:
        r = schema.records.c
        with self.store.reading() as c:
            packed = c.execute(select(r.heads).where(r.group == group, r.id == id, r.kind == noun)).scalar()
        return msgspec.msgpack.decode(packed) if packed else {}

    def status(self, dot: bytes) -> str:
        e = schema.envelopes.c
        with self.store.reading() as c:
            return str(c.execute(select(e.status).where(e.dot == dot)).scalar_one())

    def row(self, noun: str, id: bytes) -> dict[str, Any]:
        with self.store.reading() as c:
            found = c.execute(text(f'SELECT * FROM "{noun}" WHERE id = :id'), {"id": str(UUID(bytes=id))})
            return dict(found.mappings().one())

    def keys_held(self, group: bytes) -> frozenset[bytes]:
        with self.store.reading():
            return frozenset(self.store.circles.of(group).keys)


def shown(store: Store) -> dict[str, Any]:
    """All that a store makes of its envelopes, but for the numbers that depend on arrival."""
    found: dict[str, Any] = {}
    e, r = schema.envelopes.c, schema.records.c
    with store.reading() as c:
        for table in schema.ROWS:
            columns = [f'"{each.name}"' for each in table.columns if each.name != "no"]
            found[table.name] = sorted(map(repr, c.execute(text(f'SELECT {", ".join(columns)} FROM "{table.name}"'))))
        records = c.execute(select(r.group, r.id, r.kind, r.heads, r.flags).where(r.heads != b"\x80"))
        found["heads"] = sorted(map(tuple, records))
        found["status"] = dict(c.execute(select(e.id, e.status)).all())
        joined = 'SELECT r."group", r.id, s.title, s.body FROM search s JOIN record r ON r.no = s.rowid'
        found["counts"] = sorted(map(tuple, c.execute(select(schema.counts).where(schema.counts.c.n > 0))))
        found["search"] = sorted(map(tuple, c.execute(text(joined))))
        found["missing"] = {group: door.missing(c, group) for group in store.circles.groups()}
    return found


def differences(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """The parts in which two stores show something else."""
    return [part for part in one if one[part] != other[part]]


def shuffled(rng: random.Random, envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    """The envelopes in any order, in parts of any size, some of them twice, some at first without their body."""
    todo = [*envelopes, *rng.sample(envelopes, len(envelopes) // 4)]
    rng.shuffle(todo)
    bare = [each.strip() for each in todo[: len(todo) // 10] if each.type is envelope.Type.COMMIT]
    todo = bare + todo
    while todo:
        size = rng.choice((1, 3, 10, len(todo)))
        yield todo[:size]
        todo = todo[size:]


def three(folder: Path, rng: random.Random) -> tuple[bytes, list[Laptop]]:
    """A group of two institutes with three laptops that hold all of it: UK-1 (chair), US-1 (chair), US-2 (editor)."""
    uk, us, us2 = (
        Laptop.new(folder / name, institute, rng)
        for name, institute in (("uk1", "UK-AISI"), ("us1", "US-CAISI"), ("us2", "US-CAISI"))
    )
    group = uk.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    uk.admit(group, us, Role.CHAIR, Pair.of_recovery(rng.randbytes(32)))
    us.take(uk.envelopes())
    us.admit(group, us2, Role.EDITOR)
    us2.take(us.envelopes())
    uk.take(us.envelopes())
    return group, [uk, us, us2]


def admit(store: Store, envelopes: Iterable[Envelope]) -> door.Admitted:
    """Take in envelopes that were verified, in one transaction."""
    with store.writing() as connection:
        return door.admit(connection, store.circles, envelopes)
