"""A time by which a request has to be answered whole, however slowly the answer drips in."""

import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any


class TooLate(Exception):
    """The time is over; the line was cut."""


class Deadline:
    """Watches over the connections of one client, which are used one after the other.

    A timeout of a read begins anew with each byte, also with those of headers: so the connection itself is cut.
    """

    def __init__(self) -> None:
        self._stream: Any = None

    def trace(self, event: str, told: Mapping[str, Any]) -> None:
        """What the HTTP library tells of its steps: the connection that it opened last is the one in use."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            self._stream = told["return_value"]

    @contextmanager
    def within(self, seconds: float) -> Iterator[None]:
        """Raises TooLate where what is done in it takes longer."""
        late = threading.Event()

        def end() -> None:
            late.set()
            self._cut()

        timer = threading.Timer(seconds, end)
        timer.daemon = True
        timer.start()
        try:
            yield
        except Exception as error:
            if late.is_set():
                raise TooLate from error
            raise
        finally:
            timer.cancel()
        if late.is_set():
            raise TooLate

    def _cut(self) -> None:
        line = self._stream.get_extra_info("socket") if self._stream else None
        if line is not None:
            with suppress(OSError, ValueError):
                line.shutdown(socket.SHUT_RDWR)
