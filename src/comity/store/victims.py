"""What an erase would be about: the commits that wrote to a record, and who holds them."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, select

from comity.log.commit import Commit
from comity.log.envelope import Envelope, Type, decode
from comity.log.receipt import NOTHING, Tip
from comity.store import schema
from comity.store.circle import Circles
from comity.store.exchange import receipts

SHOWN = "shown:"
DEVICE = "device "  # before the key of one that answered a bundle by voice; no hub is called so


class Victim(NamedTuple):
    """A commit that wrote to a record, and whose body is here; `commit`: what it says, where it can be opened."""

    no: int
    envelope: Envelope
    commit: Commit | None


class Holder(NamedTuple):
    """Who said to hold, or showed, how many of some commits: a device by its key, a hub by its name; and when."""

    device: bytes
    hub: str
    commits: int
    at_ms: int


def victims(connection: Connection, circles: Circles, record: int) -> list[Victim]:
    """The commits with a body that wrote to a record, whether they count or not."""
    e, t = schema.envelopes.c, schema.touches.c
    query = (
        select(e.no, e.header, e.signature, e.body)
        .select_from(schema.touches.join(schema.envelopes, t.envelope == e.no))
        .where(t.record == record, e.type == int(Type.COMMIT), e.body.is_not(None))
        .order_by(e.gen, e.dot)
    )
    found = [(no, decode(header + signature + body)) for no, header, signature, body in connection.execute(query)]
    return [Victim(no, envelope, circles.open(envelope)) for no, envelope in found]


def holders(connection: Connection, group: bytes, given: Sequence[Envelope]) -> list[Holder]:
    """Who said what they hold of a group, and how many of these it is: devices, also none of them; hubs, some."""
    found = {
        device: Holder(device, "", _held(signed.receipt.tips, given), signed.receipt.at_ms)
        for device, signed in receipts(connection, group).items()
    }
    hubs = []
    prefix = f"{SHOWN}{group.hex()}:"
    rows = select(schema.local.c.name, schema.local.c.value).where(schema.local.c.name.startswith(prefix))
    for name, packed in connection.execute(rows):
        tips = msgspec.msgpack.decode(packed, type=dict[bytes, Tip])
        called = name.removeprefix(prefix)
        if not called.startswith(DEVICE):
            hubs.append(Holder(b"", called, _held(tips, given), 0))
            continue
        device, count = bytes.fromhex(called.removeprefix(DEVICE)), _held(tips, given)
        if device not in found or found[device].commits < count:
            found[device] = Holder(device, "", count, 0)
    return [*found.values(), *(each for each in hubs if each.commits)]


def records(connection: Connection, group: bytes, ids: Collection[bytes]) -> dict[tuple[str, bytes], int]:
    """The row numbers of records, by kind and id."""
    r = schema.records.c
    rows = connection.execute(select(r.kind, r.id, r.no).where(r.group == group, r.id.in_(list(ids))))
    return {(kind, id): no for kind, id, no in rows}


def _held(tips: dict[bytes, Tip], given: Sequence[Envelope]) -> int:
    return sum(each.seq <= tips.get(each.seat, NOTHING).seq for each in given)
