import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.tui.spans import Span, line, span
from comity.tui.widgets.source import Column, Listed, Row, arranged, heading
from comity.tui.widgets.table import Table
from tui.stage import Counted, Stage, screen_text

COLUMNS = [Column("name", 10), Column("value", 10, grows=True)]


async def test_only_the_window_of_a_long_list_is_read() -> None:
    source = Counted(100_000)
    app = Stage(Table(COLUMNS, source))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "j", "G")
        assert app.query_one(Table).cursor == 99_999
        assert "row 99999" in screen_text(app)
    assert source.read < 1_000


@pytest.mark.parametrize(
    ("keys", "at"),
    [
        (["j", "j", "k"], 1),
        (["down", "down", "up"], 1),
        (["G"], 999),
        (["G", "home"], 0),
        (["ctrl+d"], 11),
        (["ctrl+d", "ctrl+u"], 0),
        (["pagedown"], 23),
        (["end", "pageup"], 976),
    ],
)
async def test_vim_keys_and_arrows_move_the_cursor(keys: list[str], at: int) -> None:
    app = Stage(Table(COLUMNS, Counted(1000)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press(*keys)
        assert app.query_one(Table).cursor == at
        assert f"▎  row {at}" in screen_text(app)


async def test_the_cursor_skips_headings_and_stays_on_its_record_when_rows_move() -> None:
    rows = [heading(line("one")), Row("a", (line("a"),)), heading(line("two")), Row("b", (line("b"),))]
    app = Stage(Table(COLUMNS, Listed(rows)))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(Table)
        assert table.cursor == 1
        await pilot.press("j")
        assert table.cursor == 3
        table.show(Listed([rows[3], *rows[:3]]))
        assert table.current == rows[3]
        assert table.cursor == 0


async def test_the_headings_above_the_first_line_come_into_sight_with_it() -> None:
    rows = [heading(line("first heading")), *(Row(str(n), (line(f"row {n}"),)) for n in range(50))]
    app = Stage(Table(COLUMNS, Listed(rows)))
    async with app.run_test(size=(80, 10)) as pilot:
        await pilot.press("G")
        assert "first heading" not in screen_text(app)
        await pilot.press("home")
        assert "first heading" in screen_text(app)


async def test_space_marks_and_star_marks_all() -> None:
    app = Stage(Table(COLUMNS, Counted(5)))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(Table)
        await pilot.press("space", "space")
        assert table.marked == {"0", "1"}
        assert screen_text(app).count("*") == 2
        await pilot.press("*")
        assert table.marked == set()
        await pilot.press("*")
        assert len(table.marked) == 5


async def test_a_changed_line_gets_a_dot_and_nothing_moves() -> None:
    app = Stage(Table(COLUMNS, Counted(50)))
    async with app.run_test(size=(80, 24)) as pilot:
        table = app.query_one(Table)
        await pilot.press("j", "j")
        table.changed.add("4")
        table.touch()
        await pilot.pause()
        assert table.cursor == 2
        assert " • row 4" in screen_text(app)


async def test_a_click_puts_the_cursor_and_a_second_one_opens() -> None:
    opened: list[str] = []

    class Opening(Stage):
        def on_table_opened(self) -> None:
            opened.append(self.query_one(Table).current.key)  # type: ignore[union-attr]

    app = Opening(Table(COLUMNS, Counted(50)))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.click(Table, offset=(6, 4))
        assert app.query_one(Table).cursor == 3
        await pilot.click(Table, offset=(6, 4))
        assert opened == ["3"]


async def test_the_wheel_scrolls_without_moving_the_cursor() -> None:
    app = Stage(Table(COLUMNS, Counted(500)))
    async with app.run_test(size=(80, 24)):
        table = app.query_one(Table)
        table.scroll_relative(y=9, animate=False, immediate=True)
        assert table.cursor == 0
        assert table.scroll_y == 9


async def test_an_empty_table_takes_every_key() -> None:
    app = Stage(Table(COLUMNS, Listed()))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("j", "k", "G", "home", "ctrl+d", "ctrl+u", "space", "*", "enter", "h", "l")
        assert app.query_one(Table).current is None


def test_columns_leave_in_the_order_they_declare_and_the_key_stays() -> None:
    columns = [
        Column("key", 6),
        Column("text", 20, 1, grows=True),
        Column("status", 10),
        Column("progress", 10, 3),
        Column("release", 10, 2),
    ]
    assert [place for place, _ in arranged(columns, 70, 2)] == [0, 1, 2, 3, 4]
    assert [place for place, _ in arranged(columns, 55, 2)] == [0, 1, 2, 4]
    assert [place for place, _ in arranged(columns, 40, 2)] == [0, 1, 2]
    assert [place for place, _ in arranged(columns, 20, 2)] == [0, 2]


@given(
    st.lists(st.tuples(st.integers(1, 40), st.integers(0, 5), st.booleans()), min_size=1, max_size=9),
    st.integers(20, 200),
)
@settings(max_examples=200)
def test_arranged_columns_fit_unless_none_may_leave(shape: list[tuple[int, int, bool]], cells: int) -> None:
    columns = [Column(str(n), width, leaves, grows=grows) for n, (width, leaves, grows) in enumerate(shape)]
    shown = arranged(columns, cells, 2)
    wide = sum(width for _, width in shown) + 2 * (len(shown) - 1)
    may_leave = any(columns[place].leaves for place, _ in shown if place)
    assert wide <= cells or not may_leave
    assert shown[0][0] == 0


async def test_names_with_wide_characters_keep_the_columns_straight() -> None:
    rows = [Row("1", (line("한국어 평가"), line("x"))), Row("2", (line(span("plain", "bold")), line(Span("x"))))]
    app = Stage(Table(COLUMNS, Listed(rows)))
    async with app.run_test(size=(40, 6)):
        from rich.cells import cell_len

        lines = screen_text(app).splitlines()
        assert {cell_len(each) for each in lines} == {40}
        assert cell_len(lines[1].split("x")[0]) == cell_len(lines[2].split("x")[0])
