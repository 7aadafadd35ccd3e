"""Two institutes with a home each, one of which admitted the other to a group; nothing was sent yet."""

import atexit
import shutil
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

from comity import bootstrap
from comity.desk import acting, devices
from comity.desk.desk import Desk
from comity.desk.members import groups
from comity.log.acts import Institute, Role
from comity.log.card import Card
from comity.log.keyfile import KeyFile

PEOPLE = {"UK-AISI": "Tamsin Oakhollow", "US-CAISI": "Ellis Marrow"}
NOTES = 5
AT_MS = 1_790_000_000_000


@dataclass(frozen=True)
class Houses:
    """The homes, and the group that both are in."""

    uk: Path
    us: Path
    group: str


@cache
def _made() -> tuple[Path, str]:
    """Made once: tests take copies."""
    folder = Path(mkdtemp(prefix="comity-test-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name, institute in (("uk", "UK-AISI"), ("us", "US-CAISI")):
        bootstrap.init(folder / name, institute=institute, person=PEOPLE[institute], device=f"{name}-laptop")
    desk = bootstrap.open_desk(folder / "uk")
    group = groups.found(desk, "UKUS")
    admit(desk, group, card(folder / "us"))
    write(desk, NOTES)
    us = bootstrap.open_desk(folder / "us")
    devices.add(us, devices.show(us, devices.own_line(desk)))
    us.close()
    desk.close()
    return folder, group


def admit(desk: Desk, group: str, card: Card) -> None:
    """The act alone, without the note that says who did it and why."""
    act = Institute(AT_MS, card.recovery, card.member, card.institute, Role.CHAIR)
    with desk.store.writing() as connection:
        desk.store.writer.act(connection, bytes.fromhex(group), act, AT_MS)


def card(home: Path) -> Card:
    return KeyFile.decode((home / "device.key").read_bytes()).card


def houses(folder: Path) -> Houses:
    """Copies of both homes."""
    made, group = _made()
    for name in ("uk", "us"):
        shutil.copytree(made / name, folder / name)
    return Houses(folder / "uk", folder / "us", group)


def write(desk: Desk, count: int, marking: str = "TLP:GREEN") -> None:
    """So many notes in the group."""
    for n in range(count):
        acting.add(desk, "note", {"text": f"{desk.institute} note {n}"}, group="UKUS", marking=marking)
