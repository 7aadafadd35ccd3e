"""An app that starts without a home: it asks the four questions, has the home made, and opens it."""

from collections.abc import Callable
from functools import partial
from queue import SimpleQueue
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from comity.errors import ComityError, Refused
from comity.tui.app import ComityApp
from comity.tui.screens.first import PLAN, Answers, FirstPage, WordsPage
from comity.tui.session import Session

if TYPE_CHECKING:
    from comity.desk.desk import Desk

Opens: TypeAlias = "Callable[[], Desk]"


class Founds(NamedTuple):
    """Who makes a home: told the answers and whom to tell the words before it is in place; and who makes the demo."""

    home: Callable[[Answers, Callable[[str], None]], Opens]
    demo: Opens


class FoundingApp(ComityApp):
    """The app of the first run."""

    session: Session

    def __init__(self, founds: Founds) -> None:
        super().__init__(founds.demo)
        self._founds = founds
        self._wanted = ""

    def begin(self) -> None:
        self.push_screen(FirstPage(self._answered, self._look))

    def _look(self) -> None:
        self.run_worker(self._open, thread=True, exit_on_error=False)

    def _answered(self, answers: Answers, wanted: str) -> None:
        self._wanted = wanted
        self.run_worker(partial(self._make, answers), thread=True, exit_on_error=False)

    def _make(self, answers: Answers) -> None:
        """In a thread: the home, then the desk on it."""
        self._opener = self._founds.home(answers, self._tell_words)
        self._open()

    def _tell_words(self, words: str) -> None:
        """In the thread that makes the home; it waits until a person says that the words are on paper."""
        answered: SimpleQueue[bool] = SimpleQueue()
        self.call_from_thread(self.push_screen, WordsPage(words, answered.put))
        if not answered.get():
            raise Refused("The recovery words were not confirmed", "No home was made. Go on when you have paper.")

    def refuse(self, error: ComityError) -> None:
        page = next((each for each in self.screen_stack if isinstance(each, FirstPage)), None)
        if page and not self.ready:
            page.refused(error)
        else:
            super().refuse(error)

    def stop_here(self, error: ComityError) -> None:
        self.refuse(error)

    async def _begin(self) -> None:
        """Where the person wanted to go."""
        if self._wanted != PLAN:
            await super()._begin()
            return
        from comity.tui.screens.editing import NewPage

        await self._section("exercises", "")
        await self.push_screen(NewPage("exercises", "exercise", {}))
