"""Sync again whenever a hub says that something moved, this device wrote, or too long a time went by in silence."""

import random
import threading
from collections.abc import Callable, Iterator
from time import monotonic
from typing import Protocol

from comity.errors import ComityError, HubUnreachable

QUIET = (240.0, 360.0)  # seconds without a word after which one asks; between the two by chance, so not all ask at once
AFTER = (2.0, 60.0)  # seconds to wait after a line broke, first and at most
APART = 1.0  # seconds at least from the start of a session to that of the next, however fast the others write
GLANCE = 1.0  # seconds between two looks at what was written here


class Listening(Protocol):
    """A carrier that tells when something moved."""

    def events(self) -> Iterator[bytes]:
        """The groups that move; empty for a sign of life."""


class Watch:
    """Wakes a loop: by the events of hubs, by `wake`, when `moved` says so, or by the clock."""

    def __init__(
        self,
        *carriers: Listening,
        moved: Callable[[], bool] = lambda: False,
        quiet: tuple[float, float] = QUIET,
        after: tuple[float, float] = AFTER,
    ) -> None:
        self._carriers, self._moved, self._quiet, self._after = carriers, moved, quiet, after
        self._woken, self._stop = threading.Event(), threading.Event()

    def run(self, meet: Callable[[], None]) -> None:
        """Call `meet` now and at every wake-up, until `stop`; that a hub is away for a while ends nothing."""
        for carrier in self._carriers:
            threading.Thread(target=self._listen, args=(carrier,), daemon=True).start()
        while not self._stop.is_set():
            self._woken.clear()
            began = monotonic()
            try:
                meet()
            except HubUnreachable:
                self._stop.wait(random.uniform(*self._after))
            self._stop.wait(began + APART - monotonic())
            until = monotonic() + random.uniform(*self._quiet)
            while (left := until - monotonic()) > 0 and not self._woken.wait(min(GLANCE, left)) and not self._moved():
                pass

    def wake(self) -> None:
        """Something was written here."""
        self._woken.set()

    def stop(self) -> None:
        """End after the session that is under way."""
        self._stop.set()
        self._woken.set()

    def _listen(self, carrier: Listening) -> None:
        pause = self._after[0]
        while not self._stop.is_set():
            try:
                for number, group in enumerate(carrier.events()):
                    pause = self._after[0]
                    if self._stop.is_set():
                        return
                    if group or not number:  # what moved before the line was open is not told on it
                        self.wake()
            except ComityError:
                pause = min(self._after[1], pause * 2)
            self._stop.wait(random.uniform(pause / 2, pause))
