"""What needs a person and is no record: late work, and groups that this device may not write to."""

from collections.abc import Iterator

from comity.desk.desk import Desk
from comity.desk.members import late
from comity.desk.members.ended import ended
from comity.desk.world import World
from comity.domain.wording import some


def reminders(desk: Desk) -> Iterator[str]:
    """A sentence for each, with what to do."""
    if waiting := late.tray(desk):
        told = some(len(waiting), "commit")
        yield f"The late tray holds {told} of revoked devices: see `comity late list`, then `comity late adopt`."
    revoked = [*ended(desk)]
    yield from (each.told for each in revoked)
    own, known = desk.store.keys.pair.public.sign, {each.group for each in revoked}
    with desk.store.reading() as connection:
        world = World(desk, connection)
        for group in desk.store.groups():
            seats = desk.store.circles.of(bytes.fromhex(group)).standing.standing()
            if group not in known and all(each.device != own for each in seats):
                asked = f"ask for `comity group admit {world.group_name(group)} --device CARD`"
                yield f"This device has no seat in {world.group_name(group)}: {asked} if it should write."
