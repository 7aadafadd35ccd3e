"""Intervals and differences against known values."""

from math import isclose, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.statistics import Estimate, item_means, newcombe, paired, t_probability, t_quantile, welch, wilson

SHARES = st.floats(0, 1)
COUNTS = st.integers(1, 500)


@pytest.mark.parametrize(
    ("freedom", "quantile"),
    [
        (1, 12.7062047),
        (2, 4.3026527),
        (3, 3.1824463),
        (4, 2.7764451),
        (11, 2.2009852),
        (30, 2.0422725),
        (1000, 1.9623391),
    ],
)
def test_quantiles_of_student_are_those_of_the_tables(freedom: int, quantile: float) -> None:
    assert t_quantile(0.975, freedom) == pytest.approx(quantile, abs=1e-7)


@given(st.floats(0.51, 0.999), st.integers(1, 300))
def test_a_quantile_has_its_probability(probability: float, freedom: int) -> None:
    assert t_probability(t_quantile(probability, freedom), freedom) == pytest.approx(probability, abs=1e-9)


def test_the_interval_of_wilson_is_that_of_newcombe_1998() -> None:
    interval = wilson(81 / 263, 263)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)
    none = wilson(0.0, 20)
    assert (none.low, round(none.high, 4)) == (0.0, 0.1611)


@given(SHARES, COUNTS)
def test_an_interval_holds_its_share_and_stays_between_0_and_1(share: float, n: int) -> None:
    interval = wilson(share, n)
    assert 0 <= interval.low <= share + 1e-12
    assert share - 1e-12 <= interval.high <= 1


def test_the_difference_of_shares_is_that_of_newcombe_1998() -> None:
    difference = newcombe(56 / 70, 70, 48 / 80, 80)
    assert (round(difference.low, 4), round(difference.high, 4)) == (0.0524, 0.3339)
    assert not difference.within_noise


@given(SHARES, COUNTS, SHARES, COUNTS)
def test_a_difference_turned_round_is_the_same_difference(a: float, n_a: int, b: float, n_b: int) -> None:
    there, back = newcombe(a, n_a, b, n_b), newcombe(b, n_b, a, n_a)
    assert isclose(there.low, -back.high, abs_tol=1e-12)
    assert there.low - 1e-12 <= there.value <= there.high + 1e-12


def test_epochs_of_one_item_are_one_item() -> None:
    assert item_means({"a": [1, 0, 1, 1], "b": [0], "c": []}) == {"a": 0.75, "b": 0.0}


def test_a_paired_difference_takes_the_items_that_both_have() -> None:
    difference = paired({"a": 1, "b": 0, "c": 1, "x": 9}, {"a": 0, "b": 0, "c": 0, "y": 9})
    assert difference is not None
    assert difference.value == pytest.approx(2 / 3)
    assert difference.stderr == pytest.approx(sqrt(1 / 3) / sqrt(3))
    assert difference.high - difference.value == pytest.approx(difference.stderr * 4.3026527)


@pytest.mark.parametrize(("a", "b"), [({}, {}), ({"a": 1}, {"a": 0}), ({"a": 1, "b": 1}, {"a": 0, "b": 0})])
def test_no_spread_is_no_certainty(a: dict[str, float], b: dict[str, float]) -> None:
    assert paired(a, b) is None


def test_welch_gives_the_interval_of_two_standard_errors() -> None:
    difference = welch(Estimate(5, 0.3, 12), Estimate(4, 0.4, 12))
    assert difference is not None
    assert difference.stderr == pytest.approx(0.5)
    assert difference.high == pytest.approx(1 + 0.5 * t_quantile(0.975, 20))
    assert welch(Estimate(5, 0, 12), Estimate(4, 0, 12)) is None
