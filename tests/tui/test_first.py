"""The first run: four questions, the words on paper, a home, and where to go."""

from collections.abc import Callable
from pathlib import Path

from textual.pilot import Pilot
from textual.widgets import Input

from comity import bootstrap
from comity.desk import asking
from comity.desk.desk import Desk
from comity.home import KEYS, STORE
from comity.tui.founding import FoundingApp, Founds
from comity.tui.screens.editing import NewPage
from comity.tui.screens.first import Answers, FirstPage, WordsPage
from comity.unlocking import key_file
from tui.conftest import until
from tui.stage import screen_text
from tui.test_terminal import on_terminal

SIZE = (120, 36)


def app_for(home: Path) -> FoundingApp:
    def make(answers: Answers, tell_words: Callable[[str], None]) -> Callable[[], Desk]:
        bootstrap.init(home, **answers._asdict(), tell=lambda made: tell_words(made.words))
        return lambda: bootstrap.open_desk(home, ask=lambda: answers.passphrase)

    return FoundingApp(Founds(make, lambda: bootstrap.demo(home.with_name("demo"))))


async def _ready(pilot: Pilot[None]) -> None:
    await until(pilot, lambda: isinstance(pilot.app.screen, FirstPage) and pilot.app.focused is not None)


async def _answer(pilot: Pilot[None], *answers: str) -> None:
    for answer in answers:
        await pilot.press(*answer, "enter")


async def test_four_answers_and_the_words_on_paper_make_a_home_that_opens(tmp_path: Path) -> None:
    app, home = app_for(tmp_path / "home"), tmp_path / "home"
    async with app.run_test(size=SIZE) as pilot:
        await _ready(pilot)
        assert "no store yet" in screen_text(app)
        assert "nothing is sent anywhere" in screen_text(app)
        await _answer(pilot, "UK-AISI, AI Security Institute", "Tamsin Oakhollow", "saltpan-2", "one two", "one two")
        assert "one two" not in screen_text(app)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, WordsPage))
        assert "Write these words on paper" in screen_text(app)
        assert "TLP:RED" in screen_text(app)
        assert not (home / KEYS).exists()
        await pilot.press("enter", "space", "y")
        assert isinstance(app.screen, WordsPage)
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(app.screen, NewPage))
        assert key_file(home).has_passphrase
        assert (app.desk.institute, app.desk.person, app.desk.device) == ("UK-AISI", "Tamsin Oakhollow", "saltpan-2")
    app.desk.close()


async def test_words_that_are_not_confirmed_make_no_home(tmp_path: Path) -> None:
    for leaving in ("escape", "ctrl+q"):
        home = tmp_path / leaving
        app = app_for(home)
        async with app.run_test(size=SIZE) as pilot:
            await _ready(pilot)
            await _answer(pilot, "UK-AISI", "Tamsin Oakhollow", "saltpan-2", "")
            await pilot.press("enter")
            await until(pilot, lambda app=app: isinstance(app.screen, WordsPage))
            await pilot.press(leaving)
            if leaving == "escape":
                await until(pilot, lambda app=app: "No home was made" in screen_text(app))
        assert not (home / KEYS).exists()
        assert not (home / STORE).exists()


async def test_a_wrong_answer_is_told_and_the_cursor_goes_to_it(tmp_path: Path) -> None:
    app = app_for(tmp_path / "home")
    async with app.run_test(size=SIZE) as pilot:
        await _ready(pilot)
        await _answer(pilot, "UK-AISI", "Tamsin Oakhollow", "laptop-1", "one", "two")
        assert "The two passphrases differ" in screen_text(app)
        app.screen.query_one("#device", Input).value = "no such name"
        await _answer(pilot, "")
        await pilot.press("enter")
        await until(pilot, lambda: "is no name for the device" in screen_text(app))
        assert isinstance(app.focused, Input)
        assert app.focused.id == "device"
        assert not (tmp_path / "home" / KEYS).exists()


async def test_one_can_look_around_without_an_answer(tmp_path: Path) -> None:
    app = app_for(tmp_path / "home")
    async with app.run_test(size=(80, 24)) as pilot:
        await _ready(pilot)
        await pilot.press("tab", "tab", "tab", "tab", "down", "enter")
        await until(pilot, lambda: app.ready and "SYNTHETIC" in screen_text(app))
    app.desk.close()
    assert not (tmp_path / "home").exists()


def test_comity_without_a_home_asks_in_the_app(tmp_path: Path) -> None:
    with on_terminal("", home=tmp_path / "home") as terminal:
        terminal.wait_for("Four questions")
        terminal.press("\x11")
        assert terminal.ended() == 0
    assert not (tmp_path / "home").exists()


async def test_known_institutes_can_be_chosen_and_f1_says_what_is_asked(tmp_path: Path) -> None:
    app = app_for(tmp_path / "home")
    async with app.run_test(size=(80, 24)) as pilot:
        await _ready(pilot)
        await pilot.press("f1")
        await until(pilot, lambda: "cannot be changed later" in screen_text(app))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FirstPage))
        await pilot.press("enter")
        await until(pilot, lambda: "SG-AISI" in screen_text(app))
        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, FirstPage))
        await pilot.press(*"Mei", "enter", *"sg-1", "enter", "enter", "enter")
        await until(pilot, lambda: isinstance(app.screen, WordsPage))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: app.ready)
        assert app.desk.institute == "SG-AISI"
        own = asking.find(app.desk, "SG-AISI", "institute")
        assert (own.name, own.country) == ("Singapore AI Safety Institute", "SG")  # type: ignore[attr-defined]
    app.desk.close()


async def test_each_name_is_checked_when_it_is_typed_as_init_checks_it(tmp_path: Path) -> None:
    app = app_for(tmp_path / "home")
    async with app.run_test(size=(80, 24)) as pilot:
        await _ready(pilot)
        await _answer(pilot, "the place where we work")
        told = "«the place where we work» is no name for the institute. Use letters, digits, - and _"
        await until(pilot, lambda: told in " ".join(screen_text(app).split()))
        assert app.focused
        assert app.focused.id == "institute"
        app.screen.query_one("#institute", Input).value = ""
        await _answer(pilot, "OUR-LAB, the place where we work", "Tamsin Oakhollow", "lap top")
        await until(pilot, lambda: "«lap top» is no name for the device" in screen_text(app))
        assert app.focused.id == "device"
