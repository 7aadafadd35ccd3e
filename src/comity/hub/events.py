"""Wakes devices when a group of theirs moved: which one, and nothing more. While all is quiet it asks no database."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from comity.hub.ledger.database import Ledger, Unavailable
from comity.hub.limits import Limits
from comity.hub.membership import Caller, members
from comity.hub.refusals import too_fast

BEAT = 15.0  # seconds between signs of life, so that both ends notice a line that is gone
GATHER = 0.05  # seconds in which moves of one group become one
AGAIN = 60


class Listener:
    """One open stream."""

    def __init__(self, caller: Caller) -> None:
        self.caller = caller
        self.moved: set[bytes] = set()
        self.woken = asyncio.Event()
        self.ended = False

    def end(self) -> None:
        """Let the device go, and come back if it likes."""
        self.ended = True
        self.woken.set()


class Listeners:
    """All open streams of this process, and the thread that hears from the ledger what moved."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        self._ledger = ledger
        self._limits = limits
        self._open: dict[Listener, None] = {}  # the oldest first
        self._moved: set[bytes] = set()
        self._stop = threading.Event()
        self._stopping = False

    def __len__(self) -> int:
        return len(self._open)

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Hear what moves for as long as the block lasts."""
        loop = asyncio.get_running_loop()
        watch = threading.Thread(target=self._watch, args=(lambda group: self._tell(loop, group),), daemon=True)
        watch.start()
        try:
            yield
        finally:
            self.stop()
            self._stop.set()
            watch.join()

    def stop(self) -> None:
        """End all streams; devices come back to another process, or later."""
        self._stopping = True
        for listener in self._open:
            listener.end()

    def open(self, caller: Caller) -> Listener:
        """A stream for a device, to be closed; one too many of it ends its oldest, whose line may be dead."""
        if len(self._open) >= self._limits.listeners:
            raise too_fast(AGAIN)
        same = [each for each in self._open if each.caller.device == caller.device and not each.ended]
        if len(same) >= self._limits.listeners_each:
            same[0].end()
        listener = Listener(caller)
        listener.ended = self._stopping
        self._open[listener] = None
        return listener

    def close(self, listener: Listener) -> None:
        """Forget a stream."""
        del self._open[listener]

    async def events(self, listener: Listener, seconds: float) -> AsyncIterator[bytes]:
        """The lines of a stream: a sign of life at once and in every pause, and each group that moved."""
        end = asyncio.get_running_loop().time() + seconds
        yield b": here\n\n"
        while not listener.ended and asyncio.get_running_loop().time() < end:
            try:
                await asyncio.wait_for(listener.woken.wait(), BEAT)
            except TimeoutError:
                yield b": here\n\n"
            listener.woken.clear()
            while listener.moved:
                yield b"event: moved\ndata: " + listener.moved.pop().hex().encode() + b"\n\n"

    def _watch(self, tell: Callable[[bytes], None]) -> None:
        while not self._stop.is_set():
            try:
                self._ledger.watch(tell, self._stop)
            except Unavailable:
                self._stop.wait(1)

    def _tell(self, loop: asyncio.AbstractEventLoop, group: bytes) -> None:
        if self._open and not self._stop.is_set():
            loop.call_soon_threadsafe(self._gather, group)

    def _gather(self, group: bytes) -> None:
        if not self._moved:
            self._waking = asyncio.ensure_future(self._wake())
        self._moved.add(group)

    async def _wake(self) -> None:
        await asyncio.sleep(GATHER)
        moved, self._moved = self._moved, set()
        for group in moved:
            standing = await run_sync(self._members, group)
            for listener in [*self._open]:
                if listener.caller in standing:
                    listener.moved.add(group)
                    listener.woken.set()

    def _members(self, group: bytes) -> set[Caller]:
        try:
            with self._ledger.reading() as connection:
                return members(connection, group)
        except Unavailable:
            return set()


class EventStream(StreamingResponse):
    """The answer that goes on until the device leaves or the hub stops."""

    def __init__(self, listeners: Listeners, listener: Listener, seconds: float) -> None:
        lines = listeners.events(listener, seconds)
        super().__init__(lines, media_type="text/event-stream", headers={"Cache-Control": "no-store"})
        self._close = partial(listeners.close, listener)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            with suppress(ClientDisconnect):
                await super().__call__(scope, receive, send)
        finally:
            self._close()
