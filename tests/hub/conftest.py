"""Ledgers on both databases, each test with one of its own."""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import httpx
import pytest

from comity.hub.access import invite
from comity.hub.ledger.database import Ledger
from comity.hub.ledger.opening import open_ledger
from comity.hub.limits import Limits
from comity.hub.service import Hub
from hub.cluster import binaries, running, schema_of
from hub.stage import HOST, Clock, Device, Line, served

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that runs for this session: the first that is here, or COMITY_POSTGRES, from 0."""
    with running(binaries()[int(os.environ.get("COMITY_POSTGRES", "0"))]) as address:
        yield address


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each sort."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'hub.db'}"
    return schema_of(request.getfixturevalue("postgres"), f"test{next(_NUMBERS)}")


@pytest.fixture
def ledgers(database: str) -> Iterator[Callable[[], Ledger]]:
    """Opens the database as a further process would."""
    opened: list[Ledger] = []

    def another() -> Ledger:
        opened.append(open_ledger(database))
        return opened[-1]

    yield another
    for ledger in opened:
        ledger.close()


@pytest.fixture
def ledger(ledgers: Callable[[], Ledger]) -> Ledger:
    return ledgers()


@pytest.fixture
def rng() -> random.Random:
    return random.Random(7)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hubs(ledgers: Callable[[], Ledger], clock: Clock) -> Iterator[Callable[..., httpx.Client]]:
    """Starts a hub on the database as a further process would, and speaks with it in this one."""
    with ExitStack() as stack:

        def another(limits: Limits | None = None) -> httpx.Client:
            return stack.enter_context(served(Hub(ledgers(), [HOST], limits or Limits(), clock)))

        yield another


@pytest.fixture
def hub(hubs: Callable[..., httpx.Client]) -> httpx.Client:
    return hubs()


@pytest.fixture
def invited(ledger: Ledger, clock: Clock) -> Callable[[httpx.Client, Device], Line]:
    """Opens a session for a device with a fresh invite."""

    def line(client: httpx.Client, device: Device) -> Line:
        with ledger.writing() as connection:
            code = invite(connection, device.institute, clock.now + 1000)
        return Line(client, device).open(code)

    return line
