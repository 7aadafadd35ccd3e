"""Acts made with the words on paper: a house that lost its devices comes back, or ends those that were lost."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from comity.desk import placing
from comity.desk.consent import Agree, nobody, persisting
from comity.desk.desk import Desk
from comity.desk.members import holdings, membership, revoking
from comity.desk.members.hands import PaperHand
from comity.desk.members.holdings import Holding
from comity.desk.members.membership import Admission
from comity.desk.members.revoking import RevocationPreview
from comity.desk.world import World
from comity.domain.wording import listed
from comity.errors import BadInput, Locked, NotFound, Refused
from comity.log.keys import Pair
from comity.log.words import recovery_secret
from comity.store import paper
from comity.sync import bundle
from comity.sync.shelf import Shelf


@dataclass(frozen=True)
class Whole:
    """A group that leaves as a whole."""

    group: str
    name: str
    holding: Holding


@dataclass(frozen=True)
class RecoveryPreview:
    """What a bundle for the recovery words of an institute would hold."""

    institute: str
    boxes: frozenset[bytes]
    holds: tuple[Whole, ...]


def pair_in(path: Path) -> Pair:
    """The recovery key whose words are in a file that only its owner can read. Raises Locked where they are wrong."""
    if not path.is_file():
        raise NotFound(f"there is no file {path}", "write the words into a file that only you can read: chmod 600")
    if os.name == "posix" and path.stat().st_mode & 0o077:
        raise Locked(f"others can read {path}; it is not used", f"close it: chmod 600 {path}")
    try:
        return Pair.of_recovery(recovery_secret(path.read_text(encoding="utf-8")))
    except BadInput as error:
        raise Locked(error.message, error.hint, error.problems, "words") from None
    except UnicodeDecodeError:
        raise Locked(f"the file {path} is no text", "write the words as lines of UTF-8", code="words") from None


def hand(desk: Desk, words: Path) -> PaperHand:
    """Whoever holds these words; Locked where they are of another key than this device's institute has."""
    pair = pair_in(words)
    if pair.public != desk.root:
        hint = "compare `comity recovery show-public` here and with --words-file"
        raise Locked(f"these are the words of another recovery key than that of {desk.institute}", hint, code="words")
    return PaperHand(desk.store, pair)


def groups(desk: Desk, pen: PaperHand, named: str = "") -> list[str]:
    """The groups in which the key has a seat that stands; the one that is named."""
    with desk.store.reading() as connection:
        found = [
            group for group in desk.store.groups() if paper.seats(desk.store.circles.of(bytes.fromhex(group)), pen.pair)
        ]
        if not named:
            return found
        group = placing.group_id(World(desk, connection), named)
    if group not in found:
        hint = "a chair of the group has to admit your institute"
        raise Refused(f"the recovery key of {desk.institute} has no seat in {named}", hint, code="no_seat")
    return [group]


def admissions(desk: Desk, pen: PaperHand, group: str = "", device: str = "", role: str = "") -> list[Admission]:
    """What admitting a device, this one if none is named, would mean: in one group, or wherever it has no seat yet."""
    told = device or desk.store.keys.pair.public.sign.hex()
    found = []
    for each in groups(desk, pen, group):
        with desk.store.reading() as connection:
            highest = str(max(pen.seats(connection, bytes.fromhex(each)), key=lambda seat: seat.role.rank).role)
        try:
            found.append(membership.admission(desk, each, told, role or highest, pen))
        except Refused as refused:
            if group or refused.code != "stands":
                raise
    return found


def revocation(
    desk: Desk, pen: PaperHand, group: str, named: Sequence[str], institute: str = "", since: str = ""
) -> RevocationPreview:
    """What revoking with the paper key would mean in one group."""
    return revoking.revocation(desk, groups(desk, pen, group)[0], named, institute, since, pen)


def receive(desk: Desk, pen: PaperHand, path: Path, agree: Agree = nobody) -> int:
    """Take in a bundle that a partner wrote for the recovery key; how many envelopes were not here."""
    shelf = Shelf(desk.store)
    outcomes = persisting(lambda allow: bundle.read(shelf, path, allow=allow, pair=pen.pair), agree)
    return sum(each.received for each in outcomes)


def parcel(desk: Desk, institute: str, group: str = "") -> RecoveryPreview:
    """All that an institute may hold, in one group or in all that its recovery key has a seat in."""
    with desk.store.reading() as connection:
        world = World(desk, connection)
        only = placing.group_id(world, group) if group else ""
        boxes = {each: _boxes(desk, each, institute) for each in desk.store.groups() if only in ("", each)}
        there = {each: keys for each, keys in boxes.items() if keys}
        holds = tuple(Whole(each, world.group_name(each), holdings.holding_of(world, each)) for each in there)
    if not there:
        hint = "`comity group show NAME` lists who has a seat"
        raise NotFound(f"no recovery key of {institute} stands in a group that is held here", hint)
    if len(set(there.values())) > 1:
        hint = f"write one for each, with --group: {listed([each.name for each in holds])}"
        raise Refused(f"{institute} has not the same recovery keys in all groups", hint, code="keys")
    return RecoveryPreview(institute, next(iter(there.values())), holds)


def write(desk: Desk, parcel: RecoveryPreview, path: Path) -> int:
    """Write a parcel, to be opened with the recovery words alone; how many envelopes."""
    groups = [bytes.fromhex(each.group) for each in parcel.holds]
    return sum(each.envelopes for each in bundle.write_whole(Shelf(desk.store), path, parcel.boxes, groups))


def _boxes(desk: Desk, group: str, institute: str) -> frozenset[bytes]:
    """To what a bundle is sealed that the words of an institute open."""
    standing = desk.store.circles.of(bytes.fromhex(group)).standing
    return frozenset(each.keys.box for each in standing.standing() if not each.carrier and each.institute == institute)
