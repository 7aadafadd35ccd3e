"""Scores with their uncertainty: intervals, and the difference of two runs as a statement with n, never a bare number.

The quantile of Student's t is computed here: for whole degrees of freedom its distribution has a closed form of a few
terms, and a library for that one number (scipy) would weigh more than all other dependencies together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import atan, cos, hypot, isfinite, pi, sin, sqrt
from statistics import NormalDist, fmean, stdev
from typing import Literal

LEVEL = 0.95
Method = Literal["paired_t", "newcombe", "welch"]
ItemMeans = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Interval:
    """A value between two bounds, from n items."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean of n items and its standard error."""

    value: float
    stderr: float
    n: int


@dataclass(frozen=True, slots=True)
class ScoreDifference:
    """The difference of two scores with its interval; `stderr` only where the method has one."""

    value: float
    low: float
    high: float
    stderr: float | None
    method: Method
    level: float = LEVEL

    @property
    def within_noise(self) -> bool:
        """Whether no difference at all lies inside the interval."""
        return self.low <= 0 <= self.high


def item_means(scores: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """The mean of each item over its epochs: epochs of one item are no independent evidence."""
    return {item: fmean(values) for item, values in scores.items() if values}


def wilson(share: float, n: int, level: float = LEVEL) -> Interval:
    """The score interval of Wilson for a share of n items; on the safe side for means of values between 0 and 1."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    low, high = max(0.0, centre - half), min(1.0, centre + half)
    return Interval(share, 0.0 if share == 0 else low, 1.0 if share == 1 else high, n)


def paired(a: ItemMeans, b: ItemMeans, level: float = LEVEL) -> ScoreDifference | None:
    """The mean difference over the items that both have, clustered by item.

    None for fewer than two items, and where every item differs by the same: a spread of zero is no proof of certainty.
    """
    differences = [a[item] - b[item] for item in a if item in b]
    if len(differences) < 2 or (spread := stdev(differences)) < 1e-12:
        return None
    value = round(fmean(differences), 15) + 0.0  # + 0.0: no minus before a zero
    stderr = spread / sqrt(len(differences))
    half = stderr * t_quantile((1 + level) / 2, len(differences) - 1)
    return ScoreDifference(value, value - half, value + half, stderr, "paired_t", level)


def newcombe(a: float, n_a: int, b: float, n_b: int, level: float = LEVEL) -> ScoreDifference:
    """The difference of two independent shares by Newcombe's hybrid score interval."""
    left, right, value = wilson(a, n_a, level), wilson(b, n_b, level), a - b
    low = value - hypot(a - left.low, right.high - b)
    high = value + hypot(left.high - a, b - right.low)
    return ScoreDifference(value, low, high, None, "newcombe", level)


def welch(a: Estimate, b: Estimate, level: float = LEVEL) -> ScoreDifference | None:
    """The difference of two independent means from their standard errors; None if those tell nothing."""
    stderr = hypot(a.stderr, b.stderr)
    if stderr == 0 or not isfinite(stderr) or min(a.n, b.n) < 2:
        return None
    freedom = stderr**4 / (a.stderr**4 / (a.n - 1) + b.stderr**4 / (b.n - 1))
    half = stderr * t_quantile((1 + level) / 2, max(1, int(freedom)))
    value = a.value - b.value
    return ScoreDifference(value, value - half, value + half, stderr, "welch", level)


def t_quantile(probability: float, freedom: int) -> float:
    """The quantile of Student's t with whole degrees of freedom, by halving over its distribution."""
    low, high = 0.0, 1.0
    while t_probability(high, freedom) < probability:
        high *= 2
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if t_probability(middle, freedom) < probability else (low, middle)
    return high


def t_probability(t: float, freedom: int) -> float:
    """The share of Student's t below t >= 0 (Abramowitz and Stegun 26.7.3 and 26.7.4)."""
    angle = atan(t / sqrt(freedom))
    odd = freedom % 2
    term = cos(angle) if odd else 1.0
    total = 0.0
    for step in range(2 + odd, freedom + 1, 2):
        total += term
        term *= cos(angle) ** 2 * (step - 1) / step
    inside = 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total
    return (1 + inside) / 2
