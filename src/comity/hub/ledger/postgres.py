"""A ledger in PostgreSQL, for a hub of several processes or machines."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from threading import Event
from typing import Any

import psycopg
from psycopg import IsolationLevel
from psycopg_pool import ConnectionPool, PoolTimeout

from comity.hub.ledger.database import Among, Row, Unavailable

DEAD = "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relid = to_regclass('envelope')"
CHANNEL = "comity_moved"
POLL = 0.5  # seconds after which a watcher looks whether it shall stop
AGAIN = 2.0  # seconds after which a watcher that lost its connection tries again
CONNECTIONS = 12
WAIT = 15.0
PAGE = 500


class Postgres:
    """The database, and a pool of connections to it."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._pool = ConnectionPool(url, min_size=1, max_size=CONNECTIONS, timeout=WAIT, open=False)
        try:
            psycopg.connect(url, connect_timeout=int(WAIT)).close()
        except psycopg.Error as error:
            reason = str(error).strip().replace("\n", " ")
            raise Unavailable("PostgreSQL cannot be reached.", hint=f"It says: {reason}") from error
        with _told():
            self._pool.open(wait=True, timeout=WAIT)

    @contextmanager
    def reading(self) -> Iterator["PostgresConnection"]:
        with self._transaction(IsolationLevel.REPEATABLE_READ) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator["PostgresConnection"]:
        with self._transaction(IsolationLevel.READ_COMMITTED) as connection:
            yield connection

    def watch(self, moved: Callable[[bytes], None], stop: Event) -> None:
        """Listen; a connection that breaks is opened again."""
        while not stop.is_set():
            try:
                self._listen(moved, stop)
            except psycopg.Error:
                stop.wait(AGAIN)

    def tidy(self) -> None:
        """Let the room of what was dropped be written over; until it is, the bytes lie in the server's files."""
        with _told(), psycopg.connect(self._url, autocommit=True) as raw:
            row = raw.execute(DEAD).fetchone()
            if row and row[0]:
                raw.execute("VACUUM (SKIP_LOCKED) envelope")

    def close(self) -> None:
        self._pool.close()

    def _listen(self, moved: Callable[[bytes], None], stop: Event) -> None:
        with psycopg.connect(self._url, autocommit=True) as raw:
            raw.execute(f"LISTEN {CHANNEL}")
            while not stop.is_set():
                for note in raw.notifies(timeout=POLL):
                    moved(bytes.fromhex(note.payload))

    @contextmanager
    def _transaction(self, level: IsolationLevel) -> Iterator["PostgresConnection"]:
        with _told(), self._pool.connection() as raw:
            raw.isolation_level = level
            yield PostgresConnection(raw)


class PostgresConnection:
    """One transaction on the database."""

    def __init__(self, raw: psycopg.Connection[Row]) -> None:
        self._raw = raw

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        return self._raw.execute(_named(sql), values).fetchall()

    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]:
        with self._raw.cursor("rows") as cursor:
            cursor.itersize = PAGE
            yield from cursor.execute(_named(sql), values)

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        return self._raw.execute(_named(sql), values).rowcount

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        with self._raw.cursor() as cursor:
            cursor.executemany(_named(sql), rows)

    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        """By COPY: one by one each row would be a message of its own."""
        with self._raw.cursor() as cursor:
            described = cursor.execute(f'SELECT * FROM "{table}" LIMIT 0'.encode()).description or ()
            with cursor.copy(f'COPY "{table}" FROM STDIN (FORMAT BINARY)'.encode()) as copy:
                copy.set_types([column.type_code for column in described])
                for row in rows:
                    copy.write_row(row)

    def among(self, values: Sequence[Any]) -> Among:
        return "= ANY(%b)", [[*values]]

    def lock(self, name: bytes) -> None:
        number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest(), "big", signed=True)
        self._raw.execute("SELECT pg_advisory_xact_lock(%s)", [number])

    def wake(self, group: bytes) -> None:
        self._raw.execute("SELECT pg_notify(%s, %s)", [CHANNEL, group.hex()])


def _named(sql: str) -> bytes:
    return sql.replace("?", "%s").replace("BLOB", "BYTEA").encode()


@contextmanager
def _told() -> Iterator[None]:
    """Say what a person can do, in place of the server's words, which may hold values."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
        raise Unavailable(
            f"The ledger of the hub cannot be used ({type(error).__name__}).",
            hint="Look whether PostgreSQL runs and takes this user.",
        ) from error
