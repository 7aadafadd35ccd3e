"""Sync again whenever a hub says that something moved, this device wrote, or too long a time went by in silence."""

import random
import threading
from collections.abc import Callable, Iterator
from typing import Protocol

from comity.errors import HubUnreachable, IntegrityFailure

QUIET = (240.0, 360.0)  # seconds without a word after which one asks; between the two by chance, so not all ask at once
AFTER = (2.0, 60.0)  # seconds to wait after a line broke, first and at most


class Listening(Protocol):
    """A carrier that tells when something moved."""

    def events(self) -> Iterator[bytes]:
        """The groups that move; empty for a sign of life."""


class Watch:
    """Wakes a loop: by the events of a hub, by `wake`, or by the clock."""

    def __init__(self, carrier: Listening, *, quiet: tuple[float, float] = QUIET, after: tuple[float, float] = AFTER):
        self._carrier, self._quiet, self._after = carrier, quiet, after
        self._woken, self._stop = threading.Event(), threading.Event()
        self._listener = threading.Thread(target=self._listen, daemon=True)

    def run(self, meet: Callable[[], None]) -> None:
        """Call `meet` now and at every wake-up, until `stop`; that a hub is away for a while ends nothing."""
        self._listener.start()
        while not self._stop.is_set():
            self._woken.clear()
            try:
                meet()
            except HubUnreachable:
                self._stop.wait(random.uniform(*self._after))
            self._woken.wait(random.uniform(*self._quiet))

    def wake(self) -> None:
        """Something was written here."""
        self._woken.set()

    def stop(self) -> None:
        """End after the session that is under way."""
        self._stop.set()
        self._woken.set()

    def _listen(self) -> None:
        pause = self._after[0]
        while not self._stop.is_set():
            try:
                for group in self._carrier.events():
                    pause = self._after[0]
                    if self._stop.is_set():
                        return
                    if group:
                        self.wake()
            except (HubUnreachable, IntegrityFailure):
                pause = min(self._after[1], pause * 2)
            self._stop.wait(random.uniform(pause / 2, pause))
