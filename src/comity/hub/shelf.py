"""The envelopes that a hub holds: put in, told by chain, handed out in pages."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from comity.hub.ledger.database import Connection, Row, marks, one
from comity.log.envelope import NO_PREV, STRIPPED, Envelope, Type, decode
from comity.log.receipt import NOTHING, Tip, tip
from comity.sync import wire

GATHERED = 200  # envelopes read at a time, to be handed on
LINK = "id, type, seat, seq, SUBSTR(head, 69, 32)"  # of the header: prev


class LedgerLink(NamedTuple):
    """As much of an envelope as a chain is made of."""

    id: bytes
    type: Type
    seat: bytes
    seq: int
    prev: bytes
    gen: int = 0


def bodies(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, bool]:
    """Which envelopes are here, and whether with their bodies."""
    if not ids:
        return {}
    those, values = connection.among(ids)
    rows = connection.all(f"SELECT id, body IS NOT NULL FROM envelope WHERE id {those}", values)
    return {id: bool(whole) for id, whole in rows}


def put(connection: Connection, group: bytes, fresh: Sequence[Envelope]) -> None:
    """Keep envelopes that are not here."""
    connection.insert(
        "envelope",
        [(e.id, group, e.seat, e.seq, int(e.type), e.header + e.signature, e.body, e.length) for e in fresh],
    )
    chains: dict[bytes, list[Envelope]] = defaultdict(list)
    for envelope in fresh:
        chains[envelope.seat].append(envelope)
    for seat, added in chains.items():
        _extend(connection, group, seat, sorted(added, key=lambda e: e.seq))
    grow(connection, group, size(fresh))


def fill(connection: Connection, group: bytes, envelopes: Sequence[Envelope]) -> None:
    """Keep bodies of envelopes that are here without."""
    connection.many("UPDATE envelope SET body = ? WHERE id = ?", [(e.body, e.id) for e in envelopes])
    grow(connection, group, sum(e.length for e in envelopes))


def drop(connection: Connection, group: bytes, envelopes: Sequence[Envelope]) -> None:
    """Keep the headers only."""
    connection.many("UPDATE envelope SET body = NULL WHERE id = ?", [(e.id,) for e in envelopes])
    grow(connection, group, -sum(e.length for e in envelopes))


def size(envelopes: Iterable[Envelope]) -> int:
    """The bytes that they take."""
    return sum(STRIPPED + len(each.body or b"") for each in envelopes)


def grow(connection: Connection, group: bytes, more: int) -> None:
    """Count what the group takes."""
    connection.run('UPDATE "group" SET size = size + ? WHERE id = ?', [more, group])


def acts(connection: Connection, group: bytes) -> list[Envelope]:
    """The acts of a group."""
    rows = connection.all('SELECT head, body FROM envelope WHERE "group" = ? AND type = 2', [group])
    return [decode(head + body) for head, body in rows]


def named(connection: Connection, group: bytes, dot: bytes) -> Iterator[Envelope]:
    """The commits of this dot whose bodies are here."""
    query = 'SELECT head, body FROM envelope WHERE id BETWEEN ? AND ? AND "group" = ? AND type = 1'
    for head, body in connection.all(f"{query} AND body IS NOT NULL", [dot + bytes(16), dot + b"\xff" * 16, group]):
        yield decode(head + body)


def chain(connection: Connection, group: bytes, seat: bytes) -> dict[bytes, LedgerLink]:
    """The links of a seat."""
    rows = connection.all(f'SELECT {LINK} FROM envelope WHERE "group" = ? AND seat = ?', [group, seat])
    return {id: LedgerLink(id, Type(sort), seat, seq, prev) for id, sort, seat, seq, prev in rows}


def tips(connection: Connection, group: bytes) -> dict[bytes, tuple[Tip, bytes | None]]:
    """How far each chain reaches, and the hash of its ids where it has a fork or a hole."""
    rows = connection.all('SELECT seat, seq, id, count, knot FROM chain WHERE "group" = ?', [group])
    return {seat: (Tip(seq, id, count), knot) for seat, seq, id, count, knot in rows}


def began(connection: Connection, group: bytes, seat: bytes) -> tuple[bytes, bytes]:
    """Where a chain stands among others that its writers knew: by the gen of its first envelope."""
    query = 'SELECT SUBSTR(head, 45, 8) FROM envelope WHERE "group" = ? AND seat = ? ORDER BY seq LIMIT 1'
    row = one(connection, query, [group, seat])
    return (bytes(row[0]) if row else b"", seat)


def following(
    connection: Connection, group: bytes, seat: bytes, after: tuple[int, bytes]
) -> tuple[list[bytes], tuple[int, bytes] | None]:
    """Some of a chain after a link, as they are carried, and where to go on."""
    rows = connection.all(
        'SELECT seq, id, head, body FROM envelope WHERE "group" = ? AND seat = ? AND (seq, id) > (?, ?)'
        " ORDER BY seq, id LIMIT ?",
        [group, seat, *after, GATHERED],
    )
    last = (rows[-1][0], rows[-1][1]) if len(rows) == GATHERED else None
    return [head + (body or b"") for _, _, head, body in rows], last


def bodiless(connection: Connection, group: bytes) -> list[bytes]:
    """The ids of commits whose bodies are not here, and were not erased."""
    rows = connection.all(
        'SELECT id FROM envelope WHERE "group" = ? AND body IS NULL AND SUBSTR(id, 1, 16) NOT IN'
        ' (SELECT dot FROM erasure WHERE "group" = ?) ORDER BY id',
        [group, group],
    )
    return [id for (id,) in rows]


def links(connection: Connection, asked: wire.Links) -> wire.Chain:
    """The ids of a chain, a page of them."""
    rows = connection.all(
        'SELECT seq, id, body IS NOT NULL FROM envelope WHERE "group" = ? AND seat = ? AND (seq, id) > (?, ?)'
        " ORDER BY seq, id LIMIT ?",
        [asked.group, asked.seat, *asked.after, wire.CHAIN + 1],
    )
    found = tuple(wire.Link(seq, id, bool(whole)) for seq, id, whole in rows[: wire.CHAIN])
    return wire.Chain(found, len(rows) > wire.CHAIN)


def page(connection: Connection, asked: wire.Pull) -> wire.Page:
    """Envelopes as asked for, as many as a page holds."""
    chosen: list[bytes] = []
    room = wire.PAGE_BYTES
    for id, length, whole in _wanted(connection, asked):
        room -= STRIPPED + (length if whole else 0)
        if chosen and (room < 0 or len(chosen) == wire.PAGE):
            return wire.Page(encoded(connection, chosen), more=True)
        chosen.append(id)
    return wire.Page(encoded(connection, chosen))


def _wanted(connection: Connection, asked: wire.Pull) -> Iterator[Row]:
    held = tips(connection, asked.group)
    types = [sort for sort in asked.types if sort in (1, 2)]
    for seat, above in asked.above.items():
        reach, knot = held.get(seat, (NOTHING, None))
        if types and (knot is not None or reach.seq > above):
            yield from connection.all(
                'SELECT id, length, body IS NOT NULL FROM envelope WHERE "group" = ? AND seat = ? AND seq > ?'
                f" AND type IN ({marks(types)}) ORDER BY seq, id LIMIT ?",
                [asked.group, seat, above, *types, wire.PAGE + 1],
            )
    if asked.ids:
        those, values = connection.among(asked.ids)
        query = f'SELECT id, length, body IS NOT NULL FROM envelope WHERE "group" = ? AND id {those} ORDER BY id'
        yield from connection.all(query, [asked.group, *values])


def encoded(connection: Connection, ids: Sequence[bytes]) -> tuple[bytes, ...]:
    """Envelopes of these ids, as they are carried."""
    if not ids:
        return ()
    those, values = connection.among(ids)
    rows = connection.all(f"SELECT id, head, body FROM envelope WHERE id {those}", values)
    found = {id: head + (body or b"") for id, head, body in rows}
    return tuple(found[id] for id in dict.fromkeys(ids) if id in found)


def _extend(connection: Connection, group: bytes, seat: bytes, added: Iterable[Envelope]) -> None:
    """Move the tip of a chain: step by step where it only grew, else from all of its links."""
    row = one(connection, 'SELECT seq, id, count, knot FROM chain WHERE "group" = ? AND seat = ?', [group, seat])
    is_line = row is None or row[3] is None
    reach = _grown(Tip(*row[:3]) if row else NOTHING, added) if is_line else None
    knot = None
    if reach is None:
        held = chain(connection, group, seat)
        reach = tip(held.values())
        knot = None if _is_line(held) else wire.knot(held)
    connection.run(
        'INSERT INTO chain VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT ("group", seat) DO UPDATE SET'
        " seq = excluded.seq, id = excluded.id, count = excluded.count, knot = excluded.knot",
        [group, seat, reach.seq, reach.id, reach.count, knot],
    )


def _grown(reach: Tip, added: Iterable[Envelope]) -> Tip | None:
    """The tip of a line after envelopes that follow one another; None where they do not."""
    for envelope in added:
        if envelope.prev != reach.id or envelope.seq != reach.seq + 1:
            return None
        reach = Tip(envelope.seq, envelope.id, reach.count + 1)
    return reach


def _is_line(held: Mapping[bytes, LedgerLink]) -> bool:
    """Whether a chain is 1, 2, 3 ... along `prev`."""
    steps = sorted(held.values(), key=lambda step: step.seq)
    befores = [NO_PREV, *(step.id for step in steps)]
    return all(step.seq == n and step.prev == befores[n - 1] for n, step in enumerate(steps, 1))
