"""Devices and a group for the tests of a hub: they sign real envelopes and speak its messages."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

import httpx
import uvicorn
from msgspec import Struct

from comity.hub.app import application
from comity.hub.serve import HubServer, listen
from comity.hub.service import Hub
from comity.log import ring
from comity.log.acts import (
    Admit,
    AnyAct,
    Erase,
    Found,
    Institute,
    Member,
    Renew,
    Role,
    act_of,
    group_id,
    second_seat,
)
from comity.log.commit import Change, Commit
from comity.log.envelope import NO_PREV, Envelope, Slot, Type, clear, sealed
from comity.log.keys import DeviceKeys, Pair, public_of
from comity.log.receipt import Receipt, Signed
from comity.log.revoking import revokes
from comity.log.standing import Standing
from comity.sync import wire
from laws.chains import standing, vector

HOST = "hub.test"
NOW = 1_790_000_000_000
A = TypeVar("A", bound=Struct)


class Clock:
    """Milliseconds that a test moves."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> int:
        return self.now


class Device:
    """A laptop."""

    def __init__(self, institute: str, rng: random.Random) -> None:
        self.institute = institute
        self.keys = DeviceKeys.make(rng.randbytes)
        self.recovery = Pair.make(rng.randbytes)
        self.seat = b""

    @property
    def id(self) -> bytes:
        return self.keys.pair.public.sign

    @property
    def carrier(self) -> bytes:
        return public_of(self.keys.carrier)

    @property
    def member(self) -> Member:
        return Member(self.keys.pair.public, self.carrier)


class Circle:
    """A group and every envelope that was ever signed in it, in the order of signing."""

    def __init__(self, founder: Device, rng: random.Random) -> None:
        self.rng = rng
        self.log: list[Envelope] = []
        self.devices = [founder]
        act = Found(1, rng.randbytes(16), founder.recovery.public, founder.member, founder.institute)
        self.id = group_id(act)
        founder.seat = second_seat(self.sign(founder.keys.pair, self.id, act).dot)
        self.rekey(founder)

    def standing(self) -> Standing:
        return standing(self.id, self.log)

    def chain(self, seat: bytes) -> dict[bytes, Envelope]:
        return {each.id: each for each in self.log if each.seat == seat}

    def slot(self, seat: bytes) -> Slot:
        chain = [*self.chain(seat).values()]
        return Slot(self.id, seat, len(chain) + 1, len(self.log) + 1, chain[-1].id if chain else NO_PREV)

    def keep(self, envelope: Envelope) -> Envelope:
        self.log.append(envelope)
        return envelope

    def sign(self, pair: Pair, seat: bytes, act: AnyAct, slot: Slot | None = None) -> Envelope:
        return self.keep(clear(slot or self.slot(seat), act.encode(), pair.secret))

    def act(self, by: Device, act: AnyAct) -> Envelope:
        return self.sign(by.keys.pair, by.seat, act)

    def rekey(self, by: Device) -> Envelope:
        return self.act(by, ring.rekey(self.standing(), {}, 1, [by.id], self.rng.randbytes)[0])

    def admit(self, by: Device, new: Device, role: Role = Role.EDITOR) -> Envelope:
        if new.institute != by.institute:
            envelope = self.act(by, Institute(1, new.recovery.public, new.member, new.institute, role))
            new.seat = second_seat(envelope.dot)
        else:
            envelope = self.act(by, Admit(1, new.member, new.institute, role))
            new.seat = envelope.dot
        self.devices.append(new)
        return envelope

    def renew(self, device: Device) -> Envelope:
        envelope = self.act(device, Renew(1))
        device.seat = envelope.dot
        return envelope

    def revoke(self, by: Device, device: Device) -> Envelope:
        (act,) = revokes(self.standing(), [device.id], self.chain, 1)
        return self.act(by, act)

    def erase(self, by: Device, *commits: Envelope) -> Envelope:
        return self.act(by, Erase(1, tuple(each.dot for each in commits)))

    def commit(self, by: Device, text: str = "x", slot: Slot | None = None) -> Envelope:
        change = Change("finding", self.rng.randbytes(16), {"title": text})
        packed = Commit(1, "Ada", text, (change,)).encode()
        envelope = sealed(slot or self.slot(by.seat), packed, self.key(), by.keys.pair.secret, self.rng.randbytes)
        return self.keep(envelope)

    def key(self) -> bytes:
        held: dict[bytes, bytes] = {}
        for act in (act_of(each) for each in self.log if each.type is Type.ACT):
            held |= ring.received(act, self.devices[0].keys.pair) if act else {}
        return [*held.values()][-1]

    def receipt(self, by: Device, at_ms: int = NOW) -> bytes:
        return Signed.of(Receipt(self.id, by.id, at_ms, vector(self.log)), by.keys.carrier).encode()

    def push(self, *envelopes: Envelope) -> wire.Push:
        return wire.Push(self.id, tuple(each.encode() for each in envelopes or self.log))


@contextmanager
def served(hub: Hub) -> Iterator[httpx.Client]:
    """A hub behind a real server, in a thread of this process."""
    listening = listen("127.0.0.1", 0)
    server = HubServer(uvicorn.Config(application(hub), log_config=None, lifespan="on", access_log=False), hub)
    thread = threading.Thread(target=server.run, args=([listening],))
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        with httpx.Client(base_url=address, trust_env=False, timeout=30) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()


class Refused(Exception):
    """The hub answered with a fault."""

    def __init__(self, status: int, fault: wire.Fault) -> None:
        super().__init__(f"{status} {fault}")
        self.status, self.fault = status, fault


class Line:
    """A device's way to a hub."""

    def __init__(self, client: httpx.Client, device: Device, host: str = HOST) -> None:
        self.client, self.device, self.host = client, device, host
        self.token = ""

    def ask(self, name: str, message: Struct | bytes, sort: type[A]) -> A:
        answer = self.raw(name, message)
        if answer.status_code != 200:
            raise Refused(answer.status_code, wire.decode(answer.content, wire.Fault))
        return wire.decode(answer.content, sort)

    def raw(self, name: str, message: Struct | bytes) -> Any:
        data = message if isinstance(message, bytes) else wire.encode(message)
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return self.client.post(f"/v1/{name}", content=data, headers=headers)

    def open(self, invite: str = "", *, seed: bytes = b"") -> "Line":
        """Open a session; `seed` is of another key than the carrier's."""
        self.token = self.ask("session", self.login(invite, seed=seed), wire.Session).token
        return self

    def login(self, invite: str = "", *, seed: bytes = b"", **changes: Any) -> wire.Login:
        seed = seed or self.device.keys.carrier
        given = self.ask("challenge", wire.Hello(self.device.id, public_of(seed)), wire.Challenge)
        told = {"hub": given.hub, "host": self.host, "nonce": given.nonce, "invite": invite} | changes
        proof = wire.Proof(at_ms=NOW, device=self.device.id, carrier=public_of(seed), **told)
        return wire.Login.of(proof, seed)

    def look(self, marks: dict[bytes, bytes] | None = None) -> dict[bytes, wire.State | None]:
        return self.ask("look", wire.Look(marks or {}), wire.Looked).groups

    def push(self, given: wire.Push) -> wire.Pushed:
        return self.ask("push", given, wire.Pushed)

    def pull(self, given: wire.Pull) -> wire.Page:
        return self.ask("pull", given, wire.Page)
