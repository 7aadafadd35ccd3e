"""Logs into runs: one log is one run, whoever imports it, how often and under which name."""

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from comity.desk import asking, stepping
from comity.desk.desk import Desk
from comity.desk.files import imports
from comity.desk.files.identity import source_id
from comity.desk.history import history
from comity.desk.pages.comparing import side_by_side
from comity.samples.catalogue import logs
from desk.opening import Opener

if sys.version_info >= (3, 14):
    from zipfile import ZipFile
else:
    from backports.zstd.zipfile import ZipFile

LOGS = {path.name: path for path in logs()}
R6 = "saltmarsh_R6_us_modelA_range_success.json"


def outcomes(desk: Desk, *paths: Path, **how: Any) -> list[tuple[str, str]]:
    return [(each.outcome, each.reason) for each in imports.import_logs(desk, paths, **how)]


def changed(folder: Path, name: str = "again.json", **header: Any) -> Path:
    """The log of R6 with other facts."""
    log = json.loads(LOGS[R6].read_text(encoding="utf-8"))
    log.update(header)
    path = folder / name
    path.write_text(json.dumps(log), encoding="utf-8")
    return path


def test_every_log_of_the_samples_is_known_already(demo: Desk) -> None:
    before = demo.store.database.version()
    paths = [path for name, path in LOGS.items() if name.startswith("saltmarsh_")]
    assert {each[0] for each in outcomes(demo, *paths)} == {"unchanged"}
    assert demo.store.database.version() == before


def test_a_renamed_log_is_the_same_run(demo: Desk, tmp_path: Path) -> None:
    copy = shutil.copy(LOGS["saltmarsh_R1_uk_modelA_cybench_success.eval"], tmp_path / "other name.eval")
    (outcome,) = imports.import_logs(demo, [Path(copy)])
    assert (outcome.outcome, outcome.run) == ("unchanged", asking.find(demo, "SALTMARSH/R1").id)


def test_a_log_that_moved_on_updates_its_run_and_the_history_says_so(demo: Desk, tmp_path: Path) -> None:
    run: Any = asking.find(demo, "SALTMARSH/R6")
    stats = json.loads(LOGS[R6].read_text(encoding="utf-8"))["stats"]
    path = changed(tmp_path, invalidated=True, stats={**stats, "completed_at": "2026-11-17T09:00:00+00:00"})
    (outcome,) = imports.import_logs(demo, [path])
    assert (outcome.outcome, outcome.run, outcome.reason) == ("updated", run.id, "same log, content changed")
    assert history(demo, run)[-1].reason.startswith("same log, content changed")
    assert asking.get(demo, "run", run.id).header["invalidated"] is True  # type: ignore[union-attr]
    assert outcomes(demo, LOGS[R6]) == [("unchanged", "R6 has a later word of this log already")]


def test_an_import_keeps_every_deviation_and_says_deviated_only_of_a_success(demo: Desk) -> None:
    told: Any = {each.label: each.validity for each in asking.records(demo, "run", "exercise:SALTMARSH")}  # type: ignore[attr-defined]
    assert told == {
        "R1": "valid",
        "R2": "deviated",
        "R3": "void",
        "R4": "unreviewed",
        "R5": "unreviewed",
        "R6": "deviated",
        "R7": "unreviewed",
    }
    assert {"R4/attempts", "R4/epochs", "R5/epochs"} <= {
        asking.ref(demo, each) for each in asking.records(demo, "deviation")
    }


def test_a_persons_word_stays_until_the_log_has_a_newer_one(demo: Desk) -> None:
    run = stepping.do(demo, asking.find(demo, "SALTMARSH/R4"), "lose", reason="no word for 9 days")
    assert outcomes(demo, LOGS["saltmarsh_R4_us_modelB_cybench_started.eval"])[0][0] == "unchanged"
    assert asking.get(demo, "run", run.id).execution_status == "lost"  # type: ignore[union-attr]


def test_what_cannot_be_matched_is_imported_and_says_so(desk: Desk) -> None:
    ((outcome, reason),) = outcomes(desk, LOGS["pair_uk_intercode_epochs3_t07.eval"])
    assert (outcome, reason.startswith("unmatched: no system is called")) == ("added", True)
    (run,) = asking.records(desk, "run")
    assert (run.marking, run.cell, run.eval_id != "") == ("TLP:RED", None, True)  # type: ignore[attr-defined]


def test_whose_runs_they_are_is_told_where_nobody_said_it(desk: Desk) -> None:
    uk, us = (LOGS[f"saltmarsh_{name}_success.eval"] for name in ("R1_uk_modelA_cybench", "R2_us_modelA_cybench"))
    assert outcomes(desk, uk)[0][1].endswith("; recorded for UK-AISI")
    assert "recorded" not in outcomes(desk, us, institute="US-CAISI")[0][1]


def test_a_log_that_may_be_of_another_institute_is_named_with_the_way_out(demo: Desk, tmp_path: Path) -> None:
    again = tmp_path / "again.json"
    header = json.loads(LOGS[R6].read_text(encoding="utf-8"))
    header["eval"]["eval_id"] = "another"
    again.write_text(json.dumps(header), encoding="utf-8")
    told = "recorded for UK-AISI, but may be of US-CAISI: name whose it is with --institute"
    assert outcomes(demo, again, dry_run=True) == [("added", f"would be added; {told}")]
    assert outcomes(demo, again) == [("added", told)]


def test_bad_files_are_refused_by_name_and_the_others_go_through(desk: Desk, tmp_path: Path) -> None:
    torn = tmp_path / "torn.eval"
    torn.write_bytes(LOGS["saltmarsh_R1_uk_modelA_cybench_success.eval"].read_bytes()[:2000])
    foreign = tmp_path / "foreign.json"
    foreign.write_text('{"hello": 1}', encoding="utf-8")
    newer = changed(tmp_path, "newer.json", version=99)
    nan = tmp_path / "empty.eval"
    nan.write_bytes(b"")
    found = imports.import_logs(desk, [torn, foreign, newer, nan, tmp_path / "none.eval", LOGS[R6]])
    assert [each.outcome for each in found] == ["refused"] * 5 + ["added"]
    assert all(each.reason for each in found[:5])
    assert all(each.run is None for each in found[:5])
    assert asking.count(desk, "run") == 1


def test_a_dry_run_writes_nothing(desk: Desk) -> None:
    before = desk.store.database.version()
    assert {each[0] for each in outcomes(desk, *LOGS.values(), dry_run=True)} == {"added"}
    assert desk.store.database.version() == before


def test_a_retry_is_linked_to_the_run_it_repeats(desk: Desk) -> None:
    first, second = imports.import_logs(desk, [LOGS["error_first_attempt.eval"], LOGS["retry_of_error_success.eval"]])
    assert asking.get(desk, "run", str(second.run)).retry_of == first.run  # type: ignore[union-attr]


def test_one_log_imported_on_two_laptops_is_one_run(home: Path, tmp_path: Path, at: Opener) -> None:
    other = Path(shutil.copytree(home, tmp_path / "second"))
    path = LOGS[R6]
    ids = {imports.import_logs(at(each), [path])[0].run for each in (home, other)}
    assert len(ids) == 1


@pytest.mark.parametrize("verdict", ["comparable", "comparable_with_caveats", "not_comparable"])
def test_comparisons_name_their_differences(demo: Desk, verdict: str) -> None:
    pairs = {"not_comparable": ("R2", "R4"), "comparable_with_caveats": ("R1", "R2"), "comparable": ("R1", "R1")}
    a, b = (asking.find(demo, f"SALTMARSH/{label}") for label in pairs[verdict])
    found = side_by_side(demo, a, b).as_json()  # type: ignore[arg-type]
    assert found["verdict"] == verdict
    assert bool(found["differences"]) == (verdict != "comparable")


def test_an_unfinished_copy_never_takes_the_word_of_the_finished_log(desk: Desk, tmp_path: Path) -> None:
    whole = LOGS["saltmarsh_R1_uk_modelA_cybench_success.eval"]
    cut = tmp_path / "cut.eval"
    with ZipFile(whole) as source, ZipFile(cut, "w") as target:
        for name in source.namelist():
            if name != "header.json":
                target.writestr(name, source.read(name))
    for path in (whole, cut, whole):
        imports.import_logs(desk, [path])
    (run,) = asking.records(desk, "run")
    assert (run.execution_status, run.source_status) == ("succeeded", "success")


def test_one_source_is_another_record_in_each_group() -> None:
    assert len({source_id(group, "run", "eval") for group in ("aa", "bb", "aa")}) == 2
