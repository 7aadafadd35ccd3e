"""The OpenAPI document of a hub, made from the messages themselves."""

from functools import cache
from typing import Any

import msgspec

from comity.hub.service import BEFORE, WITHIN, Operation
from comity.sync import wire

FAULTS = {
    400: "The bytes are no message of the sort expected.",
    401: "No session, or no proof.",
    403: "Neither a seat nor an invite.",
    404: "The group is not here, or not for this device: nothing tells which.",
    408: "The message did not arrive in time.",
    413: "The message is too large.",
    429: "Too many requests; Retry-After says when to go on.",
    503: "The ledger cannot be used now.",
    507: "No more room for this group or institute.",
}
ABOUT = (
    "Carries sealed envelopes. Messages are msgpack; where a schema says `format: byte` msgpack has bytes, which JSON "
    "schema can only show as base64. Whatever is refused answers with a Fault."
)


@cache
def document() -> dict[str, Any]:
    """The document, as JSON."""
    messages: list[type[msgspec.Struct]] = [
        wire.Fault,
        *(sort for each in (*BEFORE, *WITHIN) for sort in (each.asks, each.answers)),
    ]
    schemas, parts = msgspec.json.schema_components(messages, ref_template="#/components/schemas/{name}")
    named = {sort.__name__: schema for sort, schema in zip(messages, schemas, strict=True)}
    paths = {f"/v1/{each.name}": {"post": _operation(each, named)} for each in (*BEFORE, *WITHIN)}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Comity hub", "version": "1", "description": ABOUT},
        "paths": paths | _others(),
        "components": {
            "schemas": {name: _bytes(part) for name, part in parts.items()},
            "securitySchemes": {"session": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation, named: dict[str, Any]) -> dict[str, Any]:
    fault = _message(named["Fault"])
    answers = {str(status): {"description": text, "content": fault} for status, text in FAULTS.items()}
    answers["200"] = {"description": "Done.", "content": _message(named[operation.answers.__name__])}
    return {
        "operationId": operation.name,
        "summary": operation.says,
        "requestBody": {"required": True, "content": _message(named[operation.asks.__name__])},
        "responses": answers,
        "security": [] if operation in BEFORE else [{"session": []}],
    }


def _others() -> dict[str, Any]:
    return {
        "/v1/events": {
            "get": _plain("events", "Wake-ups: `event: moved`, `data:` a group in hex.", "text/event-stream")
            | {"security": [{"session": []}]}
        },
        "/health": {"get": _plain("health", "Whether the hub works.", "application/json")},
        "/metrics": {
            "get": _plain("metrics", "Numbers for Prometheus: on the same machine only, or with a token.", "text/plain")
        },
        "/openapi.json": {"get": _plain("openapi", "This document.", "application/json")},
    }


def _plain(name: str, says: str, media: str) -> dict[str, Any]:
    faults = {str(status): {"description": FAULTS[status]} for status in (401, 404, 429, 503)}
    answers = {"200": {"description": "Done.", "content": {media: {}}}} | faults
    return {"operationId": name, "summary": says, "responses": answers}


def _message(schema: dict[str, Any]) -> dict[str, Any]:
    return {wire.MEDIA: {"schema": schema}}


def _bytes(schema: Any) -> Any:
    """The schema with `format: byte` wherever msgpack has bytes."""
    match schema:
        case dict():
            marked = {name: _bytes(part) for name, part in schema.items()}
            return marked | {"format": "byte"} if schema.get("contentEncoding") == "base64" else marked
        case list():
            return [_bytes(part) for part in schema]
    return schema
