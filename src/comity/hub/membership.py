"""Who stands in a group, as far as its acts on this hub tell; kept in tables so that every process asks the same."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from comity.hub import shelf
from comity.hub.ledger.database import Connection, Row, one
from comity.log.acts import act_of
from comity.log.envelope import Envelope, dot
from comity.log.standing import Standing, judge

_HOUSES = "enrolled e JOIN member m ON m.institute = e.institute AND e.peer = 1"


class Caller(Struct, frozen=True):
    """Who speaks in a session: a device, and the key that proved it, which is its carrier key or its own.

    Another hub is a device without a seat: it was invited for an institute, and stands where that stands.
    """

    device: bytes
    carrier: bytes


def stands(connection: Connection, caller: Caller, group: bytes) -> bool:
    """Whether a seat of the caller stands in the group, or of the institute that it carries for."""
    query = (
        'SELECT 1 FROM member WHERE device = ? AND carrier = ? AND "group" = ?'
        f' UNION ALL SELECT 1 FROM {_HOUSES} WHERE e.device = ? AND e.carrier = ? AND m."group" = ? LIMIT 1'
    )
    return one(connection, query, [caller.device, caller.carrier, group] * 2) is not None


def is_peer(connection: Connection, caller: Caller) -> bool:
    """Whether the caller is another hub."""
    query = "SELECT 1 FROM enrolled WHERE device = ? AND carrier = ? AND peer = 1"
    return one(connection, query, [caller.device, caller.carrier]) is not None


def groups_with(connection: Connection, institute: str) -> list[bytes]:
    """The groups in which an institute stands."""
    rows = connection.all('SELECT DISTINCT "group" FROM member WHERE institute = ? ORDER BY "group"', [institute])
    return [group for (group,) in rows]


def houses(connection: Connection, institute: str, group: bytes) -> bool:
    """Whether an institute stands in a group."""
    query = 'SELECT 1 FROM member WHERE institute = ? AND "group" = ? LIMIT 1'
    return one(connection, query, [institute, group]) is not None


def groups_of(connection: Connection, caller: Caller) -> list[bytes]:
    """The groups in which the caller stands."""
    query = (
        'SELECT "group" FROM member WHERE device = ? AND carrier = ?'
        f' UNION SELECT m."group" FROM {_HOUSES} WHERE e.device = ? AND e.carrier = ? ORDER BY 1'
    )
    return [group for (group,) in connection.all(query, [caller.device, caller.carrier] * 2)]


def members(connection: Connection, group: bytes) -> set[Caller]:
    """All who stand in a group."""
    query = (
        'SELECT device, carrier FROM member WHERE "group" = ?'
        f' UNION SELECT e.device, e.carrier FROM {_HOUSES} WHERE m."group" = ?'
    )
    return {Caller(device, carrier) for device, carrier in connection.all(query, [group] * 2)}


def signers(connection: Connection, group: bytes, seats: Collection[bytes]) -> dict[bytes, bytes]:
    """The key that signs for each of these seats, as far as an act here opened it."""
    if not seats:
        return {}
    those, values = connection.among([*seats])
    return dict(connection.all(f'SELECT seat, signer FROM seat WHERE "group" = ? AND seat {those}', [group, *values]))


def seated(connection: Connection, group: bytes) -> list[Row]:
    """The seats that acts here opened, the device on each, and its institute as far as it stands."""
    return connection.all(
        "SELECT s.seat, s.signer, COALESCE(MIN(m.institute), '') FROM seat s LEFT JOIN member m"
        ' ON m.device = s.signer AND m."group" = s."group" WHERE s."group" = ? GROUP BY s.seat, s.signer',
        [group],
    )


def seat(connection: Connection, group: bytes, opened: dict[bytes, bytes]) -> None:
    """Note seats with the keys that sign for them; whether they exist is seen when the acts are judged."""
    connection.many(
        "INSERT INTO seat VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
        [(group, name, signer, b"") for name, signer in opened.items()],
    )


def unsettles(connection: Connection, group: bytes, came: Iterable[Envelope]) -> bool:
    """Whether commits that came change what counts: they lie on a chain that was cut, or an erase names them."""
    seats, of_seats = connection.among([*{e.seat for e in came}])
    dots, of_dots = connection.among([e.dot for e in came])
    cut = f'SELECT 1 FROM seat WHERE "group" = ? AND cut = 1 AND seat {seats}'
    erased = f'SELECT 1 FROM erasure WHERE "group" = ? AND dot {dots}'
    return bool(connection.all(cut, [group, *of_seats]) or connection.all(erased, [group, *of_dots]))


def rejudge(connection: Connection, group: bytes, came: Iterable[Envelope]) -> None:
    """Judge all acts of a group and bring the tables to what follows; bodies that were erased go."""
    acts = [(act, act_of(act)) for act in shelf.acts(connection, group)]
    standing = judge(group, acts, lambda seat: shelf.chain(connection, group, seat))
    _write_seats(connection, group, standing)
    _write_members(connection, group, standing)
    _erase(connection, group, standing, {e.dot for e in came})


def settle(connection: Connection) -> None:
    """Judge the groups of which an older version noted no institutes."""
    for (group,) in connection.all("SELECT DISTINCT \"group\" FROM member WHERE institute = ''"):
        connection.lock(group)
        rejudge(connection, group, ())


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
    houses = {
        (seat.device, key): seat.institute.replace("\0", "")  # which PostgreSQL keeps in no text
        for seat in sorted(standing.standing(), key=lambda seat: seat.institute)
        for key in (seat.carrier, seat.device)
        if key
    }
    now = {(*caller, group, institute) for caller, institute in houses.items()}
    before = {*connection.all('SELECT device, carrier, "group", institute FROM member WHERE "group" = ?', [group])}
    connection.many(
        'DELETE FROM member WHERE device = ? AND carrier = ? AND "group" = ? AND institute = ?', before - now
    )
    connection.many(
        'INSERT INTO member VALUES (?, ?, ?, ?) ON CONFLICT (device, carrier, "group") DO UPDATE SET'
        " institute = excluded.institute",
        now - before,
    )


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
