"""One interface on two databases."""

import sqlite3
import stat
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import Queue

import pytest

from comity.errors import IntegrityFailure, UsageError
from comity.hub.events import Listeners
from comity.hub.ledger.database import Ledger, Unavailable, one
from comity.hub.ledger.opening import open_ledger
from comity.hub.ledger.schema import STEPS
from comity.hub.ledger.sqlite import Sqlite
from comity.hub.limits import Limits
from hub.cluster import binaries, running

GROUP = b"g" * 16


def add(ledger: Ledger, group: bytes = GROUP) -> None:
    with ledger.writing() as connection:
        connection.run('INSERT INTO "group" (id, institute, at_ms) VALUES (?, ?, ?)', [group, "UK", 1])


def size(ledger: Ledger) -> int | None:
    with ledger.reading() as connection:
        row = one(connection, 'SELECT size FROM "group" WHERE id = ?', [GROUP])
    return row[0] if row else None


def test_a_transaction_that_fails_leaves_nothing(ledger: Ledger) -> None:
    def half() -> None:
        with ledger.writing() as connection:
            connection.run('INSERT INTO "group" (id, institute, at_ms) VALUES (?, ?, ?)', [GROUP, "UK", 1])
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert size(ledger) is None
    add(ledger)
    assert size(ledger) == 0


def test_rows_come_one_by_one_and_all_at_once(ledger: Ledger) -> None:
    names = [f"{number:05}" for number in range(1_200)]
    with ledger.writing() as connection:
        connection.many("INSERT INTO setting VALUES (?, ?)", [(name, name.encode()) for name in names])
    with ledger.reading() as connection:
        rows = connection.all("SELECT name, value FROM setting ORDER BY name")
        assert [*connection.each("SELECT name, value FROM setting ORDER BY name")] == rows
    assert rows == [(name, name.encode()) for name in names]


def test_writers_of_one_group_wait_for_each_other(ledgers: Callable[[], Ledger]) -> None:
    first, second = ledgers(), ledgers()
    add(first)

    def grow(ledger: Ledger) -> None:
        for _ in range(20):
            with ledger.writing() as connection:
                connection.lock(GROUP)
                before = connection.all('SELECT size FROM "group"')[0][0]
                connection.run('UPDATE "group" SET size = ?', [before + 1])

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(grow, [first, second, first, second]))
    assert size(first) == 80


def test_watchers_in_other_processes_hear_of_a_group_that_moved(ledgers: Callable[[], Ledger]) -> None:
    writer, other = ledgers(), ledgers()
    add(writer)
    heard: Queue[bytes] = Queue()
    stop = threading.Event()
    watchers = [threading.Thread(target=ledger.watch, args=(heard.put, stop)) for ledger in (writer, other)]
    for watcher in watchers:
        watcher.start()
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit(lambda: [heard.get(timeout=20) for _ in watchers])
        while not got.done():  # a watcher hears what comes after it began to listen
            with writer.writing() as connection:
                connection.wake(GROUP)
            stop.wait(0.05)
    stop.set()
    for watcher in watchers:
        watcher.join()
    assert got.result() == [GROUP, GROUP]


def test_a_watcher_outlives_a_ledger_that_fails_at_its_start(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'hub.db'}"
    ledger = Sqlite(url.removeprefix("sqlite:///"))  # without tables
    with pytest.raises(Unavailable):
        ledger.watch(lambda _: None, threading.Event())
    heard: Queue[bytes] = Queue()
    listeners = Listeners(ledger, Limits())
    thread = threading.Thread(target=listeners._watch, args=(heard.put,))
    thread.start()
    writer = open_ledger(url)
    add(writer)
    for _ in range(200):
        with writer.writing() as connection:
            connection.wake(GROUP)
        if not heard.empty() or not thread.is_alive():
            break
        time.sleep(0.05)
    listeners._stop.set()
    thread.join()
    assert heard.get_nowait() == GROUP
    writer.close()
    ledger.close()


def test_opening_twice_at_once_makes_the_tables_once(database: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        for ledger in pool.map(open_ledger, [database] * 4):
            assert size(ledger) is None
            ledger.close()


def test_a_new_file_can_be_opened_by_several_at_once(tmp_path: Path) -> None:
    for number in range(40):
        with ThreadPoolExecutor(4) as pool:
            for ledger in pool.map(open_ledger, [f"sqlite:///{tmp_path / str(number)}.db"] * 4):
                ledger.close()


def test_a_ledger_of_a_newer_version_is_left_alone(database: str, ledger: Ledger) -> None:
    with ledger.writing() as connection:
        connection.run("UPDATE version SET number = ?", [len(STEPS) + 1])
    with pytest.raises(IntegrityFailure, match="version 2"):
        open_ledger(database)


def test_the_file_is_closed_to_others_and_blanks_what_it_drops(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "hub.db"
    ledger = open_ledger(f"sqlite:///{path}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with ledger.writing() as connection:
        assert connection.all("PRAGMA secure_delete") == [(1,)]
        assert connection.all("PRAGMA synchronous") == [(2,)]
    ledger.close()


@pytest.mark.parametrize("url", ["mysql://x/y", "sqlite:///", "hub.db"])
def test_other_databases_are_refused_in_one_sentence(url: str) -> None:
    with pytest.raises(UsageError, match="SQLite or PostgreSQL"):
        open_ledger(url)


def test_a_ledger_that_is_no_database_is_told_without_its_content(tmp_path: Path) -> None:
    (tmp_path / "hub.db").write_bytes(b"no database, but a secret" * 100)
    with pytest.raises(Unavailable, match="NOTADB"):
        open_ledger(f"sqlite:///{tmp_path / 'hub.db'}")


def test_a_ledger_that_is_busy_too_long_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.hub.ledger.sqlite.BUSY", 0.05)
    ledger = open_ledger(f"sqlite:///{tmp_path / 'hub.db'}")
    other = sqlite3.connect(tmp_path / "hub.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="BUSY"):
        add(ledger)
    other.close()
    add(ledger)
    ledger.close()


@pytest.mark.parametrize("programs", binaries(), ids=lambda path: path.parent.name)
def test_every_postgresql_here_holds_a_ledger(programs: Path) -> None:
    with running(programs) as address:
        ledger = open_ledger(address)
        add(ledger)
        assert size(ledger) == 0
        ledger.close()
