"""The scores of two runs side by side, from what their headers keep: each metric that both have, and what it says."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from statistics import fmean
from typing import Any

from comity.domain.statistics import (
    LEVEL,
    Estimate,
    Interval,
    ItemMeans,
    ScoreDifference,
    item_means,
    newcombe,
    paired,
    welch,
    wilson,
)

Header = Mapping[str, Any]
MEANS = ("accuracy", "mean")
SAME = 1e-6


@dataclass(frozen=True, slots=True)
class ScoreComparison:
    """One metric of two runs. Without an interval there is no difference either: a bare number would mislead."""

    metric: str
    a: float | str | None
    b: float | str | None
    n_a: int
    n_b: int
    difference: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    paired: bool
    stderr: float | None
    statement: str

    def as_json(self) -> dict[str, Any]:
        """The comparison as `run compare` prints it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Measured:
    """One metric of one run."""

    kind: str
    value: Any
    stderr: float
    n: int
    items: ItemMeans

    @property
    def is_number(self) -> bool:
        return isinstance(self.value, int | float)

    @property
    def is_share(self) -> bool:
        """Whether every item lies between 0 and 1, so that an interval for shares is on the safe side."""
        return self.kind == "accuracy" or (bool(self.items) and all(0 <= mean <= 1 for mean in self.items.values()))

    @property
    def items_explain_it(self) -> bool:
        """Whether the mean of the items is the metric; a scorer may count its own words its own way."""
        return bool(self.items) and self.is_number and abs(fmean(self.items.values()) - self.value) < SAME


def compare_scores(
    a: Header, b: Header, *, names: tuple[str, str] = ("the first run", "the second run"), level: float = LEVEL
) -> list[ScoreComparison]:
    """Every metric that both runs have; `a` and `b` are headers as a run keeps them."""
    left, right = dict(_measured(a)), dict(_measured(b))
    caution = _unfinished(a, names[0]) + _unfinished(b, names[1])
    return [_compared(metric, left[metric], right[metric], names, caution, level) for metric in left if metric in right]


def score_interval(metric: Mapping[str, Any], level: float = LEVEL) -> Interval | None:
    """The interval of one metric of a header's `metrics`; None where it is no share or nothing was scored."""
    value, n = metric["value"], metric["scored"]
    is_share = metric["metric"] == "accuracy" and isinstance(value, int | float) and 0 <= value <= 1
    return wilson(float(value), n, level) if is_share and n else None


def _measured(header: Header) -> Iterator[tuple[str, _Measured]]:
    """The metrics by name; the mean over epochs is what a log means that names no reducer."""
    for metric in header.get("metrics") or []:
        scorer, score, reducer = metric["scorer"], metric["score"], metric["reducer"] or "mean"
        source = scorer if score == scorer else f"{scorer}/{score}"
        by_item = metric["metric"] in MEANS and reducer == "mean"
        items = item_means((header.get("items") or {}).get(source, {})) if by_item else {}
        name = "/".join([source, *([] if reducer == "mean" else [reducer]), metric["metric"]])
        yield (
            name,
            _Measured(metric["metric"], metric["value"], _number(metric["stderr"]), metric["scored"] or 0, items),
        )


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _compared(
    metric: str, a: _Measured, b: _Measured, names: tuple[str, str], caution: str, level: float
) -> ScoreComparison:
    shared = [item for item in a.items if item in b.items]
    difference = paired(a.items, b.items, level) if a.items_explain_it and b.items_explain_it else None
    if difference:
        left, right = (fmean(run.items[item] for item in shared) for run in (a, b))
        n_a = n_b = len(shared)
        basis = f"paired over {_items(n_a)} that both scored" + _left_out(a, b, n_a)
    else:
        left, right, n_a, n_b = a.value, b.value, a.n, b.n
        difference = _unpaired(a, b, level)
        basis = f"not paired, {_items(n_a)} against {n_b}"
    return ScoreComparison(
        metric=metric,
        a=left,
        b=right,
        n_a=n_a,
        n_b=n_b,
        difference=difference.value if difference else None,
        low=difference.low if difference else None,
        high=difference.high if difference else None,
        level=level,
        method=difference.method if difference else "none",
        paired=difference is not None and difference.method == "paired_t",
        stderr=difference.stderr if difference else None,
        statement=_statement(difference, basis, names) + caution,
    )


def _unpaired(a: _Measured, b: _Measured, level: float) -> ScoreDifference | None:
    if not (a.is_number and b.is_number and a.n and b.n and a.kind in MEANS):
        return None
    share = a.is_share and b.is_share and 0 <= a.value <= 1 and 0 <= b.value <= 1
    if share and a.kind == "accuracy":
        return newcombe(a.value, a.n, b.value, b.n, level)
    estimated = (
        welch(Estimate(a.value, a.stderr, a.n), Estimate(b.value, b.stderr, b.n), level)
        if a.stderr and b.stderr
        else None
    )
    return estimated or (newcombe(a.value, a.n, b.value, b.n, level) if share else None)


def _statement(difference: ScoreDifference | None, basis: str, names: tuple[str, str]) -> str:
    if difference is None:
        return f"No difference is given: this metric has no interval here ({basis})."
    bounds = f"{difference.level:.0%} CI {difference.low:+.3f} to {difference.high:+.3f}; {basis}"
    if difference.within_noise:
        return f"Difference within noise. {difference.value:+.3f}, {bounds}."
    higher = names[0] if difference.value > 0 else names[1]
    return (
        f"{higher[:1].upper()}{higher[1:]} is higher by {abs(difference.value):.3f}; {difference.value:+.3f}, {bounds}."
    )


def _items(n: int) -> str:
    return f"{n} item" if n == 1 else f"{n} items"


def _left_out(a: _Measured, b: _Measured, shared: int) -> str:
    """Unlike sets of items are told, not hidden."""
    return "" if len(a.items) == len(b.items) == shared else f" (of {len(a.items)} and {len(b.items)})"


def _unfinished(header: Header, name: str) -> str:
    """A log that did not end well carries metrics over the few samples that were done."""
    status = header.get("status")
    return (
        ""
        if status in ("success", None)
        else f" {name[:1].upper()}{name[1:]} did not finish ({status}): this is no result yet."
    )
