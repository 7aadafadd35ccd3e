from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.desk.pages.grid import cell_sheet, grid
from comity.desk.pages.matrix import matrix
from comity.domain.exercises import Exercise
from comity.tui.screens.matrix import VIEWS, MatrixPane
from tui.conftest import Opener, until
from tui.stage import screen_text


def _saltmarsh(demo: Desk) -> Exercise:
    found = asking.find(demo, "SALTMARSH", "exercise")
    assert isinstance(found, Exercise)
    return found


async def test_every_cell_says_how_far_it_is_in_a_word(shown: Opener) -> None:
    async with shown("SALTMARSH/matrix") as pilot:
        text = screen_text(pilot.app)
        for word in ("● valid", "∅ void", "≠ deviated", "▶ 9 d silent", "⊘ cancelled", "– waived", "⚑ flagged"):
            assert word in text
        assert "□ no annotator" in text
        assert "□ machine text" in text
        assert "□ no owner" in text


async def test_the_cursor_stands_on_a_cell_and_the_panel_tells_of_it(shown: Opener) -> None:
    async with shown("SALTMARSH/matrix") as pilot:
        pane = pilot.app.screen.query_one(MatrixPane)
        await pilot.press("l")
        await until(pilot, lambda: pane.square is not None and pane.square.system == "Model B")
        assert pane.square is not None
        assert pane.square.run is not None
        assert pane.square.run.label == "R3"
        assert "R3, succeeded" in screen_text(pilot.app)


async def test_f_leaves_only_gaps_and_r_turns_the_rows(shown: Opener) -> None:
    async with shown("SALTMARSH/matrix") as pilot:
        pane = pilot.app.screen.query_one(MatrixPane)
        await pilot.press("f")
        await until(pilot, lambda: "● valid" not in screen_text(pilot.app).split("Gaps by reason")[0][400:2600])
        assert "no annotator" in screen_text(pilot.app)
        await pilot.press("f", "r")
        await until(pilot, lambda: pane.view.name == VIEWS[1].name)
        assert "Korean" in screen_text(pilot.app)


async def test_the_matrix_fits_a_small_terminal_in_ascii(shown: Opener) -> None:
    async with shown("SALTMARSH/matrix", (80, 24), glyphs="ascii") as pilot:
        await pilot.press("j", "j")
        text = screen_text(pilot.app)
        assert "* valid" in text
        assert text.isascii()
        assert all(len(line) <= 80 for line in text.splitlines())


async def test_a_matrix_of_many_houses_moves_with_its_cursor(shown: Opener) -> None:
    async with shown("LANTERN-27/matrix") as pilot:
        assert "US-CAISI" not in screen_text(pilot.app).split("Gaps by reason")[0]
        await pilot.press(*["l"] * 30)
        await until(pilot, lambda: "US-CAISI" in screen_text(pilot.app))


def test_the_panel_names_who_could_fill_a_gap_and_that_the_house_has_not_joined(demo: Desk) -> None:
    exercise = _saltmarsh(demo)
    gap = next(each for each in grid(demo, exercise).squares if each.cause == "no_annotator")
    could = cell_sheet(demo, exercise, gap).could
    assert could[0][:2] == ("Bo-ra Haneulsaem", "KR-AISI")
    assert "has not joined" in could[0][2]


def test_an_owner_closes_a_gap_without_one(demo: Desk) -> None:
    exercise = _saltmarsh(demo)
    gap = next(each for each in grid(demo, exercise).squares if each.cause == "no_owner")
    acting.save(demo, acting.open_record(demo, gap.cell), {"owner": "run operator"})
    after = next(each for each in grid(demo, exercise).squares if each.cell.id == gap.cell.id)
    assert after.state == "planned"


def test_counts_of_the_grid_are_those_of_its_cells(demo: Desk) -> None:
    found = grid(demo, _saltmarsh(demo))
    assert (len(found.squares), found.covered, found.waived) == (32, 1, 2)
    assert sum(gap.count for gap in found.gaps) == sum(each.is_gap for each in found.squares)


def test_the_screen_and_the_command_tell_one_state_of_a_cell(demo: Desk) -> None:
    exercise = asking.find(demo, "SALTMARSH", "exercise")
    assert isinstance(exercise, Exercise)
    told = {row["cell"]: (row["state"], row["reason"]) for row in matrix(demo, exercise)["rows"]}
    for square in grid(demo, exercise).squares:
        state, reason = told[square.cell.id]
        assert (state, reason) == (square.coverage.state, square.coverage.reason)
        assert bool(reason) == (state != "covered")
        assert square.is_gap <= (state == "uncovered")
        if square.is_gap:
            assert all(word in reason for word in square.word.split())
        if square.state == "silent":
            assert square.word in reason
