"""What a person has just typed or written stays with them."""

from textual.widgets import Input

from comity.desk import acting, asking
from comity.desk.desk import Desk
from comity.tui.screens.editing import NewPage
from comity.tui.widgets.confirm import Confirm
from tui.conftest import Opener, until
from tui.stage import screen_text


async def test_what_one_has_just_written_is_not_kept_from_its_writer(opened: Opener, desk: Desk) -> None:
    async with opened("findings") as pilot:
        await pilot.press("n")
        await until(pilot, lambda: isinstance(pilot.app.screen, NewPage) and pilot.app.screen.takes_keys)
        given = {"exercise": "SALTMARSH", "statement": "Tokens run out", "kind": "method"}
        for field in pilot.app.screen.form.fields:
            if field.field in given:
                field.text = given[field.field]
        next(field for field in pilot.app.screen.form.fields if field.field == "marking").text = "TLP:RED"
        await pilot.press("ctrl+s")
        await until(pilot, lambda: asking.count(desk, "finding") == 1)
        await until(pilot, lambda: "Tokens run out" in screen_text(pilot.app))
        assert "TLP:RED" in screen_text(pilot.app).splitlines()[0]
        said = pilot.app.session.said[-1].text  # type: ignore[attr-defined]
        assert said.endswith("; TLP:RED is kept off screen after this session: m shows it")
        await pilot.press("m")
        await pilot.press("m")
        await until(pilot, lambda: "····" in screen_text(pilot.app))
        assert "Tokens run out" not in screen_text(pilot.app)


async def test_a_reason_that_was_typed_stays_where_the_act_is_refused(opened: Opener, desk: Desk) -> None:
    async with opened("exercises") as pilot:
        await until(pilot, lambda: "SALTMARSH" in screen_text(pilot.app))
        await pilot.press("x")
        await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
        pilot.app.screen.query_one(Input).value = "planned twice"
        acting.retire(desk, asking.find(desk, "SALTMARSH"), "by somebody else, meanwhile")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "retired" in screen_text(pilot.app).lower())
        assert isinstance(pilot.app.screen, Confirm)
        assert pilot.app.screen.query_one(Input).value == "planned twice"


async def test_a_deviation_reads_like_everywhere_else(shown: Opener) -> None:
    async with shown("R2/token_limit") as pilot:
        await until(pilot, lambda: "2,500,000" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "R2  token limit" in text
        assert "2_500_000" not in text
        assert "token_limit" not in text


async def test_an_exercise_above_the_ceiling_is_not_named_among_runs(opened: Opener, desk: Desk) -> None:
    made = acting.add(desk, "exercise", {"code": "OSPREY"}, group="private", marking="TLP:RED")
    assert made.marking == "TLP:RED"
    async with opened("runs") as pilot:
        await until(pilot, lambda: "kept off screen" in screen_text(pilot.app))
        assert "OSPREY" not in screen_text(pilot.app)
        assert "TLP:RED" not in screen_text(pilot.app).splitlines()[0]
        await pilot.press("m")
        await until(pilot, lambda: "OSPREY" in screen_text(pilot.app))


async def test_an_exercise_above_the_ceiling_is_named_nowhere(opened: Opener, desk: Desk) -> None:
    """Not by what refers to it, in lists, panels, forms, checks and days that come, however low that is marked."""
    window = {"window_start": "2026-11-20", "window_end": "2026-12-18"}
    acting.add(desk, "exercise", {"code": "OSPREY", **window}, group="private", marking="TLP:RED")
    low = {"group": "private", "marking": "TLP:GREEN"}
    acting.add(desk, "run", {"exercise": "OSPREY", "institute": "UK-AISI", "language": "ja"}, **low)
    acting.add(desk, "finding", {"exercise": "OSPREY", "statement": "Tokens run out"}, **low)
    acting.add(desk, "milestone", {"exercise": "OSPREY", "title": "Hot wash", "due": "2026-12-01"}, **low)
    acting.add(desk, "milestone", {"exercise": "OSPREY", "title": "Comms check", "due": "2026-11-20"}, **low)

    async with opened("findings") as pilot:

        async def unnamed(words: str) -> None:
            await until(pilot, lambda: words in screen_text(pilot.app))
            assert "OSPREY" not in screen_text(pilot.app)

        await unnamed("Tokens run out")
        await pilot.press("enter")
        await unnamed("z shows all")
        await pilot.press("e")
        await unnamed("ctrl+s")
        await pilot.press("escape", "escape", "1")
        await unnamed("kept off screen")
        await pilot.press("3")
        await unnamed("kept off screen")
        await pilot.press("n")
        await unnamed("ctrl+s")
        await pilot.press("escape", "7", "H")
        await unnamed("kept off screen")
        await pilot.press("colon", *"tokens")
        await unnamed("Tokens run")
        await pilot.press("escape", "m", "5")
        await until(pilot, lambda: "OSPREY" in screen_text(pilot.app))
        await pilot.press("1", "m", "5")
        await until(pilot, lambda: "····" in screen_text(pilot.app))
        assert "OSPREY" not in screen_text(pilot.app)
