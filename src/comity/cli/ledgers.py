"""What the commands that run a hub share: where its ledger is, and what has to be installed for one."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.cli.frame import Call
from comity.errors import BadInput, Refused

if TYPE_CHECKING:
    from comity.hub.ledger.database import Ledger

FROM = "COMITY_HUB_DATABASE"
F = TypeVar("F", bound=Callable[..., Any])
EXTRA = {"starlette", "uvicorn", "prometheus_client", "psycopg", "psycopg_pool", "anyio", "h11"}


def database(command: F) -> F:
    """The option that names the ledger."""
    told = f"sqlite:///PATH or postgresql://HOST/NAME; with a password in {FROM}. Else hub.db at home."
    return click.option("--database", default="", envvar=FROM, metavar="URL", help=told)(command)


@contextmanager
def opened(call: Call, url: str) -> "Iterator[Ledger]":
    """The ledger, for as long as the block lasts."""
    with extra():
        from comity.hub.ledger.opening import open_ledger

        ledger = open_ledger(place(call, url))
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def extra() -> Iterator[None]:
    """Say what to install where a package of the hub is not there."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise Refused(
            "This needs packages that only a hub has.", hint='In the clone: .venv/bin/pip install ".[hub]"'
        ) from error


def place(call: Call, url: str) -> str:
    """The address of the ledger, which is at home where none is named."""
    if url:
        return url
    from comity.home import home_folder, make_home

    home = home_folder(call.home)
    make_home(home)
    return f"sqlite:///{home / 'hub.db'}"


def institute(code: str) -> str:
    """The code of an institute, as far as a hub can judge it."""
    from comity.domain.text import plain

    if not 1 <= len(code) <= 200 or plain(code) != code:
        raise BadInput("This is no code of an institute.", hint="Write it like UK-AISI.")
    return code
