"""`comity hub`: run a hub that carries sealed envelopes for institutes. It needs no device and no home."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.output import print_json, print_lines, tell
from comity.errors import BadInput, NotFound, Refused

if TYPE_CHECKING:
    from comity.hub.ledger.database import Ledger

F = TypeVar("F", bound=Callable[..., Any])
EXTRA = {"starlette", "uvicorn", "prometheus_client", "psycopg", "psycopg_pool", "anyio", "h11"}


@click.group("hub", cls=Noun, epilog="Example: comity hub serve --tls-cert hub.pem --tls-key hub.key")
def hub() -> None:
    """Run a hub: it carries sealed envelopes between institutes and can read none."""


def _database(command: F) -> F:
    return click.option(
        "--database", default="", metavar="URL", help="sqlite:///PATH or postgresql://HOST/NAME; else hub.db at home."
    )(command)


@hub.command("serve", cls=Verb, epilog="Example: comity hub serve --database postgresql://hub@db/comity --processes 4")
@_database
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8420, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option("--host-name", multiple=True, metavar="NAME", help="The name in the address that devices use.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many, on one ledger.")
@click.option("--tls-cert", default="", metavar="FILE", help="Certificate with its chain.")
@click.option("--tls-key", default="", metavar="FILE", help="Its private key.")
@click.option("--client-ca", default="", metavar="FILE", help="Let in only devices with a certificate of this one.")
@pass_call
def serve(
    call: Call,
    database: str,
    host: str,
    port: int,
    host_name: tuple[str, ...],
    processes: int,
    tls_cert: str,
    tls_key: str,
    client_ca: str,
) -> None:
    """Answer devices until Ctrl-C or SIGTERM; requests under way are answered first."""
    with _extra():
        from comity.hub.processes import serve_all
        from comity.hub.serve import Options, bound

        url = _url(call, database)
        options = Options(url, host, port, host_name, processes, tls_cert, tls_key, client_ca)
        with bound(options) as listening:
            if not call.quiet:
                where = f"{host_name[0] if host_name else host}:{listening.getsockname()[1]}"
                tell(f"The hub listens at {'https' if tls_cert else 'http'}://{where}")
            serve_all(options, listening)


@hub.command("invite", cls=Verb, epilog="Example: comity hub invite --institute US-CAISI --expires 3d")
@click.option("--institute", required=True, metavar="CODE", help="Whose device will use it.")
@click.option("--expires", default="7d", show_default=True, metavar="AGE", help="How long it can be used.")
@_database
@pass_call
def invite(call: Call, institute: str, expires: str, database: str) -> None:
    """Print a code that lets one device open sessions and bring groups; it works once."""
    from comity.hub.access import invite as made

    until = datetime.now(UTC).replace(microsecond=0) + _age(expires)
    with _opened(call, database) as ledger, ledger.writing() as connection:
        code = made(connection, _institute(institute), int(until.timestamp() * 1000))
    if call.as_json:
        told = until.isoformat().replace("+00:00", "Z")
        print_json({"code": code, "institute": institute, "expires": told})
    else:
        print_lines(code)
        if not call.quiet:
            tell(f"For one device of {institute}, until {until:%Y-%m-%d %H:%M} UTC. It is not shown again.")


@hub.command("backup", cls=Verb, epilog="Example: comity hub backup hub-2026-11-23.db")
@click.argument("file", metavar="FILE")
@_database
@pass_call
def backup(call: Call, file: str, database: str) -> None:
    """Write a copy of the ledger to a new file while the hub runs; it holds sealed envelopes only."""
    from comity.hub.ledger.copying import backup as written

    url = _url(call, database)
    if url.startswith("sqlite:") and not Path(url.removeprefix("sqlite:///")).is_file():
        raise NotFound("There is no ledger at this place.", hint="Name it with --database, as serve does.")
    with _opened(call, url) as ledger:
        count = written(ledger, Path(file))
    if call.as_json:
        print_json({"file": file, "envelopes": count})
    elif not call.quiet:
        tell(f"Written: {file}, {count} envelopes.")


@hub.command("restore", cls=Verb, epilog="Example: comity hub restore hub.db --database postgresql://hub@db/comity")
@click.argument("file", metavar="FILE")
@_database
@pass_call
def restore(call: Call, file: str, database: str) -> None:
    """Fill an empty database from a backup; what came after it is brought again by the devices that hold it."""
    from comity.hub.ledger.copying import restored

    with _opened(call, database) as ledger:
        count = restored(Path(file), ledger)
    if call.as_json:
        print_json({"file": file, "envelopes": count})
    elif not call.quiet:
        tell(f"Restored: {count} envelopes.")


@contextmanager
def _opened(call: Call, database: str) -> "Iterator[Ledger]":
    with _extra():
        from comity.hub.ledger.opening import open_ledger

        ledger = open_ledger(_url(call, database))
    try:
        yield ledger
    finally:
        ledger.close()


@contextmanager
def _extra() -> "Iterator[None]":
    """Say what to install where a package of the hub is not there."""
    try:
        yield
    except ImportError as error:
        if (error.name or "").partition(".")[0] not in EXTRA:
            raise
        raise Refused("This needs packages that only a hub has.", hint="Run: pip install 'comity[hub]'") from error


def _url(call: Call, database: str) -> str:
    if database:
        return database
    from comity.home import home_folder, make_home

    home = home_folder(call.home)
    make_home(home)
    return f"sqlite:///{home / 'hub.db'}"


def _institute(code: str) -> str:
    from comity.domain.text import plain

    if not 1 <= len(code) <= 200 or plain(code) != code:
        raise BadInput("This is no code of an institute.", hint="Write it like UK-AISI.")
    return code


def _age(text: str) -> timedelta:
    from comity.domain.when import age

    try:
        return age(text)
    except ValueError as error:
        raise BadInput(str(error), hint="Write --expires like 12h or 7d.") from error
