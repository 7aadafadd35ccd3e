"""Hangs up on those who connect and say nothing, or ask and never take the answer, so that they hold no place."""

import asyncio
from typing import Any

from uvicorn.protocols.http.h11_impl import H11Protocol

PATIENCE = 15.0  # seconds between two looks at a connection
ROUNDS = 8  # looks at one answer that is not taken; a stream of events is an answer that goes on
GOODBYE = 1.0
ENDLESS = "/v1/events"


class PatientProtocol(H11Protocol):
    """One connection, looked at again and again."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._seen: Any = object()
        self._rounds = 0
        self._look()

    def connection_lost(self, exc: Exception | None) -> None:
        self._next.cancel()
        super().connection_lost(exc)

    def shutdown(self) -> None:
        """Where nothing is under way, do not wait for the other end to say goodbye, as TLS would."""
        super().shutdown()
        if self.cycle is None or self.cycle.response_complete:
            self.loop.call_later(GOODBYE, self.transport.abort)

    def _look(self) -> None:
        """End it where nothing was asked since the last look, or one answer is under way too long."""
        idle = self.cycle is None or self.cycle.response_complete
        self._rounds = self._rounds + 1 if self.cycle is self._seen else 0
        self._seen = self.cycle
        endless = not idle and self.cycle.scope["path"] == ENDLESS
        if self._rounds >= (1 if idle else ROUNDS) and not endless:
            self.transport.abort()
        self._next = self.loop.call_later(PATIENCE, self._look)
