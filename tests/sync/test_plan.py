"""What two sides have to exchange, from what they show."""

from hypothesis import given
from hypothesis import strategies as st

from comity.log.receipt import Tip
from comity.sync.plan import Plan, beyond, lacking, lower, plan
from comity.sync.wire import Link, State

A, B, C = (bytes([n]) * 16 for n in (1, 2, 3))


def at(seq: int, mark: int = 0) -> Tip:
    return Tip(seq, bytes([mark]) * 32, seq)


def knot(mark: int) -> bytes:
    return bytes([mark]) * 32


def test_lines_are_asked_for_and_given_from_the_end_of_the_shorter() -> None:
    assert plan(State({A: at(3), B: at(9)}), State({A: at(5), C: at(2)})) == Plan({A: 3, C: 0}, {B: 0})
    assert plan(State({A: at(3)}), State({A: at(3)})) == Plan()


def test_other_ends_of_one_seq_are_compared_by_ids() -> None:
    assert plan(State({A: at(3, 1)}), State({A: at(3, 2)})) == Plan(tangled=(A,))


def test_a_knot_that_both_sides_have_is_no_difference() -> None:
    tip = Tip(3, knot(9), 5)
    assert plan(State({A: tip}, {A: knot(1)}), State({A: tip}, {A: knot(1)})) == Plan()
    assert plan(State({A: tip}, {A: knot(1)}), State({A: tip}, {A: knot(2)})) == Plan(tangled=(A,))


def test_where_one_side_has_a_knot_ids_are_compared() -> None:
    knotted, line = State({A: Tip(3, knot(9), 5)}, {A: knot(1)}), State({A: at(8)})
    assert plan(knotted, line) == plan(line, knotted) == Plan(tangled=(A,))


@given(
    st.dictionaries(st.sampled_from((A, B, C)), st.integers(1, 5)),
    st.dictionaries(st.sampled_from((A, B, C)), st.integers(1, 5)),
)
def test_what_one_side_asks_for_is_what_the_other_gives(here: dict[bytes, int], there: dict[bytes, int]) -> None:
    one, other = (State({seat: at(seq) for seat, seq in some.items()}) for some in (here, there))
    mine, theirs = plan(one, other), plan(other, one)
    assert (mine.pull, mine.push, mine.tangled) == (theirs.push, theirs.pull, theirs.tangled)


def test_lacking_is_what_is_not_held_or_held_without_its_body() -> None:
    links = [Link(n, bytes([n]) * 32, True) for n in range(1, 5)]
    bare = links[1]._replace(whole=False)
    assert list(lacking([links[0], bare], links)) == [each.id for each in links[1:]]
    assert list(lacking(links, [links[0], bare])) == []


def test_beyond_counts_and_lower_names_what_is_not_shown() -> None:
    more, less = {A: at(5), B: at(2)}, {A: at(3), C: at(7)}
    assert beyond(more, less) == 4
    assert lower(more, less) == more
    assert lower(less, {**less, A: at(9)}) == {}
