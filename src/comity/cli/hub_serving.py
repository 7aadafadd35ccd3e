"""`comity hub serve`: answer devices, and meet other hubs."""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from comity.cli.frame import Call, Verb, pass_call
from comity.cli.ledgers import database, extra, place
from comity.cli.output import tell
from comity.errors import BadInput

if TYPE_CHECKING:
    from comity.hub.limits import Limits

F = TypeVar("F", bound=Callable[..., Any])
UNITS = {"": 1, "kib": 1024, "mib": 1024**2, "gib": 1024**3, "tib": 1024**4, "kb": 10**3, "mb": 10**6, "gb": 10**9}
BURST = 10  # seconds' worth of a rate may come at once
COUNT = click.IntRange(1, 10**9)


class Size(click.ParamType[int]):
    """So many bytes, as people write them."""

    name = "size"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        found = re.fullmatch(r"(\d{1,12})\s*([a-z]*)", str(value).strip().lower())
        if found is None or found[2] not in UNITS:
            raise BadInput(f"{value} is no size.", hint="Write it like 4GiB or 500MB.")
        return int(found[1]) * UNITS[found[2]]


def limits(command: F) -> F:
    """The options that bound what a hub keeps and how often it is asked."""
    for name, default, sort, says in reversed(
        (
            ("--group-size", "4GiB", Size(), "What one group may take up."),
            ("--groups", 200, COUNT, "How many groups one institute may bring."),
            ("--device-rate", 50, COUNT, "Requests a second of one device, in each process."),
            ("--address-rate", 200, COUNT, "Requests a second of one address, in each process."),
            ("--connections", 5_000, COUNT, "Lines open at once, in each process."),
            ("--listeners", 4_000, COUNT, "Of these, devices that wait for wake-ups."),
            ("--request-seconds", 30, COUNT, "How long a request may take to arrive."),
            ("--keep-alive", 5, COUNT, "Seconds that a line without a request is kept."),
        )
    ):
        command = click.option(name, default=default, type=sort, show_default=True, help=says)(command)
    return command


def others(command: F) -> F:
    """The options that say which hubs to meet."""
    for name, says in (
        ("--peer-key", "Its private key."),
        ("--peer-cert", "Certificate to show to hubs that ask for one."),
        ("--peer-ca", "Authority that signed the certificates of the hubs to meet."),
    ):
        command = click.option(name, default="", metavar="FILE", help=says)(command)
    told = "Meet this hub, which was joined before; may be given again."
    return click.option("--peer", "peers", multiple=True, metavar="URL", help=told)(command)


@click.command(
    "serve", cls=Verb, epilog="Example: comity hub serve --database postgresql://hub@db/comity --processes 4"
)
@database
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", default=8420, show_default=True, type=click.IntRange(0, 65535), help="The port.")
@click.option("--host-name", multiple=True, metavar="NAME", help="The name in the address that devices use.")
@click.option("--processes", default=1, show_default=True, type=click.IntRange(1, 64), help="How many, on one ledger.")
@click.option("--tls-cert", default="", metavar="FILE", help="Certificate with its chain.")
@click.option("--tls-key", default="", metavar="FILE", help="Its private key.")
@click.option("--client-ca", default="", metavar="FILE", help="Let in only devices with a certificate of this one.")
@click.option("--metrics-token", default="", metavar="FILE", help="Show /metrics to who bears the token in this file.")
@others
@limits
@pass_call
def serve(call: Call, /, database: str, host: str, port: int, host_name: tuple[str, ...], **told: Any) -> None:
    """Answer devices until Ctrl-C or SIGTERM; requests under way are answered first."""
    with extra():
        from comity.hub.processes import check, serve_all
        from comity.hub.serve import Options, bound

        bounds = _limits(told)
        options = Options(place(call, database), host, port, host_name, limits=bounds, **told)
        with bound(options) as listening:
            check(options)
            if not call.quiet:
                where = f"{host_name[0] if host_name else host}:{listening.getsockname()[1]}"
                tell(f"The hub listens at {'https' if options.tls_cert else 'http'}://{where}")
            serve_all(options, listening)


def _limits(told: dict[str, Any]) -> "Limits":
    """Takes the bounds out of what was told."""
    from comity.hub.limits import Limits, Rate
    from comity.hub.pushing import Room

    device, address = (told.pop(name) for name in ("device_rate", "address_rate"))
    return Limits(
        device=Rate(device, device * BURST),
        address=Rate(address, address * BURST),
        listeners=told.pop("listeners"),
        connections=told.pop("connections"),
        seconds=told.pop("request_seconds"),
        keep_alive=told.pop("keep_alive"),
        room=Room(group_bytes=told.pop("group_size"), groups=told.pop("groups")),
    )
