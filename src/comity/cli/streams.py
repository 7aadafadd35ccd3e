"""Pipes that close while a command writes: who reads has read enough, and the exit code still tells."""

import os
from contextlib import suppress
from typing import Final, TextIO

_UNREAD: Final[list[TextIO]] = []


def written(text: str, stream: TextIO, end: str = "\n") -> None:
    """Write to a stream; where nobody reads it any more, the rest goes nowhere and the command goes on."""
    try:
        print(text, end=end, file=stream)
    except BrokenPipeError:
        _forget(stream)


def is_closed(stream: TextIO) -> bool:
    """Whether something that was written found no reader; what is still to be written then goes nowhere."""
    try:
        stream.flush()
    except BrokenPipeError:
        _forget(stream)
        return True
    return stream in _UNREAD


def _forget(stream: TextIO) -> None:
    _UNREAD.append(stream)
    with suppress(OSError):  # the interpreter flushes once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
