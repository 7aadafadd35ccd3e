"""A line that is cut, changed or listened to: a proxy that counts the bytes it passes, in both directions together."""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager

Ends = tuple[asyncio.StreamWriter, asyncio.StreamWriter]
RESET = struct.pack("ii", 1, 0)  # linger for no time: the other side sees a reset, not an end
SOON = 0.2  # seconds after a changed byte in which both sides may find it; a length that was changed is waited for


class Proxy:
    """Passes bytes on until `left` are spent; then it hangs up once, and passes on all that comes later.

    With a `mask` it changes the next byte by it instead, and hangs up soon after. `heard` keeps what passes.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.left: int | None = None
        self.mask = 0
        self.heard: bytearray | None = None
        self.passed = 0
        self.cuts = 0
        self.lines: list[tuple[Ends, set[asyncio.Future[None]]]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.here}"

    @contextmanager
    def open(self) -> Iterator["Proxy"]:
        loop = asyncio.new_event_loop()
        server = loop.run_until_complete(asyncio.start_server(self._line, "127.0.0.1", 0))
        self.here = server.sockets[0].getsockname()[1]
        thread = threading.Thread(target=loop.run_forever)
        thread.start()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._end(), loop).result(20)
            loop.call_soon_threadsafe(loop.stop)
            thread.join()
            server.close()
            loop.close()

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            there, away = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            writer.close()  # nobody is there
            return
        ends = (writer, away)
        ways = {asyncio.ensure_future(self._pass(*way, ends)) for way in ((reader, away), (there, writer))}
        self.lines.append((ends, ways))
        await asyncio.wait(ways)
        for end in ends:
            end.close()
            with contextlib.suppress(OSError):
                await end.wait_closed()

    async def _pass(self, source: asyncio.StreamReader, target: asyncio.StreamWriter, ends: Ends) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                spent = self.left is not None and len(data) > self.left
                data = self._spoilt(data, ends) if spent else data
                self.passed += len(data)
                if self.heard is not None:
                    self.heard += data
                target.write(data)
                await target.drain()
                if spent and not self.mask:
                    hang_up(ends)
                    return
                if self.left is not None:
                    self.left -= len(data)
            target.write_eof()

    def _spoilt(self, data: bytes, ends: Ends) -> bytes:
        """The bytes up to the cut, or all of them with one changed."""
        at, self.left, self.cuts = self.left or 0, None, self.cuts + 1
        if not self.mask:
            return data[:at]
        asyncio.get_running_loop().call_later(SOON, hang_up, ends)
        return data[:at] + bytes([data[at] ^ self.mask]) + data[at + 1 :]

    async def _end(self) -> None:
        for ends, ways in self.lines:
            hang_up(ends)
            await asyncio.wait(ways)
        await asyncio.sleep(0.1)


def hang_up(ends: Ends) -> None:
    for end in ends:
        with contextlib.suppress(OSError):
            end.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        end.transport.abort()
