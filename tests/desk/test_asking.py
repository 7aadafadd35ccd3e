"""Lists, counts, JSON, search, checks and windows of a real home."""

import json
from typing import Any

import msgspec
import pytest
from sqlalchemy import event

from comity.desk import acting, asking, checking, searching, telling
from comity.desk import window as window_module
from comity.desk.desk import Desk
from comity.desk.history import history
from comity.desk.pages.matrix import matrix
from comity.desk.pages.runboard import groups
from comity.desk.retelling import retold
from comity.desk.window import Window
from comity.domain.kinds import KINDS
from comity.errors import BadInput, NotFound


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ("", "R1 R2 R3 R4 R5 R6 R7"),
        ("institute:US-CAISI", "R2 R4 R6"),
        ("is:stale", "R4"),
        ("validity:deviated,void", "R2 R3 R6"),
        ("-institute:US-CAISI execution_status:succeeded", "R1 R3"),
        ("is:run.after_stand_down", "R6"),
        ("range_mini", "R5 R6"),
        ("ref:R2", "R2"),
    ],
)
def test_queries_find_what_they_say(shown: Desk, query: str, labels: str) -> None:
    found: Any = asking.records(shown, "run", query, sort=["label"])
    assert " ".join(each.label for each in found) == labels
    assert asking.count(shown, "run", query) == len(found)


@pytest.mark.parametrize("query", ["colour:red", "is:blue", "label>a,b", '"open', "~("])
def test_a_wrong_query_says_what_would_be_right(shown: Desk, query: str) -> None:
    with pytest.raises(BadInput) as error:
        asking.records(shown, "run", query)
    assert error.value.hint


def test_lists_are_ordered_by_group_and_id_unless_told_otherwise(shown: Desk) -> None:
    plain = [(each.group, each.id) for each in asking.records(shown, "finding")]
    assert plain == sorted(plain)
    turned: Any = asking.records(shown, "finding", "exercise:SALTMARSH", sort=["-label"], limit=2)
    assert [each.label for each in turned] == ["F5", "F4"]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.noun)
def test_json_has_the_keys_of_the_contract(shown: Desk, kind: Any) -> None:
    found = json.loads(msgspec.json.encode(telling.listed(shown, kind.noun, limit=3)))
    assert set(found) == {"items", "count"}
    keys = {
        "id",
        "kind",
        "ref",
        "group",
        "marking",
        "originator",
        "created",
        "updated",
        "retired",
        "fields",
        "conflicts",
    }
    for item in found["items"]:
        assert keys | {"derived"} <= set(item)
        assert set(item["created"]) == {"at", "by", "institute"}
        assert item["created"]["at"].endswith("Z")


def test_run_show_carries_every_fact_of_its_header(shown: Desk) -> None:
    told = telling.as_json(shown, asking.find(shown, "SALTMARSH/R2"))
    assert told["fields"]["header"]["status"] == "success"
    assert told["fields"]["header"]["model"] == "mockllm/model-a"
    assert "run.deviation_open" in told["derived"]["is"]


def test_words_are_found_with_and_without_accents(shown: Desk) -> None:
    assert [hit.ref for hit in searching.find_words(shown, "solene")] == ["Solène Brumaire"]
    assert searching.find_words(shown, "  ") == []


def test_checks_name_records_that_are_here(shown: Desk) -> None:
    found = checking.checks(shown)
    names = {each.check for each in found}
    wanted = "run.stale run.deviation_open cell.uncovered vetting.expires_in_term action.overdue run.after_stand_down"
    assert set(wanted.split()) | {"position.empty"} <= names
    assert all(asking.get(shown, each.kind, each.id) for each in found)
    assert {each.check for each in checking.checks(shown, "is:stale")} == {"run.stale"}


def test_checks_are_seen_anew_after_a_change(demo: Desk) -> None:
    before = len(checking.checks(demo, "is:action.overdue"))
    action = asking.find(demo, "SALTMARSH/A2")
    acting.save(demo, acting.open_record(demo, action), {"due": "2027-01-01"})
    assert len(checking.checks(demo, "is:action.overdue")) == before - 1


def test_a_window_reads_only_what_is_shown_and_sees_changes(demo: Desk) -> None:
    window = Window(demo, "run", "exercise:SALTMARSH", ["label"])
    assert [each.label for each in window.rows(2, 4)] == ["R3", "R4"]  # type: ignore[attr-defined]
    run = asking.find(demo, "SALTMARSH/R4")
    assert (window.count, window.index_of(run.id), window.index_of("nothing")) == (7, 3, None)
    assert not window.refresh()
    acting.retire(demo, run, "gone")
    assert window.refresh()
    assert (window.count, window.index_of(run.id)) == (6, None)


def test_history_begins_with_the_create(demo: Desk) -> None:
    record = asking.find(demo, "SALTMARSH/F2")
    acting.save(demo, acting.open_record(demo, record), {"severity": "high"}, reason="seen again")
    first, last = history(demo, record)
    assert (first.changes["statement"][0], first.changes["statement"][1] is not None) == (None, True)
    assert (last.changes, last.reason, last.by) == ({"severity": ("medium", "high")}, "seen again", "Tamsin Oakhollow")


def test_references_are_shown_by_name_and_those_held_elsewhere_say_so(demo: Desk) -> None:
    run: Any = asking.find(demo, "SALTMARSH/R2")
    assert asking.texts(demo, run, ["exercise", "institute"])["institute"] == "US-CAISI"
    run.cell = "00000000-0000-0000-0000-000000abcdef"
    assert asking.texts(demo, run, ["cell"])["cell"] == "held elsewhere (abcdef)"


def test_what_refers_to_a_record_is_listed_by_kind(shown: Desk) -> None:
    found = asking.related(shown, asking.find(shown, "SALTMARSH/R2"))
    assert len(found["deviation"]) == 2


def test_the_matrix_gives_a_reason_for_every_gap(shown: Desk) -> None:
    found = matrix(shown, asking.find(shown, "SALTMARSH", "exercise"))  # type: ignore[arg-type]
    assert found["total"] == 32
    assert {row["state"] for row in found["rows"]} <= {"covered", "uncovered", "waived"}
    assert all(row["reason"] for row in found["rows"] if row["state"] == "uncovered")


def test_an_unknown_kind_is_told(shown: Desk) -> None:
    with pytest.raises(NotFound, match="no kind «rnu»"):
        asking.records(shown, "rnu")


def test_a_long_list_reads_its_order_as_far_as_somebody_goes(demo: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = [each.id for each in Window(demo, "cell").rows(0, 1_000)]
    monkeypatch.setattr(window_module, "FIRST", 10)
    window = Window(demo, "cell")
    assert window.count == len(whole) > 10
    assert [each.id for each in window.rows(3, 9)] == whole[3:9]
    assert [each.id for each in window.rows(8, 14)] == whole[8:14]
    assert Window(demo, "cell").index_of(whole[-1]) == len(whole) - 1
    assert [each.id for each in Window(demo, "cell").rows(len(whole) - 2, len(whole))] == whole[-2:]


def test_what_is_counted_is_what_is_listed(demo: Desk) -> None:
    for gone in ("SALTMARSH/R4", "SALTMARSH/R5"):
        acting.retire(demo, asking.find(demo, gone), "gone")
    for query in (
        *("", "exercise:SALTMARSH", "-exercise:PILOT", "execution_status:succeeded,planned", "is:retired"),
        *("-execution_status:succeeded", "exercise:SALTMARSH validity:unreviewed", "exercise:SALTMARSH language:en"),
    ):
        listed = asking.records(demo, "run", query)
        assert asking.count(demo, "run", query) == len(listed) > 0
    by_exercise = asking.count_by(demo, "run", "exercise")
    assert sum(by_exercise.values()) == asking.count(demo, "run")
    assert all(asking.count(demo, "run", f"exercise:{id}") == count for id, count in by_exercise.items() if id)
    assert asking.count(demo, "run", retired=True) == len(asking.records(demo, "run", retired=True))


def test_the_board_of_runs_is_counted_without_a_look_at_every_run(demo: Desk) -> None:
    asked: list[tuple[str, Any]] = []
    event.listen(demo.store.database.engine, "before_cursor_execute", lambda *told: asked.append((told[2], told[3])))
    assert sum(group.count for group in groups(demo)) == Window(demo, "run").count == asking.count(demo, "run")
    assert asking.count(demo, "run", "exercise:SALTMARSH execution_status:succeeded")
    with demo.store.reading() as connection:
        plans = [connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {said}", values).all() for said, values in list(asked)]
    steps = [step.detail for plan in plans for step in plan if "SCAN run" in step.detail]
    assert all(step == "SCAN run USING COVERING INDEX run_group_id_retired" for step in steps), steps  # up to a limit


def test_the_history_names_what_references_and_elements_of_lists_mean(shown: Desk) -> None:
    finding = asking.find(shown, "SALTMARSH/F1")
    told = {each.field: each.after for each in retold(shown, finding, history(shown, finding)[0])}
    assert told["exercise"] == "SALTMARSH"
    opened = acting.open_record(shown, finding)
    saved = acting.save(shown, opened, {"evidence": ["SALTMARSH/R3", "SALTMARSH/R4"]})
    last = history(shown, saved.record)[-1]
    assert last.fields == ("evidence",)
    [evidence] = retold(shown, saved.record, last)
    assert (evidence.before, evidence.after) == ("R1, R2", "R3, R4")
