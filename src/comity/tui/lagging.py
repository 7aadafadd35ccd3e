"""The checks of a store so big that nobody waits for them: made in a thread, shown when they are there."""

from typing import TYPE_CHECKING

from comity.tui.crossing import Crossing

if TYPE_CHECKING:
    from comity.desk.checking import Pass


class Lagging(Crossing):
    """The part of the app that lets the checks lag behind; until then those of before are shown."""

    def __init__(self) -> None:
        super().__init__()
        self._checking = False

    def check_later(self) -> None:
        """Make a pass over the checks in a thread; the page reads again when it is there."""
        if not self._checking:
            self._checking = True
            self.run_worker(self._check, thread=True, exit_on_error=False)

    def _check(self) -> None:
        from comity.desk import checking

        found = None
        try:
            found = checking.passed_beside(self.desk)
        finally:
            self.call_from_thread(self._checked, found)

    def _checked(self, found: "Pass | None") -> None:
        self._checking = False
        if found:
            self.desk.passed = found
            self.written()
