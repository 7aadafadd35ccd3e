"""Writing: changes become commits of this device's seat, signed and sealed, and go through the door like all others."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, func, select

from comity.errors import Locked, Refused
from comity.log.acts import AnyAct, Renew, Role
from comity.log.commit import Change, Commit
from comity.log.envelope import NO_PREV, Envelope, Slot, clear, dot, next_gen, sealed
from comity.log.keys import DeviceKeys
from comity.log.standing import Seat
from comity.log.verdict import Status
from comity.store import door, schema
from comity.store.circle import Circles
from comity.store.token import Token

ROOM = 180 * 1024  # packed bytes of changes in one commit: sealed they stay below the limit of an envelope


@dataclass
class Writer:
    """The pen of one device: its keys, the groups it writes to, and its memory of what it wrote last."""

    keys: DeviceKeys
    circles: Circles
    token: Token

    def write(
        self, connection: Connection, group: bytes, changes: Sequence[Change], *, author: str, reason: str, at_ms: int
    ) -> list[bytes]:
        """Write changes as one act, in as many commits as they need; their dots."""
        key = self.circles.of(group).writing_key()
        if key is None:
            self.act(connection, group, self.circles.of(group).rekey(at_ms), at_ms)
            key = self.circles.of(group).writing_key()
        if key is None:
            raise Locked("this device holds no key to write to the group", "ask a member to share it: sync once")
        written: list[bytes] = []
        slot = self.slot(connection, group, at_ms)
        envelopes: list[Envelope] = []
        for part in parts(changes):
            packed = Commit(at_ms, author, reason, part).encode()
            envelope = sealed(slot, packed, key, self.keys.pair.secret)
            envelopes.append(envelope)
            written.append(envelope.dot)
            slot = slot._replace(seq=slot.seq + 1, gen=next_gen(slot.gen), prev=envelope.id)
        door.admit(connection, self.circles, envelopes)
        return written

    def act(self, connection: Connection, group: bytes, act: AnyAct, at_ms: int) -> Envelope:
        """Write an act of membership."""
        envelope = clear(self.slot(connection, group, at_ms), act.encode(), self.keys.pair.secret)
        door.admit(connection, self.circles, [envelope])
        return envelope

    def slot(self, connection: Connection, group: bytes, at_ms: int) -> Slot:
        """Where the next envelope stands; a store behind its token, or on a forked chain, first renews its seat."""
        seat = self.seat(connection, group)
        tips = ends(connection, seat.id)
        if len(tips) > 1 or self.token.is_ahead(connection, group):
            seat = self._renew(connection, group, seat, at_ms)
            tips = ends(connection, seat.id)
        seq, id = tips[0] if tips else (0, NO_PREV)
        return Slot(group, seat.id, seq + 1, generation(connection, group), id)

    def seat(self, connection: Connection, group: bytes) -> Seat:
        """The seat this device writes from."""
        best = self.place(connection, group)
        if best.role is Role.READER:
            raise Refused(
                "this device may read the group, not write to it", "ask a chair for another role", code="role"
            )
        return best

    def place(self, connection: Connection, group: bytes) -> Seat:
        """The seat this device has: the highest that stands, of renewed ones the newest made here."""
        mine = [
            each for each in self.circles.of(group).standing.standing() if each.device == self.keys.pair.public.sign
        ]
        if not mine:
            hint = "a chair of the group has to admit this device"
            raise Refused("this device has no seat in the group, or it was revoked", hint, code="no_seat")
        return max(mine, key=lambda seat: (seat.role.rank, opened_at(connection, seat.id), seat.id))

    def renew(self, connection: Connection, group: bytes, at_ms: int) -> Seat:
        """Take a new seat at the same place, as one does whose old one may have been copied."""
        return self._renew(connection, group, self.place(connection, group), at_ms)

    def _renew(self, connection: Connection, group: bytes, seat: Seat, at_ms: int) -> Seat:
        """Take another chain of the same place; both branches of the old one are kept."""
        tips = ends(connection, seat.id)
        seq, id = tips[-1] if tips else (0, NO_PREV)
        slot = Slot(group, seat.id, seq + 1, generation(connection, group), id)
        envelope = clear(slot, Renew(at_ms).encode(), self.keys.pair.secret)
        door.admit(connection, self.circles, [envelope])
        self.token.settle(connection, group)
        return self.circles.of(group).standing.seats[dot(envelope.id)]


def parts(changes: Sequence[Change]) -> Iterator[tuple[Change, ...]]:
    """The changes in as few commits as they fit into."""
    part: list[Change] = []
    size = 0
    for change in changes:
        bytes_of = len(msgspec.msgpack.encode(change))
        if part and size + bytes_of > ROOM:
            yield tuple(part)
            part, size = [], 0
        part.append(change)
        size += bytes_of
    if part:
        yield tuple(part)


def ends(connection: Connection, seat: bytes) -> list[tuple[int, bytes]]:
    """(seq, id) of the envelopes of a seat that no other held one names as the one before; more than one is a fork."""
    e = schema.envelopes.c
    last = connection.execute(select(e.seq, e.id).where(e.seat == seat).order_by(e.seq.desc()).limit(1)).first()
    count = connection.execute(select(func.count()).select_from(schema.envelopes).where(e.seat == seat)).scalar_one()
    if last is None:
        return []
    if last.seq == count:
        return [(last.seq, last.id)]
    rows = connection.execute(select(e.seq, e.id, schema.PREV).where(e.seat == seat)).all()
    named = {prev for _, _, prev in rows}
    return sorted((seq, id) for seq, id, _ in rows if id not in named)


def generation(connection: Connection, group: bytes) -> int:
    """One above the highest generation of what counts, as far as there are numbers."""
    e = schema.envelopes.c
    highest = connection.execute(select(func.max(e.gen)).where(e.group == group, e.status == Status.IN)).scalar()
    return next_gen(highest or 0)


def opened_at(connection: Connection, seat: bytes) -> int:
    """The place in the log of the act that opened a seat; 0 where that is not told by its id."""
    found = connection.execute(select(schema.envelopes.c.no).where(schema.envelopes.c.dot == seat)).scalar()
    return found or 0
