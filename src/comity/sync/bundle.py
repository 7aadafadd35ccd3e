"""Bundles: what others lack, as files for a courier; read in any order, any number of times.

A bundle is written from receipts, so it needs no answer; the next receipt, or a bundle that comes back, is one. Each
file opens with the acts that open seats, so that no file has to be read before another.
"""

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from comity.errors import IntegrityFailure, Refused
from comity.log.commit import Dot
from comity.log.envelope import Type, decode
from comity.log.keys import Pair
from comity.log.receipt import NOTHING, Tip
from comity.sync import answer
from comity.sync.container import BundleDraft, Container
from comity.sync.intake import Intake
from comity.sync.newcomer import Porch
from comity.sync.outcome import Allow, Doubt, GroupOutcome, Tell, halted, refuse, silently
from comity.sync.shelf import Shelf
from comity.sync.wire import PAGE, PAGE_BYTES, Raw, SignedReceipt, State, pages

SMALLEST = 1024 * 1024  # of what a bundle may be told to stay below
AROUND = 128 * 1024  # bytes of a bundle beside its pages


class Leaf(Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """A page of a bundle: envelopes and receipts of one group."""

    group: Dot
    envelopes: Annotated[tuple[Raw, ...], Meta(max_length=PAGE)] = ()
    receipts: Annotated[tuple[SignedReceipt, ...], Meta(max_length=PAGE)] = ()


class Written(Struct):
    """A file that was written, and how many envelopes are in it."""

    path: Path
    envelopes: int = 0


def write(
    shelf: Shelf, path: Path, devices: Collection[bytes], groups: Collection[bytes] = (), limit: int = 0
) -> list[Written]:
    """Write what devices lack, as their receipts say; in several files where one would pass the limit.

    Groups are those named, in which every device has to stand, or all in which every one of them does.
    """
    if 0 < limit < SMALLEST:
        raise Refused("a bundle cannot be told to stay below 1 MiB", "name a larger size, such as 10M")
    chosen = _common(shelf, devices, groups)
    for group in chosen:
        shelf.share_keys(group)
    boxes = [shelf.standing(chosen[0])[device].keys.box for device in sorted(devices)]
    above = {group: _held(shelf, group, devices) for group in chosen}
    tips = {group: shelf.state(group).tips for group in chosen}
    writing = _write(shelf, path, boxes, above, limit)
    if len(writing.written) == 1:
        answer.expect(shelf, writing.last, devices, tips)
    return writing.written


def lacking(shelf: Shelf, devices: Collection[bytes], groups: Collection[bytes] = ()) -> dict[bytes, int]:
    """How many envelopes of each group a bundle for these devices would hold."""
    return {group: shelf.count(group, _held(shelf, group, devices)) for group in _common(shelf, devices, groups)}


def write_whole(shelf: Shelf, path: Path, boxes: Collection[bytes], groups: Collection[bytes]) -> list[Written]:
    """Write all of some groups for the holders of these box keys, whatever they held before."""
    above = {group: dict.fromkeys(shelf.state(group).tips, 0) for group in groups}
    return _write(shelf, path, boxes, above, 0).written


def read(
    shelf: Shelf, path: Path, *, tell: Tell = silently, allow: Allow = refuse, pair: Pair | None = None
) -> list[GroupOutcome]:
    """Take in a bundle; again and again, as long as what it brings makes more of it known.

    `pair` opens one that is not for this device: that of the recovery key on paper. Raises a Doubt where nobody allowed
    a group to be let in, or to be changed so much, after all others were taken in.
    """
    container = Container(path)
    key = container.key(pair or shelf.store.keys.pair)
    strange, doubts = _strangers(shelf, container, key, allow, [pair.public.sign] if pair else [])
    intakes: dict[bytes, Intake] = {}
    while True:
        before = sum(each.outcome.received for each in intakes.values())
        for each in intakes.values():
            each.outcome.unknown = 0
            each.outcome.bad.clear()
        for leaf in _leaves(container, key):
            if leaf.group in strange or leaf.group in doubts:
                continue
            if leaf.group not in intakes:
                intakes[leaf.group] = Intake(shelf, leaf.group, tell, allow)
            try:
                intakes[leaf.group].take(leaf.envelopes)
                shelf.evidence.keep(leaf.group, leaf.receipts)
            except Doubt as doubt:
                doubts[leaf.group] = doubt
        outcomes = [each.outcome for each in intakes.values()]
        if not any(each.unknown for each in outcomes) or sum(each.received for each in outcomes) == before:
            break
    if doubts:
        raise halted(list(doubts.values()), outcomes)
    return [*outcomes, *strange.values()]


def _strangers(
    shelf: Shelf, container: Container, key: bytes, allow: Allow, paper: Collection[bytes]
) -> tuple[dict[bytes, GroupOutcome], dict[bytes, Doubt]]:
    """The new groups that may not come in: those that this device is not in, and those that nobody said yes to."""
    porches = {group: Porch(group) for group in container.manifest.groups if not shelf.holds(group)}
    strange: dict[bytes, GroupOutcome] = {}
    for leaf in _leaves(container, key) if porches else ():
        if not shelf.holds(leaf.group):
            porches.setdefault(leaf.group, Porch(leaf.group)).take(leaf.envelopes)
            strange.setdefault(leaf.group, GroupOutcome(leaf.group)).unknown += len(leaf.envelopes)
    doubts: dict[bytes, Doubt] = {}
    for group, porch in porches.items():
        try:
            if shelf.welcome(porch, allow, paper):
                strange.pop(group, None)
        except Doubt as doubt:
            doubts[group] = doubt
            strange.pop(group, None)
    return strange, doubts


def code(shelf: Shelf, path: Path) -> str:
    """What to read out to the writer of a bundle whose content is all here."""
    container = Container(path)
    key = container.key(shelf.store.keys.pair)
    if any(shelf.new_here({decode(each).id for each in leaf.envelopes}) for leaf in _leaves(container, key)):
        raise Refused("not all of this bundle is here", "read it first", code="unread")
    return answer.code(key, shelf.device)


def outlook(shelf: Shelf, path: Path) -> list[GroupOutcome]:
    """What reading a bundle would bring; nothing is changed."""
    container = Container(path)
    key = container.key(shelf.store.keys.pair)
    strange, doubts = _strangers(shelf, container, key, refuse, [])
    found = {group: GroupOutcome(group, asks=doubt.message) for group, doubt in doubts.items()}
    acts: set[bytes] = set()  # those that open seats come twice
    for leaf in _leaves(container, key):
        if leaf.group in strange:
            continue
        outcome = found.setdefault(leaf.group, GroupOutcome(leaf.group))
        envelopes = {each.id: each.type for each in map(decode, leaf.envelopes)}
        outcome.received += shelf.new_here(envelopes.keys() - acts)
        acts |= {id for id, sort in envelopes.items() if sort is Type.ACT}
    return [*found.values(), *strange.values()]


def _write(
    shelf: Shelf, path: Path, boxes: Collection[bytes], above: Mapping[bytes, Mapping[bytes, int]], limit: int
) -> "_Writing":
    with _Writing(shelf, path, boxes, above, limit) as writing:
        for group in above:
            shelf.evidence.sign(group)
            for some in shelf.leaving(group, above[group], room=writing.room):
                writing.add(Leaf(group, some))
            for some in pages((each.encode() for each in shelf.evidence.receipts(group).values()), writing.room):
                writing.add(Leaf(group, (), some))
        writing.finish()
    return writing


class _Writing:
    """The files of one bundle, one after the other."""

    def __init__(
        self, shelf: Shelf, path: Path, boxes: Collection[bytes], above: Mapping[bytes, Mapping[bytes, int]], limit: int
    ) -> None:
        self.shelf, self.path, self.boxes, self.above, self.limit = shelf, path, boxes, above, limit
        self.room = min(PAGE_BYTES, limit // 4 or PAGE_BYTES)
        self.written: list[Written] = []
        self._begin()

    def __enter__(self) -> "_Writing":
        return self

    def __exit__(self, *_: object) -> None:
        self._draft.close()

    def add(self, leaf: Leaf) -> None:
        """One more page, in the next file where this one is full."""
        packed = msgspec.msgpack.encode(leaf)
        if self.limit and self._draft.size + len(packed) + AROUND > self.limit:
            self.finish()
            self._begin()
        if leaf.group not in self._groups:
            self._groups.add(leaf.group)
            for some in pages(self.shelf.openers(leaf.group, self.above[leaf.group]), self.room):
                self._draft.add(msgspec.msgpack.encode(Leaf(leaf.group, some)))
        self._draft.add(packed)
        self.written[-1].envelopes += len(leaf.envelopes)

    def finish(self) -> None:
        """Write the file out."""
        self.last = self._draft.key
        self._draft.finish(self.written[-1].path, self._groups, self.boxes)
        self._draft.close()

    def _begin(self) -> None:
        number = len(self.written) + 1
        path = self.path if number == 1 else self.path.with_stem(f"{self.path.stem}-{number}")
        if path.exists():
            raise Refused(f"the file {path} is there already", "choose another name, or remove it")
        self.written.append(Written(path))
        self._draft = BundleDraft(path.parent)
        self._groups: set[bytes] = set()


def _common(shelf: Shelf, devices: Collection[bytes], groups: Collection[bytes]) -> list[bytes]:
    """The groups that all devices may read: whoever opens a bundle reads all of it."""
    fit = [group for group in shelf.groups() if shelf.standing(group).keys() >= set(devices)]
    if not devices or not fit or not set(groups) <= set(fit):
        hint = "write one bundle per group, or admit the device first"
        raise Refused("not every device it is for has a seat in the group", hint, code="no_seat")
    return sorted(groups or fit)


def _held(shelf: Shelf, group: bytes, devices: Collection[bytes]) -> dict[bytes, int]:
    """Up to which seq all devices hold each chain, as their receipts say."""
    mine, receipts = shelf.state(group), shelf.evidence.receipts(group)
    told = [answer.known(shelf, group, device, receipts.get(device)) for device in devices]
    return {seat: min(_reach(mine, seat, tips.get(seat, NOTHING)) for tips in told) for seat in mine.tips}


def _reach(mine: State, seat: bytes, there: Tip) -> int:
    """How much of a chain need not be carried; nothing is left out of one that differs in more than its end."""
    here = mine.tips[seat]
    if here == there:
        return here.seq
    return there.seq if seat not in mine.knots and there.regular and there.seq != here.seq else 0


def _leaves(container: Container, key: bytes) -> Iterator[Leaf]:
    for data in container.pages(key):
        try:
            yield msgspec.msgpack.decode(data, type=Leaf)
        except (msgspec.MsgspecError, RecursionError, ValueError):
            raise IntegrityFailure(
                f"the file {container.path.name} holds a page that no Comity writes", "ask for another", code="bundle"
            ) from None
