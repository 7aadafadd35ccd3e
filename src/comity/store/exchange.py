"""What a store shows to others and takes from them: how far its chains reach, envelopes by need, receipts."""

from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import (
    BLOB,
    ColumnElement,
    Connection,
    Select,
    and_,
    func,
    insert,
    literal_column,
    or_,
    select,
)

from comity.log import verdict
from comity.log.acts import act_of, seated
from comity.log.commit import Dot
from comity.log.envelope import Envelope, Type, decode
from comity.log.receipt import NOTHING, Signed, Tip, knot, tip
from comity.store import door, schema
from comity.store.circle import chain
from comity.store.token import Token

V = TypeVar("V")
LINE = b""  # the knot of a chain without forks and holes
SPANS = 200  # seats asked for in one statement
BUNDLE = "bundle:"
BODY_NOT_HERE = str(verdict.BODY_NOT_HERE)


class Reach(NamedTuple):
    """How far a chain is held, and the knot of one that is no plain line."""

    tip: Tip
    knot: bytes = LINE


class HeldLink(NamedTuple):
    """An envelope of a chain; `whole`: its body is here, or was erased for good."""

    seq: int
    id: bytes
    whole: bool


Reaches = dict[bytes, Reach]


class _Memory(msgspec.Struct, array_like=True):
    """The reach of each seat as of an envelope number, so that only what came later is looked at."""

    last: int = 0
    reaches: dict[Dot, Reach] = msgspec.field(default_factory=dict)


def reaches(connection: Connection, group: bytes) -> Reaches:
    """How far each chain of a group is held."""
    return _reached(connection, group).reaches


def note_reaches(connection: Connection, group: bytes) -> None:
    """Remember the reaches, so that the next to ask need not look at what is here by now."""
    schema.remember(connection, _name(group), msgspec.msgpack.encode(_reached(connection, group)))


def links(connection: Connection, seat: bytes) -> list[HeldLink]:
    """The chain of a seat in the order (seq, id)."""
    e = schema.envelopes.c
    whole = or_(e.body.is_not(None), e.status == door.ERASED)
    rows = connection.execute(select(e.seq, e.id, whole).where(e.seat == seat).order_by(e.seq, e.id))
    return [HeldLink(seq, id, bool(has)) for seq, id, has in rows]


def numbers(
    connection: Connection, group: bytes, above: Mapping[bytes, int], ids: Sequence[bytes] = ()
) -> "array[int]":
    """The places in the log of envelopes of seats above a seq, and of ids: acts first, each in the order they came.

    An act was always here before what it seats, so others can check them in this order; and whoever was let in by
    one of them is heard from the first page on.
    """
    e = schema.envelopes.c
    conditions = [and_(e.seat == seat, e.seq > seq) for seat, seq in above.items()]
    wanted = [or_(*part) for part in _parts(conditions, SPANS)] + [e.id.in_(part) for part in door.chunks(ids)]
    found: set[tuple[bool, int]] = set()
    for condition in wanted:
        query = select(e.type != Type.ACT, e.no).where(e.group == group, condition)
        found.update((bool(later), no) for later, no in connection.execute(query))
    return array("q", (no for _, no in sorted(found)))


def carried(connection: Connection, places: Sequence[int]) -> list[bytes]:
    """The envelopes at these places of the log, in this order, as they are carried."""
    e = schema.envelopes.c
    rows = connection.execute(select(e.no, e.header, e.signature, e.body).where(e.no.in_(places)))
    found = {no: header + signature + (body or b"") for no, header, signature, body in rows}
    return [found[no] for no in places]


def leave(connection: Connection, token: Token, group: bytes, places: Sequence[int], own: Iterable[bytes]) -> None:
    """Note in the token what this device wrote last of what is about to leave; what left before it stays noted."""
    e = schema.envelopes.c
    last = connection.execute(
        select(e.no, e.seat, e.seq, e.id).where(e.no.in_(places), e.seat.in_(list(own))).order_by(e.no.desc()).limit(1)
    ).first()
    if last is None or token.is_ahead(connection, group):
        return
    noted = token.read().get(group)
    if noted is None or last.no > (connection.execute(select(e.no).where(e.id == noted[2])).scalar() or 0):
        token.advance({group: (last.seat, last.seq, last.id)})


def signers(connection: Connection, group: bytes) -> dict[bytes, bytes]:
    """The key that signs for each seat that an act here opens, whether or not the act counts."""
    return {seat: key for _, _, seats in _seating(connection, group) for seat, key in seats.items()}


def openers(connection: Connection, group: bytes, above: Mapping[bytes, int]) -> list[bytes]:
    """The acts that open seats, as they are carried, but for those of seats up to a seq."""
    return [data for data, act, _ in _seating(connection, group) if act.seq > above.get(act.seat, 0)]


def followed(connection: Connection, envelopes: Iterable[Envelope]) -> set[bytes]:
    """The ids among these that a verified envelope here names as the one before: it vouches for them."""
    e = schema.envelopes.c
    found: set[bytes] = set()
    for part in _parts([(each.seat, each.seq + 1) for each in envelopes], SPANS):
        places = or_(*(and_(e.seat == seat, e.seq == seq) for seat, seq in part))
        found.update(connection.execute(select(schema.PREV).where(places)).scalars())
    return found


def held(connection: Connection, ids: Sequence[bytes]) -> set[bytes]:
    """Which of these envelopes are here."""
    return door.known(connection, schema.envelopes.c.id, ids)


def bodiless(connection: Connection, group: bytes) -> list[bytes]:
    """The ids of envelopes whose bodies are not here and were not erased."""
    e = schema.envelopes.c
    return list(connection.execute(select(e.id).where(e.group == group, e.status == BODY_NOT_HERE)).scalars())


def receipts(connection: Connection, group: bytes) -> dict[bytes, Signed]:
    """The newest receipt of each device."""
    r = schema.receipts.c
    rows = connection.execute(select(r.device, r.signed).where(r.group == group))
    return {device: Signed.decode(signed) for device, signed in rows}


def orders(connection: Connection, group: bytes) -> dict[bytes, tuple[int, int]]:
    """How new the receipt of each device is."""
    r = schema.receipts.c
    rows = connection.execute(select(r.device, r.at_ms, r.held).where(r.group == group))
    return {device: (at_ms, held) for device, at_ms, held in rows}


def keep(connection: Connection, group: bytes, given: Iterable[Signed]) -> int:
    """Keep receipts that were checked, where they are newer than what is here; how many were."""
    here = orders(connection, group)
    newer = {}
    for signed in given:
        receipt = signed.receipt
        if receipt.order > here.get(receipt.device, (-1, -1)):
            here[receipt.device] = receipt.order
            newer[receipt.device] = (receipt, signed)
    rows = [
        {"group": group, "device": device, "at_ms": receipt.at_ms, "held": receipt.order[1], "signed": signed.encode()}
        for device, (receipt, signed) in newer.items()
    ]
    if rows:
        connection.execute(insert(schema.receipts).prefix_with("OR REPLACE"), rows)
    return len(rows)


def written(connection: Connection, seats: Iterable[bytes]) -> int:
    """A number that grows whenever something is written from one of these seats."""
    e = schema.envelopes.c
    ends = (connection.execute(select(func.max(e.seq)).where(e.seat == seat)).scalar() for seat in seats)
    return sum(end or 0 for end in ends)


def shown(connection: Connection, group: bytes, carrier: str) -> dict[bytes, Tip]:
    """What a carrier showed of a group when it was last visited."""
    packed = schema.recall(connection, _carrier(group, carrier))
    return msgspec.msgpack.decode(packed, type=dict[bytes, Tip]) if packed else {}


def note_shown(connection: Connection, group: bytes, carrier: str, tips: Mapping[bytes, Tip]) -> None:
    """Remember what a carrier shows."""
    schema.remember(connection, _carrier(group, carrier), msgspec.msgpack.encode(tips))


def note_bundle(connection: Connection, bundle: bytes, said: bytes) -> None:
    """Remember what a bundle brings to whom, for the day its answer comes."""
    schema.remember(connection, f"{BUNDLE}{bundle.hex()}", said)


def noted_bundles(connection: Connection) -> list[bytes]:
    """What was remembered of bundles written here."""
    values = select(schema.local.c.value).where(schema.local.c.name.startswith(BUNDLE))
    return list(connection.execute(values).scalars())


def not_elsewhere(connection: Connection, group: bytes, device: bytes, own: Iterable[bytes]) -> int:
    """How many envelopes of this device no carrier, and no receipt of another device, is known to show."""
    seats = set(own)
    told = [each.receipt.tips for other, each in receipts(connection, group).items() if other != device]
    shows = select(schema.local.c.value).where(schema.local.c.name.startswith(_carrier(group, "")))
    told += [msgspec.msgpack.decode(packed, type=dict[bytes, Tip]) for packed in connection.execute(shows).scalars()]
    held = {seat: reach.tip.count for seat, reach in reaches(connection, group).items() if seat in seats}
    return sum(max(0, n - max((tips.get(seat, NOTHING).count for tips in told), default=0)) for seat, n in held.items())


def _seating(connection: Connection, group: bytes) -> Iterator[tuple[bytes, Envelope, dict[bytes, bytes]]]:
    """The acts that open seats, with the seats and the keys that sign there."""
    e = schema.envelopes.c
    known: dict[bytes, bytes] = {}
    for data in _bytes(connection, _carried(and_(e.group == group, e.type == Type.ACT)).order_by(e.no)):
        envelope = decode(data)
        act = act_of(envelope)
        if seats := seated(envelope, act, known) if act else {}:
            known |= seats
            yield data, envelope, seats


def _carried(condition: ColumnElement[bool]) -> Select[Any]:
    e = schema.envelopes.c
    return select(e.header, e.signature, e.body).where(condition)


def _bytes(connection: Connection, query: Select[Any]) -> Iterator[bytes]:
    for header, signature, body in connection.execute(query):
        yield header + signature + (body or b"")


def _name(group: bytes) -> str:
    return f"reach:{group.hex()}"


def _carrier(group: bytes, name: str) -> str:
    return f"shown:{group.hex()}:{name}"


def _reached(connection: Connection, group: bytes) -> _Memory:
    """What is remembered, led on by what came since; a chain with forks or holes is walked anew."""
    e = schema.envelopes.c
    packed = schema.recall(connection, _name(group))
    memory = msgspec.msgpack.decode(packed, type=_Memory) if packed else _Memory()
    unindexed = literal_column('+envelope."group"', BLOB)  # else the index of all that is here would be walked
    rows = connection.execute(
        select(e.no, e.seat, e.seq, e.id, schema.PREV)
        .where(e.no > memory.last, unindexed == group)
        .order_by(e.seat, e.seq, e.id)
    )
    knotted: set[bytes] = set()
    for no, seat, seq, id, prev in rows:
        memory.last = max(memory.last, no)
        before = memory.reaches.get(seat, Reach(NOTHING))
        if before.knot == LINE and seat not in knotted and (seq, prev) == (before.tip.seq + 1, before.tip.id):
            memory.reaches[seat] = Reach(Tip(seq, id, seq))
        else:
            knotted.add(seat)
    for seat in knotted:
        memory.reaches[seat] = _walked(connection, seat)
    return memory


def _walked(connection: Connection, seat: bytes) -> Reach:
    held = chain(connection, seat)
    end = tip(held.values())
    steps = sorted(held.values(), key=lambda step: step.seq)
    befores = [NOTHING.id, *(step.id for step in steps)]
    is_line = all(step.seq == n and step.prev == befores[n - 1] for n, step in enumerate(steps, 1))
    return Reach(end, LINE if is_line else knot(held))


def _parts(items: Sequence[V], size: int) -> Iterator[Sequence[V]]:
    return (items[at : at + size] for at in range(0, len(items), size))
