"""Standing by parts: what a store asks of it, and that hostile sets cost no more than their size."""

import time
from collections.abc import Mapping
from typing import NamedTuple

from comity.log.acts import (
    Admit,
    AnyAct,
    Erase,
    Found,
    Institute,
    Member,
    Public,
    Renew,
    Revoke,
    Role,
    group_id,
    second_seat,
)
from comity.log.envelope import NO_PREV, Type
from comity.log.standing import Standing, judge
from comity.log.verdict import CUT, ERASED, IN, MALFORMED, NO_SEAT, ROLE, SEAT_NOT_HERE, Judgeable

ROOT = Public(bytes([1]) * 32, bytes([1]) * 32)
FOUNDER = b"uk1".ljust(32)
FOUND = Found(1, bytes(16), ROOT, Member(Public(FOUNDER, FOUNDER), FOUNDER), "UK")
GROUP = group_id(FOUND)


class Row(NamedTuple):
    """An envelope as a store might load it."""

    id: bytes
    type: Type
    seat: bytes
    seq: int
    gen: int
    prev: bytes


class Log:
    """Acts and commits without signatures."""

    def __init__(self) -> None:
        self.acts: list[tuple[Judgeable, AnyAct | None]] = []
        self.chains: dict[bytes, dict[bytes, Judgeable]] = {}
        self.asked: list[bytes] = []

    def row(self, seat: bytes, kind: Type = Type.COMMIT, gen: int = 1) -> Row:
        chain = self.chains.setdefault(seat, {})
        prev = list(chain)[-1] if chain else NO_PREV
        id = (sum(map(len, self.chains.values())) + 1).to_bytes(8, "big").ljust(32, b"\x07")
        chain[id] = row = Row(id, kind, seat, len(chain) + 1, gen, prev)
        return row

    def act(self, seat: bytes, act: AnyAct | None) -> bytes:
        row = self.row(seat, Type.ACT)
        self.acts.append((row, act))
        return row.id[:16]

    def found(self) -> bytes:
        return second_seat(self.act(GROUP, FOUND))

    def admit(self, seat: bytes, device: bytes, role: Role = Role.EDITOR, institute: str = "UK") -> bytes:
        return self.act(seat, Admit(1, member(device), institute, role))

    def judge(self) -> Standing:
        return judge(GROUP, self.acts, self.chain)

    def chain(self, seat: bytes) -> Mapping[bytes, Judgeable]:
        self.asked.append(seat)
        return self.chains[seat]


def member(device: bytes) -> Member:
    return Member(Public(device, device), device)


def name(text: str) -> bytes:
    return text.encode().ljust(32)


def test_nothing_stands_without_a_found_act() -> None:
    log = Log()
    commit = log.row(GROUP)
    assert log.judge().seats == {}
    assert log.judge().verdict(commit) == SEAT_NOT_HERE


def test_a_recovery_key_brings_back_devices_of_its_institute_up_to_its_role() -> None:
    log = Log()
    chair = log.found()
    recovery = Public(name("us-paper"), name("us-paper"))
    paper = log.act(chair, Institute(1, recovery, member(name("us1")), "US", Role.EDITOR))
    fine = log.admit(paper, name("us2"), Role.EDITOR, "US")
    higher = log.admit(paper, name("us3"), Role.ADMIN, "US")
    other = log.admit(paper, name("sg1"), Role.READER, "SG")
    device = log.admit(second_seat(paper), name("us4"), Role.READER, "US")
    seats = log.judge().seats
    assert fine in seats
    assert not {higher, other, device} & seats.keys()


def test_chains_are_asked_for_only_where_a_cut_falls() -> None:
    log = Log()
    chair = log.found()
    one, two = log.admit(chair, name("a")), log.admit(chair, name("b"))
    kept, late, other = log.row(one), log.row(one), log.row(two)
    log.act(chair, Revoke(1, (name("a"),), {one: (kept.id,)}))
    judged = log.judge()
    assert log.asked == [one]
    assert [judged.verdict(row) for row in (kept, late, other)] == [IN, CUT, IN]
    assert (judged.stands(one), judged.stands(two), judged.stands(b"?" * 16)) == (False, True, False)
    assert name("a") not in judged.devices()
    assert judged.members() == ("UK",)


def test_a_seat_that_the_cut_does_not_list_counts_for_nothing() -> None:
    log = Log()
    chair = log.found()
    one = log.admit(chair, name("a"))
    commit = log.row(one)
    log.act(chair, Revoke(1, (name("a"),), {}))
    assert log.judge().verdict(commit) == CUT


def test_acts_that_cannot_be_read_are_void() -> None:
    log = Log()
    chair = log.found()
    log.act(chair, None)
    judged = log.judge()
    assert judged.verdict(log.acts[-1][0]) == MALFORMED
    assert judged.verdict(log.row(chair, gen=2**48 + 1)) == MALFORMED
    assert judged.verdict(log.row(chair, gen=2**48)) == IN


def test_seats_opened_by_a_void_act_do_not_exist() -> None:
    log = Log()
    chair = log.found()
    reader = log.admit(chair, name("a"), Role.READER)
    below = log.admit(reader, name("b"))
    deeper = log.act(below, Renew(1))
    judged = log.judge()
    assert judged.verdict(log.acts[2][0]) == ROLE
    assert [judged.verdict(log.row(seat)) for seat in (below, deeper)] == [NO_SEAT, NO_SEAT]


def test_nobody_founds_a_group_again_for_another_device() -> None:
    log = Log()
    log.found()
    log.found()
    log.act(GROUP, Found(1, bytes(16), ROOT, member(name("evil")), "UK"))
    log.act(second_seat(log.acts[0][0].id[:16]), Found(1, bytes(16), ROOT, member(name("evil")), "ZZ"))
    assert {seat.device for seat in log.judge().standing()} == {ROOT.sign, FOUNDER}


def test_an_erase_names_commits_only_and_from_above_only() -> None:
    log = Log()
    chair = log.found()
    one, two = log.admit(chair, name("a"), Role.ADMIN), log.admit(chair, name("b"))
    mine, theirs = log.row(one), log.row(two)
    log.act(one, Erase(1, (mine.id[:16], theirs.id[:16], log.acts[0][0].id[:16])))
    judged = log.judge()
    assert [judged.verdict(row) for row in (mine, theirs, log.acts[0][0])] == [ERASED, IN, IN]


def test_a_long_log_is_judged_in_little_time() -> None:
    log = Log()
    chair = log.found()
    seats = [log.admit(chair, name(f"d{number}")) for number in range(50)]
    for seat in seats:
        before = seat
        for _ in range(20):
            before = log.act(before, Renew(1))
    nobody = b"?" * 16
    for _ in range(2_000):
        nobody = log.act(nobody, Renew(1))
    rows = [log.row(seat) for seat in seats for _ in range(100)]
    log.act(chair, Revoke(1, tuple(name(f"d{n}") for n in range(25)), dict.fromkeys(seats, (rows[99].id,))))
    start = time.perf_counter()
    judged = log.judge()
    verdicts = [judged.verdict(row) for row in rows]
    assert time.perf_counter() - start < 2
    assert verdicts.count(IN) == 2_600
    assert judged.unseated[nobody] == SEAT_NOT_HERE
