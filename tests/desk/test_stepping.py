"""Steps as the desk takes them: one act, over all that was shown, or every record that stands in the way is named."""

import shutil
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from comity.desk import acting, asking, drafting, stepping
from comity.desk.desk import Desk
from comity.errors import NotFound, RuleBroken
from comity.log.commit import Change
from comity.store import door, schema
from desk.opening import Opener
from laws.laptops import admit


def test_a_step_moves_a_record_and_keeps_its_reason(demo: Desk) -> None:
    run: Any = stepping.do(demo, asking.find(demo, "SALTMARSH/R4"), "lose", reason="no word")
    assert (run.execution_status, run.remark) == ("lost", "no word")


@pytest.mark.parametrize(
    ("ref", "verb", "reason", "rule", "told"),
    [
        ("SALTMARSH/R4", "lose", "", "run.lose", "needs a reason"),
        ("SALTMARSH/R7", "succeed", "", "run.succeed", "run is planned"),
        ("SALTMARSH/R6", "review", "", "run.review", "deviates"),
        ("SALTMARSH/A1", "verify", "", "action.verify", "action is"),
    ],
)
def test_a_step_that_is_not_legal_is_refused_by_the_name_of_its_rule(
    demo: Desk, ref: str, verb: str, reason: str, rule: str, told: str
) -> None:
    before = demo.store.database.version()
    with pytest.raises(RuleBroken, match=told) as error:
        stepping.do(demo, asking.find(demo, ref), verb, reason=reason)
    assert (error.value.code, demo.store.database.version()) == (rule, before)
    assert error.value.hint


def test_a_guard_names_every_record_in_the_way_and_yields_to_a_reason(demo: Desk) -> None:
    run = asking.find(demo, "SALTMARSH/R6")
    with pytest.raises(RuleBroken) as error:
        stepping.do(demo, run, "review")
    assert len(error.value.problems) >= 3
    moved: Any = stepping.do(demo, run, "review", override="the director decides")
    assert moved.validity == "valid"


def test_a_step_nobody_knows_suggests_the_nearest(demo: Desk) -> None:
    with pytest.raises(NotFound, match="did you mean «release»") as error:
        stepping.do(demo, asking.find(demo, "SALTMARSH/R1"), "releas")
    assert "review" in error.value.hint


def test_offers_say_which_steps_are_legal_and_why_not(demo: Desk) -> None:
    offers = {offer.step.name: offer for offer in stepping.offers(demo, asking.find(demo, "SALTMARSH/R7"))}
    assert offers["assign"].allowed
    assert not offers["succeed"].allowed
    assert offers["succeed"].why.startswith("run is planned")


def test_two_houses_that_move_a_status_apart_get_a_conflict_to_settle(
    demo_home: Path, tmp_path: Path, at: Opener
) -> None:
    """The laptops are copies of one that were apart: each lost the other's step."""
    other_home = Path(shutil.copytree(demo_home, tmp_path / "other"))
    one, other = at(demo_home), at(other_home)
    run = asking.find(one, "SALTMARSH/R4")
    stepping.do(one, run, "lose", reason="no word")
    stepping.do(other, asking.find(other, "SALTMARSH/R4"), "cancel", reason="called off")
    carry(one, other)
    carry(other, one)
    seen: list[Any] = [asking.find(each, "SALTMARSH/R4") for each in (one, other)]
    assert [each.conflicts for each in seen] == [["execution_status", "remark"]] * 2
    assert seen[0].execution_status == seen[1].execution_status
    with pytest.raises(RuleBroken, match="several values"):
        stepping.do(one, seen[0], "lose", reason="again")
    settled = acting.save(
        one, acting.open_record(one, seen[0]), {"execution_status": "lost", "remark": "no word"}, settle=True
    )
    assert settled.record.conflicts == []


def carry(source: Desk, target: Desk) -> None:
    with source.store.reading() as connection:
        envelopes = [each.envelope for each in door.held(connection, schema.envelopes.c.no > 0)]
    admit(target.store, envelopes)


def test_freezing_rewrites_every_setting_so_that_an_edit_elsewhere_becomes_a_conflict(
    demo: Desk, demo_home: Path, tmp_path: Path, at: Opener
) -> None:
    strand = asking.find(demo, "SALTMARSH/Leakage", "strand")
    made = acting.add(demo, "protocol", {"strand": strand.id, "version": "9", "budget": "token_limit=5"})
    stepping.do(demo, made, "circulate")
    demo.close()
    other = at(Path(shutil.copytree(demo_home, tmp_path / "other")))
    one = at(demo_home)
    stepping.do(one, asking.find(one, made.id), "freeze")
    edit = drafting.revision(acting.open_record(other, asking.find(other, made.id)), {"budget": {"token_limit": 7}})
    with other.store.writing() as connection:
        acting.write(other, connection, made.group, [edit], "written by a Comity with other rules")
    carry(other, one)
    assert "budget" in asking.find(one, made.id).conflicts


def test_what_cannot_be_read_here_is_neither_moved_nor_tripped_over(demo: Desk) -> None:
    """A newer version, or somebody hostile, wrote another type into a status, a day and the text of an action."""
    action = asking.find(demo, "SALTMARSH/A1")
    torn = Change("action", UUID(action.id).bytes, {"status": 7, "due": [], "text": {"a": 1}}, _heads(demo, action))
    with demo.store.writing() as connection:
        acting.write(demo, connection, action.group, [torn], "")
    action = asking.find(demo, action.id)
    assert set(action.flags) == {f"record.unreadable:{name}" for name in ("status", "due", "text")}
    assert all(offer.why for offer in stepping.offers(demo, action))
    with pytest.raises(RuleBroken, match="cannot be read here") as told:
        stepping.do(demo, action, "start")
    assert (told.value.code, "version" in told.value.hint) == ("record.unreadable", True)


def _heads(desk: Desk, record: Any) -> tuple[bytes, ...]:
    heads = acting.open_record(desk, record).heads
    return tuple(sorted({dot for name in ("status", "due", "text") for dot in heads.get(name, ())}))
