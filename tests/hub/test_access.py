"""Who opens a session with a hub, and with what."""

import random
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from comity.hub import access
from comity.hub.ledger.database import Ledger
from comity.sync import wire
from hub.stage import Circle, Clock, Device, Line, Refused

DAY = 24 * 60 * 60_000


@pytest.fixture
def laptop(rng: random.Random) -> Device:
    return Device("UK-AISI", rng)


@pytest.fixture
def line(hub: httpx.Client, laptop: Device) -> Line:
    return Line(hub, laptop)


@pytest.fixture
def code(ledger: Ledger, clock: Clock) -> str:
    with ledger.writing() as connection:
        return access.invite(connection, "UK-AISI", clock.now + DAY)


def fault(line: Line, login: wire.Login) -> str:
    with pytest.raises(Refused) as refused:
        line.ask("session", login, wire.Session)
    return f"{refused.value.status} {refused.value.fault.code}: {refused.value.fault.message}"


def test_an_invite_lets_one_device_in_once_and_for_good(
    hub: httpx.Client, line: Line, code: str, rng: random.Random
) -> None:
    line.open(code)
    with pytest.raises(Refused, match="not_admitted"):
        Line(hub, Device("UK-AISI", rng)).open(code)
    assert line.open(code).look() == {}  # the answer to the first may have been lost
    assert line.open().look() == {}


def test_of_many_who_use_one_invite_at_once_one_gets_in(
    hubs: Callable[..., httpx.Client], code: str, rng: random.Random
) -> None:
    clients = [hubs(), hubs()]

    def enter(number: int) -> bool:
        try:
            Line(clients[number % 2], devices[number]).open(code)
        except Refused:
            return False
        return True

    devices = [Device("UK-AISI", rng) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(enter, range(8))) == 1


def test_an_invite_ends(line: Line, code: str, clock: Clock) -> None:
    clock.now += DAY
    with pytest.raises(Refused, match="not_admitted"):
        line.open(code)


@pytest.mark.parametrize("text", ["", "x", "é" * 20, "aaaaaaa-aaaaaaa-aaaaaaa-aaaaa", "\x00"])
def test_no_guess_is_an_invite(line: Line, code: str, text: str) -> None:
    with pytest.raises(Refused, match="not_admitted"):
        line.open(text)


def test_an_invite_may_be_read_out(line: Line, code: str) -> None:
    assert re.fullmatch(r"[a-z2-7]{7}-[a-z2-7]{7}-[a-z2-7]{7}-[a-z2-7]{5}", code)
    line.open(code.upper().replace("-", " "))


def test_neither_codes_nor_tokens_are_kept(line: Line, code: str, ledger: Ledger) -> None:
    line.open(code)
    with ledger.reading() as connection:
        kept = repr([connection.all(f"SELECT * FROM {table}") for table in ("invite", "session", "setting")])
    assert code not in kept
    assert line.token not in kept


def test_a_proof_is_for_one_hub_one_host_one_challenge_and_one_key(
    line: Line, code: str, clock: Clock, rng: random.Random
) -> None:
    def other(**changes: object) -> str:
        return fault(line, line.login(code, **changes))

    assert "another hub" in other(hub=bytes(16))
    assert "another host name" in other(host="relay.test")
    assert "not of this hub" in other(nonce=bytes(32))
    good = line.login(code)
    assert "signature" in fault(line, wire.Login(good.proof, bytes(64)))
    stolen = wire.decode(good.proof, wire.Proof).nonce
    line.device = Device("UK-AISI", rng)
    assert "not of this hub" in other(nonce=stolen)
    clock.now += access.FRESH_MS + 1
    assert "too old" in fault(line, good)


def test_a_proof_opens_one_session(line: Line, code: str) -> None:
    login = line.login(code)
    line.ask("session", login, wire.Session)
    assert "answered before" in fault(line, login)


def test_the_clock_of_a_device_may_be_wrong(line: Line, code: str, clock: Clock) -> None:
    clock.now += 20 * 365 * DAY
    with pytest.raises(Refused, match="not_admitted"):  # the invite ended, the proof was taken
        line.open(code)


def test_any_process_takes_the_answer_to_a_challenge_of_another(
    hubs: Callable[..., httpx.Client], laptop: Device, code: str
) -> None:
    first, second = hubs(), hubs()
    login = Line(first, laptop).login(code)
    line = Line(second, laptop)
    line.token = line.ask("session", login, wire.Session).token
    Line(first, laptop).token = line.token
    assert line.look() == {}


def test_a_session_ends_and_is_forgotten(line: Line, code: str, clock: Clock, ledger: Ledger) -> None:
    line.open(code)
    clock.now += access.OPEN_MS
    with pytest.raises(Refused, match="no_session"):
        line.look()
    with ledger.writing() as connection:
        access.tidy(connection, clock.now)
        assert connection.all("SELECT * FROM session") == connection.all("SELECT * FROM nonce") == []
        assert len(connection.all("SELECT * FROM invite")) == 1


def test_a_device_has_so_many_sessions(line: Line, code: str, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(access, "SESSIONS", 2)
    tokens = []
    for _ in range(3):
        tokens.append(line.open(code).token)
        clock.now += 1
    for token in tokens[1:]:
        line.token = token
        assert line.look() == {}
    line.token = tokens[0]
    with pytest.raises(Refused, match="no_session"):
        line.look()


@pytest.mark.parametrize("header", ["", "Bearer", "Basic abc", "Bearer x", "Bearer \xff"])
def test_without_a_session_nothing_is_answered(hub: httpx.Client, header: str) -> None:
    for name in ("look", "links", "pull", "push", "receipts"):
        answer = hub.post(f"/v1/{name}", headers={"Authorization": header.encode("latin-1")})
        assert answer.status_code == 401
        assert wire.decode(answer.content, wire.Fault).code == "no_session"
    assert hub.get("/v1/events", headers={"Authorization": header.encode("latin-1")}).status_code == 401


def test_who_stands_in_a_group_needs_no_invite(
    hub: httpx.Client,
    laptop: Device,
    rng: random.Random,
    invited: Callable[[httpx.Client, Device], Line],
) -> None:
    circle = Circle(laptop, rng)
    colleague = Device("UK-AISI", rng)
    circle.admit(laptop, colleague)
    invited(hub, laptop).push(circle.push())
    assert [*Line(hub, colleague).open().look()] == [circle.id]
    with pytest.raises(Refused, match="not_admitted"):
        Line(hub, Device("UK-AISI", rng)).open()
