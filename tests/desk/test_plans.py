"""Plan files against the store: applied wholly or not at all, once or ten times, and written back the same."""

import re
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from comity.desk import acting, asking, stepping, telling
from comity.desk.desk import Desk
from comity.desk.files import plans
from comity.domain.kinds import KINDS
from comity.errors import BadInput
from comity.samples.catalogue import plans as samples
from desk.opening import Opener

PLAN = """
[exercise]
code = "HERON"
title = "Heron"
kind = "research"
window = { start = 2026-11-02, end = 2026-12-18 }
synthetic = true

[[strand]]
title = "Cyber"
lead = "UK-AISI"

[[protocol]]
strand = "Cyber"
version = 1
[protocol.settings]
budget = { token_limit = 2_500_000 }

[[system]]
name = "Model A"

[[task]]
name = "range"

[matrix]
strand = "Cyber"
institutes = ["UK-AISI"]
systems = ["Model A"]
tasks = ["range"]
languages = ["en", "ko"]

[[finding]]
statement = "It rained."
"""


def write(folder: Path, text: str = PLAN) -> Path:
    path = folder / "heron.toml"
    path.write_text(text, encoding="utf-8")
    return path


def told(desk: Desk) -> dict[str, list[Any]]:
    """What people wrote, of every kind, without what depends on who applied it when."""
    found: dict[str, list[Any]] = {}
    for kind in KINDS:
        items = telling.listed(desk, kind.noun)["items"]
        found[kind.noun] = sorted(
            (item["ref"], item["group"], item["marking"], sorted(map(repr, item["fields"].items()))) for item in items
        )
    return found


def test_a_plan_makes_what_it_says(desk: Desk, tmp_path: Path) -> None:
    applied = plans.apply(desk, write(tmp_path))
    assert (applied.exercise, applied.count("add")) == ("HERON", 8)
    assert asking.count(desk, "cell", "strand:Cyber") == 2
    finding: Any = asking.find(desk, "HERON/F1")
    assert (finding.statement, finding.synthetic, finding.created_by) == ("It rained.", True, "Tamsin Oakhollow")


MANY = """
[exercise]
code = "HERON"
title = "Heron"
kind = "research"
groop = "UKUS"

[[strand]]
title = "Cyber"
lead = "UK-AISI"
exercise = "EGRET"

[[protocol]]
strand = "Cyber"
version = "three"

[[system]]
name = "Model A"
marking = "TLP:PURPLE"

[[task]]
name = "range"
suite = "nowhere"

[[participant]]
institute = "UK-AISI"

[[run]]
label = "R1"
group = "NOBODY"
"""


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_the_lines(desk: Desk, tmp_path: Path) -> None:
    """A mistyped key, references, values, markings, groups; what refers to a record that is wrong is not blamed."""
    with pytest.raises(BadInput) as refused:
        plans.apply(desk, write(tmp_path, MANY))
    found = [(each.field, each.message.partition(":")[0]) for each in refused.value.problems]
    assert found == [
        ("exercise.groop", "line 6"),
        ("strand.exercise", "line 11"),
        ("protocol.version", "line 15"),
        ("system.marking", "line 19"),
        ("task.suite", "line 23"),
        ("run.group", "line 30"),
    ]
    assert told(desk) == {kind.noun: [] for kind in KINDS}


def test_applying_twice_changes_nothing(desk: Desk, tmp_path: Path) -> None:
    plans.apply(desk, write(tmp_path))
    before = desk.store.database.version()
    again = plans.apply(desk, write(tmp_path))
    assert (again.count("unchanged"), again.count("add"), again.count("change")) == (8, 0, 0)
    assert desk.store.database.version() == before


def test_applying_the_samples_again_changes_nothing(demo: Desk) -> None:
    before = demo.store.database.version()
    for path in samples():
        applied = plans.apply(demo, path)
        assert (applied.count("add"), applied.count("change")) == (0, 0), (path.name, applied.deeds)
    assert demo.store.database.version() == before


def test_a_dry_run_writes_nothing_and_says_the_same(desk: Desk, tmp_path: Path) -> None:
    before = desk.store.database.version()
    dry = plans.apply(desk, write(tmp_path), dry_run=True)
    assert desk.store.database.version() == before
    assert [(deed.act, deed.name) for deed in dry.deeds] == [
        (deed.act, deed.name) for deed in plans.apply(desk, write(tmp_path)).deeds
    ]


def test_only_what_changed_in_the_file_is_written(desk: Desk, tmp_path: Path) -> None:
    plans.apply(desk, write(tmp_path))
    applied = plans.apply(
        desk, write(tmp_path, PLAN.replace("It rained.", "It poured.").replace('"Heron"', '"The heron"'))
    )
    assert [(deed.act, deed.noun, deed.fields) for deed in applied.deeds if deed.act != "unchanged"] == [
        ("change", "exercise", ("title",)),
        ("add", "finding", ("exercise", "synthetic", "statement")),
    ]
    assert [deed.name for deed in applied.left] == ["F1"]


def test_what_an_entry_leaves_out_stays_and_an_empty_text_clears_it(desk: Desk, tmp_path: Path) -> None:
    said = PLAN.replace('title = "Heron"', 'title = "Heron"\npurpose = "To see."')
    plans.apply(desk, write(tmp_path, said))
    plans.apply(desk, write(tmp_path, PLAN))
    assert telling.as_json(desk, asking.find(desk, "HERON"))["fields"]["purpose"] == "To see."
    cleared = plans.apply(desk, write(tmp_path, said.replace('"To see."', '""')))
    assert [deed.fields for deed in cleared.deeds if deed.act == "change"] == [("purpose",)]
    assert "purpose" not in plans.export(desk, asking.find(desk, "HERON"))


def test_what_the_file_does_not_name_is_retired_only_when_asked(desk: Desk, tmp_path: Path) -> None:
    plans.apply(desk, write(tmp_path))
    shorter = write(tmp_path, PLAN.partition("[[finding]]")[0])
    assert [deed.noun for deed in plans.apply(desk, shorter).left] == ["finding"]
    assert asking.count(desk, "finding") == 1
    assert plans.apply(desk, shorter, retire=True).count("retire") == 1
    assert asking.count(desk, "finding") == 0


def test_states_that_steps_moved_are_left_alone(demo: Desk) -> None:
    exercise: Any = asking.find(demo, "SALTMARSH", "exercise")
    stepping.do(demo, exercise, "pause", reason="holiday")
    stepping.do(demo, asking.find(demo, "SALTMARSH/R7"), "assign")
    path = next(path for path in samples() if path.name == "saltmarsh.toml")
    applied = plans.apply(demo, path)
    assert applied.count("change") == 0
    assert asking.find(demo, "SALTMARSH", "exercise").status == "paused"


def test_the_settings_of_a_frozen_protocol_cannot_be_changed_by_a_plan(desk: Desk, tmp_path: Path) -> None:
    plans.apply(desk, write(tmp_path))
    protocol = asking.find(desk, "Cyber/1", "protocol")
    for step in ("circulate", "freeze"):
        protocol = stepping.do(desk, protocol, step)
    with pytest.raises(BadInput, match="v1 is frozen; supersede it") as error:
        plans.apply(desk, write(tmp_path, PLAN.replace("2_500_000", "2_000_000")))
    assert error.value.problems[0].field == "protocol.budget"
    assert "line 17" in error.value.problems[0].message


def test_one_bad_entry_and_nothing_is_written(desk: Desk, tmp_path: Path) -> None:
    bad = PLAN.replace('lead = "UK-AISI"', 'lead = "UK AISI"').replace('systems = ["Model A"]', 'systems = ["Model Z"]')
    before = desk.store.database.version()
    with pytest.raises(BadInput) as error:
        plans.apply(desk, write(tmp_path, bad + '\n[[milestone]]\nkind = "lunch"\n'))
    assert desk.store.database.version() == before
    assert {each.field for each in error.value.problems} >= {"strand.lead", "milestone.kind"}
    assert all("line " in each.message for each in error.value.problems)


@pytest.mark.parametrize("code", ["SALTMARSH", "LANTERN-27", "NET-2024-11", "NET-2025-07", "UKUS-2024-12"])
def test_an_exported_plan_changes_nothing_where_it_came_from(demo: Desk, tmp_path: Path, code: str) -> None:
    path = write(tmp_path, plans.export(demo, asking.find(demo, code, "exercise")))
    applied = plans.apply(demo, path)
    assert [deed for deed in applied.deeds if deed.act != "unchanged"] == []
    assert applied.left == ()


def test_an_exported_plan_makes_the_same_elsewhere(desk: Desk, home: Path, tmp_path: Path, at: Opener) -> None:
    plans.apply(desk, write(tmp_path))
    acting.add(desk, "milestone", {"exercise": "HERON", "title": "Hot wash", "due": "2026-12-01"})
    acting.add(desk, "note", {"text": "two\nlines \x1b[2J", "subject": "HERON"})
    text = plans.export(desk, asking.find(desk, "HERON", "exercise"))
    here = told(desk)
    other = at(home.parent / "other")
    plans.apply(other, write(tmp_path, text))
    there = told(other)
    for noun in here:
        assert _without_ids(there[noun]) == _without_ids(here[noun]), noun


@pytest.mark.parametrize("code", ["SALTMARSH", "LANTERN-27"])
def test_an_exported_sample_makes_the_same_in_an_empty_home(demo: Desk, tmp_path: Path, at: Opener, code: str) -> None:
    exercise = asking.find(demo, code, "exercise")
    group = asking.group_name(demo, exercise.group)
    text = plans.export(demo, exercise).replace(f'group = "{group}"', 'group = "private"')
    other = at(tmp_path / "other")
    applied = plans.apply(other, write(tmp_path, text))
    here, there = _fields(demo), _fields(other)
    assert applied.count("add") > 60
    assert sum(map(len, there.values())) == applied.count("add")
    for noun in there:
        assert not Counter(there[noun]) - Counter(here[noun]), noun
    assert plans.apply(other, write(tmp_path, text)).count("unchanged") == applied.count("add")


def _fields(desk: Desk) -> dict[str, list[str]]:
    """The fields of every record, without the ids in them."""
    return {noun: _without_ids([item[3] for item in items]) for noun, items in told(desk).items() if items}


def _without_ids(items: list[Any]) -> list[str]:
    return sorted(re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{12}", "ID", repr(item)) for item in items)


@pytest.fixture(autouse=True)
def _other(_empty: Path, tmp_path: Path) -> None:
    shutil.copytree(_empty, tmp_path / "other")
