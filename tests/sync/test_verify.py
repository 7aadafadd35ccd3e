"""What comes in is believed as far as signatures reach, at one signature for a run."""

import random
from collections.abc import Iterator

import pytest

from comity.log import envelope as envelopes
from comity.log.acts import Admit, Found, Member, Role, group_id, second_seat
from comity.log.envelope import NO_PREV, Envelope, Slot, clear, decode, sealed
from comity.log.keys import DeviceKeys, Pair, public_of
from comity.sync.verify import Checked, check

RNG = random.Random(4)
ROOT, KEY = Pair.of_recovery(RNG.randbytes(32)), RNG.randbytes(32)
CHAIR, EDITOR = (DeviceKeys.make(RNG.randbytes) for _ in range(2))


def member(keys: DeviceKeys) -> Member:
    return Member(keys.pair.public, public_of(keys.carrier))


FOUND = Found(1, RNG.randbytes(16), ROOT.public, member(CHAIR), "UK-AISI")
GROUP = group_id(FOUND)
FIRST = clear(Slot(GROUP, GROUP, 1, 1), FOUND.encode(), CHAIR.pair.secret)
SEAT = second_seat(FIRST.dot)


def chain(seat: bytes, keys: DeviceKeys, length: int, after: Envelope | None = None) -> Iterator[Envelope]:
    seq, prev = (after.seq, after.id) if after else (0, NO_PREV)
    for number in range(seq + 1, seq + 1 + length):
        made = sealed(Slot(GROUP, seat, number, number, prev), b"\x90", KEY, keys.pair.secret, RNG.randbytes)
        prev = made.id
        yield made


ADMIT = clear(Slot(GROUP, SEAT, 1, 2), Admit(1, member(EDITOR), "UK-AISI", Role.EDITOR).encode(), CHAIR.pair.secret)
CHAIRS = [ADMIT, *chain(SEAT, CHAIR, 6, ADMIT)]
EDITORS = list(chain(ADMIT.dot, EDITOR, 6))
ALL = [FIRST, *CHAIRS, *EDITORS]


def spoilt(envelope: Envelope) -> bytes:
    data = bytearray(envelope.encode())
    data[140] ^= 1
    return bytes(data)


def checked(
    *given: bytes | Envelope, signers: dict[bytes, bytes] | None = None, held: tuple[Envelope, ...] = ()
) -> Checked:
    data = [each if isinstance(each, bytes) else each.encode() for each in given]
    named = {each.prev for each in held}
    return check(data, GROUP, {} if signers is None else signers, lambda some: named & {each.id for each in some})


def ids(some: list[Envelope]) -> set[bytes]:
    return {each.id for each in some}


@pytest.mark.parametrize("seed", range(5))
def test_a_page_verifies_in_any_order_from_the_founding_on(seed: int) -> None:
    signers: dict[bytes, bytes] = {}
    result = checked(*random.Random(seed).sample(ALL, len(ALL)), signers=signers)
    assert (ids(result.good), result.unknown, result.bad) == (ids(ALL), [], [])
    assert signers == {GROUP: ROOT.public.sign, SEAT: CHAIR.pair.public.sign, ADMIT.dot: EDITOR.pair.public.sign}


def test_a_run_of_a_seat_costs_one_signature(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = envelopes.crypto_sign_open
    monkeypatch.setattr(envelopes, "crypto_sign_open", lambda *given: asked.append(1) or real(*given))
    long = list(chain(ADMIT.dot, EDITOR, 500))
    assert len(checked(*ALL[:-6], *long).good) == 508
    assert len(asked) == 3


def test_work_of_a_seat_that_nobody_opened_waits() -> None:
    result = checked(FIRST, *EDITORS)
    assert (ids(result.good), ids(result.unknown)) == ({FIRST.id}, ids(EDITORS))


def test_a_stranger_signs_nothing() -> None:
    stranger = DeviceKeys.make(RNG.randbytes)
    forged = list(chain(ADMIT.dot, stranger, 3, EDITORS[2]))
    result = checked(*ALL, *forged)
    assert (ids(result.good), result.bad) == (ids(ALL), ["signature"] * 3)
    false_act = clear(Slot(GROUP, SEAT, 2, 3, ADMIT.id), ADMIT.body or b"", stranger.pair.secret)
    signers: dict[bytes, bytes] = {}
    assert false_act.id not in ids(checked(FIRST, false_act, signers=signers).good)
    assert signers.keys() == {GROUP, SEAT}


def test_a_spoilt_signature_holds_up_only_the_end_of_a_chain() -> None:
    within = checked(FIRST, *CHAIRS, *EDITORS[:3], spoilt(EDITORS[3]), *EDITORS[4:])
    assert ids(within.good) == ids(ALL)
    last = checked(FIRST, *CHAIRS, *EDITORS[:5], spoilt(EDITORS[5]))
    assert (ids(last.good), last.bad) == (ids(ALL) - {EDITORS[5].id}, ["signature"])
    alone = checked(
        spoilt(EDITORS[3]), spoilt(EDITORS[2]), held=(EDITORS[4],), signers={ADMIT.dot: EDITOR.pair.public.sign}
    )
    assert ids(alone.good) == ids(EDITORS[2:4])


def test_what_is_no_envelope_of_the_group_is_bad() -> None:
    other = Slot(bytes(16), SEAT, 1, 1)
    foreign = sealed(other, b"\x90", KEY, CHAIR.pair.secret)
    broken = ALL[3].encode()[:-1]
    result = checked(FIRST, foreign, broken, b"")
    assert (ids(result.good), sorted(result.bad)) == ({FIRST.id}, ["group", "malformed", "malformed"])


def test_a_body_is_taken_from_whichever_copy_has_it() -> None:
    for pair in ([EDITORS[0].strip(), EDITORS[0]], [EDITORS[0], EDITORS[0].strip()]):
        (found,) = checked(*pair, signers={ADMIT.dot: EDITOR.pair.public.sign}).good
        assert found == decode(EDITORS[0].encode())
