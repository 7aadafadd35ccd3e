"""What a hub keeps, says and logs has no byte of what it carries, and tells nobody of groups that are not theirs."""

import logging
import random
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from comity.hub.ledger.database import Ledger
from comity.hub.ledger.schema import KEPT
from comity.sync import wire
from hub.stage import Circle, Device, Line

Invited = Callable[[httpx.Client, Device], Line]
CANARY = "canary-of-the-group"


@pytest.fixture
def uk(rng: random.Random) -> Device:
    return Device("UK-AISI", rng)


@pytest.fixture
def us(rng: random.Random) -> Device:
    return Device("US-CAISI", rng)


def everything(ledger: Ledger) -> bytes:
    with ledger.reading() as connection:
        rows = [connection.all(f'SELECT * FROM "{table}"') for table in (*KEPT, "session", "nonce")]
    return b"\n".join(
        value if isinstance(value, bytes) else str(value).encode() for table in rows for row in table for value in row
    )


def test_no_byte_leaves_the_group(
    hub: httpx.Client,
    invited: Invited,
    ledger: Ledger,
    uk: Device,
    us: Device,
    rng: random.Random,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caplog.set_level(logging.DEBUG)
    # the hub gives this logger no handler, so it says nothing; newer versions of pytest put one on every logger
    monkeypatch.setattr(logging.getLogger("uvicorn.access"), "disabled", True)
    circle, other = Circle(uk, rng), Circle(us, rng)
    line, stranger = invited(hub, uk), invited(hub, us)
    stranger.push(other.push())
    commits = [circle.commit(uk, CANARY) for _ in range(3)]
    said = [line.raw("push", circle.push()), line.raw("pull", wire.Pull(circle.id, {uk.seat: 0}))]
    said += [line.raw("push", circle.push(commits[0]).__class__(circle.id, (CANARY.encode() * 20,)))]
    said += [line.raw("push", CANARY.encode() * 20), stranger.raw("push", circle.push())]
    said += [stranger.raw(CANARY, CANARY.encode()), hub.get("/metrics"), hub.get("/openapi.json"), hub.get("/health")]
    words = [CANARY.encode(), b"Ada", b"finding", circle.key(), uk.keys.store, uk.keys.pair.seed]
    kept = everything(ledger) + b"".join(path.read_bytes() for path in tmp_path.rglob("hub.db*"))
    logged = "".join(each.getMessage() for each in caplog.records if not each.name.startswith(("http", "asyncio")))
    shown = b"".join(answer.content + str(answer.headers).encode() for answer in said) + logged.encode()
    for word in words:
        assert word not in kept
        assert word not in shown
    assert circle.id in kept
    secrets = [line.token, uk.id.hex(), circle.id.hex(), uk.id.hex()[:8], "127.0.0.1:"]
    assert logged
    assert not [word for word in secrets if word in logged]
    theirs = stranger.raw("look", wire.Look({circle.id: bytes(16)})).content
    assert circle.id not in theirs + hub.get("/metrics").content


def test_foreign_group_looks_like_no_group(
    hub: httpx.Client, invited: Invited, uk: Device, us: Device, rng: random.Random
) -> None:
    sg = Device("SG-AISI", rng)
    here, nowhere = Circle(uk, rng), Circle(sg, rng)
    line = invited(hub, uk)
    for _ in range(5):
        here.commit(uk)
        nowhere.commit(sg)
    for circle in (here, nowhere):  # who was let go is a stranger again, whatever of its past it brings along
        circle.admit(circle.devices[0], us)
        circle.revoke(circle.devices[0], us)
    line.push(here.push())
    line.ask("receipts", wire.Swap(here.id, give=(here.receipt(uk),)), wire.Receipts)
    stranger = invited(hub, us)
    stranger.push(Circle(us, rng).push())

    def said(circle: Circle) -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        seat = circle.devices[0].seat
        own, forged = Circle(us, rng), circle.push()
        asked = [
            ("look", wire.Look({circle.id: bytes(16)})),
            ("links", wire.Links(circle.id, seat)),
            ("pull", wire.Pull(circle.id, {seat: 0})),
            ("pull", wire.Pull(circle.id, ids=tuple(each.id for each in circle.log))),
            ("pull", wire.Pull(circle.id)),
            ("push", forged),
            ("push", wire.Push(circle.id, forged.envelopes[:1])),
            ("push", wire.Push(circle.id, (bytes(300),))),
            ("push", wire.Push(circle.id, ())),
            ("push", wire.Push(circle.id, own.push().envelopes)),
            ("receipts", wire.Swap(circle.id, give=(circle.receipt(us),), want=(circle.devices[0].id,))),
            ("receipts", wire.Swap(circle.id)),
        ]
        answers = [stranger.raw(name, message) for name, message in asked]
        return [
            (each.status_code, each.content, [pair for pair in each.headers.multi_items() if pair[0] != "date"])
            for each in answers
        ]

    for known, unknown in zip(said(here), said(nowhere), strict=True):
        assert known == unknown
        assert known[0] == 404 or here.id not in known[1]
    assert line.look()[here.id] is not None
