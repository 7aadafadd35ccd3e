"""Something that crosses the border in a thread of its own: how far it is, what it asks, and stopping it."""

from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from comity.desk.carriers.syncing import Stopped
from comity.desk.consent import Agree
from comity.domain.wording import some
from comity.sync.outcome import Doubt, Progress, Tell


class Trip:
    """A sync or a bundle under way. The thread writes here, the app looks now and then; it may end at any moment.

    The thread is one for which nobody waits when the app is left: what it exchanged is in transactions of their own.
    """

    def __init__(self, what: str, run: Callable[[Tell, Agree], Any], then: Callable[[Any], None]) -> None:
        self.what, self.then = what, then
        self._run = run
        self.result: Any = None
        self.over = False
        self.done = False  # it came to its end and there is a result
        self.stopping = False
        self.error: Exception | None = None
        self.question: Doubt | None = None
        self._far = ""
        self._answered = Event()
        self._yes = False

    def begin(self) -> None:
        """Start the thread."""
        Thread(target=self.run, name=self.what, daemon=True).start()

    def run(self) -> None:
        """In the thread. What was exchanged before an error stays."""
        try:
            self.result = self._run(self.tell, self.agree)
            self.done = True
        except Stopped:
            self.stopping = True
        except Exception as error:  # noqa: BLE001 the border of the thread: the app tells of it or ends by it
            self.error = error
        finally:
            self.over = True

    def tell(self, progress: Progress) -> None:
        """How far it is; ends the session between two pages once somebody wants that."""
        self._far = f"{progress.doing} {some(progress.done, 'envelope')}"
        if self.stopping:
            raise Stopped

    def agree(self, change: Doubt) -> bool:
        """Ask a person, and wait for the answer in this thread."""
        self._answered.clear()
        self._yes, self.question = False, change
        if self.stopping:
            self._answered.set()
        self._answered.wait()
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
