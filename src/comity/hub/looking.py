"""What a hub shows a device of the groups that it stands in, and of those alone."""

from comity.hub import membership, receipts
from comity.hub.ledger.database import Connection
from comity.hub.membership import Caller
from comity.hub.refusals import no_group
from comity.sync import wire

ROOM = wire.MESSAGE_LIMIT - 100_000  # bytes of one answer


def look(connection: Connection, caller: Caller, asked: wire.Look) -> wire.Looked:
    """The groups of the device in the order of their ids, as many as one answer holds."""
    groups = sorted(group for group in membership.groups_of(connection, caller) if group > asked.after)
    found: dict[bytes, wire.State | None] = {}
    size = 0
    for group in groups[: wire.GROUPS]:
        held = receipts.state(connection, group)
        found[group] = None if held.mark == asked.marks.get(group) else held
        size += len(wire.encode(held)) if found[group] else 0
        if size > ROOM and len(found) > 1:
            del found[group]
            break
    return wire.Looked(found, len(found) < len(groups))


def check(connection: Connection, caller: Caller, group: bytes) -> None:
    """Refuse who does not stand in the group: for them it is not here."""
    if not membership.stands(connection, caller, group):
        raise no_group()
