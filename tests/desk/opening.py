"""Opening desks in tests: at a clock that goes on by itself."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from comity.desk.desk import Desk

TODAY = date(2026, 11, 23)
Opener = Callable[[Path], Desk]


def ticking(start: datetime = datetime(2026, 11, 23, 9, tzinfo=UTC)) -> Callable[[], datetime]:
    """A clock that goes on by a second whenever somebody looks."""
    seconds = count()
    return lambda: start + timedelta(seconds=next(seconds))
