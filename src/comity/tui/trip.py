"""Something that crosses the border in a thread of its own: how far it is, what it asks, and stopping it."""

from collections.abc import Callable
from threading import Event
from typing import Any, Final

from textual.worker import get_current_worker

from comity.desk.syncing import Agree, Stopped
from comity.domain.wording import some
from comity.sync.outcome import Doubt, Progress, Tell

_LOOK: Final = 0.5  # seconds between two looks whether anybody is there to answer


class Trip:
    """A sync or a bundle under way. The thread writes here, the app looks now and then; it may end at any moment."""

    def __init__(self, what: str, run: Callable[[Tell, Agree], Any], then: Callable[[Any], None]) -> None:
        self.what, self.then = what, then
        self._run = run
        self.result: Any = None
        self.over = False
        self.done = False  # it came to its end and there is a result
        self.stopping = False
        self.question: Doubt | None = None
        self._far = ""
        self._answered = Event()
        self._yes = False

    def run(self) -> None:
        """In a thread. An error is the worker's; what was exchanged before it stays."""
        try:
            self.result = self._run(self.tell, self.agree)
            self.done = True
        except Stopped:
            self.stopping = True
        finally:
            self.over = True

    def tell(self, progress: Progress) -> None:
        """How far it is; ends the session between two pages once somebody wants that."""
        self._far = f"{progress.doing} {some(progress.done, 'envelope')}"
        if self.stopping or get_current_worker().is_cancelled:
            raise Stopped

    def agree(self, change: Doubt) -> bool:
        """Ask a person, and wait for the answer in this thread."""
        self._answered.clear()
        self._yes, self.question = False, change
        while not (self.stopping or self._answered.wait(_LOOK)):
            self.stopping = get_current_worker().is_cancelled  # nobody answers any more: the app ends
        self.question = None
        return self._yes and not self.stopping

    def answer(self, yes: bool) -> None:
        """What the person said."""
        self._yes = yes
        self._answered.set()

    def stop(self) -> None:
        """End it soon; nothing that was exchanged is lost."""
        self.stopping = True
        self._answered.set()

    @property
    def said(self) -> str:
        """How far it is, in the footer."""
        return "stopping" if self.stopping else self._far or self.what
