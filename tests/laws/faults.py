"""Children run and judged: what they acknowledged has to be there."""

import os
import random
import shutil
import sys
from pathlib import Path

from comity.errors import ComityError
from laws import powercut
from laws.children import dots_of, founded, unwhole

ENV = {**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)}


def child(what: str, home: Path, *numbers: int) -> list[str]:
    return [sys.executable, "-W", "ignore", "-m", "laws.children", what, str(home), *map(str, numbers)]


def acknowledged(lines: str) -> set[str]:
    """The dots of the commits whose writing was told; a line that the end cut short was not told."""
    return {line.split()[1] for line in lines.splitlines(keepends=True) if line.endswith("\n")}


def after_power_cuts(place: Path, what: str, count: int, seed: int = 1) -> list[str]:
    """What is lost or torn in homes as cuts of the power at moments of a run could leave them."""
    home, before = place / "home", place / "before"
    laptop, _ = founded(home)
    laptop.close()
    shutil.copytree(home, before)
    done = powercut.record(child(what, home, 0, 12), place / "trace", dict(ENV))
    assert done.returncode == 0, done.stderr
    shutil.rmtree(home)
    before.rename(home)
    problems = []
    for image, said in powercut.images(place / "trace", home, place, random.Random(seed), count):
        try:
            lost = acknowledged("".join(f"{line}\n" for line in said)) - dots_of(image)
            problems += [f"{image.name} lost {len(lost)}"] if lost else list(unwhole(image))
        except ComityError as error:
            problems.append(f"{image.name}: {error.message}")
    return problems
