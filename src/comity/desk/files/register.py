"""How the records of a kind are known, read once for the many rows of a sheet."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from comity.domain.naming import KEYS, natural_key, tells
from comity.domain.record import Record
from comity.domain.text import fold
from comity.errors import Ambiguous
from comity.store import reading
from comity.store.database import Connection


@dataclass
class Register:
    """How the records of a kind are known, beside the rows that were taken already."""

    kind: type[Record]
    codes: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))  # -> group, id
    keys: dict[tuple[str, ...], str] = field(default_factory=dict)  # group and natural key -> id
    lines: dict[str, int] = field(default_factory=dict)  # id -> the row that said it
    ids: dict[tuple[str, str, str], str] = field(default_factory=dict)  # what references mean, by group written to
    made: dict[str, Record] = field(default_factory=dict)  # rows taken as new ones, where rows may refer to each other

    @classmethod
    def of(cls, connection: Connection, kind: type[Record]) -> "Register":
        """The live records of a kind."""
        made = cls(kind)
        parts = {name for each in KEYS.get(kind.noun, ()) for name in each.split("|")}
        wanted = [*{"id", "group", *parts, *filter(None, [kind.code_field])}]
        for row in reading.parts(connection, kind, wanted):
            made.enter(row["group"], row["id"], row)
        return made

    def enter(self, group: str, id: str, values: Mapping[str, Any]) -> None:
        """Know one record more."""
        if self.kind.code_field and values.get(self.kind.code_field):
            self.codes[fold(str(values[self.kind.code_field]))].append((group, id))
        if key := self._key(group, values):
            self.keys.setdefault(key, id)

    def by_row(self, code: str, group: str) -> list[Record]:
        """What rows made under this code, in a group if one is named."""
        found = self.codes.get(fold(code), ()) if self.made else ()
        return [self.made[id] for place, id in found if id in self.made and group in ("", place)]

    def by_code(self, code: str, group: str) -> str | None:
        """The id of the one record of this code, in a group if one is named. Raises Ambiguous."""
        found = {id for place, id in self.codes.get(fold(code), ()) if group in ("", place)}
        if len(found) > 1:
            raise Ambiguous(f"«{code}» is the code of {len(found)} records", "say which in a column group or id")
        return next(iter(found), None)

    def by_key(self, group: str, values: Mapping[str, Any]) -> str | None:
        """The id of the record that has all that tells it from its like."""
        key = self._key(group, values)
        return self.keys.get(key) if key else None

    def _key(self, group: str, values: Mapping[str, Any]) -> tuple[str, ...]:
        key = natural_key(self.kind.noun, values) if self.kind.noun in KEYS else ()
        return (group, *map(fold, key)) if key and tells(key) else ()
