"""Takes in what a device brings: checked envelopes of seats that acts here opened, whoever carries them.

Standing decides who may bring; what is kept is decided by signatures alone, so two hubs that were given the same
envelopes hold the same, whatever came first.
"""

import hashlib
from collections.abc import Collection, Sequence

from msgspec import Struct

from comity.hub import membership, shelf
from comity.hub.ledger.database import Connection, one
from comity.hub.membership import Caller
from comity.hub.refusals import full, no_group
from comity.log.acts import Found, act_of
from comity.log.body import Malformed
from comity.log.envelope import HEADER, Envelope, Type, decode
from comity.sync import wire
from comity.sync.verify import Checked, check


class Room(Struct, frozen=True):
    """How much a hub keeps."""

    group_bytes: int = 4 * 1024**3
    groups: int = 200  # brought by one institute
    seats: int = wire.SEATS  # of one group; a message tells of no more


class Given(Struct, frozen=True):
    """A push whose signatures were verified, and the seats that its acts open."""

    push: wire.Push
    checked: Checked
    opened: dict[bytes, bytes]


def verified(connection: Connection, given: wire.Push) -> Given:
    """Verify a push by the seats known so far; it takes long, so nobody should wait for it."""
    signers = membership.signers(connection, given.group, {raw[20:36] for raw in given.envelopes})
    known = dict(signers)
    checked = check(given.envelopes, given.group, signers, lambda them: followed(connection, given.group, them))
    return Given(given, checked, {name: key for name, key in signers.items() if name not in known})


def push(connection: Connection, caller: Caller, given: Given, room: Room, now_ms: int) -> wire.Pushed:
    """Keep what is new; the transaction must be undone when this refuses."""
    group = given.push.group
    connection.lock(group)
    is_member = membership.stands(connection, caller, group)
    if membership.signers(connection, group, {each.seat for each in given.checked.unknown}):
        given = verified(connection, given.push)  # somebody brought, in the meantime, what opens these seats
    checked, opened = given.checked, given.opened
    if not is_member:
        _let_in(connection, caller, checked, opened, room, now_ms)
    fresh = keep(connection, group, checked.good, opened, room)
    if not is_member and not membership.stands(connection, caller, group):
        raise no_group()
    if fresh:
        connection.wake(group)
    return wire.Pushed(fresh, _refused(given.push, checked))


def _let_in(
    connection: Connection, caller: Caller, checked: Checked, opened: dict[bytes, bytes], room: Room, now_ms: int
) -> None:
    """Look further only if an act that came seats the caller; a group it founds is brought by that.

    A hub has no seat: whether it may is seen when the acts are judged.
    """
    if caller.device not in opened.values() and not membership.is_peer(connection, caller):
        raise no_group()
    query = "SELECT institute FROM enrolled WHERE device = ? AND carrier = ?"
    row = one(connection, query, [caller.device, caller.carrier])
    bring(connection, row[0] if row else None, checked.good, room, now_ms)


def bring(connection: Connection, institute: str | None, good: Sequence[Envelope], room: Room, now_ms: int) -> None:
    """Open a group that the act which founds it brings: only for who was invited, and within its institute's room."""
    for each in good:
        if each.seat == each.group and isinstance(act_of(each), Found) and not _is_here(connection, each.group):
            if institute is None:
                raise no_group()
            brought = connection.all('SELECT COUNT(*) FROM "group" WHERE institute = ?', [institute])[0][0]
            if brought >= room.groups:
                raise full("groups of your institute")
            values = [each.group, institute, now_ms]
            connection.run('INSERT INTO "group" (id, institute, at_ms) VALUES (?, ?, ?)', values)


def _is_here(connection: Connection, group: bytes) -> bool:
    return one(connection, 'SELECT 1 FROM "group" WHERE id = ?', [group]) is not None


def keep(connection: Connection, group: bytes, good: Sequence[Envelope], seated: dict[bytes, bytes], room: Room) -> int:
    """Keep checked envelopes that are new, and the seats that they open; how many they were."""
    known = membership.signers(connection, group, seated)
    opened = {name: key for name, key in seated.items() if name not in known}
    here = shelf.bodies(connection, [each.id for each in good])
    fresh = [each for each in good if each.id not in here]
    filled = [each for each in good if each.body is not None and not here.get(each.id, True)]
    if not fresh and not filled:
        return 0
    _within(connection, group, shelf.size([*fresh, *filled]), opened, room)
    membership.seat(connection, group, opened)
    shelf.put(connection, group, fresh)
    shelf.fill(connection, group, filled)
    came = [*fresh, *filled]
    if any(each.type is Type.ACT for each in fresh) or membership.unsettles(connection, group, came):
        membership.rejudge(connection, group, came)
    return len(came)


def _within(connection: Connection, group: bytes, size: int, opened: Collection[bytes], room: Room) -> None:
    before = one(connection, 'SELECT size FROM "group" WHERE id = ?', [group])
    seats = connection.all('SELECT COUNT(*) FROM seat WHERE "group" = ?', [group])[0][0] + len(opened)
    if before is None:
        raise no_group()
    if before[0] + size > room.group_bytes or seats > room.seats:
        raise full("of this group")


def followed(connection: Connection, group: bytes, doubtful: Collection[Envelope]) -> set[bytes]:
    """Those that an envelope here names as the one before."""
    return {
        step.prev for seat in {each.seat for each in doubtful} for step in shelf.chain(connection, group, seat).values()
    }


def _refused(given: wire.Push, checked: Checked) -> tuple[tuple[bytes, str], ...]:
    if not checked.bad and not checked.unknown:
        return ()
    good = {each.id for each in checked.good}
    unknown = {each.id for each in checked.unknown}
    named = [(hashlib.blake2b(raw[:HEADER], digest_size=32).digest(), raw) for raw in given.envelopes]
    return tuple(_reason(id, raw, given.group, unknown) for id, raw in named if id not in good)


def _reason(id: bytes, raw: bytes, group: bytes, unknown: Collection[bytes]) -> tuple[bytes, str]:
    try:
        envelope = decode(raw)
    except Malformed:
        return b"", "malformed"
    if envelope.group != group:
        return id, "malformed"
    return id, "seat" if id in unknown else "signature"
