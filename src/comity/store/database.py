"""Transactions over one encrypted file: many readers, one writer at a time, from any number of processes."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection as Connection
from sqlalchemy import Engine, event, func, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from comity.domain.patterns import found
from comity.domain.text import fold
from comity.errors import ComityError, IntegrityFailure, NotFound, Refused
from comity.home import STORE, put_in_place
from comity.store import cipher, schema

_BEGIN: Final = {True: "BEGIN IMMEDIATE", False: "BEGIN"}


class Database:
    """One store file, open under its key."""

    def __init__(self, path: Path, key: bytes) -> None:
        self.path = path
        self.engine: Engine = cipher.engine(path, key, _functions)
        event.listen(self.engine, "begin", _begin)

    @classmethod
    def make(cls, path: Path, key: bytes) -> "Database":
        """A new, empty store; refuses where there is one."""
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            raise Refused(f"{path} is there already", "choose another home, or use the one that is there") from None
        made = cls(path, key)
        with made.writing() as connection:
            schema.make_log(connection)
            schema.make_rows(connection)
        return made

    @classmethod
    def open(cls, path: Path, key: bytes) -> "Database":
        """The store at `path`; Refused where a newer Comity made it, NotFound where there is none."""
        if not path.exists():
            hint = "`comity restore FILE --home NEW` brings keys and store back from a backup"
            raise NotFound(f"there is no store at {path}", hint)
        opened = cls(path, key)
        try:
            opened._check()
        except BaseException:
            opened.close()
            raise
        return opened

    def _check(self) -> None:
        with self.reading() as connection:
            version = connection.execute(text("PRAGMA user_version")).scalar_one()
        name = self.path.name
        if version > schema.FORMAT:
            hint = "install the newer Comity; nothing was changed"
            raise Refused(f"{name} has format {version}; this Comity knows {schema.FORMAT}", hint, code="newer_store")
        if version < 1:
            raise IntegrityFailure(f"{name} is not a store of Comity", "`comity restore FILE` brings a backup back")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees one state of the store throughout."""
        with self._transaction(self.engine.connect()) as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The one writing transaction; committed and on disk when left without an error."""
        with self._transaction(self.engine.connect().execution_options(immediate=True)) as connection:
            yield connection

    @contextmanager
    def _transaction(self, connection: Connection) -> Iterator[Connection]:
        try:
            with connection, connection.begin():
                yield connection
        except DBAPIError as error:
            raise cipher.explained(error.orig if isinstance(error.orig, Exception) else error, self.path) from None

    def copy(self, target: Path) -> None:
        """Write one state of the store into a new file under the same key, while others may go on writing."""
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        raw = self.engine.raw_connection()
        try:
            cipher.copy(raw.cursor(), target)
        finally:
            raw.close()

    def empty_log(self) -> bool:
        """Empty the write-ahead log, in which pages lie as they were before; False while somebody reads there."""
        raw = self.engine.raw_connection()
        try:
            return cipher.empty_log(raw.cursor())
        finally:
            raw.close()

    def copy_over(self, target: Path) -> None:
        """Write a copy in place of an older one, which stays until the new one is whole."""
        fresh = target.with_suffix(".new")
        try:
            fresh.unlink(missing_ok=True)
            self.copy(fresh)
            put_in_place(fresh, target)
        except (OSError, ComityError) as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            why = error.message if isinstance(error, ComityError) else error.strerror
            hint = f"make room for a copy of {self.path.name} and check the mode of the home, then start again"
            raise Refused(
                f"{target.name} cannot be written: {why}; the store is as it was", hint, code="no_copy"
            ) from None

    def version(self) -> int:
        """A number that grows with every write, of this process or another."""
        with self.reading() as connection:
            return connection.execute(select(func.max(schema.envelopes.c.no))).scalar() or 0

    def pulse(self) -> tuple[int, ...]:
        """What differs after every transaction of this process or another, also where no envelope came."""
        files = (self.path, self.path.with_name(f"{self.path.name}-wal"))
        return tuple(each.stat().st_mtime_ns if each.exists() else 0 for each in files)

    def close(self) -> None:
        """Close every connection; the write-ahead log is folded into the file."""
        self.engine.dispose()


def _begin(connection: Connection) -> None:
    try:
        connection.exec_driver_sql(_BEGIN[bool(connection.get_execution_options().get("immediate"))])
    except OperationalError as error:  # a listener's error is not translated by the transaction above
        raise cipher.explained(error.orig if isinstance(error.orig, Exception) else error, Path(STORE)) from None


def _functions(connection: Any) -> None:
    """What the filter language needs inside statements."""
    connection.create_function("fold", 1, lambda value: None if value is None else fold(str(value)), deterministic=True)
    connection.create_function("has", 2, lambda pattern, value: found(pattern, value or ""), deterministic=True)
