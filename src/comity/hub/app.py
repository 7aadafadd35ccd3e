"""The ASGI application of a hub."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_address

from anyio.to_thread import run_sync
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from comity.hub import metrics
from comity.hub.access import OPEN_MS
from comity.hub.border import answering, guarded, token
from comity.hub.events import EventStream
from comity.hub.ledger.database import Unavailable
from comity.hub.openapi import document
from comity.hub.refusals import no_place
from comity.hub.service import BEFORE, WITHIN, Hub
from comity.sync import wire

PREFIX = "/v1"
FORWARDED = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-real-ip")
TIDY = 300.0  # seconds between two looks for sessions that are over


def application(hub: Hub) -> Starlette:
    """The hub as any ASGI server runs it."""
    operations = [Route(f"{PREFIX}/{each.name}", answering(hub, each), methods=["POST"]) for each in (*BEFORE, *WITHIN)]
    others = {f"{PREFIX}/events": _events, "/health": _health, "/metrics": _metrics, "/openapi.json": _openapi}
    routes = [
        Route(path, guarded(hub, answer.__name__.strip("_"), answer), methods=["GET"])
        for path, answer in others.items()
    ]
    app = Starlette(
        routes=[*operations, *routes], lifespan=_lifespan, exception_handlers={HTTPException: _no_such_place}
    )
    app.state.hub = hub
    app.router.redirect_slashes = False
    return app


@asynccontextmanager
async def _lifespan(app: Starlette) -> AsyncIterator[None]:
    hub: Hub = app.state.hub
    with hub.listeners.watching():
        tidying = asyncio.create_task(_tidy(hub))
        yield
        tidying.cancel()
    hub.ledger.close()


async def _tidy(hub: Hub) -> None:
    while True:
        with suppress(Unavailable):
            await run_sync(hub.tidy)
        await asyncio.sleep(TIDY)


async def _events(request: Request) -> Response:
    hub: Hub = request.app.state.hub
    caller = await run_sync(hub.caller, token(request))
    hub.devices.take(caller.device)
    request.state.device = caller.device
    return EventStream(hub.listeners, hub.listeners.open(caller), OPEN_MS / 1000)


async def _health(request: Request) -> Response:
    """Whether the ledger answers."""
    hub: Hub = request.app.state.hub
    await run_sync(_ask, hub)
    return JSONResponse({"status": "ok"})


async def _metrics(request: Request) -> Response:
    """For who watches over the hub only: what is counted would tell others when somebody works."""
    hub: Hub = request.app.state.hub
    if not (_has_token(hub, request) if hub.metrics_token else _is_here(request)):
        raise no_place()
    return Response(await run_sync(_numbers, hub), media_type=metrics.MEDIA)


async def _openapi(request: Request) -> Response:
    return JSONResponse(document())


async def _no_such_place(request: Request, error: Exception) -> Response:
    status, headers = (error.status_code, error.headers) if isinstance(error, HTTPException) else (404, None)
    return Response(wire.encode(no_place().fault), status, headers, wire.MEDIA)


def _ask(hub: Hub) -> None:
    with hub.ledger.reading() as connection:
        connection.all("SELECT number FROM version")


def _numbers(hub: Hub) -> bytes:
    with hub.ledger.reading() as connection:
        return hub.metrics.text(connection)


def _has_token(hub: Hub, request: Request) -> bool:
    given = request.headers.get("authorization", "").encode("utf-8", "replace")
    return hmac.compare_digest(given, f"Bearer {hub.metrics_token}".encode())


def _is_here(request: Request) -> bool:
    """Whether a program on this machine asks for itself; a proxy here asks for others, and says so."""
    try:
        here = request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False
    return here and not any(name in request.headers for name in FORWARDED)
