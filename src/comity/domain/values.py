"""What a field may hold at all: what JSON and a column of the database can say."""

from math import isfinite
from typing import Any

LARGEST = 2**63 - 1  # what a database column holds
DEPTH = 24  # how deep values nest; screens, JSON and the database walk them


def storable(value: Any, depth: int = DEPTH) -> bool:
    """Whether the log can keep the value: texts, finite numbers of at most 63 bits, lists and tables, not too deep."""
    match value:
        case None | str() | bool():
            return True
        case int():
            return abs(value) <= LARGEST
        case float():
            return isfinite(value)
        case list() | tuple() if depth:
            return all(storable(part, depth - 1) for part in value)
        case dict() if depth:
            return all(isinstance(name, str) and storable(part, depth - 1) for name, part in value.items())
    return False
