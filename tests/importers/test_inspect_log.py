"""The reader against the facts that Inspect itself gives, value by value."""

import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from comity.errors import BadInput
from comity.importers.inspect_log import InspectLog, read_log
from comity.importers.inspect_samples import sample_hash

LOGS = Path(__file__).parents[2] / "src/comity/samples/logs"
EXPECTED: dict[str, Any] = json.loads((Path(__file__).parent / "expected.json").read_text())["files"]
FACTS = {name: EXPECTED[log.get("same_run_as", name)]["facts"] for name, log in EXPECTED.items()}
FINISHED = sorted(name for name, facts in FACTS.items() if facts["status"] != "started")

every_log = pytest.mark.parametrize("name", sorted(EXPECTED))


def read(part: str) -> InspectLog:
    return read_log(next(path for path in LOGS.iterdir() if part in path.name))


@pytest.fixture(scope="module")
def inspect_log() -> ModuleType:
    return import_module("inspect_ai.log")  # a second, which only a few tests wait for


def test_every_sample_log_is_expected() -> None:
    assert {path.name for path in LOGS.iterdir()} == set(EXPECTED)


@every_log
def test_facts_are_those_of_inspect(name: str) -> None:
    log = read_log(LOGS / name)
    assert {fact: log.facts[fact] for fact in FACTS[name]} == FACTS[name]
    assert (log.sha256, log.size) == (EXPECTED[name]["sha256"], EXPECTED[name]["bytes"])


@every_log
def test_scores_of_each_item_and_epoch_are_kept_without_its_id(name: str) -> None:
    log = read_log(LOGS / name)
    for scorer, scores in EXPECTED[name].get("scores_by_sample_id_then_epoch", {}).items():
        assert log.items[scorer] == {sample_hash(item): values for item, values in scores.items()}
    for item in FACTS[name]["dataset"]["name"], "stand-in item", "Traceback":
        assert f"{item}-0" not in json.dumps(log.items)
        assert "stand-in" not in json.dumps(log.header)


@every_log
def test_the_header_is_one_json_value(name: str) -> None:
    log = read_log(LOGS / name)
    assert json.loads(json.dumps(log.header, allow_nan=False)) == log.header


@every_log
def test_inspect_reads_the_same_values(name: str, inspect_log: ModuleType) -> None:
    theirs, ours = inspect_log.read_eval_log(str(LOGS / name), header_only=True), read_log(LOGS / name).facts
    assert ours["eval_id"] == theirs.eval.eval_id
    assert ours["status"] == theirs.status
    assert ours["created"] == theirs.eval.created
    assert ours["model"] == theirs.eval.model
    assert ours["generate"] == theirs.eval.model_generate_config.model_dump(exclude_none=True)
    assert set(ours["tags"]) == set(theirs.tags)
    values = [
        (score.name, metric.name, metric.value)
        for score in (theirs.results.scores if theirs.results else [])
        for metric in score.metrics.values()
        if metric.name != "stderr"
    ]
    assert [(metric["score"], metric["metric"], metric["value"]) for metric in ours["metrics"]] == values


@pytest.mark.parametrize("name", FINISHED)
def test_a_log_saved_again_in_the_other_format_is_the_same_log(
    name: str, tmp_path: Path, inspect_log: ModuleType
) -> None:
    other = tmp_path / ("again.json" if name.endswith(".eval") else "again.eval")
    inspect_log.write_eval_log(inspect_log.read_eval_log(str(LOGS / name)), str(other))
    first, again = read_log(LOGS / name), read_log(other)
    assert again.header == first.header
    assert again.source == first.source
    assert again.format != first.format


def test_effective_settings_fold_the_updates_over_the_launch_values(inspect_log: ModuleType) -> None:
    log = read("config_changed")
    theirs = inspect_log.read_eval_log(str(LOGS / log.file), header_only=True)
    assert log.launch["budget"]["token_limit"] is None
    assert log.settings["budget"]["token_limit"] == inspect_log.effective_eval_config(theirs).token_limit == 2_000_000
    assert "max_connections" not in log.settings["elicitation"]


def test_a_running_log_tells_its_progress_and_its_last_word() -> None:
    log = read("R4")
    assert (log.completed, log.total) == (6, 12)
    assert log.last_word_at == "2026-11-13T16:20:02.511607+00:00"
    assert log.facts["metrics"] == []


def test_an_edit_after_the_end_is_the_last_word() -> None:
    assert read("R3").last_word_at == "2026-11-08T10:00:00+00:00"


def test_the_same_bytes_under_another_name_are_the_same_log() -> None:
    assert read("R2").source == read("R8").source
    assert read("R2").eval_id == read("R8").eval_id != read("R1").eval_id


def test_a_retry_keeps_the_task_and_is_another_run() -> None:
    first, retry = read("error_first"), read("retry_of_error")
    assert first.facts["task_id"] == retry.facts["task_id"]
    assert first.eval_id != retry.eval_id


def test_content_stays_in_the_log(header: dict[str, Any], write: Any) -> None:
    secret = "CANARY"
    header["eval"] |= {"model_base_url": secret, "metadata": {"note": secret, "network": secret, "image_hash": secret}}
    header["eval"]["model_args"] = {"api_key": secret, "device": 3}
    header["eval"]["model_generate_config"] |= {"system_message": secret, "extra_headers": {"x": secret}}
    header["plan"]["steps"][0]["params"]["prompt"] = secret
    header["error"] = {"message": f"ValueError('{secret}')", "traceback": secret, "traceback_ansi": secret}
    header["config_updates"] = [
        {
            "changes": [{"config": "generate", "name": "system_message", "value": secret, "previous": secret}],
            "scope": "task",
            "provenance": {"timestamp": "2026-11-06T00:00:00Z", "author": "a"},
        }
    ]
    sample = {"id": secret, "epoch": 1, "input": secret, "target": secret, "metadata": {"a": secret}}
    sample |= {"scores": {"flag_found": {"value": "C", "answer": secret}}, "error": secret}
    log = read_log(write({"header.json": header, "summaries.json": [sample], "samples/1.json": secret}))
    assert secret not in json.dumps(log.header)
    assert log.facts["error_class"] == "ValueError"
    assert log.facts["model_args"] == {"device": 3}


def test_control_characters_in_a_name_are_kept_for_those_who_show_them(header: dict[str, Any], write: Any) -> None:
    header["eval"]["task"] = "a\x1b]0;b\x07\u202e"
    assert read_log(write({"header.json": header})).facts["task"] == header["eval"]["task"]


def test_literal_nan_and_infinity_are_read(header: dict[str, Any], write: Any) -> None:
    metrics = header["results"]["scores"][0]["metrics"]
    metrics["accuracy"]["value"], metrics["stderr"]["value"] = float("nan"), float("-inf")
    header["eval"]["tags"] = ["NaN", 'a "Infinity" \\']
    log = read_log(write({"header.json": header}))
    assert (log.facts["metrics"][0]["value"], log.facts["metrics"][0]["stderr"]) == ("nan", "-inf")
    assert log.facts["tags"] == ["NaN", 'a "Infinity" \\']


def test_success_without_results_is_read(header: dict[str, Any], write: Any) -> None:
    del header["results"]
    log = read_log(write({"header.json": header}))
    assert (log.facts["total_samples"], log.facts["metrics"], log.total) == (None, [], 36)


def test_changes_to_a_running_log_are_read_from_its_journal(header: dict[str, Any], write: Any) -> None:
    change = {"changes": [{"config": "eval", "name": "token_limit", "value": None}], "scope": "task"}
    update = change | {"provenance": {"timestamp": "2026-11-06T00:00:00Z", "author": "a"}}
    start = {"version": 2, "eval": header["eval"], "plan": header["plan"]}
    log = read_log(write({"_journal/start.json": start, "_journal/config_updates/1.json": update}))
    assert (log.facts["status"], log.settings["budget"]["token_limit"]) == ("started", None)
    assert log.launch["budget"]["token_limit"] == 2_500_000
    assert log.last_word_at == "2026-11-06T00:00:00+00:00"


def test_a_log_of_version_1_gets_the_identity_that_inspect_gives_it(
    header: dict[str, Any], write: Any, inspect_log: ModuleType
) -> None:
    header["version"] = 1
    del header["eval"]["eval_id"]
    score = header["results"].pop("scores")[0]
    header["results"] |= {"scorer": {"name": "flag_found"}, "metrics": score["metrics"]}
    header["eval"] |= {"sandbox": ["docker", "compose.yaml"]}
    header["eval"]["config"]["max_messages"] = header["eval"]["config"].pop("message_limit")
    path = write({"header.json": header})
    log = read_log(path)
    assert log.eval_id == inspect_log.read_eval_log(str(path), header_only=True).eval.eval_id
    assert log.facts["metrics"][0]["value"] == score["metrics"]["accuracy"]["value"]
    assert (log.facts["sandbox"], log.facts["limits"]["message_limit"]) == ("docker", 200)


def test_scores_come_from_the_reductions_where_a_log_kept_no_samples(header: dict[str, Any], write: Any) -> None:
    reduced = {"scorer": "flag_found", "reducer": "mean", "samples": [{"sample_id": 7, "value": 0.5}]}
    log = read_log(write({"header.json": header, "reductions.json": [reduced, reduced | {"reducer": "pass_at_3"}]}))
    assert log.items == {"flag_found": {sample_hash(7): [0.5]}}


def test_the_later_of_two_rows_of_a_sample_counts(header: dict[str, Any], write: Any) -> None:
    row = {"id": 1, "epoch": 1, "scores": {"flag_found": {"value": "I"}}, "error": "x"}
    again = {"id": "1", "epoch": 1, "scores": {"flag_found": {"value": "C"}}}
    log = read_log(write({"header.json": header, "summaries.json": [row, again]}))
    assert log.facts["from_summaries"] == {"samples": 1, "limit_hit": {}, "with_error": 0}
    assert log.items["flag_found"] == {sample_hash(1): [1.0]}


def test_scores_per_item_are_left_out_before_a_run_gets_too_large(header: dict[str, Any], write: Any) -> None:
    rows = [{"id": n, "epoch": 1, "scores": {"flag_found": {"value": 1}}} for n in range(20_000)]
    log = read_log(write({"header.json": header, "summaries.json": rows}))
    assert (log.items, log.facts["from_summaries"]["samples"]) == ({}, 20_000)


def test_a_header_that_no_run_can_hold_is_refused(header: dict[str, Any], write: Any) -> None:
    header["eval"]["task"] = "x" * 300_000
    with pytest.raises(BadInput, match=r"made\.eval: has a header of more than 192 KiB"):
        read_log(write({"header.json": header}))


def test_a_log_without_identity_is_refused(header: dict[str, Any], write: Any) -> None:
    header["eval"] |= {"eval_id": "", "run_id": ""}
    with pytest.raises(BadInput, match="neither eval_id nor run_id"):
        read_log(write({"header.json": header}))


def test_reading_loads_neither_inspect_nor_the_store() -> None:
    heavy = ("inspect_ai", "sqlmodel", "pydantic", "scipy", "numpy", "textual", "asyncio")
    loaded = "import sys, comity.importers.inspect_log, comity.domain.scores"
    code = f"{loaded}; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"


def test_a_number_that_no_record_can_hold_is_refused_by_name(tmp_path: Path) -> None:
    text = (LOGS / "saltmarsh_R6_us_modelA_range_success.json").read_text("utf-8")
    log = tmp_path / "big.json"
    log.write_text(text.replace('"epochs": 1', f'"epochs": {10**30}', 1), encoding="utf-8")
    with pytest.raises(BadInput, match=r"big\.json"):
        read_log(log)
