"""Where the sample plans and logs are, and the order in which the demo takes them."""

from pathlib import Path
from typing import Final

_ROOM: Final = Path(__file__).parent
# a wheel holds the plans here; in a checkout they are where people look for them
_FOLDERS: Final = (_ROOM / "plans", _ROOM.parents[2] / "sample_configs")
# institutes first; people last, since they are assigned to exercises
PLANS: Final = (
    "institutes.toml",
    "saltmarsh.toml",
    "lantern-27.toml",
    "net-2024-11.toml",
    "net-2025-02.toml",
    "net-2025-07.toml",
    "ukus-2024-11.toml",
    "ukus-2024-12.toml",
    "exchange.toml",
)


def plans() -> tuple[Path, ...]:
    """The sample plan files, in an order in which each refers to what stands before it."""
    folder = next(each for each in _FOLDERS if each.is_dir())
    return tuple(folder / name for name in PLANS)


def logs() -> tuple[Path, ...]:
    """The sample logs, by name."""
    return tuple(sorted(path for path in (_ROOM / "logs").iterdir() if path.suffix in (".eval", ".json")))
