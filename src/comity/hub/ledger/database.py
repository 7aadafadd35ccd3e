"""The seam between the hub and its database: the same SQL, with `?` for values, on SQLite and PostgreSQL."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from threading import Event
from typing import Any, Protocol

from comity.errors import HubUnreachable

Row = tuple[Any, ...]
Among = tuple[str, list[Any]]


class Unavailable(HubUnreachable):
    """The ledger cannot be used now: not there, busy, or its disk is full."""

    code = "unavailable"


class Connection(Protocol):
    """A transaction that is open."""

    def all(self, sql: str, values: Sequence[Any] = ()) -> list[Row]: ...
    def each(self, sql: str, values: Sequence[Any] = ()) -> Iterator[Row]: ...  # without holding all of them
    def run(self, sql: str, values: Sequence[Any] = ()) -> int: ...  # how many rows it changed
    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None: ...
    def insert(self, table: str, rows: Iterable[Sequence[Any]]) -> None: ...  # whole rows that are not there, fast
    def among(self, values: Sequence[Any]) -> Among: ...  # what follows a column in a condition, and its values
    def lock(self, name: bytes) -> None: ...  # until the transaction ends, against all that lock the same name
    def wake(self, group: bytes) -> None: ...  # tell the watchers of all processes, once this is committed


class Ledger(Protocol):
    """A database that several threads and processes use at once."""

    def reading(self) -> AbstractContextManager[Connection]: ...
    def writing(self) -> AbstractContextManager[Connection]: ...
    def watch(self, moved: Callable[[bytes], None], stop: Event) -> None: ...  # blocks until `stop`
    def tidy(self) -> None: ...  # let no file keep longer than it must what was dropped
    def close(self) -> None: ...


def one(connection: Connection, sql: str, values: Sequence[Any] = ()) -> Row | None:
    """The first row, if there is one."""
    rows = connection.all(sql, values)
    return rows[0] if rows else None


def marks(values: Sequence[Any]) -> str:
    """As many `?` as there are values, for `IN`."""
    return ", ".join("?" * len(values))
