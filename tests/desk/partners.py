"""Two and more homes that know each other: real stores, real bundles, and no network."""

import atexit
import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from comity import bootstrap
from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.members import membership
from comity.sync import bundle
from comity.sync.shelf import Shelf
from desk.opening import Opener, ticking


@cache
def _made(institute: str, device: str, like: str) -> tuple[Path, str]:
    """A home made once, and its words; `like`: the card of a device of the same institute."""
    home = Path(mkdtemp(prefix="comity-test-")) / "home"
    atexit.register(shutil.rmtree, home.parent, ignore_errors=True)
    start = ticking(datetime(2026, 11, 1, tzinfo=UTC))
    made = bootstrap.init(
        home, institute=institute, person="A. Oak", device=device, recovery_public=like or None, clock=start
    )
    return home, made.words


def house(folder: Path, at: Opener, institute: str, device: str, like: Desk | None = None) -> Desk:
    """The desk of a device in a home of its own."""
    home, _ = _made(institute, device, devices.own_line(like) if like else "")
    return at(Path(shutil.copytree(home, folder / f"{institute}-{device}")))


def words(institute: str, device: str) -> str:
    """The recovery words of an institute, as its first device was told them."""
    return _made(institute, device, "")[1]


def card(desk: Desk) -> str:
    """The card of a device, as it is given to others."""
    return devices.own_line(desk)


def key(desk: Desk) -> bytes:
    return desk.store.keys.pair.public.sign


def admit(desk: Desk, group: str, other: Desk, role: str = "editor") -> None:
    membership.admit(desk, membership.admission(desk, group, card(other), role), "as agreed")


def carry(one: Desk, *others: Desk, folder: Path) -> None:
    """A bundle from one desk to others, read at once."""
    for place, other in enumerate(others):
        path = folder / f"bundle-{one.device}-{other.device}-{len(list(folder.glob('*')))}-{place}"
        bundle.write(shelf(one), path, [key(other)])
        bundle.read(shelf(other), path, allow=lambda *_: True)


def shelf(desk: Desk) -> Shelf:
    return Shelf(desk.store, desk.at_ms)
