"""Receipts: what is held without a gap, signed, and how two sides differ."""

import pytest

from comity.log.body import Malformed
from comity.log.envelope import NO_PREV, Envelope, Slot, sealed
from comity.log.keys import Pair, public_of
from comity.log.receipt import NOTHING, Receipt, Signed, Tip, tip
from laws.chains import vector

PAIR = Pair(bytes([1]) * 32, bytes([2]) * 32)
GROUP, SEAT, OTHER = bytes([3]) * 16, bytes([4]) * 16, bytes([5]) * 16
CARRIER = bytes([11]) * 32


def chain(length: int, after: Envelope | None = None, seat: bytes = SEAT, gen: int = 1) -> list[Envelope]:
    made = [after] if after else []
    for _ in range(length):
        last = made[-1] if made else None
        slot = Slot(GROUP, seat, last.seq + 1 if last else 1, gen, last.id if last else NO_PREV)
        made.append(sealed(slot, b"\x90", bytes(32), PAIR.secret, bytes))
    return made[1:] if after else made


def test_a_tip_is_the_highest_without_a_gap() -> None:
    run = chain(5)
    assert tip(reversed(run)) == Tip(5, run[4].id, 5)
    assert tip(run).regular
    holed = tip([run[0], run[1], run[3], run[4]])
    assert (holed.seq, holed.id, holed.regular) == (2, run[1].id, False)
    assert tip(run[1:]) == Tip(0, NO_PREV, 4)
    assert tip([]) == NOTHING


def test_a_fork_is_not_regular() -> None:
    run = chain(3)
    fork = chain(2, run[0], gen=2)
    assert not tip([*run, *fork]).regular
    assert tip([*run, *fork]) == tip([*fork, *run])


def test_a_receipt_is_signed_by_the_carrier_key() -> None:
    receipt = Receipt(GROUP, PAIR.public.sign, 7, vector(chain(2)), (bytes(16),))
    carried = Signed.decode(Signed.of(receipt, CARRIER).encode())
    assert carried.receipt == receipt
    assert carried.authentic(public_of(CARRIER))
    assert not carried.authentic(PAIR.public.sign)
    assert not Signed(carried.content + b"x", carried.signature).authentic(public_of(CARRIER))


def test_the_newest_receipt_is_known() -> None:
    short, long = vector(chain(2)), vector(chain(3))
    older, fuller, newer = (Receipt(GROUP, bytes(32), *rest) for rest in ((7, short), (7, long), (8, short)))
    assert older.order < fuller.order < newer.order


@pytest.mark.parametrize("data", [b"", b"\x92\xc4\x01x", b"\x91" * 9999])
def test_other_bytes_are_no_receipt(data: bytes) -> None:
    with pytest.raises(Malformed, match="not a receipt"):
        Signed.decode(data)
    with pytest.raises(Malformed, match="not a receipt"):
        _ = Signed(data, b"").receipt
