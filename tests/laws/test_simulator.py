"""Lives of laptops on the real code: whatever happens, the laws hold in the end.

A broken law prints the command that plays its life again. `COMITY_LIVES=1000 pytest tests/laws/test_simulator.py`
tries more, `COMITY_SEED=n` one.
"""

from pathlib import Path

import pytest

from laws.promises import SEEDS, hold
from laws.simulator import Simulation


@pytest.mark.parametrize("seed", SEEDS)
def test_every_life_ends_with_every_law(seed: int, folder: Path) -> None:
    hold(seed, folder)


def test_a_seed_plays_the_same_life_again(folder: Path) -> None:
    first, again = (Simulation(5, folder / name, steps=25) for name in ("first", "again"))
    assert first.everything.keys() == again.everything.keys()
    first.close()
    again.close()
