"""What came in, before it may be stored: layout, group, and signatures, of which a run of one seat costs one.

An envelope is vouched for by its seat's key, or by one of its seat that is and names it as the one before: in the same
page, or in the store. So a spoilt signature can hold nothing up but the last envelope of a chain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from msgspec import Struct, field

from comity.log.acts import AnyAct, act_of, seated, signer
from comity.log.body import Malformed
from comity.log.envelope import Envelope, Type, decode, vouched

Followed = Callable[[list[Envelope]], set[bytes]]  # those named as the one before by envelopes that are in the store


class Checked(Struct):
    """Envelopes that may be stored, those of seats nobody opened yet, and what is wrong with the others."""

    good: list[Envelope] = field(default_factory=list)
    unknown: list[Envelope] = field(default_factory=list)
    bad: list[str] = field(default_factory=list)


def check(given: Iterable[bytes], group: bytes, signers: dict[bytes, bytes], followed: Followed) -> Checked:
    """Check a page; `signers` are the keys of the seats known so far, and learn those that its acts open."""
    result = Checked()
    pending = _read(given, group, result)
    acts = {each.id: act_of(each) for each in pending if each.type is Type.ACT}
    while True:
        runs, waiting = _runs(pending, acts, signers)
        for key, run in runs.items():
            good = _vouched(run, key, followed)
            result.bad += ["signature"] * (len(run) - len(good))
            result.good += good
            _learn(good, acts, signers)
        if not runs or not waiting:
            result.unknown = waiting
            return result
        pending = waiting


def _read(given: Iterable[bytes], group: bytes, result: Checked) -> list[Envelope]:
    found: dict[bytes, Envelope] = {}
    for data in given:
        try:
            envelope = decode(data)
        except Malformed:
            result.bad.append("malformed")
            continue
        if envelope.group != group:
            result.bad.append("group")
        elif envelope.id not in found or envelope.body is not None:
            found[envelope.id] = envelope
    return list(found.values())


def _runs(
    pending: list[Envelope], acts: Mapping[bytes, AnyAct | None], signers: Mapping[bytes, bytes]
) -> tuple[dict[tuple[bytes, bytes], list[Envelope]], list[Envelope]]:
    """The envelopes by seat and key that must have signed; apart from them those whose key is not known."""
    runs: dict[tuple[bytes, bytes], list[Envelope]] = defaultdict(list)
    waiting = []
    for each in pending:
        public = signer(each, acts.get(each.id), signers)
        if public is None:
            waiting.append(each)
        else:
            runs[each.seat, public].append(each)
    return runs, waiting


def _vouched(run: list[Envelope], key: tuple[bytes, bytes], followed: Followed) -> list[Envelope]:
    good = vouched(run, key[1])
    if len(good) == len(run):
        return good
    here = {each.id for each in good}
    doubtful = [each for each in run if each.id not in here]
    named = followed(doubtful) | {each.prev for each in good}
    for each in sorted(doubtful, key=lambda each: each.seq, reverse=True):
        if each.id in named:
            good.append(each)
            named.add(each.prev)
    return good


def _learn(good: list[Envelope], acts: Mapping[bytes, AnyAct | None], signers: dict[bytes, bytes]) -> None:
    for each in sorted(good, key=lambda each: each.seq):
        act = acts.get(each.id)
        if act is not None:
            signers |= seated(each, act, signers)
