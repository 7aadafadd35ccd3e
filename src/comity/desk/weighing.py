"""What speaks against a value before anybody writes it: the rules that would refuse it."""

from typing import Any

from comity.desk import drafting, rules
from comity.desk.desk import Desk
from comity.desk.settling import Fork
from comity.desk.world import World
from comity.errors import BadInput

_SOME_REASON = "some reason"  # asked for later; a value is not forbidden for want of it


def forbids(desk: Desk, fork: Fork, value: Any) -> list[str]:
    """Why a conflict cannot be settled with this value, in a sentence for each rule."""
    kind, given = type(fork.record), {fork.field: value}
    with desk.store.reading() as connection:
        world = World(desk, connection)
        try:
            values = drafting.typed(world, kind, given, drafting.values_of(fork.opened.record), fork.record.group)
            rules.check(world, fork.record, values, reason=_SOME_REASON, settle=True)
            rules.require(kind, rules.unreached(fork.record, values, fork.opened.heads))
        except BadInput as error:
            return [problem.message for problem in error.problems]
    return []
