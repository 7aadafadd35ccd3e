"""JSON of an Inspect log as typed fields: tolerant of what Inspect writes, one sentence about anything else."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

import msgspec
from msgspec import Raw, Struct

from comity.importers.inspect_container import refuse

READABLE = (1, 2)
Scalar = bool | int | float | str | None
Page = TypeVar("Page")

_SCALARS: msgspec.json.Decoder[Scalar] = msgspec.json.Decoder(Scalar)
# msgspec reads strict JSON; Inspect writes these words outside of texts
_WORDS = re.compile(rb'"(?:[^"\\]|\\.)*+"|(-?Infinity|NaN)', re.DOTALL)


class Version(Struct):
    """The format version, read before anything whose shape depends on it."""

    version: int


def _quoted(match: re.Match[bytes]) -> bytes:
    return b'"%s"' % match[1] if match[1] else match[0]


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what can go wrong while fields are picked out into one sentence about the file."""
    try:
        yield
    except RecursionError as error:
        raise refuse(name, "is nested deeper than any log of Inspect", "Name the log that Inspect wrote.") from error
    except (msgspec.MsgspecError, ValueError, OverflowError) as error:
        # msgspec names its types and our fields; other errors might quote the file
        reason = str(error) if isinstance(error, msgspec.ValidationError) else "not valid JSON"
        hint = "Copy it again from where it was written; check it with: inspect log dump FILE."
        raise refuse(name, f"cannot be read as a log of Inspect ({reason})", hint) from error


def decode(page: bytes, kind: type[Page]) -> Page:
    """The page as the fields of `kind`, all others left out unread."""
    page = page.removeprefix(b"\xef\xbb\xbf")
    if b"NaN" in page or b"Infinity" in page:
        page = _WORDS.sub(_quoted, page)
    return msgspec.json.decode(page, type=kind)


def check_version(name: str, page: bytes) -> None:
    """Refuse a format that is newer than what Comity knows, by its number."""
    version = decode(page, Version).version
    if version not in READABLE:
        hint = "Update Comity, or write the log with an Inspect of format 2."
        raise refuse(name, f"has log version {version}; Comity reads versions 1 and 2", hint)


def scalar(raw: Raw) -> Scalar:
    """A number, truth value or text; None for what is absent or has parts."""
    return None if bytes(raw)[:1] in (b"", b"[", b"{") else _SCALARS.decode(raw)


def number(raw: Raw) -> int | float | None:
    """A number or truth value; None for anything else."""
    value = scalar(raw)
    return None if isinstance(value, str) else value
