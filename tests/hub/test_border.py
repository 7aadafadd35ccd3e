"""The border of a hub: bounds before anything is read, faults without content, floods that end."""

import logging
import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from comity.hub import service, shelf
from comity.hub.ledger.database import Ledger, Unavailable
from comity.hub.limits import REMEMBERED, Buckets, Limits, Rate, network
from comity.hub.refusals import Refusal
from comity.hub.service import Hub
from comity.sync import wire
from hub.stage import Circle, Device, Line, Refused, served

Invited = Callable[[httpx.Client, Device], Line]


@pytest.fixture
def laptop(rng: random.Random) -> Device:
    return Device("UK-AISI", rng)


def code(answer: httpx.Response) -> str:
    assert answer.headers["content-type"] == wire.MEDIA
    return wire.decode(answer.content, wire.Fault).code


def first_line(hub: httpx.Client, head: str) -> str:
    """What a hub answers to the first bytes of a request, and then hangs up."""
    with socket.create_connection((hub.base_url.host, hub.base_url.port or 0)) as raw:
        raw.sendall(head.replace("\n", "\r\n").encode())
        answer = b"".join(iter(lambda: raw.recv(10_000), b""))
    return answer.decode("latin-1").partition("\r\n")[0]


def test_a_message_is_as_large_as_it_may_be(hub: httpx.Client, invited: Invited, laptop: Device) -> None:
    line = invited(hub, laptop)
    assert line.raw("push", bytes(wire.MESSAGE_LIMIT)).status_code == 400
    head = f"POST /v1/push HTTP/1.1\nHost: x\nAuthorization: Bearer {line.token}\nContent-Length: "
    assert " 413 " in first_line(hub, f"{head}{wire.MESSAGE_LIMIT + 1}\n\n")
    assert " 413 " in first_line(hub, "POST /v1/session HTTP/1.1\nHost: x\nContent-Length: 10000\n\n")
    assert first_line(hub, f"{head}{'9' * 30}\n\n").split()[1] in ("400", "413")


def test_a_message_without_a_length_is_read_to_the_limit_only(hub: httpx.Client) -> None:
    sent = 0

    def flood() -> Iterator[bytes]:
        nonlocal sent
        for _ in range(100_000):
            sent += 1_000
            yield bytes(1_000)

    with suppress(httpx.TransportError):  # the hub hangs up, which ends the flood as well
        assert hub.post("/v1/session", content=flood()).status_code == 413
    assert sent < 50_000_000


def test_a_message_that_drips_in_is_not_waited_for(hubs: Callable[..., httpx.Client]) -> None:
    hub = hubs(Limits(seconds=0.3))
    with socket.create_connection((hub.base_url.host, hub.base_url.port or 0)) as raw:
        raw.sendall(b"POST /v1/challenge HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nabc")
        start = time.monotonic()
        assert b" 408 " in raw.recv(1_000)
        assert time.monotonic() - start < 10
    assert hub.get("/health").json() == {"status": "ok"}


def test_who_asks_too_often_is_told_when_to_go_on(
    hubs: Callable[..., httpx.Client], invited: Invited, laptop: Device, rng: random.Random
) -> None:
    hub = hubs(Limits(device=Rate(0.01, 3)))
    line = invited(hub, laptop)
    for _ in range(3):
        line.look()
    answer = line.raw("look", wire.Look({}))
    assert (answer.status_code, code(answer)) == (429, "limit")
    assert 0 < int(answer.headers["retry-after"]) <= 100
    invited(hub, Device("US-CAISI", rng)).look()


def test_nobody_knocks_all_day(hubs: Callable[..., httpx.Client], laptop: Device) -> None:
    hub = hubs(Limits(knocks=Rate(0.01, 10)))
    codes = []
    for _ in range(8):
        try:
            Line(hub, laptop).open("a guess")
        except Refused as refused:
            codes.append(refused.status)
    assert codes == [403] * 5 + [429] * 3
    assert hub.get("/health").status_code == 200


def test_an_office_behind_one_address_gets_in_and_one_device_does_not_flood(
    hubs: Callable[..., httpx.Client], invited: Invited, rng: random.Random
) -> None:
    hub = hubs(Limits(knocks=Rate(0.01, 4)))
    office = [invited(hub, Device("UK-AISI", rng)) for _ in range(10)]
    assert office[-1].look() == {}
    codes = []
    for _ in range(8):
        try:
            office[0].open()
        except Refused as refused:
            codes.append(refused.status)
    assert codes[-1] == 429


def test_an_address_asks_so_often_whatever_it_asks(hubs: Callable[..., httpx.Client]) -> None:
    hub = hubs(Limits(address=Rate(0.01, 2)))
    assert [hub.get("/health").status_code for _ in range(3)] == [200, 200, 429]


def test_buckets_fill_again_and_are_bounded() -> None:
    now = 0.0
    buckets = Buckets(Rate(2, 4), lambda: now)

    def taken(who: object) -> int:
        for number in range(10):
            try:
                buckets.take(who)
            except Refusal as refusal:
                return number if refusal.after == 1 else -1
        return 10

    assert taken("a") == taken("b") == 4
    now = 1.0
    assert taken("a") == 2
    for number in range(REMEMBERED + 10):
        buckets.take(number)
    assert len(buckets._held) == REMEMBERED


def test_who_has_many_addresses_of_one_network_is_one() -> None:
    assert network("2001:db8:1:2:3:4:5:6") == network("2001:db8:1:2::1") != network("2001:db8:1:3::1")
    assert network("192.0.2.1") != network("192.0.2.2")
    assert network("::ffff:192.0.2.1") == network("192.0.2.1") != network("::ffff:192.0.2.2")
    assert network("testing") == "testing"


def test_what_goes_wrong_is_told_without_what_was_in_it(
    hub: httpx.Client,
    invited: Invited,
    laptop: Device,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    line = invited(hub, laptop)

    def fail(*_: object) -> None:
        raise KeyError("a secret word")

    monkeypatch.setattr(service.looking, "look", fail)
    answer = line.raw("look", wire.Look({}))
    assert (answer.status_code, code(answer)) == (500, "unexpected")
    incident = wire.decode(answer.content, wire.Fault).message.split()[-1].strip(").")
    assert any(incident in record.getMessage() and "KeyError" in record.getMessage() for record in caplog.records)
    assert "secret" not in caplog.text + answer.text
    assert "comity_hub_failures_total 1.0" in hub.get("/metrics").text


def test_a_ledger_that_fails_is_a_reason_to_come_back(
    hub: httpx.Client, invited: Invited, laptop: Device, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = invited(hub, laptop)

    def fail(*_: object) -> None:
        raise Unavailable("The disk is full.")

    monkeypatch.setattr(service.looking, "look", fail)
    answer = line.raw("look", wire.Look({}))
    assert (answer.status_code, code(answer), answer.headers["retry-after"]) == (503, "unavailable", "5")


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/look/", "/v2/look", "/v1/events/../x", "/%00", "/é"])
def test_other_places_are_not_there(hub: httpx.Client, path: str) -> None:
    answer = hub.get(path)
    assert (answer.status_code, code(answer)) == (404, "no_place")


def test_other_methods_are_refused(hub: httpx.Client) -> None:
    assert [hub.get("/v1/look").status_code, hub.post("/health").status_code] == [405, 405]
    assert code(hub.put("/v1/push")) == "no_place"


def test_requests_are_logged_and_counted_without_names(
    hub: httpx.Client, invited: Invited, laptop: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "comity.hub")
    invited(hub, laptop).look()
    lines = [record.getMessage() for record in caplog.records if record.name == "comity.hub"]
    assert [line.split()[:2] for line in lines] == [["challenge", "200"], ["session", "200"], ["look", "200"]]
    assert laptop.id.hex()[:8] not in caplog.text
    text = hub.get("/metrics").text
    assert 'comity_hub_requests_total{operation="look",status="200"} 1.0' in text
    assert "comity_hub_groups 0.0" in text


def test_a_wait_for_wake_ups_is_logged_for_its_device(
    hub: httpx.Client, invited: Invited, laptop: Device, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "comity.hub")
    line = invited(hub, laptop)
    line.look()
    with hub.stream("GET", "/v1/events", headers={"Authorization": f"Bearer {line.token}"}):
        looked, waits = [record.getMessage().split() for record in caplog.records if record.name == "comity.hub"][2:]
    assert (looked[0], waits[0]) == ("look", "events")
    assert looked[2] == waits[2] != "-"


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-IP", "Forwarded", "Via"])
def test_numbers_are_for_the_same_machine_and_for_no_proxy_on_it(hub: httpx.Client, header: str) -> None:
    assert hub.get("/metrics").status_code == 200
    for told in ("192.0.2.1", "127.0.0.1", ""):
        assert hub.get("/metrics", headers={header: told}).status_code == 404


def test_with_a_token_numbers_are_for_who_bears_it(ledger: Ledger, tmp_path: Path) -> None:
    made = Hub(ledger, ["hub.test"], Limits(), metrics_token="t" * 32)
    with served(made) as hub:
        for told in ({}, {"Authorization": "Bearer t"}, {"Authorization": "Bearer " + "t" * 33}):
            assert hub.get("/metrics", headers=told).status_code == 404
        told = {"Authorization": "Bearer " + "t" * 32, "X-Forwarded-For": "192.0.2.1"}
        assert "comity_hub_groups" in hub.get("/metrics", headers=told).text


def test_a_pull_of_very_many_seats_is_one_question(
    hub: httpx.Client, invited: Invited, laptop: Device, rng: random.Random, ledger: Ledger
) -> None:
    circle = Circle(laptop, rng)
    line = invited(hub, laptop)
    line.push(circle.push())
    asked = wire.Pull(circle.id, {rng.randbytes(16): 0 for _ in range(wire.SEATS - 1)} | {circle.devices[0].seat: 0})
    with ledger.reading() as connection:
        assert len([*shelf._wanted(connection, asked)]) == 1
    assert len(line.pull(asked).envelopes) == 1


def test_who_has_no_session_is_told_so_however_much_is_sent(hub: httpx.Client) -> None:
    for _ in range(3):
        answer = hub.post("/v1/push", content=bytes(wire.MESSAGE_LIMIT))
        assert (answer.status_code, code(answer)) == (401, "no_session")


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_database_that_hangs_up_is_reached_again(
    hub: httpx.Client, invited: Invited, laptop: Device, ledger: Ledger
) -> None:
    line = invited(hub, laptop)
    with suppress(Unavailable), ledger.writing() as connection:
        connection.all("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid()")
    seen = {line.raw("look", wire.Look({})).status_code for _ in range(20)}
    assert seen <= {200, 503}
    assert line.look() == {}
