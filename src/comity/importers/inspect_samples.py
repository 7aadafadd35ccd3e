"""What the samples of an Inspect log add to its header: counts, times, and scores per item without any text."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from msgspec import Raw

from comity.importers.inspect_fields import Reduction, Sample
from comity.importers.inspect_json import Scalar, scalar

# the words that Inspect itself counts as numbers
WORDS = {"C": 1.0, "P": 0.5, "I": 0.0, "N": 0.0}
TRUTHS = {"yes": 1.0, "true": 1.0, "no": 0.0, "false": 0.0}

Items = dict[str, dict[str, list[float]]]
"""Scorer (and part, `scorer/part`) -> hash of the sample id -> its scores in order of epochs."""


@dataclass(frozen=True, slots=True)
class Samples:
    """The samples of one log, summed up."""

    count: int
    with_error: int
    items_completed: int
    limit_hit: dict[str, int]
    times: tuple[str, ...]
    items: Items

    @property
    def completed(self) -> int:
        """Samples that ended without an error."""
        return self.count - self.with_error


def sample_hash(sample_id: int | str) -> str:
    """The name of an item in comparisons; the id itself stays in the log."""
    return hashlib.sha256(str(sample_id).encode()).hexdigest()[:16]


def summed_up(samples: Iterable[Sample], reductions: Iterable[Reduction], only_scorer: str) -> Samples:
    """The samples, the last one of each id and epoch; `only_scorer` names the score of logs that did not name it."""
    latest = {(str(sample.id), sample.epoch): sample for sample in samples}
    ordered = [latest[key] for key in sorted(latest)]
    failed = [sample for sample in ordered if bytes(sample.error) not in (b"", b"null")]
    errors = {(str(sample.id), sample.epoch) for sample in failed}
    limits = Counter(_limit(sample) for sample in ordered if sample.limit is not None)
    return Samples(
        count=len(ordered),
        with_error=len(failed),
        items_completed=len({item for item, epoch in latest if (item, epoch) not in errors}),
        limit_hit=dict(sorted(limits.items())),
        times=tuple(time for sample in ordered for time in (sample.started_at, sample.completed_at) if time),
        items=_items(ordered, only_scorer) or _reduced_items(reductions),
    )


def _limit(sample: Sample) -> str:
    return sample.limit if isinstance(sample.limit, str) else sample.limit.type if sample.limit else ""


def _items(samples: Iterable[Sample], only_scorer: str) -> Items:
    items: defaultdict[str, defaultdict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        scores = sample.scores or ({only_scorer: sample.score} if sample.score else {})
        for scorer, score in scores.items():
            for name, value in _values(scorer, score.value):
                items[name][sample_hash(sample.id)].append(value)
    return {name: dict(scores) for name, scores in items.items()}


def _reduced_items(reductions: Iterable[Reduction]) -> Items:
    """Scores of logs without summaries, where the reduced score is the mean of the epochs."""
    items: defaultdict[str, dict[str, list[float]]] = defaultdict(dict)
    for reduction in reductions:
        for sample in reduction.samples if reduction.reducer in (None, "mean") else ():
            if sample.sample_id is not None:
                for name, value in _values(reduction.scorer, sample.value):
                    items[name][sample_hash(sample.sample_id)] = [value]
    return dict(items)


def _values(scorer: str, raw: Raw) -> Iterator[tuple[str, float]]:
    """The numbers of one score: one under the scorer's name, or one per part of a score with parts."""
    is_dict = bytes(raw)[:1] == b"{"
    parts = msgspec.json.decode(raw, type=dict[str, Raw]) if is_dict else {"": raw}
    for part, value in parts.items():
        number = _number(scalar(value))
        if number is not None:
            yield (f"{scorer}/{part}" if part else scorer), number


def _number(value: Scalar) -> float | None:
    if isinstance(value, str):
        return WORDS.get(value, TRUTHS.get(value.lower()))
    if value is None or not math.isfinite(value):
        return None
    return float(value)
