"""Erasing a record for good: what would go, whose commits stay, who holds copies; and the act that does it.

The bodies of its commits are dropped wherever the erase arrives. What they said is set anew before: the record itself
blank and retired, other records of the same commits as they are, so that nothing older comes back.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from comity.desk import acting, asking, devices, names, rewriting
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.facet import Facet
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, facets
from comity.domain.when import from_ms
from comity.domain.wording import some, words
from comity.errors import NotFound, Refused, RuleBroken
from comity.log.acts import Erase
from comity.log.standing import Seat, Standing, may_erase
from comity.store import victims as log
from comity.store.victims import Holder, Victim

MOST: Final = 4_000  # commits named in one act
FEW: Final = 10  # names in a line
BACKUPS: Final = "backups, exports, printed pages and bundles already written keep what they hold"


@dataclass(frozen=True)
class Bound:
    """Commits that cannot be erased from here: whose they are, and who can."""

    institute: str
    device: str
    commits: int
    can: tuple[str, ...]


@dataclass(frozen=True)
class Copy:
    """Somebody who is known, or must be thought, to hold some of it."""

    who: str
    commits: int
    at: datetime | None


@dataclass(frozen=True)
class Erasure:
    """What erasing a record would mean."""

    record: Record
    name: str
    group_name: str
    commits: tuple[Victim, ...]  # those that can be erased from here
    bound: tuple[Bound, ...]
    kept: tuple[Victim, ...]  # those that cannot
    fields: tuple[str, ...]  # by label, those that hold something
    beside: tuple[str, ...]  # other records that the same commits wrote to: their values are written again
    related: tuple[str, ...]  # records that refer to it, and are not erased with it
    copies: tuple[Copy, ...]


@dataclass(frozen=True)
class Erased:
    """What was done: how many commits lost their bodies, and which are left to others."""

    record: Record
    commits: int
    bound: tuple[Bound, ...]


def preview(desk: Desk, record: Record) -> Erasure:
    """What `erase` would do. Raises NotFound where nothing of the record is left to erase."""
    related = asking.related(desk, record)
    with desk.store.reading() as connection:
        return _preview(World(desk, connection), record, [each for found in related.values() for each in found])


def erase(desk: Desk, seen: Erasure, reason: str) -> Erased:
    """Erase what was previewed. Raises RuleBroken where nothing of it is this device's to erase."""
    if not reason.strip():
        raise RuleBroken("erasing needs a reason", "give it with --reason TEXT", code="erase.reason")
    if not seen.commits:
        told = f"{seen.name} was written by others alone"
        raise RuleBroken(told, "; ".join(map(_whose, seen.bound)), code="erase.not_yours")
    at_ms, group = desk.at_ms(), bytes.fromhex(seen.record.group)
    with desk.store.writing() as connection:
        current = acting.reread(connection, type(seen.record), seen.record.id, seen.record.group)
        _only_as_shown(World(desk, connection), current, seen)
        numbers = log.records(connection, group, _touched([*seen.commits, *seen.kept]))
        for changes in rewriting.waves(connection, desk.store.circles, current, seen.commits, seen.kept, numbers):
            desk.store.write(connection, group, changes, author=desk.person, reason=reason, at_ms=at_ms)
        dots = [each.envelope.dot for each in seen.commits]
        for start in range(0, len(dots), MOST):
            desk.store.writer.act(connection, group, Erase(at_ms, tuple(dots[start : start + MOST])), at_ms)
        left = acting.reread(connection, type(current), current.id, current.group)
    gone = set(dots)
    desk.written = [act for act in desk.written if gone.isdisjoint(act)]
    return Erased(left, len(dots), seen.bound)


def _whose(bound: Bound) -> str:
    """Commits that stay, in words: whose they are, and who can erase them."""
    what = some(bound.commits, "commit")
    return f"{what} of {bound.institute} {bound.device} can be erased by {', '.join(bound.can)}"


def _few(names_of: Sequence[str]) -> str:
    more = f" and {len(names_of) - FEW} more" if len(names_of) > FEW else ""
    return f"{', '.join(names_of[:FEW])}{more}"


def lines(seen: Erasure) -> Iterator[str]:
    """The preview as people read it."""
    kind = words(seen.record.noun)
    lose = some(len(seen.commits), "commit loses what it says", "commits lose what they say")
    yield f"Erase {kind} {seen.name} in {seen.group_name}: {lose}, for good."
    yield f"  goes: {', '.join(seen.fields) or 'nothing that is shown now'}, and its history"
    if seen.beside:
        yield f"  written in the same acts, and set anew by you as they are: {_few(seen.beside)}"
    if seen.related:
        yield f"  refers to it and stays: {_few(seen.related)}; erase each of these too if it must go"
    for each in seen.bound:
        yield f"  stays: {_whose(each)}"
    for copy in seen.copies:
        since = f" as of {copy.at:%Y-%m-%d}" if copy.at else ""
        yield f"  held by {copy.who}{since}: dropped there when the erase arrives"
    yield f"  beyond reach: {BACKUPS}"


def _preview(world: World, record: Record, related: Sequence[Record]) -> Erasure:
    desk, connection, group = world.desk, world.connection, bytes.fromhex(record.group)
    found = log.victims(connection, desk.store.circles, record.no or 0)
    name = names.short(connection, record)
    if not [each for each in found if not _is_blank(each, record)]:
        raise NotFound(f"nothing of {name} is left to erase", "its commits were erased, or never came here")
    standing = desk.store.circles.of(group).standing
    own = desk.store.writer.seat(connection, group)
    mine = tuple(each for each in found if _may(standing, own, each))
    kept = tuple(each for each in found if each not in mine)
    known = devices.names(desk, connection)
    return Erasure(
        record,
        name,
        world.group_name(record.group),
        mine,
        tuple(_bound(standing, kept, known)),
        kept,
        tuple(facet.label.lower() for name, facet in facets(type(record)).items() if _goes(record, name, facet)),
        tuple(_beside(world, record, mine)),
        tuple(dict.fromkeys(names.short(connection, each) for each in related)),
        tuple(_copies(world, group, found, known)),
    )


def _is_blank(victim: Victim, record: Record) -> bool:
    """Whether all that a commit does is what an erase left of the record."""
    return victim.commit is not None and rewriting.is_leftover(victim.commit, UUID(record.id).bytes)


def _goes(record: Record, name: str, facet: Facet) -> bool:
    """Whether a field says something that will be gone."""
    info, value = type(record).model_fields[name], getattr(record, name)
    default = None if info.is_required() else info.get_default(call_default_factory=True)
    return not rewriting.stays(name, facet) and value not in (None, "", []) and value != default


def _may(standing: Standing, own: Seat, victim: Victim) -> bool:
    author = standing.seats.get(victim.envelope.seat)
    return victim.commit is not None and author is not None and may_erase(own, author)


def _bound(standing: Standing, kept: Iterable[Victim], known: dict[bytes, str]) -> Iterator[Bound]:
    """Whose the others are, and which devices that stand may erase them."""
    counted = Counter(each.envelope.seat for each in kept)
    for id, count in counted.items():
        author = standing.seats.get(id)
        if author is None:
            yield Bound("somebody", id.hex()[:8], count, ("nobody yet: who admitted it is not known here",))
            continue
        able = [seat for seat in standing.standing() if seat.carrier and may_erase(seat, author) and seat.role.rank]
        can = sorted({f"{seat.institute} {devices.spoken(known, seat.device)}" for seat in able})
        yield Bound(author.institute, devices.spoken(known, author.device), count, (*can, "a recovery key above it"))


def _beside(world: World, record: Record, commits: Iterable[Victim]) -> Iterator[str]:
    """The other records that these commits wrote to."""
    told: dict[tuple[str, bytes], None] = {}
    for each in commits:
        told |= dict.fromkeys((change.kind, change.id) for change in each.commit.changes) if each.commit else {}
    for noun, id in told:
        kind: Any = BY_NOUN.get(noun)
        other = world.get(kind, str(UUID(bytes=id))) if kind else None
        if str(UUID(bytes=id)) != record.id:
            yield names.short(world.connection, other) if other else f"{noun} {id.hex()[-6:]}"


def _copies(world: World, group: bytes, found: Sequence[Victim], known: dict[bytes, str]) -> Iterator[Copy]:
    """Who said to hold some of it; and devices of the group of whom nothing is known."""
    store = world.desk.store
    own, standing = store.keys.pair.public.sign, store.circles.of(group).standing
    houses = {seat.device: seat.institute for seat in standing.seats.values()}
    held = log.holders(world.connection, group, [each.envelope for each in found])

    def who(device: bytes) -> str:
        return f"{houses.get(device, '')} {devices.spoken(known, device)}".strip()

    for each in held:
        at = from_ms(each.at_ms) if each.at_ms else None
        if each.hub:
            yield Copy(f"hub {each.hub} (sealed)", each.commits, None)
        elif each.device != own and each.commits:
            yield Copy(who(each.device), each.commits, at)
    said = {each.device: each for each in held}
    for device in sorted({seat.device for seat in standing.standing() if seat.carrier} - {own}):
        if device not in said:
            yield Copy(f"{who(device)}, perhaps (it never said what it holds)", 0, None)
        elif not said[device].commits:
            yield Copy(f"{who(device)}, perhaps (it held none of it {_when(said[device])})", 0, None)


def _when(said: Holder) -> str:
    """When a device told what it holds."""
    day = f", on {from_ms(said.at_ms):%Y-%m-%d}" if said.at_ms else ""
    return f"when it last said what it holds{day}"


def _only_as_shown(world: World, current: Record, seen: Erasure) -> None:
    now = _preview(world, current, ())
    if [each.envelope.dot for each in now.commits] != [each.envelope.dot for each in seen.commits]:
        raise Refused(f"{seen.name} was written to meanwhile", "look at the preview again", code="moved")


def _touched(found: Iterable[Victim]) -> set[bytes]:
    return {change.id for each in found if each.commit for change in each.commit.changes}
