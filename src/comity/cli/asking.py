"""Questions on a terminal; without one nothing waits for an answer."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from comity.errors import Locked, Refused, UsageError

if TYPE_CHECKING:
    from comity.settings import Settings

TRIES = 3  # of a passphrase


def at_terminal() -> bool:
    """Whether there is a person to ask."""
    return sys.stdin.isatty()


def ask(question: str, option: str, given: str, default: str = "") -> str:
    """What was given, else the answer of the person at the terminal."""
    if given:
        return given
    if not at_terminal():
        raise UsageError(f"{question} is not given.", hint=f"Give it with {option}.")
    return str(click.prompt(question, default=default or None, err=True))


def passphrase() -> str:
    """The passphrase of this device; for a desk that nobody else has told it."""
    return str(click.prompt("Passphrase", hide_input=True, err=True))


def asked_before(home: Path, settings: "Settings") -> str | None:
    """The passphrase as asked before the app takes the terminal; None where it is not needed or told elsewhere.

    A wrong one is asked for again. Raises Locked after three.
    """
    from comity.unlocking import key_file, must_ask

    file = key_file(home)
    if not at_terminal() or not must_ask(file, settings):
        return None
    for left in range(TRIES - 1, -1, -1):
        told = passphrase()
        try:
            file.unlock(file.derive(told))
            break
        except Locked as error:
            if not left:
                raise
            click.echo(error.message, err=True)
    return told


def new_passphrase() -> str:
    """A new passphrase: from COMITY_PASSPHRASE_FILE, else asked twice; empty means none."""
    if told := os.environ.get("COMITY_PASSPHRASE_FILE"):
        from comity.unlocking import passphrase_in

        return passphrase_in(Path(told))
    if not at_terminal():
        raise Locked(
            "There is nobody to ask for a passphrase.", hint="Name COMITY_PASSPHRASE_FILE, or --no-passphrase."
        )
    return chosen_passphrase()


def chosen_passphrase() -> str:
    """A passphrase as a person types it twice; empty means none."""
    question = "Passphrase (five random words; empty for none)"
    return str(
        click.prompt(question, default="", hide_input=True, confirmation_prompt=True, show_default=False, err=True)
    )


def agree(question: str, code: str, *, yes: bool) -> None:
    """Something grave needs a yes: a person types the code of whom or what it is about, a script says --yes."""
    if yes:
        return
    if not at_terminal():
        raise Refused(f"{question} Nobody is here to agree.", hint="Look at it, then say --yes.", code="not_agreed")
    if str(click.prompt(f"{question} Type {code} to go on", default="", show_default=False, err=True)).strip() != code:
        raise Refused("Nothing was done.", hint=f"Type {code} exactly, or give --yes.", code="not_agreed")
