"""Runs a hub: its socket, TLS, and a stop that cuts nobody off."""

import logging
import signal
import socket
import ssl
import sys
from ipaddress import ip_address
from pathlib import Path
from types import FrameType

from msgspec import Struct
from uvicorn import Config, Server

from comity.errors import BadInput, Refused
from comity.hub.app import application
from comity.hub.ledger.opening import open_ledger
from comity.hub.limits import Limits
from comity.hub.patience import PatientProtocol
from comity.hub.service import Hub

GRACE = 20  # seconds for requests under way when the hub is told to stop
SHORTEST = 16  # characters of a token
LOOPBACK = ("localhost", "127.0.0.1", "::1")
HEAD_BYTES = 16 * 1024


class Options(Struct, frozen=True):
    """How a hub is run."""

    database: str
    host: str = "127.0.0.1"
    port: int = 8420
    names: tuple[str, ...] = ()  # by which devices know it
    processes: int = 1
    tls_cert: str = ""
    tls_key: str = ""
    client_ca: str = ""
    limits: Limits = Limits()
    metrics_token: str = ""  # the file that holds it
    peers: tuple[str, ...] = ()
    peer_ca: str = ""
    peer_cert: str = ""
    peer_key: str = ""

    @property
    def hosts(self) -> list[str]:
        """The host names that a proof may be for."""
        return [*(self.names or (*LOOPBACK, self.host))]


class HubServer(Server):
    """Lets those who listen go before it waits for the others."""

    def __init__(self, config: Config, hub: Hub) -> None:
        super().__init__(config)
        self._hub = hub

    def close(self) -> None:
        """Leave the ledger, where it was not run."""
        self._hub.ledger.close()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._hub.listeners.stop()
        await super().shutdown(sockets)


def bound(options: Options) -> socket.socket:
    """The socket, open to more than this machine only behind TLS."""
    if bool(options.tls_cert) != bool(options.tls_key) or (options.client_ca and not options.tls_cert):
        raise BadInput("TLS needs a certificate and its key.", hint="Give --tls-cert and --tls-key.")
    if not options.tls_cert and not _is_loopback(options.host):
        raise Refused(
            f"Without TLS a hub listens on this machine only, not on {options.host}.",
            hint="Give --tls-cert and --tls-key, or leave 127.0.0.1 and let a proxy on this machine speak TLS.",
        )
    try:
        return listen(options.host, options.port)
    except (OSError, OverflowError) as error:
        raise Refused(
            f"The hub cannot listen on {options.host} port {options.port}: {error}.", hint="Name another with --port."
        ) from error


def listen(host: str, port: int) -> socket.socket:
    """A socket whose lines send at once: an answer in two parts would wait 40 ms for the other side's word."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=2048)
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


def serve(options: Options, listening: socket.socket) -> None:
    """Answer until told to stop by SIGTERM or Ctrl-C."""
    log_to_stderr()
    made = server(options)

    def stop(number: int, frame: FrameType | None) -> None:
        """Told before the server listens to signals, or handed on by it when it is done."""
        made.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    made.run([listening])


def server(options: Options) -> HubServer:
    """The server of one process."""
    token = _token(options.metrics_token)
    hub = Hub(open_ledger(options.database), options.hosts, options.limits, metrics_token=token)
    config = Config(
        application(hub),
        http=PatientProtocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=not options.tls_cert,
        limit_concurrency=options.limits.connections,
        timeout_keep_alive=options.limits.keep_alive,
        timeout_graceful_shutdown=GRACE,
        h11_max_incomplete_event_size=HEAD_BYTES,
        ssl_certfile=options.tls_cert or None,
        ssl_keyfile=options.tls_key or None,
        ssl_ca_certs=options.client_ca or None,
        ssl_cert_reqs=ssl.CERT_REQUIRED if options.client_ca else ssl.CERT_NONE,
    )
    made = HubServer(config, hub)
    try:
        _load(config, options)
    except BadInput:
        made.close()
        raise
    return made


def _load(config: Config, options: Options) -> None:
    try:
        config.load()
    except (OSError, ssl.SSLError) as error:
        raise BadInput(
            f"The certificate, its key or the authority cannot be used: {error}.",
            hint=f"Look at {options.tls_cert}, {options.tls_key} {options.client_ca}".rstrip() + ".",
        ) from error
    if config.ssl:
        config.ssl.minimum_version = ssl.TLSVersion.TLSv1_3


def _token(file: str) -> str:
    """What a program that watches over the hub has to show; of a file that others cannot read."""
    if not file:
        return ""
    path = Path(file)
    try:
        token, mode = path.read_text("utf-8").strip(), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"The token for /metrics cannot be read from {file}.", hint="Look at its path.") from error
    if len(token) < SHORTEST or mode & 0o077:
        raise BadInput(
            f"The token in {file} has to have {SHORTEST} characters or more, and no other user may read it.",
            hint=f"Make one: (umask 077; openssl rand -hex 32 > {file})",
        )
    return token


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def log_to_stderr() -> None:
    """One line for each request and each fault, without a word of what was asked."""
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(asctime)s %(levelname)s %(message)s")
    logging.getLogger("comity.hub").setLevel(logging.INFO)
