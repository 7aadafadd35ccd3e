"""The one place that puts the parts together: settings, keys, store and desk, and the app on top.

The store and the kinds take long to load: they are imported where they are needed, behind the app's first frame.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from comity import settings, unlocking
from comity.desk.clock import Clock, wall_clock
from comity.errors import Refused
from comity.home import KEYS, SPOOL, STORE, alone, check_home, make_home, put_in_place, replace_file
from comity.log import keyfile
from comity.log.card import Card, house_in, misnamings
from comity.log.keys import DeviceKeys, Pair
from comity.log.words import recovery_words

if TYPE_CHECKING:
    from comity.desk.desk import Desk

DEMO: Final = "demo"  # a file in the home of the demo
PARTNER: Final = "partner"  # the home of its partner, inside of it
TODAY: Final = date(2026, 11, 23)  # the day of the demo
MAKING: Final = ".making"


class Made(NamedTuple):
    """A home that was just made: its device, and the recovery words of the institute, which are kept nowhere."""

    device: str
    words: str
    card: str


def init(
    home: Path,
    *,
    institute: str,
    person: str,
    device: str,
    institute_name: str = "",
    country: str = "",
    recovery_public: str | None = None,
    passphrase: str = "",
    tell: Callable[[Made], None] = lambda made: None,
    clock: Clock = wall_clock,
    cost: tuple[int, int] = keyfile.MODERATE,
) -> Made:
    """Make a home: keys, an empty store, the institute's own group. Raises Refused where there is a home already.

    `tell` hears the recovery words before the home is in place: one whose words reached nobody is not made.
    """
    for misnamed in misnamings(institute, person, device):
        raise misnamed
    house = None if recovery_public is None else house_in(recovery_public)
    with _unmade_on_failure(home), alone(home):
        making = _cleared(home)
        try:
            keys, secret = DeviceKeys.make(), os.urandom(32)
            public = house or Pair.of_recovery(secret).public
            card = Card.of(keys, public, institute=institute, name=device, person=person)
            replace_file(making / KEYS, keyfile.sealed(keys, card, passphrase, cost).encode())
            _first_group(making, keys, card, {"code": institute, "name": institute_name, "country": country}, clock)
            words = "" if house else " ".join(recovery_words(secret))
            made = Made(device, words, card.encode(keys.pair.secret))
            tell(made)
        except BaseException:
            shutil.rmtree(making)
            raise
        _put_in_place(home, making)
    return made


@contextmanager
def _unmade_on_failure(home: Path) -> Iterator[None]:
    """The folder of a home; where no home is made in it, folders that were not there before go again."""
    fresh = [folder for folder in (home / "logs", home) if not folder.exists()]
    try:
        make_home(home)
        yield
    except BaseException:
        for folder in fresh:
            with suppress(OSError):  # somebody put something into it
                folder.rmdir()
        raise


def _first_group(making: Path, keys: DeviceKeys, card: Card, institute: dict[str, str], clock: Clock) -> None:
    """The store with the institute's own group, and the institute's record where its name was given."""
    from comity.desk import acting
    from comity.desk.desk import Desk
    from comity.domain.marking import STRICTEST
    from comity.store.store import Store

    store = Store.make(making, keys)
    with store.writing() as connection:
        at_ms = int(clock().timestamp() * 1000)
        group = store.found(connection, card.recovery, os.urandom(16), card.institute, at_ms)
        store.keep_private(connection, group)
    if institute["name"] or institute["country"]:
        chosen = settings.Settings()
        desk = Desk(making, store, chosen, card.institute, card.person, card.name, card.recovery, clock=clock)
        acting.add(desk, "institute", institute, group="private", marking=STRICTEST)
    store.close()


def _put_in_place(home: Path, making: Path) -> None:
    """The store first and the keys last: a home is one that has its keys."""
    for name in (STORE, KEYS):
        if (making / name).exists():
            put_in_place(making / name, home / name)
    shutil.rmtree(making)


def _cleared(home: Path) -> Path:
    """An empty folder in which the home is made; what an interrupted init left is finished or thrown away."""
    making = home / MAKING
    if (home / STORE).exists() and (making / KEYS).exists() and not (home / KEYS).exists():
        _put_in_place(home, making)
    for name in (KEYS, STORE):
        if (home / name).exists():
            hint = "use it, or name another home with --home"
            raise Refused(f"{home} has a {name} already; nothing was changed", hint, code="home_exists")
    shutil.rmtree(making, ignore_errors=True)
    making.mkdir(mode=0o700)
    return making


def open_desk(
    home: Path,
    *,
    today: date | None = None,
    ask: Callable[[], str] | None = None,
    clock: Clock = wall_clock,
) -> "Desk":
    """The desk of a home. Raises NotFound, Locked where no passphrase is told or it is wrong, IntegrityFailure."""
    from comity.desk.desk import Desk
    from comity.store.store import Store

    check_home(home)
    chosen, file = settings.load(home), unlocking.key_file(home)
    keys, card = unlocking.opened(file, chosen, ask), file.card
    person = chosen.general.person or card.person
    day = today or (TODAY if (home / DEMO).exists() else None)  # the demo looks the same on any day
    desk = Desk(home, Store.open(home, keys), chosen, card.institute, person, card.name, card.recovery, day, clock)
    desk.locks = file.has_passphrase
    try:
        _take_in(desk)
    except BaseException:
        desk.store.close()
        raise
    return desk


def _take_in(desk: "Desk") -> None:
    """What came while the device was locked; where it cannot be written now it stays, and keeps nobody from reading."""
    if (desk.home / SPOOL).exists():
        from comity.sync.spool import take_in

        with suppress(Refused, OSError):
            take_in(desk.home, desk.store, desk.at_ms)


def doctor(desk: "Desk") -> dict[str, Any]:
    """What is wrong with an installation, the keys of the app included."""
    from comity.desk import care
    from comity.tui.actions import clashes

    found = care.doctor(desk)["problems"]
    hint = "see [keys] in the settings"
    clashing = ({"code": "keys", "text": each, "hint": hint} for each in clashes(desk.settings.keys))
    return care.judged([*found, *clashing])


def demo_home() -> Path:
    """Where the demo lives: beside the user's home, never in it."""
    from platformdirs import user_data_path

    return user_data_path("comity-demo", appauthor=False)


def make_demo(home: Path) -> None:
    """Make the demo if it is not there. Raises Refused where the folder is anything else."""
    if (home / KEYS).exists():
        if not (home / DEMO).exists():
            hint = "name a folder of its own with --home, or leave --home out"
            raise Refused(f"{home} is a home of yours, not the demo; nothing was changed", hint, code="not_the_demo")
        return
    if home.exists() and any(home.iterdir()):
        hint = "name an empty folder, or one that is not there yet"
        raise Refused(f"{home} is not empty and not the demo; nothing was changed", hint, code="not_the_demo")
    _make_demo(home)


def demo(home: Path, today: date | None = None) -> "Desk":
    """The desk of the demo. Its day is fixed, so that it looks the same on any day."""
    make_demo(home)
    return open_desk(home, today=today or TODAY)


def _make_demo(home: Path) -> None:
    """Made beside its place and moved there whole, so that one that was interrupted leaves nothing."""
    from comity.desk import demo as samples

    making = home.with_name(f".{home.name}.making")
    shutil.rmtree(making, ignore_errors=True)
    houses = (
        (making, samples.INSTITUTE, samples.PERSON, samples.DEVICE),
        (making / PARTNER, samples.PARTNER, samples.PARTNER_PERSON, samples.PARTNER_DEVICE),
    )
    with ExitStack() as open_desks:
        for folder, institute, person, device in houses:
            init(folder, institute=institute, person=person, device=device, clock=lambda: samples.WRITTEN)
            replace_file(folder / DEMO, b"A demo of Comity; it may be deleted.\n")
        desk, partner = (
            open_desks.enter_context(closing(open_desk(folder, today=TODAY, clock=lambda: samples.WRITTEN)))
            for folder, *_ in houses
        )
        samples.fill(desk, partner)
        samples.exchange(desk, partner, making)
    if home.exists():
        home.rmdir()
    making.rename(home)


def demo_partner(home: Path) -> tuple[Path, Path] | None:
    """The home of the demo's partner and the bundle that waits; None in one of an earlier version."""
    from comity.desk.demo import BUNDLE

    partner, waiting = home / PARTNER, home / BUNDLE
    return (partner, waiting) if (partner / KEYS).exists() and waiting.exists() else None


def remove_demo(home: Path) -> None:
    """Delete the demo; anything that is not the demo is left alone."""
    if (home / DEMO).exists():
        shutil.rmtree(home)
