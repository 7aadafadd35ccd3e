"""A hub as its own program: TLS, client certificates, several processes, and a stop that cuts nobody off."""

import random
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import httpx
import psutil
import pytest
import trustme

from comity.errors import BadInput, Refused
from comity.hub import patience
from comity.hub.access import invite
from comity.hub.ledger.database import Ledger
from comity.hub.limits import Limits, Rate
from comity.hub.serve import GRACE, Options, bound, server
from comity.sync import wire
from hub.stage import Circle, Device, Line
from laws.chains import vector

PROGRAM = (
    "import sys; from comity.hub.serve import GRACE, Options, bound; from comity.hub.processes import serve_all;"
    "from msgspec.json import decode; options = decode(sys.argv[1], type=Options); listening = bound(options);"
    "print(listening.getsockname()[1], flush=True); serve_all(options, listening)"
)


class Running:
    """A hub in processes of its own."""

    def __init__(self, program: "subprocess.Popen[str]", errors: Path) -> None:
        assert program.stdout is not None
        self.program, self.errors = program, errors
        self.clients: list[httpx.Client] = []
        self.port = int(program.stdout.readline() or 0)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.program.send_signal(number)
        return self.program.wait(40)

    def client(self, **told: object) -> httpx.Client:
        scheme = "https" if told else "http"
        client = httpx.Client(base_url=f"{scheme}://127.0.0.1:{self.port}", trust_env=False, **told)  # type: ignore[arg-type]
        self.clients.append(client)
        for _ in range(600):
            try:
                client.get("/health")
            except httpx.ConnectError:
                time.sleep(0.05)
            else:
                return client
        raise TimeoutError


@pytest.fixture
def running(tmp_path: Path) -> Callable[[Options], Running]:
    @contextmanager
    def run(options: Options) -> Iterator[Running]:
        from msgspec.json import encode

        errors = tmp_path / "errors"
        with errors.open("ab") as file:
            program = subprocess.Popen(
                [sys.executable, "-c", PROGRAM, encode(options).decode()],
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )
        with program:
            hub = Running(program, errors)
            try:
                yield hub
            finally:
                program.kill()
                for client in hub.clients:
                    client.close()

    return run  # type: ignore[return-value]


def entered(hub: httpx.Client, ledger: Ledger, device: Device) -> Line:
    with ledger.writing() as connection:
        code = invite(connection, device.institute, 10**14)
    return Line(hub, device, "127.0.0.1").open(code)


def test_two_processes_are_one_hub(
    running: Callable[[Options], Iterator[Running]],
    database: str,
    ledger: Ledger,
    rng: random.Random,
) -> None:
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    with running(Options(database, port=0, processes=2)) as hub:  # type: ignore[attr-defined]
        line = entered(hub.client(), ledger, uk)
        for _ in range(10):
            circle.commit(uk)
            other = Line(hub.client(), uk, "127.0.0.1")  # a connection of its own: whichever process takes it
            other.token = line.token
            other.push(circle.push())
            state = line.look()[circle.id]
            assert state is not None
            assert state.tips == vector(circle.log)
        assert hub.stop() == 0
        assert "incident" not in hub.errors.read_text()


def test_a_process_that_dies_is_replaced_and_none_is_left_behind(
    running: Callable[[Options], Iterator[Running]], tmp_path: Path
) -> None:
    with running(Options(f"sqlite:///{tmp_path / 'hub.db'}", port=0, processes=2)) as hub:  # type: ignore[attr-defined]
        client = hub.client()
        parent = psutil.Process(hub.program.pid)

        def workers() -> list[psutil.Process]:
            running = [each for each in parent.children() if each.status() != psutil.STATUS_ZOMBIE]
            return [each for each in running if "resource_tracker" not in " ".join(each.cmdline())]

        first = workers()
        first[0].kill()
        for _ in range(100):
            now = workers()
            if len(now) == 2 and first[0] not in now:
                break
            time.sleep(0.1)
        assert first[0] not in now
        assert client.get("/health").status_code == 200
        parent.kill()
        psutil.wait_procs(now, 20)
        assert not [each for each in now if each.is_running()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_hub_that_is_told_to_stop_answers_what_was_asked(
    running: Callable[[Options], Iterator[Running]], tmp_path: Path, number: int
) -> None:
    with running(Options(f"sqlite:///{tmp_path / 'hub.db'}", port=0)) as hub:  # type: ignore[attr-defined]
        hub.client()
        body = wire.encode(wire.Hello(bytes(32), bytes(32)))
        with socket.create_connection(("127.0.0.1", hub.port)) as raw:
            raw.sendall(f"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n".encode())
            raw.sendall(body[:10])
            time.sleep(0.3)
            hub.program.send_signal(number)
            time.sleep(0.5)
            raw.sendall(body[10:])
            assert b" 200 " in raw.recv(1_000)
        assert hub.program.wait(40) == 0


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certificates(authority: trustme.CA, tmp_path: Path) -> Options:
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    issued.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    return Options(
        f"sqlite:///{tmp_path / 'hub.db'}",
        port=0,
        tls_cert=str(tmp_path / "cert.pem"),
        tls_key=str(tmp_path / "key.pem"),
        client_ca=str(tmp_path / "ca.pem"),
    )


def test_only_tls_13_and_only_with_a_certificate_of_the_authority(
    running: Callable[[Options], Iterator[Running]], certificates: Options, authority: trustme.CA
) -> None:
    def context(issuer: trustme.CA | None = None) -> ssl.SSLContext:
        made = ssl.create_default_context()
        authority.configure_trust(made)
        if issuer:
            issuer.issue_cert("laptop.test").configure_cert(made)
        return made

    with running(certificates) as hub:  # type: ignore[attr-defined]
        answer = hub.client(verify=context(authority)).get("/health")
        assert answer.json() == {"status": "ok"}
        assert answer.extensions["network_stream"].get_extra_info("ssl_object").version() == "TLSv1.3"
        old = context(authority)
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        for bad in (context(), context(trustme.CA()), old):
            with pytest.raises(httpx.TransportError):
                httpx.get(f"https://127.0.0.1:{hub.port}/health", verify=bad, trust_env=False)
        start = time.monotonic()
        assert hub.stop() == 0
        assert time.monotonic() - start < GRACE / 2  # a client that is silent holds nothing up


def test_without_tls_a_hub_stays_on_its_machine() -> None:
    for host in ("0.0.0.0", "192.0.2.1", "::", "hub.test"):
        with pytest.raises(Refused, match="Without TLS"):
            bound(Options("", host=host))
    with bound(Options("", host="localhost", port=0)) as listening, pytest.raises(Refused, match="cannot listen"):
        bound(Options("", port=listening.getsockname()[1]))
    for wrong in (Options("", tls_cert="a"), Options("", tls_key="a"), Options("", client_ca="a")):
        with pytest.raises(BadInput, match="certificate and its key"):
            bound(wrong)


def test_a_certificate_that_is_none_is_told(certificates: Options, tmp_path: Path) -> None:
    (tmp_path / "key.pem").write_text("no key")
    with pytest.raises(BadInput, match="cannot be used"):
        server(certificates)


def test_who_says_nothing_is_hung_up_on(hub: httpx.Client, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(patience, "PATIENCE", 0.2)
    options = Options(f"sqlite:///{tmp_path / 'patient.db'}")
    with _in_thread(options) as port:
        for words in (b"", b"GET /hea", b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n"):
            with socket.create_connection(("127.0.0.1", port), 10) as raw:
                raw.sendall(words)
                start = time.monotonic()
                try:
                    while raw.recv(10_000):
                        pass
                except ConnectionResetError:
                    pass
                assert time.monotonic() - start < 5


def test_many_who_drip_hold_nobody_up_and_are_hung_up_on(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A slow loris: lines that send a byte now and then, of a head or of a body, and lines that never read."""
    monkeypatch.setattr(patience, "PATIENCE", 0.5)
    freely = Rate(1e9, 10**9)
    limits = Limits(address=freely, knocks=freely, seconds=1)
    heads = (b"GET /hea", b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n", b"")
    with _in_thread(Options(f"sqlite:///{tmp_path / 'slow.db'}", limits=limits)) as port, ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", port), 20)) for _ in range(150)]
        for number, raw in enumerate(slow):
            raw.sendall(heads[number % len(heads)])
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False, timeout=20) as client:
            for _ in range(20):
                assert client.get("/health").status_code == 200
                for raw in slow:
                    with suppress(OSError):
                        raw.sendall(b"x")
                time.sleep(0.05)
            for raw in slow:
                with suppress(ConnectionResetError):
                    while raw.recv(10_000):
                        pass
            assert client.get("/health").status_code == 200


def test_more_lines_than_a_hub_bears_are_refused_and_it_goes_on(tmp_path: Path) -> None:
    freely = Rate(1e9, 10**9)
    limits = Limits(address=freely, connections=20)
    with _in_thread(Options(f"sqlite:///{tmp_path / 'few.db'}", limits=limits)) as port:
        with ExitStack() as stack:
            for _ in range(25):
                stack.enter_context(socket.create_connection(("127.0.0.1", port), 20)).sendall(b"GET")
            time.sleep(0.3)
            assert httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=20).status_code == 503
        time.sleep(0.3)
        assert httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False, timeout=20).status_code == 200


@contextmanager
def _in_thread(options: Options) -> Iterator[int]:
    from threading import Thread

    with socket.create_server(("127.0.0.1", 0)) as listening:
        made = server(options)
        thread = Thread(target=made.run, args=([listening],))
        thread.start()
        try:
            yield listening.getsockname()[1]
        finally:
            made.should_exit = True
            thread.join()
