"""Records on a shelf: a view of the world without a store, for guards, checks and coverage."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from comity.domain.record import Record
from comity.domain.view import R

TODAY = date(2026, 11, 23)
UKUS = "11" * 16
PRIVATE = "22" * 16


@dataclass
class Shelf:
    """The live records of one institute, and the day it is."""

    institute: str = "UK-AISI"
    today: date = TODAY
    stale_after: timedelta = timedelta(days=3)
    groups: dict[str, tuple[str, ...]] = field(
        default_factory=lambda: {UKUS: ("UK-AISI", "US-CAISI"), PRIVATE: ("UK-AISI",)}
    )
    records: list[Record] = field(default_factory=list)
    reads: int = 0

    @property
    def now(self) -> datetime:
        return datetime.combine(self.today, time(), UTC)

    def put(self, kind: type[R], /, **values: Any) -> R:
        number = len(self.records) + 1
        values = {"id": str(UUID(int=number)), "group": UKUS, "marking": "TLP:AMBER", "originator": "UK-AISI", **values}
        record = kind(no=number, **values)
        self.records.append(record)
        return record

    def get(self, kind: type[R], id: str) -> R | None:
        return next((each for each in self.records if isinstance(each, kind) and each.id == id), None)

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        self.reads += 1
        unknown = set(equals) - set(kind.model_fields)
        assert not unknown, f"{kind.noun} has no column {unknown}"
        live = [each for each in self.records if isinstance(each, kind) and not each.retired]
        return [each for each in live if all(_meets(getattr(each, name), wanted) for name, wanted in equals.items())]

    def members(self, group: str) -> tuple[str, ...]:
        return self.groups.get(group, ())

    def is_private(self, group: str) -> bool:
        return len(self.members(group)) == 1

    def group_name(self, group: str) -> str:
        return "private" if self.is_private(group) else group[:8]


def _meets(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, (tuple, list)) else value == wanted
