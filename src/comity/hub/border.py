"""The border of a hub: every request comes in and every answer goes out here, and no text of anybody is logged."""

import asyncio
import logging
import secrets
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from hashlib import blake2b
from http import HTTPStatus

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from comity.hub import refusals
from comity.hub.ledger.database import Unavailable
from comity.hub.limits import network
from comity.hub.membership import Caller
from comity.hub.refusals import Refusal
from comity.hub.service import BEFORE, Hub, Operation
from comity.log.body import Malformed
from comity.sync import wire

LOG = logging.getLogger("comity.hub")
NOBODY = Caller(b"", b"")
THREADS = 12  # that wait for the ledger at once
UNREAD = {HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.REQUEST_TIMEOUT}  # hang up, however much is to come

KNOCKS = 2  # for one session: a challenge, and the answer to it
Answer = Callable[[Request], Awaitable[Response]]


def answering(hub: Hub, operation: Operation) -> Answer:
    """The endpoint of an operation."""
    threads = CapacityLimiter(THREADS)

    async def answer(request: Request) -> Response:
        chunks = _chunks(request, operation.limit, hub.limits.seconds)
        try:
            caller = await _admit(request)
        except Refusal:
            async for _ in chunks:  # who is cut off while sending never reads why
                pass
            raise
        data = b"".join([chunk async for chunk in chunks])
        hub.metrics.received.inc(len(data))
        try:
            given = wire.decode(data, operation.asks)
        except Malformed as error:
            raise refusals.malformed(error.message) from error
        found = await run_sync(operation.run, hub, caller, given, limiter=threads)
        if isinstance(given, wire.Login):
            _let_in(hub, _from(request), given)
        return Response(wire.encode(found), media_type=wire.MEDIA)

    async def _admit(request: Request) -> Caller:
        if operation in BEFORE:
            hub.knocks.take(_from(request))
            return NOBODY
        caller = await run_sync(hub.caller, token(request), limiter=threads)
        hub.devices.take(caller.device)
        request.state.device = caller.device
        return caller

    return guarded(hub, operation.name, answer)


def guarded(hub: Hub, name: str, answer: Answer) -> Answer:
    """An endpoint that refuses in a `Fault`, counts and logs, and fails without a word of what it was given."""

    async def guard(request: Request) -> Response:
        start = time.perf_counter()
        try:
            hub.addresses.take(_from(request))
            response = await answer(request)
        except ClientDisconnect:
            response = Response(status_code=499)
        except Refusal as refusal:
            response = _told(refusal)
        except Unavailable as error:
            LOG.error("ledger: %s", error.message)
            response = _fault(503, wire.Fault(error.code, "The hub cannot work now.", "Try again later."), after=5)
        except Exception as error:  # noqa: BLE001 the border: nobody reads what was in it
            response = _failed(error)
            hub.metrics.failures.inc()
        _count(hub, name, request, response, time.perf_counter() - start)
        return response

    return guard


def token(request: Request) -> str:
    """What the request bears."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not given:
        raise refusals.no_session()
    return given.strip()


def _let_in(hub: Hub, address: str, login: wire.Login) -> None:
    """What a device that got in knocked counts for it alone: an office behind one address is not a flood."""
    if proof := login.checked():
        with suppress(Refusal):
            hub.knocks.take(proof.device)
            hub.knocks.give_back(address, KNOCKS)


def _from(request: Request) -> str:
    return network(request.client.host) if request.client else ""


async def _chunks(request: Request, limit: int, seconds: float) -> AsyncIterator[bytes]:
    """The body, in time and within bounds; a length that is too large is refused unread."""
    length = request.headers.get("content-length", "0")
    if not length.isdecimal() or int(length[:20]) > limit:
        raise refusals.too_large(limit)
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise refusals.too_large(limit)
                yield chunk
    except TimeoutError as error:
        raise refusals.too_slow() from error


def _told(refusal: Refusal) -> Response:
    return _fault(refusal.status, refusal.fault, refusal.after)


def _fault(status: int, fault: wire.Fault, after: int = 0) -> Response:
    headers = {"Retry-After": str(after)} if after else {}
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if status in UNREAD:
        headers["Connection"] = "close"
    return Response(wire.encode(fault), status, headers, wire.MEDIA)


def _failed(error: Exception) -> Response:
    """Say which incident it is; the log has lines of the program, not the error's words, which may hold values."""
    incident = secrets.token_hex(4)
    frames = traceback.extract_tb(error.__traceback__)
    places = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in reversed(frames[-6:]))
    LOG.error("incident %s: %s at %s", incident, type(error).__name__, places)
    hint = "Whoever runs it finds the incident in its log."
    return _fault(500, wire.Fault("unexpected", f"The hub failed (incident {incident}).", hint))


def _count(hub: Hub, name: str, request: Request, response: Response, seconds: float) -> None:
    size = int(response.headers.get("content-length", 0))
    hub.metrics.requests.labels(name, str(response.status_code)).inc()
    hub.metrics.seconds.labels(name).observe(seconds)
    hub.metrics.sent.inc(size)
    device = getattr(request.state, "device", b"")
    who = blake2b(device, digest_size=4).hexdigest() if device else "-"
    LOG.info("%s %d %s %d bytes %.0f ms", name, response.status_code, who, size, seconds * 1000)
