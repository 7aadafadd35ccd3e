"""Scores of two runs side by side, from the sample logs."""

from pathlib import Path
from typing import Any

import pytest

from comity.domain.scores import ScoreComparison, compare_scores, score_interval
from comity.importers.inspect_log import read_log

LOGS = Path(__file__).parents[2] / "src/comity/samples/logs"


def header(part: str) -> dict[str, Any]:
    return read_log(next(path for path in LOGS.iterdir() if part in path.name)).header


def compared(a: str, b: str, metric: str = "flag_found/accuracy") -> ScoreComparison:
    return next(score for score in compare_scores(header(a), header(b)) if score.metric == metric)


def made(
    value: float | str, n: int, *, kind: str = "accuracy", stderr: float | None = None, **more: Any
) -> dict[str, Any]:
    metric = {
        "scorer": "s",
        "score": "s",
        "reducer": None,
        "metric": kind,
        "value": value,
        "stderr": stderr,
        "scored": n,
    }
    return {"metrics": [metric], **more}


def only(a: dict[str, Any], b: dict[str, Any]) -> ScoreComparison:
    (score,) = compare_scores(a, b)
    return score


@pytest.mark.parametrize(
    ("a", "b", "difference", "stderr"), [("R1_", "R2_", 0.278, 0.069), ("pair_uk", "pair_us", 0.0, 0.114)]
)
def test_known_pairs_have_their_known_difference(a: str, b: str, difference: float, stderr: float) -> None:
    score = compared(a, b)
    assert score.difference is not None
    assert score.stderr is not None
    assert (round(score.difference, 3), round(score.stderr, 3)) == (difference, stderr)
    assert (score.n_a, score.n_b, score.paired, score.method, score.level) == (12, 12, True, "paired_t", 0.95)


def test_noise_is_said_plainly() -> None:
    assert compared("pair_uk", "pair_us").statement == (
        "Difference within noise. +0.000, 95% CI -0.251 to +0.251; paired over 12 items that both scored."
    )
    assert compared("R1_", "R2_").statement.startswith(
        "The first run is higher by 0.278; +0.278, 95% CI +0.126 to +0.430;"
    )
    assert compared("R2_", "R1_").statement.startswith("The second run is higher by 0.278;")


def test_unlike_sets_of_items_are_told() -> None:
    score = compared("R1_", "R3_")
    assert (score.n_a, score.n_b) == (9, 9)
    assert "paired over 9 items that both scored (of 12 and 9)" in score.statement
    assert score.a == pytest.approx(0.7407407)


def test_an_interrupted_run_is_no_result() -> None:
    assert "The first run did not finish (cancelled): this is no result yet." in compared("R5_", "R6_").statement


def test_a_metric_without_interval_gets_no_difference() -> None:
    score = compared("R1_", "R2_", "subtasks_done/std")
    assert (score.difference, score.low, score.high, score.method) == (None, None, None, "none")
    assert score.statement.startswith("No difference is given")


def test_only_metrics_of_both_are_compared() -> None:
    assert {score.metric for score in compare_scores(header("pair_uk"), header("pair_us"))} == {"flag_found/accuracy"}
    assert compare_scores(header("R3_"), header("R4_")) == []


def test_without_items_shares_are_compared_unpaired() -> None:
    score = only(made(0.8, 70), made(0.6, 80))
    assert (score.method, score.paired, score.n_a, score.n_b) == ("newcombe", False, 70, 80)
    assert (round(score.low or 0, 4), round(score.high or 0, 4)) == (0.0524, 0.3339)


def test_means_without_items_use_their_standard_errors() -> None:
    assert only(made(5, 12, kind="mean", stderr=0.3), made(4, 12, kind="mean", stderr=0.4)).method == "welch"
    assert only(made(5, 12, kind="mean"), made(4, 12, kind="mean")).difference is None


@pytest.mark.parametrize("value", ["nan", "inf"])
def test_what_is_no_number_has_no_difference(value: str) -> None:
    assert only(made(value, 10), made(0.5, 10)).difference is None


def test_items_that_do_not_explain_the_metric_are_not_paired() -> None:
    items, others = {"a": [1.0], "b": [0.0], "c": [1.0]}, {"a": [1.0], "b": [1.0], "c": [1.0]}
    assert only(made(2 / 3, 3, items={"s": items}), made(1.0, 3, items={"s": others})).paired
    assert not only(made(0.1, 3, items={"s": items}), made(1.0, 3, items={"s": others})).paired


def test_a_result_has_its_interval() -> None:
    interval = score_interval(header("R1_")["metrics"][0])
    assert interval is not None
    assert interval.low < 0.722 < interval.high
    assert interval.n == 12
    assert score_interval(header("R1_")["metrics"][2]) is None
