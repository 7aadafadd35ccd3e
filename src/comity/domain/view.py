"""What guards and checks may ask about the world; the store answers in the program, a shelf of records in tests."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any, Protocol, TypeVar

from comity.domain.record import Record

R = TypeVar("R", bound=Record)


class View(Protocol):
    """The live records as one device holds them, and the day it is."""

    @property
    def today(self) -> date:
        """The day from which derived facts are told."""

    @property
    def now(self) -> datetime:
        """The moment, UTC, from which ages are told."""

    @property
    def institute(self) -> str:
        """The institute of this device."""

    @property
    def stale_after(self) -> timedelta:
        """The age of its last word from which a running run is stale."""

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id, or None where it is not held here; retired ones too."""

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        """The live records whose columns equal these values; a tuple or list means any of them."""

    def members(self, group: str) -> tuple[str, ...]:
        """The institutes that hold the records of a group, sorted."""

    def is_private(self, group: str) -> bool:
        """Whether the group is an institute's own."""

    def group_name(self, group: str) -> str:
        """What people call the group."""
