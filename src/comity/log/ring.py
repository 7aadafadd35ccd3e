"""The keys of a group: which ones acts hand to a device, under which one it writes, what it hands on, and to whom.

A rekey vouches for what it says: its ring opens under the new key only together with the revokes that the rekey names,
so nobody without the key can publish it again as if fewer, or other, revokes were known.
"""

import os
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from comity.log.acts import AnyAct, Rekey, Share
from comity.log.body import Entropy, Malformed, key_id, seal, unseal
from comity.log.keys import KEY, Pair, sealed_to
from comity.log.standing import Rekeyed, Standing

Keys = Mapping[bytes, bytes]  # key by its id
ROOM = 200 * 1024  # of an act for boxes and rings; what does not fit goes by further shares


def received(act: AnyAct, pair: Pair) -> dict[bytes, bytes]:
    """The keys that an act hands to a device; a box that does not open, or holds another key, hands over none."""
    if not isinstance(act, Rekey | Share):
        return {}
    found = {key_id(key): key for key in _split(pair.opened(act.boxes.get(pair.public.sign, b"")) or b"")}
    if isinstance(act, Share):
        return {name: key for name, key in found.items() if name in act.keys}
    return {act.key: found[act.key], **_older(act, found[act.key])} if _vouches(act, found) else {}


def writing_key(standing: Standing, held: Keys) -> bytes | None:
    """The id of the key to write under; None: rekey first.

    It is held, its maker stands, and its rekey names every revoke that counts and none that is not here.
    """
    fit = [rekey for rekey in standing.rekeys if rekey.act.key in held and is_current(rekey, standing)]
    for rekey in sorted(fit, key=lambda rekey: (rekey.gen, rekey.dot), reverse=True):
        if _vouches(rekey.act, held):
            return rekey.act.key
    return None


def is_current(rekey: Rekeyed, standing: Standing) -> bool:
    """Whether no device that is known as revoked can have the key, and nobody knows of a revoke that is not here."""
    names = set(rekey.act.names)
    return standing.stands(rekey.seat) and standing.revokes.keys() <= names <= standing.known


def to_hand_on(standing: Standing, acts: Iterable[AnyAct], held: Keys) -> dict[bytes, bytes]:
    """The held keys that may be handed to others: their rekey is here, and every revoke that it names."""
    found: dict[bytes, bytes] = {}
    for act in acts:
        if isinstance(act, Rekey) and standing.known.issuperset(act.names) and _vouches(act, held):
            found[act.key] = held[act.key]
    return found


def rekey(
    standing: Standing, older: Keys, at_ms: int, recipients: Iterable[bytes] = (), entropy: Entropy = os.urandom
) -> tuple[Rekey, bytes]:
    """A new key for every device that stands, and the keys under which envelopes that count are sealed.

    `recipients` come first where there is no room for all; the others get theirs by `shares`.
    """
    key = entropy(KEY)
    devices = standing.devices()
    order = [device for device in recipients if device in devices]
    order += [device for device in devices if device not in order]
    names, ids = tuple(sorted(standing.revokes)), tuple(sorted(older))[: ROOM // 2 // (KEY + 16)]
    boxes = {device: sealed_to(devices[device].keys.box, key, entropy) for device in order[: _fitting(1)]}
    ring = seal(b"".join(older[name] for name in ids), key, _bound(key_id(key), names, ids), entropy)
    return Rekey(at_ms, key_id(key), names, ids, ring, boxes), key


def lacking(acts: Iterable[AnyAct], held: Keys) -> tuple[bytes, ...]:
    """The ids of keys that are known here and cannot be opened: told in the receipt of a device."""
    return tuple(sorted({act.key for act in acts if isinstance(act, Rekey)} - held.keys()))


def handed(acts: Iterable[AnyAct]) -> dict[bytes, set[bytes]]:
    """The ids of the keys that acts say to have handed to each device."""
    given: dict[bytes, set[bytes]] = defaultdict(set)
    for act in acts:
        if isinstance(act, Rekey | Share):
            for device in act.boxes:
                given[device].update((act.key, *act.older) if isinstance(act, Rekey) else act.keys)
    return given


def shares(
    standing: Standing,
    acts: Collection[AnyAct],
    keys: Keys,
    told: Mapping[bytes, Collection[bytes]],
    at_ms: int,
    entropy: Entropy = os.urandom,
) -> Iterator[Share]:
    """Acts that hand `keys` (see `to_hand_on`) to every device that stands and lacks them.

    A device lacks what no act has handed to it, and what its receipt (`told`) says it could not open, once more.
    """
    given, again = handed(acts), handed(act for act in acts if isinstance(act, Share))
    wanting: dict[tuple[bytes, ...], list[bytes]] = defaultdict(list)
    devices = standing.devices()
    for device in sorted(devices):
        asked = set(told.get(device, ())) - again.get(device, set())
        if lack := tuple(sorted(keys.keys() - (given.get(device, set()) - asked))):
            wanting[lack].append(device)
    for names, recipients in wanting.items():
        for some in _parts(names, _fitting(1) // 4):
            secret = b"".join(keys[name] for name in some)
            for few in _parts(recipients, _fitting(len(some))):
                yield Share(
                    at_ms, tuple(some), {device: sealed_to(devices[device].keys.box, secret, entropy) for device in few}
                )


def _vouches(act: Rekey, held: Keys) -> bool:
    return act.key in held and _ring(act, held[act.key]) is not None


def _older(act: Rekey, key: bytes) -> dict[bytes, bytes]:
    found = {key_id(old): old for old in _split(_ring(act, key) or b"")}
    return {name: old for name, old in found.items() if name in act.older}


def _ring(act: Rekey, key: bytes) -> bytes | None:
    try:
        return unseal(act.ring, key, _bound(act.key, act.names, act.older))
    except Malformed:
        return None


def _bound(key: bytes, names: tuple[bytes, ...], older: tuple[bytes, ...]) -> bytes:
    return b"".join((b"comity ring 1\x00", key, len(names).to_bytes(4, "big"), *names, *older))


def _split(keys: bytes) -> Iterator[bytes]:
    return (keys[at : at + KEY] for at in range(0, len(keys), KEY))


def _fitting(keys: int) -> int:
    """How many boxes of so many keys fit one act, beside a ring."""
    return max(1, ROOM // 2 // (KEY + 8 + 48 + KEY * keys))


def _parts(items: Sequence[bytes], size: int) -> Iterator[Sequence[bytes]]:
    return (items[at : at + size] for at in range(0, len(items), size))
