"""A ledger in one SQLite file: the default, needs nothing installed."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import chain
from pathlib import Path
from queue import Empty, LifoQueue
from threading import Event, Lock
from typing import Any

from tenacity import retry, retry_if_exception, stop_after_delay, wait_random

from comity.hub.ledger.database import Among, Row, Unavailable, marks

POLL = 0.2  # seconds between two looks whether another process wrote; costs no query while nobody did
BUSY = 15.0


class Sqlite:
    """The file, and connections to it that wait to be used again."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue()
        self._writer = Lock()
        with _told():
            Path(path).parent.mkdir(parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))

    @contextmanager
    def reading(self) -> Iterator["SqliteConnection"]:
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator["SqliteConnection"]:
        with self._writer, self._transaction("BEGIN IMMEDIATE") as connection:
            yield connection

    def watch(self, moved: Callable[[bytes], None], stop: Event) -> None:
        """Look for groups that moved whenever the file changed."""
        with _told(), closing(self._connect()) as raw:
            seen, last = None, _last_move(raw)
            while not stop.wait(POLL):
                version = raw.execute("PRAGMA data_version").fetchone()
                if version == seen:
                    continue
                rows = raw.execute('SELECT id, moved FROM "group" WHERE moved > ? ORDER BY moved', [last])
                seen = version
                for group, number in rows.fetchall():
                    last = number
                    moved(group)

    def tidy(self) -> None:
        """Empty the write-ahead log, in which pages lie as they were before something was erased."""
        with _told(), self._writer, closing(self._connect()) as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        while True:
            try:
                self._idle.get_nowait().close()
            except Empty:
                return

    @contextmanager
    def _transaction(self, begin: str) -> Iterator["SqliteConnection"]:
        with _told():
            raw = self._borrow()
            try:
                raw.execute(begin)
                yield SqliteConnection(raw)
                raw.execute("COMMIT")
            finally:
                if raw.in_transaction:
                    raw.execute("ROLLBACK")
                self._idle.put(raw)

    def _borrow(self) -> sqlite3.Connection:
        try:
            return self._idle.get_nowait()
        except Empty:
            return self._connect()

    def _connect(self) -> sqlite3.Connection:
        raw = sqlite3.connect(self._path, timeout=BUSY, isolation_level=None, check_same_thread=False)
        _write_ahead(raw)
        for pragma in ("synchronous=FULL", "secure_delete=ON", "trusted_schema=OFF"):
            raw.execute(f"PRAGMA {pragma}")
        return raw


def _busy(fault: BaseException) -> bool:
    return isinstance(fault, sqlite3.Error) and fault.sqlite_errorcode == sqlite3.SQLITE_BUSY


# two that turn one new file at once: SQLite tells one of them at once that it is locked, however long it would wait
@retry(
    retry=retry_if_exception(_busy),
    stop=stop_after_delay(BUSY),
    wait=wait_random(0, 0.1),
    reraise=True,
)
def _write_ahead(raw: sqlite3.Connection) -> None:
    raw.execute("PRAGMA journal_mode=WAL")


class SqliteConnection:
    """One transaction on the file."""

    def __init__(self, raw: sqlite3.Connection) -> None:
        self._raw = raw

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._raw.execute(sql, values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        yield from self._raw.execute(sql, values)

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._raw.execute(sql, values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        self._raw.executemany(sql, rows)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        rows = iter(rows)
        for first in rows:
            self.many(f'INSERT INTO "{table}" VALUES ({marks(first)})', chain([first], rows))

    def among(self, values: Sequence[Any]) -> Among:
        return f"IN ({marks(values)})", [*values]

    def lock(self, name: bytes) -> None:
        """Nothing to do: one transaction writes at a time."""

    def wake(self, group: bytes) -> None:
        self.run('UPDATE "group" SET moved = (SELECT MAX(moved) FROM "group") + 1 WHERE id = ?', [group])


def _last_move(raw: sqlite3.Connection) -> int:
    found: int = raw.execute('SELECT COALESCE(MAX(moved), 0) FROM "group"').fetchone()[0]
    return found


@contextmanager
def _told() -> Iterator[None]:
    """Say what a person can do, in place of the driver's words, which may hold values."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise
    except (sqlite3.Error, OSError) as error:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        raise Unavailable(
            f"The ledger of the hub cannot be used ({name}).", hint="Look at its path, its rights and the disk."
        ) from error
