"""What time it is, as far as receipts and proofs say when they were made."""

from collections.abc import Callable
from time import time

Millis = Callable[[], int]


def now_ms() -> int:
    """Milliseconds since 1970, as this machine shows them."""
    return int(time() * 1000)
