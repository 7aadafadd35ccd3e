"""The groups from which this device was revoked: others let it in no more, and it would not notice otherwise."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.when import from_ms, show_moment
from comity.log.standing import covers


@dataclass(frozen=True, slots=True)
class Ended:
    """One such group: by whom and when."""

    group: str
    name: str
    by: str
    at: datetime
    told: str  # with what to do

    def as_json(self) -> dict[str, Any]:
        return {"group": self.name, "group_id": self.group, "by": self.by, "at": self.at}


def ended(desk: Desk) -> Iterator[Ended]:
    """Each group in which this device had a seat and has none that stands."""
    own = desk.store.keys.pair.public.sign
    with desk.store.reading() as connection:
        world = World(desk, connection)
        for group in desk.store.groups():
            standing = desk.store.circles.of(bytes.fromhex(group)).standing
            mine = [seat for seat in standing.seats.values() if seat.device == own]
            if not mine or any(standing.stands(seat.id) for seat in mine):
                continue
            binding = [each for each in standing.revokes.values() if any(covers(each, seat) for seat in mine)]
            if not binding:
                continue
            first = min(binding, key=lambda each: each.act.at_ms)
            by, at = standing.seats[first.place].institute, from_ms(first.act.at_ms)
            name = world.group_name(group)
            yield Ended(group, name, by, at, _told(name, by, show_moment(at, desk.today)))


def _told(group: str, by: str, when: str) -> str:
    todo = f"ask for `comity group admit {group} --device CARD` if it should go on, and that its late work is adopted"
    return f"This device was revoked from {group} by {by}, {when}: {todo}."
