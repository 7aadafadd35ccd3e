"""The clock of a desk; tests and the demo give another one."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def wall_clock() -> datetime:
    """The time this machine shows, UTC."""
    return datetime.now(UTC)
