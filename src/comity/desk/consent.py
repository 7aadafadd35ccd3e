"""Asking a person in the midst of a session: whether a group is let in, or may be changed much."""

from collections.abc import Callable, Collection, Mapping

from comity.sync.outcome import Allow, Doubt, GroupOutcome

Agree = Callable[[Doubt], bool]  # asked outside of any transaction; the session goes on where it was


def nobody(doubt: Doubt) -> bool:
    """Nobody is there to ask."""
    return False


def persisting(run: Callable[[Allow], list[GroupOutcome]], agree: Agree) -> list[GroupOutcome]:
    """Run a session, again while somebody allows groups to be let in or to be changed much."""
    allowed: set[tuple[str, bytes]] = set()
    asked: set[tuple[str, bytes]] = set()
    before: dict[bytes, GroupOutcome] = {}
    while True:
        try:
            return added(before, run(lambda doubt: doubt.key in allowed))
        except Doubt as doubt:
            doubt.outcomes = added(before, doubt.outcomes)
            fresh = [each for each in (doubt, *doubt.others) if each.key not in asked]
            asked |= {each.key for each in fresh}
            agreed = {each.key for each in fresh if agree(each)}
            if not agreed:
                raise
            before = {each.group: each for each in doubt.outcomes}
            allowed.update(agreed)


def added(before: Mapping[bytes, GroupOutcome], now: Collection[GroupOutcome]) -> list[GroupOutcome]:
    """What two sessions that followed one another did; what was noticed is that of the later one."""
    for each in now:
        if earlier := before.get(each.group):
            for name in ("received", "sent", "shared", "rolled_back"):
                setattr(each, name, getattr(each, name) + getattr(earlier, name))
            each.bad += earlier.bad
    return list(now)
