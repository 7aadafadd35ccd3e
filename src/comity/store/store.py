"""A store as the desk uses it: transactions, the groups, and writing."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from sqlalchemy import Connection

from comity.home import STORE, TOKEN
from comity.log.acts import Found, Member, Public, group_id
from comity.log.commit import Change
from comity.log.envelope import Slot, clear
from comity.log.keys import DeviceKeys, public_of
from comity.store import door, schema
from comity.store.circle import Circles
from comity.store.database import Database
from comity.store.token import Token
from comity.store.writer import Writer

PRIVATE: Final = "private"
BEFORE: Final = "store.before.db"  # as it was before its rows were last made anew for another version


class Store:
    """The log and the records of one device."""

    def __init__(self, database: Database, keys: DeviceKeys, token: Path) -> None:
        self.database = database
        self.keys = keys
        self._before = token.with_name(BEFORE)
        self.circles = Circles(keys.pair)
        self.writer = Writer(keys, self.circles, Token(token))
        with self.database.reading() as connection:
            self.circles.refresh(connection)
            self._private = schema.recall(connection, PRIVATE) or b""

    @classmethod
    def make(cls, home: Path, keys: DeviceKeys) -> "Store":
        """A new, empty store in a home."""
        return cls(Database.make(home / STORE, keys.store), keys, home / TOKEN)

    @classmethod
    def open(cls, home: Path, keys: DeviceKeys) -> "Store":
        """The store of a home; its rows are made anew, after a copy, where another version of Comity declared them."""
        database = Database.open(home / STORE, keys.store)
        try:
            opened = cls(database, keys, home / TOKEN)
            if opened.is_outdated():
                database.copy_over(home / BEFORE)
                opened.rebuild()
        except BaseException:
            database.close()
            raise
        return opened

    @property
    def private(self) -> str:
        """The id of the institute's own group."""
        return self._private.hex()

    def groups(self) -> list[str]:
        """The ids of the groups that are held here."""
        return [group.hex() for group in self.circles.groups()]

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """One state of the store."""
        with self.database.reading() as connection:
            self.circles.refresh(connection)
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One act: on disk when left, or not done at all."""
        try:
            with self.database.writing() as connection:
                self.circles.refresh(connection)
                yield connection
        except BaseException:
            self.circles.reset()
            raise
        if self.circles.has_erased:
            self._before.unlink(missing_ok=True)  # what was erased is in the older copy as well
            self.circles.has_erased = not self.database.empty_log()

    def write(
        self, connection: Connection, group: bytes, changes: Sequence[Change], *, author: str, reason: str, at_ms: int
    ) -> list[bytes]:
        """Write changes as one act of a person; the dots of its commits."""
        return self.writer.write(connection, group, changes, author=author, reason=reason, at_ms=at_ms)

    def found(self, connection: Connection, root: Public, salt: bytes, institute: str, at_ms: int) -> bytes:
        """Found a group under the recovery key on paper, with this device as its chair; its id."""
        member = Member(self.keys.pair.public, public_of(self.keys.carrier))
        act = Found(at_ms, salt, root, member, institute)
        group = group_id(act)
        door.admit(connection, self.circles, [clear(Slot(group, group, 1, 1), act.encode(), self.keys.pair.secret)])
        self.writer.act(connection, group, self.circles.of(group).rekey(at_ms), at_ms)
        return group

    def keep_private(self, connection: Connection, group: bytes) -> None:
        """Remember which group is the institute's own."""
        schema.remember(connection, PRIVATE, group)
        self._private = group

    def is_outdated(self) -> bool:
        """Whether the rows were declared otherwise when they were made."""
        with self.database.reading() as connection:
            return schema.recall(connection, "fingerprint") != schema.fingerprint().encode()

    def rebuild(self) -> int:
        """Make rows and search anew from the log; how many records there are."""
        with self.writing() as connection:
            schema.make_rows(connection)
            return door.again(connection, self.circles)

    def close(self) -> None:
        """Close the file."""
        self.database.close()
