"""Three laptops of two institutes in one group, the same in every run."""

import random
from pathlib import Path

import pytest

from laws.laptops import Laptop, three


@pytest.fixture
def rng() -> random.Random:
    return random.Random(20261123)


@pytest.fixture
def world(tmp_path: Path, rng: random.Random) -> tuple[bytes, Laptop, Laptop, Laptop]:
    group, (uk, us, us2) = three(tmp_path, rng)
    return group, uk, us, us2
