"""Style: what ruff says."""

from house.tools import judge


def test_ruff_finds_nothing() -> None:
    judge("-m", "ruff", "check", "--no-cache", ".")


def test_every_file_is_formatted() -> None:
    judge("-m", "ruff", "format", "--check", "--no-cache", ".")
