"""Which keys are told to a person: those that do something here and now."""

from textual.pilot import Pilot

from comity.tui.widgets.keys import Keys
from tui.conftest import Opener, until
from tui.stage import screen_text


def _footer(pilot: Pilot[None]) -> str:
    return screen_text(pilot.app).splitlines()[-2]


def _labels(pilot: Pilot[None]) -> set[str]:
    """What the keys on the screen are listed for."""
    assert isinstance(pilot.app.screen, Keys)
    return {action.label for action in pilot.app.screen._actions}


async def test_verbs_of_a_record_are_not_listed_where_no_record_is_under_the_cursor(shown: Opener) -> None:
    async with shown("sharing/Waiting and void") as pilot:
        assert "copy" not in _footer(pilot)
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(pilot.app.screen, Keys))
        assert not {"edit", "retire", "assign, ask"} & _labels(pilot)
        assert "sync now" in screen_text(pilot.app)
        await pilot.press("escape", "colon", *">edit")
        await until(pilot, lambda: "Nothing of that name here" in screen_text(pilot.app))


async def test_steps_are_listed_for_kinds_that_have_them_only(shown: Opener) -> None:
    async with shown("library/Tasks") as pilot:
        can = set(pilot.app.applicable())
        assert {"edit", "note", "filter"} <= can
        assert not {"step", "decide", "assign", "waive"} & can
        assert " step " not in _footer(pilot)
    async with shown("findings/Actions") as pilot:
        assert "step" in set(pilot.app.applicable())


async def test_while_a_field_takes_the_letters_the_footer_names_keys_that_work(shown: Opener) -> None:
    async with shown("exercises", size=(80, 24)) as pilot:
        await pilot.press("slash", *"lan")
        await until(pilot, lambda: "F1 keys" in _footer(pilot))
        assert "e edit" not in _footer(pilot)
        await pilot.press("escape", "e")
        await until(pilot, lambda: "F1 keys" in _footer(pilot))
        assert "? keys" not in screen_text(pilot.app)
        await pilot.press("f1")
        await until(pilot, lambda: isinstance(pilot.app.screen, Keys))
        assert {"save", "external editor", "choices, or next"} <= _labels(pilot)
        assert not {"retire", "undo", "section", "sync now", "bring changes"} & _labels(pilot)
