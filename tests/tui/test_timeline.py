from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.pages.calendar import Lane, Point, Stretch, lanes
from comity.domain.exercises import Exercise
from comity.tui import bars
from comity.tui.bars import Scale
from comity.tui.screens.timeline import TimelinePane
from comity.tui.spans import width
from tui.conftest import Opener, until
from tui.stage import screen_text

TODAY = date(2026, 11, 23)
SALTMARSH = Exercise(code="SALTMARSH")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
SORTS = st.sampled_from(["window", "solid", "shaky", "dotted", "leave", "stopped", "bare"])


def _drawn(*stretches: Stretch, points: tuple[Point, ...] = ()) -> str:
    lane = Lane("", "x", "", SALTMARSH, stretches, points)
    return "".join(part.text for part in bars.draw(lane, Scale(date(2026, 10, 26), 7, 63), TODAY))


def test_a_bar_is_thick_up_to_today_and_thin_after_it() -> None:
    drawn = _drawn(Stretch(date(2026, 11, 2), date(2026, 12, 18), "solid", "18 Dec"))
    assert drawn.startswith("·      " + "━" * 21 + "┼")
    assert drawn[28:].startswith("┼" + "─" * 24 + "┤ 18 D")


def test_a_bar_that_goes_on_has_an_arrow_on_that_side() -> None:
    drawn = _drawn(Stretch(None, None, "solid"))
    assert (drawn[0], drawn[-1]) == ("◂", "▸")


def test_a_day_is_drawn_where_it_falls_with_its_words() -> None:
    drawn = _drawn(points=(Point(date(2026, 11, 27), "due", "2 on 27 Nov"),))
    assert drawn.index("◇ 2 on 27 Nov") == 32


@pytest.mark.parametrize("first", [date.min, date(9999, 12, 27)])
def test_a_scale_ends_where_the_calendar_does(first: date) -> None:
    scale = Scale(first, 7, 63)
    lane = Lane("", "x", "", SALTMARSH, (Stretch(date.min, date.max, "bare", "9 d"), Stretch(None, date.max, "solid")))
    assert width(bars.draw(lane, scale, first)) <= 63
    assert all(width(line) <= 63 for line in (*bars.heads(scale, first), bars.months(scale)))


@given(
    st.lists(st.tuples(st.none() | DAYS, st.none() | DAYS, SORTS, st.text(max_size=12)), max_size=4),
    st.lists(st.tuples(DAYS, st.sampled_from(["done", "due", "conflict"]), st.text(max_size=12)), max_size=3),
    st.sampled_from([2, 4, 7, 10, 14, 21, 28]),
    st.integers(10, 120),
)
def test_a_lane_always_takes_exactly_its_cells(stretches, points, week, cells) -> None:  # type: ignore[no-untyped-def]
    lane = Lane("", "x", "", SALTMARSH, tuple(Stretch(*each) for each in stretches), tuple(Point(*p) for p in points))
    scale = Scale(date(2026, 10, 26), week, cells)
    assert width(bars.draw(lane, scale, TODAY)) <= cells
    assert all(width(line) <= cells for line in bars.heads(scale, TODAY))


async def test_the_timeline_shows_what_is_not_in_order(shown: Opener) -> None:
    async with shown("SALTMARSH/timeline") as pilot:
        text = screen_text(pilot.app)
        assert "SC ends, 18 d uncovered" in text
        assert "not lifted" in text
        assert "week 4 of 7" in text
        assert "today" in text


async def test_keys_move_and_widen_the_days(shown: Opener) -> None:
    async with shown("SALTMARSH/timeline") as pilot:
        pane = pilot.app.screen.query_one(TimelinePane)
        week, first = pane.week, pane.first
        await pilot.press("l")
        await until(pilot, lambda: (pane.first - first).days == 7)
        await pilot.press("plus")
        await until(pilot, lambda: pane.week > week)
        await pilot.press("full_stop")
        await until(pilot, lambda: "today" in screen_text(pilot.app))


@pytest.mark.parametrize("size", [(80, 24), (120, 36), (160, 48)])
async def test_no_line_of_the_timeline_is_cut(shown: Opener, size: tuple[int, int]) -> None:
    async with shown("SALTMARSH/timeline", size) as pilot:
        pane = pilot.app.screen.query_one(TimelinePane)
        rows = pane.table.source.rows(0, pane.table.source.count)
        assert all(width(row.cells[1]) <= pane.scale.cells for row in rows)
        assert (
            pane.table.GUTTER + pane.table.columns[0].width + pane.table.gap + pane.scale.cells < pane.table.size.width
        )


def test_a_milestone_moves_with_its_date(demo: Desk) -> None:
    exercise = asking.find(demo, "SALTMARSH", "exercise")
    assert isinstance(exercise, Exercise)
    wash = next(each for each in lanes(demo, exercise) if each.label == "hot wash")
    assert [point.on for point in wash.points] == [date(2026, 12, 15)]
    acting.save(demo, acting.open_record(demo, wash.record), {"due": "2026-12-16"})
    wash = next(each for each in lanes(demo, exercise) if each.label == "hot wash")
    assert [point.on for point in wash.points] == [date(2026, 12, 16)]


@pytest.mark.parametrize("day", [date.min, date.max])
async def test_an_exercise_at_the_end_of_the_calendar_is_shown(demo: Desk, shown: Opener, day: date) -> None:
    opened = acting.open_record(demo, asking.find(demo, "SALTMARSH", "exercise"))
    acting.save(demo, opened, {"window_start": date.min, "window_end": date.max})
    demo.fixed_day = day
    async with shown("SALTMARSH/timeline") as pilot:
        for key in ("h", "l", "plus", "minus", "full_stop", "1"):
            await pilot.press(key)
        await until(pilot, lambda: "Needs" in screen_text(pilot.app))
