"""Ledgers on both databases, each test with one of its own."""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from comity.hub.ledger.database import Ledger
from comity.hub.ledger.opening import open_ledger
from hub.cluster import binaries, running, schema_of

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL that runs for this session."""
    with running(binaries()[0]) as address:
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
