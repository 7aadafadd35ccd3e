"""Values with parts, as TOML: a table where it can hold them, else JSON text."""

import json
from typing import Any

_DEEPEST = 8


def fact(value: Any) -> Any:
    """The value itself, or JSON text where TOML has no place for part of it: nothing, a huge number, a deep nest."""
    return value if _fits(value, 0) else json.dumps(value, ensure_ascii=False)


def _fits(value: Any, depth: int) -> bool:
    if depth > _DEEPEST or value is None:
        return False
    if isinstance(value, dict):
        return all(_fits(each, depth + 1) for each in value.values())
    if isinstance(value, list):
        return all(_fits(each, depth + 1) for each in value)
    return not isinstance(value, int) or abs(value) < 2**63
