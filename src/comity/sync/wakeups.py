"""Server-sent events as a hub sends them: which group moved; a wake-up, never content."""

from collections.abc import Iterable, Iterator

LINE = 1_000  # bytes; whoever sends longer ones is no hub


class NotEvents(ValueError):
    """What came is no stream of events."""


def moved(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """The ids of groups that moved, as their events end; empty for a sign of life."""
    event, data = b"", b""
    for line in _lines(chunks):
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        match name:
            case b"event":
                event = value
            case b"data":
                data = value
            case b"" if line:
                yield b""
            case b"":
                if event == b"moved":
                    yield _group(data)
                event, data = b"", b""


def _lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).replace(b"\r\n", b"\n").split(b"\n")
        if len(rest) > LINE:
            raise NotEvents("a line is too long")
        yield from lines


def _group(data: bytes) -> bytes:
    try:
        group = bytes.fromhex(data.decode("ascii"))
    except ValueError:
        raise NotEvents("an event names no group") from None
    if len(group) != 16:
        raise NotEvents("an event names no group")
    return group
