"""Who stands in a group, as far as its acts on this hub tell; kept in tables so that every process asks the same."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from comity.hub import shelf
from comity.hub.ledger.database import Connection, marks, one
from comity.log.acts import act_of
from comity.log.envelope import Envelope, dot
from comity.log.standing import Standing, judge


class Caller(Struct, frozen=True):
    """Who speaks in a session: a device, and the key that proved it, which is its carrier key or its own."""

    device: bytes
    carrier: bytes


def stands(connection: Connection, caller: Caller, group: bytes) -> bool:
    """Whether a seat of the caller stands in the group."""
    query = 'SELECT 1 FROM member WHERE device = ? AND carrier = ? AND "group" = ?'
    return one(connection, query, [caller.device, caller.carrier, group]) is not None


def groups_of(connection: Connection, caller: Caller) -> list[bytes]:
    """The groups in which a seat of the caller stands."""
    rows = connection.all(
        'SELECT "group" FROM member WHERE device = ? AND carrier = ? ORDER BY "group"', [caller.device, caller.carrier]
    )
    return [group for (group,) in rows]


def members(connection: Connection, group: bytes) -> set[Caller]:
    """All who stand in a group."""
    rows = connection.all('SELECT device, carrier FROM member WHERE "group" = ?', [group])
    return {Caller(device, carrier) for device, carrier in rows}


def signers(connection: Connection, group: bytes, seats: Collection[bytes]) -> dict[bytes, bytes]:
    """The key that signs for each of these seats, as far as an act here opened it."""
    if not seats:
        return {}
    query = f'SELECT seat, signer FROM seat WHERE "group" = ? AND seat IN ({marks([*seats])})'
    return dict(connection.all(query, [group, *seats]))


def seat(connection: Connection, group: bytes, opened: dict[bytes, bytes]) -> None:
    """Note seats with the keys that sign for them; whether they exist is seen when the acts are judged."""
    connection.many(
        "INSERT INTO seat VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
        [(group, name, signer, b"") for name, signer in opened.items()],
    )


def unsettles(connection: Connection, group: bytes, came: Iterable[Envelope]) -> bool:
    """Whether commits that came change what counts: they lie on a chain that was cut, or an erase names them."""
    seats, dots = {e.seat for e in came}, [e.dot for e in came]
    cut = f'SELECT 1 FROM seat WHERE "group" = ? AND cut = 1 AND seat IN ({marks([*seats])})'
    erased = f'SELECT 1 FROM erasure WHERE "group" = ? AND dot IN ({marks(dots)})'
    return bool(connection.all(cut, [group, *seats]) or connection.all(erased, [group, *dots]))


def rejudge(connection: Connection, group: bytes, came: Iterable[Envelope]) -> None:
    """Judge all acts of a group and bring the tables to what follows; bodies that were erased go."""
    acts = [(act, act_of(act)) for act in shelf.acts(connection, group)]
    standing = judge(group, acts, lambda seat: shelf.chain(connection, group, seat))
    _write_seats(connection, group, standing)
    _write_members(connection, group, standing)
    _erase(connection, group, standing, {e.dot for e in came})


def _write_seats(connection: Connection, group: bytes, standing: Standing) -> None:
    rows = connection.all('SELECT seat, carrier, cut FROM seat WHERE "group" = ?', [group])
    before = {name: (carrier, cut) for name, carrier, cut in rows}
    now = {name: (seat.carrier, int(name in standing.cuts)) for name, seat in standing.seats.items()}
    changed = {name: now.get(name, (b"", 0)) for name in before if now.get(name, (b"", 0)) != before[name]}
    connection.many(
        'UPDATE seat SET carrier = ?, cut = ? WHERE "group" = ? AND seat = ?',
        [(carrier, cut, group, name) for name, (carrier, cut) in changed.items()],
    )


def _write_members(connection: Connection, group: bytes, standing: Standing) -> None:
    now = {Caller(seat.device, key) for seat in standing.standing() for key in (seat.carrier, seat.device) if key}
    before = members(connection, group)
    connection.many(
        'DELETE FROM member WHERE device = ? AND carrier = ? AND "group" = ?',
        [(gone.device, gone.carrier, group) for gone in before - now],
    )
    connection.many("INSERT INTO member VALUES (?, ?, ?)", [(new.device, new.carrier, group) for new in now - before])


def _erase(connection: Connection, group: bytes, standing: Standing, came: Collection[bytes]) -> None:
    """Note the dots that count as erased; of those that are new, or whose commits came, the bodies go."""
    before = {name for (name,) in connection.all('SELECT dot FROM erasure WHERE "group" = ?', [group])}
    now = standing.erasures.keys()
    connection.many('DELETE FROM erasure WHERE "group" = ? AND dot = ?', [(group, name) for name in before - now])
    connection.many("INSERT INTO erasure VALUES (?, ?)", [(group, name) for name in now - before])
    gone = [
        commit
        for name in now
        if name not in before or name in came
        for commit in shelf.named(connection, group, name)
        if standing.is_erased(commit) and dot(commit.id) == name
    ]
    shelf.drop(connection, group, gone)
