"""Bytes of an Inspect log under bounds: which parts of a file are read, and how much of each."""

import hashlib
import os
import re
import struct
import sys
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path
from stat import S_ISREG
from typing import Literal

from comity.errors import BadInput

if sys.version_info >= (3, 14):
    import zipfile

    from compression.zstd import ZstdError
else:
    from backports.zstd import ZstdError, zipfile

MIB = 1 << 20
MAX_FILE = 2048 * MIB  # transcripts make a log large; they are never opened
MAX_JSON = 128 * MIB  # a .json log is held whole while its fields are picked out
MAX_DIRECTORY = 8 * MIB  # the list of members of a .eval file
MAX_MEMBERS = 100_000
MAX_PART = 64 * MIB
MAX_PARTS = 128 * MIB
CHUNK = MIB // 4
METHODS = {0, 8, 93}  # stored, deflate, zstd: what Inspect has ever written

HEADER, START, SUMMARIES, REDUCTIONS = "header.json", "_journal/start.json", "summaries.json", "reductions.json"
_NUMBERED = re.compile(r"_journal/(summaries|config_updates)/([0-9]{1,9})\.json")
_DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, ZstdError, struct.error),
    *(EOFError, LookupError, RuntimeError, ValueError),
)

Format = Literal["eval", "json"]


@dataclass(frozen=True, slots=True)
class LogFile:
    """An opened log: its name for messages, its format, size and hash; `stream` stands at the start."""

    name: str
    stream: BufferedReader
    format: Format
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a .eval log that are read, still JSON; `header` is the start page of a log that has not finished."""

    header: bytes
    finished: bool
    config_updates: tuple[bytes, ...]
    summaries: Iterator[bytes]
    reductions: bytes


def refuse(name: str, reason: str, hint: str) -> BadInput:
    """The error of a file that is not read: its name, why, and what to do."""
    return BadInput(f"{name}: {reason}.", hint)


@contextmanager
def opened(path: Path) -> Iterator[LogFile]:
    """The file as a log of one of the two formats, told by its first bytes and not by its name."""
    name = path.name or str(path)
    with _regular(path, name) as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > MAX_FILE:
            raise refuse(
                name, f"is larger than {MAX_FILE // MIB} MiB", "Write it again without transcripts (--no-log-samples)."
            )
        try:
            form = _format(stream, name, size)
            stream.seek(0)
            digest = hashlib.file_digest(stream, "sha256").hexdigest()
            stream.seek(0)
        except OSError as error:
            raise refuse(name, f"cannot be read ({error.strerror})", "Copy the log again.") from error
        yield LogFile(name, stream, form, size, digest)


def _regular(path: Path, name: str) -> BufferedReader:
    try:
        # not blocking, so that a pipe that nobody writes to cannot hold the import up
        stream = os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except IsADirectoryError as error:
        raise refuse(name, "is a directory", "Name the log files in it.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise refuse(name, f"cannot be opened ({reason})", "Check the path and that you may read the file.") from error
    if not S_ISREG(os.fstat(stream.fileno()).st_mode):
        stream.close()
        raise refuse(name, "is not a file", "Name a .eval or .json log of Inspect.")
    return stream


def _format(stream: BufferedReader, name: str, size: int) -> Format:
    start = stream.read(64)
    if start.startswith(b"PK"):
        return "eval"
    if not start.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        reason = "is neither a .eval nor a .json log of Inspect" if size else "is empty"
        raise refuse(name, reason, "Name the log that Inspect wrote; if it was copied, copy it again.")
    if size > MAX_JSON:
        raise refuse(
            name, f"is a .json log of more than {MAX_JSON // MIB} MiB", "Convert it: inspect log convert --to eval."
        )
    return "json"


class _BoundedStream:
    """A stream for the zip reader, which takes the length of the list of members from the file itself."""

    def __init__(self, stream: BufferedReader) -> None:
        self._stream = stream
        self.seek, self.tell, self.close, self.seekable = stream.seek, stream.tell, stream.close, stream.seekable

    def read(self, size: int = -1) -> bytes:
        if size > MAX_DIRECTORY:
            raise zipfile.BadZipFile(f"a list of members of {size} bytes")
        return self._stream.read(MAX_DIRECTORY if size < 0 else size)


@contextmanager
def parts(log: LogFile) -> Iterator[Parts]:
    """The parts of a .eval log; names of members are only looked up, never used as a path."""
    try:
        with zipfile.ZipFile(_BoundedStream(log.stream)) as archive:
            yield _Archive(log.name, archive).parts()
    except _DAMAGED as error:
        # only the kind of error: its text may quote the file
        reason = f"is damaged or is no log of Inspect ({type(error).__name__})"
        raise refuse(
            log.name, reason, "Copy it again from where it was written; check it with: inspect log dump FILE."
        ) from error
    except OSError as error:
        raise refuse(log.name, f"cannot be read ({error.strerror})", "Copy the log again.") from error


class _Archive:
    """The members of one .eval file that Comity reads, within their bounds."""

    def __init__(self, name: str, archive: zipfile.ZipFile) -> None:
        self._name = name
        self._archive = archive
        self._found = archive.NameToInfo  # of two members of one name the last counts, as in Inspect
        self._left = MAX_PARTS
        if len(self._found) > MAX_MEMBERS:
            raise self._refuse(f"holds more than {MAX_MEMBERS} members")

    def parts(self) -> Parts:
        page = next((member for member in (HEADER, START) if member in self._found), None)
        if page is None:
            raise self._refuse(
                "is a zip file but no log of Inspect: neither header.json nor _journal/start.json is in it"
            )
        summaries = [SUMMARIES] if SUMMARIES in self._found else self._numbered("summaries")
        updates = [] if page == HEADER else self._numbered("config_updates")
        reductions = [REDUCTIONS] if REDUCTIONS in self._found else []
        self._check([page, *updates, *summaries, *reductions])
        return Parts(
            self._read(page),
            page == HEADER,
            tuple(map(self._read, updates)),
            map(self._read, summaries),
            self._read(REDUCTIONS) if reductions else b"",
        )

    def _refuse(self, reason: str) -> BadInput:
        return refuse(self._name, reason, "Name the .eval file that Inspect wrote.")

    def _numbered(self, folder: str) -> list[str]:
        matches = (_NUMBERED.fullmatch(name) for name in self._found)
        return [m[0] for m in sorted((m for m in matches if m and m[1] == folder), key=lambda m: int(m[2]))]

    def _check(self, names: list[str]) -> None:
        """Encryption, method and declared sizes, before the first byte is decompressed."""
        for member in (self._found[name] for name in names):
            if member.flag_bits & 0x41:
                raise self._refuse(f"{member.filename} in it is encrypted")
            if member.compress_type not in METHODS:
                raise self._refuse(f"{member.filename} in it is compressed in a way that Inspect does not use")
            if member.file_size > MAX_PART:
                raise self._refuse(f"{member.filename} in it is larger than {MAX_PART // MIB} MiB")
        if sum(self._found[name].file_size for name in names) > MAX_PARTS:
            raise self._refuse(f"its header and summaries are larger than {MAX_PARTS // MIB} MiB")

    def _read(self, name: str) -> bytes:
        content = bytearray()
        with self._archive.open(name) as stream:
            while chunk := stream.read(CHUNK):
                content += chunk
                self._left -= len(chunk)
                if len(content) > MAX_PART or self._left < 0:
                    raise self._refuse(f"{name} in it is larger than it says")
        if len(content) != self._found[name].file_size:
            raise self._refuse(f"{name} in it is not as long as it says")
        return bytes(content)
