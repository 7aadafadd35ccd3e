"""A list of which only the rows on the screen are read."""

from collections.abc import Sequence
from typing import Final

from comity.desk import asking
from comity.desk.desk import Desk
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record
from comity.store import counting, reading, select
from comity.store.database import Connection

FIRST: Final = 1_000  # places whose row numbers are read when a list opens; the others when somebody goes there


class Window:
    """The records of a kind that match a query, in order. Row numbers are read as far as needed, records as shown."""

    def __init__(self, desk: Desk, noun: str, query: str = "", sort: Sequence[str] = ()) -> None:
        self.desk = desk
        self.kind = BY_NOUN[noun]
        self.query = query
        self.sort = tuple(sort)
        self._numbers: list[int] = []
        self._count = 0
        self._is_whole = self._is_counted = False
        self._seen = -1
        self.refresh()

    @property
    def count(self) -> int:
        """How many there are; of a great many counted when somebody asks."""
        if not self._is_counted:
            with self.desk.store.reading() as connection:
                self._count = counting.count(connection, self._selection(connection))
            self._is_counted = True
        return self._count

    def rows(self, start: int, stop: int) -> list[Record]:
        """The records from place `start` up to `stop`, not included."""
        if stop > len(self._numbers):
            self._read_all()
        numbers = self._numbers[max(start, 0) : stop]
        with self.desk.store.reading() as connection:
            return reading.numbered(connection, self.kind, numbers)

    def index_of(self, id: str) -> int | None:
        """The place of a record, or None where it does not match."""
        with self.desk.store.reading() as connection:
            found = reading.get(connection, self.kind, id)
        if found is None or found.no is None:
            return None
        if found.no not in self._numbers:
            self._read_all()
        return self._numbers.index(found.no) if found.no in self._numbers else None

    def refresh(self) -> bool:
        """Read the order anew if anything was written since; whether it was."""
        seen = self.desk.store.database.version()
        if seen == self._seen:
            return False
        self._seen = seen
        with self.desk.store.reading() as connection:
            self._keep(select.numbers(connection, self._selection(connection), self.sort, FIRST), FIRST)
        return True

    def _read_all(self) -> None:
        """The rest of the order, if there is one; what was written since the list was opened may be in it already."""
        if not self._is_whole:
            with self.desk.store.reading() as connection:
                self._keep(select.numbers(connection, self._selection(connection), self.sort), None)

    def _keep(self, numbers: list[int], most: int | None) -> None:
        self._numbers, self._count = numbers, len(numbers)
        self._is_whole = self._is_counted = most is None or len(numbers) < most

    def _selection(self, connection: Connection) -> select.Selection:
        return asking.selection(self.desk, connection, self.kind.noun, self.query)
