"""Tables: every column that is shown can be read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comity.cli.output import GAP, WORD, _widths, print_csv, print_table


@given(st.lists(st.integers(1, 200), min_size=2, max_size=12), st.integers(60, 200), st.sets(st.integers(0, 11)))
def test_columns_fit_the_terminal_or_leave_it(wide: list[int], room: int, first: set[int]) -> None:
    widths = _widths(wide, room, first)
    assert {0, len(wide) - 1} <= set(widths)
    assert all(min(wide[place], WORD) <= width <= wide[place] for place, width in widths.items() if place)
    assert len(widths) == 2 or sum(width + GAP for width in widths.values()) <= room


def test_a_pipe_gets_lines_that_the_next_program_can_split(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(("a", "b"), [("x\ty", "line\nline"), (None, 3)])
    assert [line.split("\t") for line in capsys.readouterr().out.splitlines()] == [
        ["a", "b"],
        ["x␉y", "line↵line"],
        ["", "3"],
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_spreadsheet_cells_never_start_a_formula(start: str, capsys: pytest.CaptureFixture[str]) -> None:
    print_csv(("a",), [(f"{start}1+1",)])
    assert not capsys.readouterr().out.splitlines()[1].lstrip('"').startswith(("=", "+", "-", "@", "\t", "\r"))
