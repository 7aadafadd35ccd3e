"""What needs a person and is no record: late work, and groups that this device may not write to."""

from collections.abc import Iterator

from comity.desk import late
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.wording import some


def reminders(desk: Desk) -> Iterator[str]:
    """A sentence for each, with what to do."""
    if waiting := late.tray(desk):
        told = some(len(waiting), "commit")
        yield f"The late tray holds {told} of revoked devices: see `comity late list`, then `comity late adopt`."
    own = desk.store.keys.pair.public.sign
    with desk.store.reading() as connection:
        world = World(desk, connection)
        for group in desk.store.groups():
            seats = desk.store.circles.of(bytes.fromhex(group)).standing.standing()
            if all(each.device != own for each in seats):
                asked = f"ask for `comity group admit {world.named(group)} --device CARD`"
                yield f"This device has no seat in {world.named(group)}, or it was revoked: {asked} if it should write."
