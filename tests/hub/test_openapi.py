"""Requests that nobody would think of, made from the hub's own document."""

import base64
import binascii
import random
from collections.abc import Callable
from typing import Any

import httpx
import msgspec
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import status_code_conformance

from comity.hub.openapi import document
from comity.hub.service import BEFORE, WITHIN
from comity.sync import wire
from hub.stage import Circle, Device, Line

EXAMPLES = 25  # of each operation
OPERATIONS = [("POST", f"/v1/{each.name}") for each in (*BEFORE, *WITHIN)]
OTHERS = [("GET", "/health"), ("GET", "/metrics"), ("GET", "/openapi.json")]
SIZES = st.sampled_from([16, 32, 64, 100, 200, 300])

BYTES = SIZES.flatmap(lambda size: st.binary(min_size=size, max_size=size))
ANYTHING = st.recursive(
    st.none() | st.binary() | st.text(), lambda part: st.lists(part) | st.dictionaries(st.text(), part)
)

schemathesis.openapi.format("byte", BYTES.map(lambda data: base64.b64encode(data).decode()))


@schemathesis.serializer(wire.MEDIA)
def packed(context: Any, value: Any) -> bytes:
    """As msgpack, with bytes for what the document can only show as base64."""
    return msgspec.msgpack.encode(_bytes(value))


def _bytes(value: Any) -> Any:
    match value:
        case str() if len(value) >= 24:
            try:
                return base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError):
                return value
        case dict():
            return {_bytes(name): _bytes(part) for name, part in value.items()}
        case list():
            return [_bytes(part) for part in value]
        case int() if not -(2**63) <= value < 2**64:
            return 0
    return value


@pytest.fixture
def line(hub: httpx.Client, rng: random.Random, invited: Callable[[httpx.Client, Device], Line]) -> Line:
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    line = invited(hub, uk)
    line.push(circle.push())
    return line


@pytest.mark.parametrize(("method", "path"), [*OPERATIONS, *OTHERS])
def test_no_request_of_the_document_is_a_fault_of_the_hub(line: Line, method: str, path: str) -> None:
    schema = schemathesis.openapi.from_dict(document())
    operation = schema[path][method]
    told = {"Authorization": f"Bearer {line.token}"}
    (group,) = line.look()

    @settings(
        max_examples=EXAMPLES, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(case=operation.as_strategy())
    def ask(case: schemathesis.Case) -> None:
        if isinstance(case.body, dict) and "group" in case.body:  # one that is there, so that more is tried than a 404
            case.body["group"] = base64.b64encode(group).decode()
        request = case.as_transport_kwargs(base_url="")
        answer = line.client.request(method, path, content=request.get("data"), headers=told)
        seen = schemathesis.Response.from_httpx(answer, verify=False)
        case.validate_response(seen, checks=[not_a_server_error, status_code_conformance])

    ask()


@pytest.mark.parametrize("name", [each.name for each in (*BEFORE, *WITHIN)])
def test_no_bytes_are_a_fault_of_the_hub(line: Line, name: str) -> None:
    @settings(max_examples=EXAMPLES, deadline=None, database=None, derandomize=True)
    @given(st.binary(max_size=400) | ANYTHING.map(msgspec.msgpack.encode))
    def ask(data: bytes) -> None:
        answer = line.raw(name, data)
        assert answer.status_code in (400, 404, 413)
        assert wire.decode(answer.content, wire.Fault).message

    ask()


def test_deep_and_huge_messages_are_bounded(line: Line) -> None:
    deep = b"\x91" * 1_000_000
    lying = [b"\xdd\xff\xff\xff\xff", b"\xdf\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"]
    for data in (deep, *lying, b"\x81\xa5marks" + lying[1]):
        assert line.raw("look", data).status_code == 400


def test_the_document_names_every_operation_and_every_part_it_refers_to() -> None:
    told = document()
    assert {f"/v1/{each.name}" for each in (*BEFORE, *WITHIN)} < set(told["paths"])
    text = str(told)
    names = {part.split("'")[0] for part in text.split("#/components/schemas/")[1:]}
    assert names <= set(told["components"]["schemas"])
