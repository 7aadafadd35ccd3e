"""The options by which an invite is told to a command; a list of programs shows to all users what was typed."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from comity.errors import BadInput, UsageError

F = TypeVar("F", bound=Callable[..., Any])
LONGEST = 1_000  # characters of a file that holds an invite


def invited(command: F) -> F:
    """The options that tell an invite."""
    told = "The code, from a file or - for stdin, so that no list of programs shows it."
    command = click.option("--invite-file", default="", metavar="FILE", help=told)(command)
    told = "The code from who runs it; it is used now and not kept."
    return click.option("--invite", default="", metavar="CODE", help=told)(command)


def invite_told(invite: str, file: str) -> str:
    """The invite, from wherever it was told; empty where it was not."""
    if invite and file:
        raise UsageError("The invite is told twice.", hint="Give --invite or --invite-file.")
    if not file:
        return invite
    try:
        found = (sys.stdin.read(LONGEST) if file == "-" else _start(Path(file))).strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The invite cannot be read from {file}.", hint="Look at its path.") from error
    if not found:
        raise BadInput("The file holds no invite.", hint="Write the code into it, as `comity hub invite` printed it.")
    return found


def _start(path: Path) -> str:
    with path.open(encoding="utf-8") as file:
        return file.read(LONGEST)
