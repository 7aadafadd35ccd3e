from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.pages.comparing import side_by_side
from comity.desk.pages.runboard import RunReader, groups, sheet
from comity.desk.world import World
from comity.domain.runs import Run
from comity.tui.screens.compare import ComparePane
from comity.tui.screens.runs import RunsPane
from comity.tui.screens.samples import SamplesPane
from tui.conftest import Opener, until
from tui.stage import screen_text


def _run(demo: Desk, label: str) -> Run:
    found = asking.find(demo, f"SALTMARSH/{label}", "run")
    assert isinstance(found, Run)
    return found


async def test_runs_stand_under_their_exercise_with_status_and_age(shown: Opener) -> None:
    async with shown("runs") as pilot:
        text = screen_text(pilot.app)
        assert text.index("▾ SALTMARSH") < text.index("R1 ") < text.index("R7 ") < text.index("LANTERN-27")
        assert "● succeeded 40 min after SD-1" in text
        assert "▶ running · last word 9 d ago" in text
        assert "○ planned · no annotator" in text


async def test_enter_on_a_heading_folds_it_and_unfolds_it(shown: Opener) -> None:
    async with shown("runs") as pilot:
        pane = pilot.app.screen.query_one(RunsPane)
        await pilot.press("home")
        before = pane.table.source.count
        await pilot.press("enter")
        await until(pilot, lambda: pane.table.source.count == before - 7)
        await pilot.press("enter")
        await until(pilot, lambda: pane.table.source.count == before)


async def test_every_row_is_found_at_the_place_where_it_is_drawn(shown: Opener) -> None:
    async with shown("runs") as pilot:
        source = pilot.app.screen.query_one(RunsPane).table.source
        rows = source.rows(0, source.count)
        assert len(rows) == source.count
        assert [source.index_of(row.key) for row in rows] == list(range(source.count))
        assert [row.key for row in source.rows(3, 6)] == [row.key for row in rows[3:6]]


async def test_the_run_under_the_cursor_is_held_against_its_protocol(shown: Opener) -> None:
    async with shown("runs") as pilot:
        await pilot.press("home", "j", "j")
        await until(pilot, lambda: "Deviations to decide  2" in screen_text(pilot.app))
        assert "≠ budget" in screen_text(pilot.app)


async def test_two_marked_runs_are_compared_and_x_swaps_them(shown: Opener) -> None:
    async with shown("runs") as pilot:
        await pilot.press("home", "j", "space", "space", "equals_sign")
        await until(pilot, lambda: bool(pilot.app.screen.query(ComparePane)))
        await until(pilot, lambda: "Comparable with caveats" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "token limit" in text
        assert "+27.8   +12.6 to +43.0" in text
        await pilot.press("x")
        await until(pilot, lambda: "-27.8   -43.0 to -12.6" in screen_text(pilot.app))
        await pilot.press("s")
        await until(pilot, lambda: bool(pilot.app.screen.query(SamplesPane)))


async def test_one_marked_run_is_not_compared_with_itself(shown: Opener) -> None:
    async with shown("runs") as pilot:
        await pilot.press("home", "j", "equals_sign")
        await until(pilot, lambda: "Mark two runs" in screen_text(pilot.app))


async def test_a_planned_run_has_no_log_to_compare_and_that_is_said(shown: Opener) -> None:
    async with shown("runs") as pilot:
        await pilot.press("home", "j", "space", "end", "k", "space", "equals_sign")
        await until(pilot, lambda: "has no log yet" in screen_text(pilot.app))


def test_groups_count_what_a_filter_leaves(demo: Desk) -> None:
    assert {each.exercise.code: each.count for each in groups(demo) if each.exercise} == {
        "SALTMARSH": 7,
        "LANTERN-27": 0,
    }
    assert [each.count for each in groups(demo, "execution_status:running")] == [1]


def test_a_void_run_says_why_and_a_planned_one_what_it_lacks(demo: Desk) -> None:
    runs = [_run(demo, "R3"), _run(demo, "R7")]
    with demo.store.reading() as connection:
        reader = RunReader.of(World(demo, connection), runs)
        told = {run.label: reader.line(run) for run in runs}
    assert (told["R3"].validity, told["R3"].alarm) == ("void", "VM image fault")
    assert told["R7"].alarm == "no annotator"


def test_settings_of_a_run_are_counted_by_field_class(demo: Desk) -> None:
    classes = {each.name: each for each in sheet(demo, _run(demo, "R2")).classes}
    assert [name for name, each in classes.items() if each.departed] == ["elicitation", "budget"]
    assert all(each.met + len(each.departed) + len(each.unreported) == each.total for each in classes.values())


def test_both_ways_round_a_comparison_says_the_same(demo: Desk) -> None:
    one = side_by_side(demo, _run(demo, "R1"), _run(demo, "R2"))
    other = side_by_side(demo, _run(demo, "R2"), _run(demo, "R1"))
    assert one.verdict == other.verdict
    assert [(each.name, each.same) for each in one.classes] == [(each.name, each.same) for each in other.classes]
    assert one.measures[0].score.difference == -(other.measures[0].score.difference or 0)


async def test_at_80_the_board_keeps_system_status_with_age_and_validity(shown: Opener) -> None:
    async with shown("runs", size=(80, 24)) as pilot:
        await until(pilot, lambda: "R7" in screen_text(pilot.app))
        lines = {text[4:8].strip(): text for text in screen_text(pilot.app).splitlines()}
        assert all(word in lines["run"] for word in ("house", "system", "task", "status, with age", "validity"))
        assert all(word in lines["R4"] for word in ("Model B", "Cybench", "running · heard 9 d ago", "unreviewed"))
        assert "succeeded 40 min after SD-1" in lines["R6"]
        assert "stand-down" in lines["R6"]
        assert "ko ○ planned" in lines["R7"]
