"""Types: what mypy says in its strict mode."""

from house.tools import judge


def test_mypy_strict_finds_nothing() -> None:
    judge("-m", "mypy", "--cache-dir", ".mypy_cache/house")
