"""The verdict on two runs, and departures from a protocol."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.domain.comparability import NOT_REPORTED, Settings, compare, deviations, same
from comity.domain.field_classes import FIELD_CLASSES
from comity.importers.inspect_log import read_log

LOGS = Path(__file__).parents[2] / "src/comity/samples/logs"
PROTOCOL: Settings = {
    "elicitation": {"attempts": 10, "epochs": 3, "seed": "any"},
    "budget": {"token_limit": 2_500_000},
}


def settings_of(part: str) -> Settings:
    return read_log(next(path for path in LOGS.iterdir() if part in path.name)).settings


VALUES = st.none() | st.integers() | st.text(max_size=3) | st.lists(st.text(max_size=2), max_size=2)
SETTINGS = st.dictionaries(st.sampled_from(FIELD_CLASSES), st.dictionaries(st.sampled_from("abcde"), VALUES))


def test_the_runs_of_saltmarsh_differ_in_attempts_and_token_limit() -> None:
    verdict = compare(settings_of("R1_"), settings_of("R2_"), PROTOCOL)
    assert verdict.as_json() == {
        "verdict": "comparable_with_caveats",
        "differences": [
            {"class": "elicitation", "field": "attempts", "a": 10, "b": 5},
            {"class": "budget", "field": "token_limit", "a": 2_500_000, "b": 2_000_000},
        ],
    }


def test_a_run_is_comparable_with_its_like() -> None:
    assert compare(settings_of("R2_"), settings_of("R8_")).verdict == "comparable"


def test_other_items_are_another_measurement() -> None:
    verdict = compare(settings_of("R5_"), settings_of("R6_"))
    assert (verdict.verdict, verdict.fields) == ("not_comparable", ("items", "items_hash"))


@pytest.mark.parametrize(
    "field", ["system", "checkpoint", "safeguard_state", "task", "task_version", "items", "language"]
)
def test_another_identity_forbids_a_comparison(field: str) -> None:
    verdict = compare({"identity": {field: "a"}}, {"identity": {field: "b"}})
    assert (verdict.verdict, verdict.fields) == ("not_comparable", (field,))


def test_one_system_under_two_spellings_is_a_caveat() -> None:
    a, b = {"model": "openai/m"}, {"model": "azure/m"}
    assert compare({"identity": a}, {"identity": b}).verdict == "not_comparable"
    one = {"system": "Model A"}
    assert compare({"identity": a | one}, {"identity": b | one}).verdict == "comparable_with_caveats"


@pytest.mark.parametrize(
    ("a", "b", "verdict"),
    [
        (["x"], ["y"], "not_comparable"),
        (["x", "y"], ["y", "z"], "comparable_with_caveats"),
        (["x"], "x", "comparable"),
    ],
)
def test_other_scorers_leave_only_what_both_have(a: list[str], b: Any, verdict: str) -> None:
    assert compare({"scoring": {"scorer": a}}, {"scoring": {"scorer": b}}).verdict == verdict


def test_not_reported_is_a_caveat_and_never_equal() -> None:
    one_sided = compare({"environment": {"network": "none"}}, {})
    assert one_sided.as_json()["differences"] == [
        {"class": "environment", "field": "network", "a": "none", "b": "not reported"}
    ]
    assert compare({"identity": {"task_version": 1}}, {}).verdict == "comparable_with_caveats"
    assert NOT_REPORTED != NOT_REPORTED


def test_what_neither_reported_matters_where_the_protocol_sets_it() -> None:
    assert compare({}, {}).verdict == "comparable"
    assert compare({}, {}, {"environment": {"network": "none"}}).fields == ("network",)
    assert compare({}, {}, {"environment": {"network": "any"}}).verdict == "comparable"


def test_no_limit_is_a_value() -> None:
    verdict = compare({"budget": {"token_limit": None}}, {"budget": {"token_limit": 5}})
    assert verdict.as_json()["differences"][0]["a"] is None


@given(SETTINGS, SETTINGS)
def test_a_verdict_does_not_depend_on_who_is_first(a: Settings, b: Settings) -> None:
    there, back = compare(a, b), compare(b, a)
    assert there.verdict == back.verdict
    assert {(d.field_class, d.field) for d in there.differences} == {(d.field_class, d.field) for d in back.differences}


@given(SETTINGS)
def test_settings_are_comparable_with_themselves(settings: Settings) -> None:
    assert compare(settings, settings).verdict == "comparable"
    assert deviations(settings, settings) == []


def test_the_second_run_of_saltmarsh_deviates_twice() -> None:
    found = deviations(PROTOCOL, settings_of("R2_"))
    assert [(d.field_class, d.field, d.expected, d.actual, d.reported) for d in found] == [
        ("elicitation", "attempts", 10, 5, True),
        ("budget", "token_limit", 2_500_000, 2_000_000, True),
    ]
    assert deviations(PROTOCOL, settings_of("R1_")) == []


def test_a_change_while_the_run_went_on_deviates() -> None:
    found = deviations({"budget": {"token_limit": 2_500_000}}, settings_of("config_changed"))
    assert [departure.actual for departure in found] == [2_000_000]


def test_a_setting_that_was_not_reported_is_told_as_such() -> None:
    (departure,) = deviations({"environment": {"network": "none"}}, settings_of("R1_"))
    assert departure.actual is NOT_REPORTED
    assert not departure.reported


def test_a_run_may_compute_more_than_the_protocol_asks_for() -> None:
    wanted: Settings = {"scoring": {"scorer": "flag_found", "metric": "accuracy"}}
    assert deviations(wanted, settings_of("R1_")) == []
    assert [d.field for d in deviations({"scoring": {"metric": "f1"}}, settings_of("R1_"))] == ["metric"]


@pytest.mark.parametrize(
    ("a", "b", "equal"),
    [(2, 2.0, True), ("2", 2, True), ("None", None, False), (["x"], "X", True), (0.7, 0.70001, False)],
)
def test_values_are_one_if_they_mean_one(a: Any, b: Any, equal: bool) -> None:
    assert same(a, b) is equal
