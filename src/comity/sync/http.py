"""A hub over HTTP: a session opened by the carrier key, retries, and every error of the network in words for people."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import TypeVar

import httpx
from msgspec import Struct
from tenacity import RetryCallState, Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from comity.errors import BadInput, ComityError, HubUnreachable, IntegrityFailure, Problem
from comity.log.body import Malformed
from comity.log.keys import public_of
from comity.sync import faults, wakeups, wire
from comity.sync.clock import Millis, now_ms
from comity.sync.deadline import Deadline, TooLate

TIMEOUT = httpx.Timeout(40, connect=10)  # a hub gives a sign of life in half of that
A = TypeVar("A", bound=Struct)
B = TypeVar("B")


class Tls(Struct, frozen=True):
    """Files for a hub with a private authority, or one that asks for a client certificate."""

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None


class Patience(Struct, frozen=True):
    """How often something is tried, how many seconds it waits at most between, and for a whole answer."""

    attempts: int = 5
    longest: float = 8.0
    whole: float = 120.0


class _Again(Exception):
    """Worth another try, after so many seconds at least."""

    def __init__(self, error: ComityError, after: float = 0) -> None:
        super().__init__(error.message)
        self.error, self.after = error, after


class _NoSession(Exception):
    """The session is over."""


class HttpCarrier:
    """One hub, as one device speaks with it."""

    def __init__(
        self,
        name: str,
        url: str,
        device: bytes,
        carrier: bytes,
        *,
        invite: str = "",
        hub: bytes = b"",
        tls: Tls | None = None,
        proxy: str | None = None,
        patience: Patience | None = None,
        clock: Millis = now_ms,
    ) -> None:
        """`device` is the public signing key, `carrier` the seed of the carrier key; `hub` which hub it has to be."""
        self.name = name
        self.hub = hub
        self._url = address(url)
        self._device, self._carrier, self._invite, self._clock = device, carrier, invite, clock
        self._patience = patience or Patience()
        self._tls = tls or Tls()
        self._token = ""
        self._deadline = Deadline()
        self._client = httpx.Client(
            base_url=self._url,
            verify=_context(self._tls) if self._url.scheme == "https" else False,
            proxy=_proxy(proxy),
            trust_env=False,
            follow_redirects=False,
            timeout=TIMEOUT,
            headers={"Accept-Encoding": "identity", "Content-Type": wire.MEDIA},
        )

    def close(self) -> None:
        """Hang up."""
        self._client.close()

    def open(self) -> None:
        """Open a session; `hub` is then known."""
        self._tried(self._open_once)

    # -- the messages
    def look(self, ask: wire.Look) -> wire.Looked:
        return self._ask("look", ask, wire.Looked)

    def links(self, ask: wire.Links) -> wire.Chain:
        return self._ask("links", ask, wire.Chain)

    def pull(self, ask: wire.Pull) -> wire.Page:
        return self._ask("pull", ask, wire.Page)

    def push(self, give: wire.Push) -> wire.Pushed:
        return self._ask("push", give, wire.Pushed)

    def swap(self, ask: wire.Swap) -> wire.Receipts:
        return self._ask("receipts", ask, wire.Receipts)

    def events(self) -> Iterator[bytes]:
        """The groups that move, as they do; empty for a sign of life. It ends when the hub ends it."""

        def listen() -> Iterator[bytes]:
            with self._sent("GET", "events", b"") as answer:
                if answer.status_code != httpx.codes.OK:
                    raise self._refusal(answer, _body(answer))
                try:
                    yield from wakeups.moved(answer.iter_raw())
                except wakeups.NotEvents as error:
                    raise self._strange() from error

        try:
            self._open_once()
            yield from listen()
        except _NoSession:
            self._token = ""
        except _Again as again:
            raise again.error from None

    # -- within
    def _ask(self, path: str, message: Struct, sort: type[A]) -> A:
        for _ in range(2):
            try:
                return self._tried(lambda: self._said(path, message, sort))
            except _NoSession:
                self._token = ""
        raise HubUnreachable(
            f"the hub {self.name} ends each session at once", "ask who runs it; what was exchanged stays"
        )

    def _said(self, path: str, message: Struct, sort: type[A]) -> A:
        self._open_once()
        return self._post(path, message, sort)

    def _open_once(self) -> None:
        """Open a session where none is; both steps together, as a challenge is answered once only."""
        if self._token:
            return
        given = self._post("challenge", wire.Hello(self._device, public_of(self._carrier)), wire.Challenge)
        if given.hub != self.hub and self.hub:
            hint = "ask who runs it; if it was set up anew, remove the hub here and add it again"
            raise IntegrityFailure(f"at the address of the hub {self.name} another one answers", hint, code="other_hub")
        proof = wire.Proof(
            given.hub,
            self._url.host,
            given.nonce,
            self._clock(),
            self._device,
            public_of(self._carrier),
            self._invite,
        )
        self._token = self._post("session", wire.Login.of(proof, self._carrier), wire.Session).token
        self.hub = given.hub

    def _post(self, path: str, message: Struct, sort: type[A]) -> A:
        try:
            with self._deadline.within(self._patience.whole), self._sent("POST", path, wire.encode(message)) as answer:
                body = _body(answer)
                if answer.status_code != httpx.codes.OK:
                    raise self._refusal(answer, body)
        except TooLate as late:
            hint = "look at the network, or ask who runs it; what was exchanged stays"
            raise HubUnreachable(f"the hub {self.name} did not end its answer in time", hint) from late
        try:
            return wire.decode(body, sort)
        except Malformed as error:
            raise _Again(self._strange()) from error

    @contextmanager
    def _sent(self, method: str, path: str, data: bytes) -> Iterator[httpx.Response]:
        headers = {"Authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            heard = {"trace": self._deadline.trace}
            with self._client.stream(method, f"v1/{path}", content=data, headers=headers, extensions=heard) as answer:
                yield answer
        except httpx.TransportError as error:
            raise self._unreachable(error) from error

    def _tried(self, ask: Callable[[], B]) -> B:
        retrying = Retrying(
            retry=retry_if_exception_type(_Again),
            stop=stop_after_attempt(self._patience.attempts),
            wait=self._pause,
            reraise=True,
        )
        try:
            return retrying(ask)
        except _Again as again:
            raise again.error from again.__cause__

    def _pause(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        after = error.after if isinstance(error, _Again) else 0
        longest = self._patience.longest
        return min(longest, max(after, wait_random_exponential(multiplier=0.3, max=longest)(state)))

    def _refusal(self, answer: httpx.Response, body: bytes) -> Exception:
        status = answer.status_code
        try:
            fault = wire.decode(body, wire.Fault)
        except Malformed:
            fault = wire.Fault("unexpected", f"status {status}")
        if fault.code == "no_session" and self._token:
            return _NoSession()
        if status in (408, 429, 500, 502, 503, 504):
            after = answer.headers.get("Retry-After", "")
            return _Again(faults.busy(self.name, fault), float(after) if after.isdecimal() else 0)
        if answer.is_redirect or fault.code in ("unexpected", "no_session"):
            return HubUnreachable(
                f"at the address of the hub {self.name} is none: it answered with status {status}",
                "look at its address",
            )
        return faults.refusal(self.name, fault)

    def _unreachable(self, error: httpx.TransportError) -> Exception:
        told = str(error)
        if "CERTIFICATE_VERIFY_FAILED" in told:
            hint = "name the authority that signed it with --ca, if it is your own hub"
            return HubUnreachable(f"the certificate of the hub {self.name} is not trusted", hint)
        if "TLSV1_ALERT_PROTOCOL_VERSION" in told or "UNSUPPORTED_PROTOCOL" in told:
            return HubUnreachable(f"the hub {self.name} does not speak TLS 1.3", "ask who runs it")
        hint = "look at its address and at the network; what was exchanged stays"
        hung_up = isinstance(error, httpx.RemoteProtocolError | httpx.ReadError)
        if hung_up and self._url.scheme == "https" and not self._tls.cert:
            hint = "the hub may want a client certificate (--cert, --key); else look at the network"
        what = "did not answer in time" if isinstance(error, httpx.TimeoutException) else "was not reached"
        return _Again(HubUnreachable(f"the hub {self.name} {what} ({self._url.host})", hint))

    def _strange(self) -> IntegrityFailure:
        return IntegrityFailure(f"the hub {self.name} sent what no hub sends; it was not used", "look at its address")


def address(url: str) -> httpx.URL:
    """The address of a hub: TLS everywhere but on this machine, and nothing secret in it."""
    try:
        found = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        found = httpx.URL("")
    if found.scheme not in ("https", "http") or not found.host:
        raise _bad("write it like https://hub.example.org")
    if found.scheme == "http" and not _is_here(found.host):
        raise _bad("http:// is for this machine only: use https://")
    if found.userinfo or found.query or found.fragment:
        raise _bad("leave out user names, ? and #: the device proves itself by its key")
    return found.copy_with(path=found.path.rstrip("/") + "/")


def _bad(what: str) -> BadInput:
    return BadInput("this is no address of a hub", what, [Problem("url", what)])


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _context(tls: Tls) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=tls.ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        if tls.cert:
            context.load_cert_chain(tls.cert, tls.key)
    except OSError as error:
        raise BadInput(
            "the certificate files of the hub cannot be used", f"look at --ca, --cert and --key: {error.strerror}"
        ) from error
    return context


def _proxy(url: str | None) -> httpx.Proxy | None:
    try:
        proxy = httpx.Proxy(url) if url else None
    except (httpx.InvalidURL, ValueError):
        hint = "write it like http://proxy.example.org:3128"
        raise BadInput("this is no address of a proxy", hint, [Problem("proxy", hint)]) from None
    if proxy and proxy.raw_auth:
        hint = "leave out user name and password, which others could read; let it know this machine by its address"
        raise BadInput("a proxy is not told a password here", hint, [Problem("proxy", hint)])
    return proxy


def _body(answer: httpx.Response) -> bytes:
    """The answer, as far as any message goes; a longer one is none."""
    found = bytearray()
    for chunk in answer.iter_raw():
        found += chunk
        if len(found) > wire.MESSAGE_LIMIT:
            break
    return bytes(found)
