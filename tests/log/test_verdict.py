"""Cuts: along `prev`, through holes, and all of them at once."""

from comity.log.envelope import NO_PREV, Type
from comity.log.verdict import CUT, IN, LINK_NOT_HERE, NO_LIMIT, Judgeable, cut, ends, within
from log.test_standing import Row


def chain(length: int) -> list[Row]:
    ids = [NO_PREV, *(bytes([number]) * 32 for number in range(1, length + 1))]
    return [Row(ids[n], Type.COMMIT, bytes(16), n, 1, ids[n - 1]) for n in range(1, length + 1)]


def held(rows: list[Row]) -> dict[bytes, Judgeable]:
    return {row.id: row for row in rows}


RUN = chain(6)


def test_a_cut_keeps_the_way_to_its_ends() -> None:
    made = cut(held(RUN), [RUN[3].id])
    assert [within(row, [made]) for row in RUN] == [IN] * 4 + [CUT] * 2
    assert made.hole == 0


def test_without_ends_nothing_is_kept() -> None:
    assert within(RUN[0], [cut(held(RUN), [])]) is CUT


def test_below_a_hole_envelopes_wait() -> None:
    made = cut(held([row for row in RUN if row.seq != 3]), [RUN[4].id])
    assert made.hole == 4
    assert [within(row, [made]) for row in RUN] == [LINK_NOT_HERE] * 3 + [IN, IN, CUT]


def test_an_end_that_is_not_here_lets_all_wait() -> None:
    made = cut(held(RUN), [b"?" * 32, RUN[0].id])
    assert made.hole == NO_LIMIT
    assert [within(row, [made]) for row in RUN[:2]] == [IN, LINK_NOT_HERE]


def test_every_cut_must_hold() -> None:
    long, short = cut(held(RUN), [RUN[4].id]), cut(held(RUN), [RUN[1].id])
    assert [within(row, [long, short]) for row in RUN] == [IN] * 2 + [CUT] * 4
    assert [within(row, [short, long]) for row in RUN] == [IN] * 2 + [CUT] * 4
    missing = cut(held(RUN), [b"?" * 32])
    assert within(RUN[5], [missing, short]) is CUT  # whatever arrives, the other cut excludes it


def test_ends_are_what_nothing_held_follows() -> None:
    fork = Row(b"f" * 32, Type.COMMIT, bytes(16), 2, 1, RUN[0].id)
    assert set(ends([*RUN[:3], fork, RUN[5]])) == {RUN[2].id, fork.id, RUN[5].id}
    assert ends([]) == ()
