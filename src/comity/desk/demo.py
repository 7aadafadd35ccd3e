"""The sample exercises, made through the doors that everybody uses: plan files, evaluation logs and steps."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from comity.desk import asking, groups, plans, runs, stepping
from comity.desk.desk import Desk
from comity.log.acts import Role
from comity.log.card import Card
from comity.log.keys import DeviceKeys, Pair
from comity.samples.catalogue import logs
from comity.samples.catalogue import plans as plan_files

WRITTEN: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when the demo says that it was written
INSTITUTE: Final = "UK-AISI"
PERSON: Final = "Tamsin Oakhollow"
DEVICE: Final = "saltpan-2"
PARTNERS: Final = {
    "UKUS": ("US-CAISI",),
    "NETWORK": ("US-CAISI", "SG-AISI", "JP-AISI", "KR-AISI", "CA-CAISI", "AU-AISI", "FR-INESIA", "KE-GOV", "EU-AIO"),
}
HOUSES: Final = {"uk": "UK-AISI", "us": "US-CAISI"}
STEPS: Final = (
    ("SALTMARSH/R1", "review", ""),
    ("SALTMARSH/R3", "void", "VM image fault: three items never reached their host"),
)


def fill(desk: Desk, on_progress: Callable[[str], None] = lambda what: None) -> None:
    """Found the groups, apply the sample plans, import the sample logs and take the steps that people took."""
    for name, institutes in PARTNERS.items():
        group = groups.found(desk, name)
        for institute in institutes:
            groups.admit(desk, group, stand_in(institute), Role.EDITOR)
    for path in plan_files():
        on_progress(path.stem)
        plans.apply(desk, path)
    for path in logs():
        if path.name.startswith("saltmarsh_"):
            on_progress(path.stem)
            runs.import_logs(desk, [path], exercise="SALTMARSH", institute=house(path))
    for ref, verb, reason in STEPS:
        stepping.do(desk, asking.find(desk, ref, "run"), verb, reason=reason)


def house(log: Path) -> str:
    """The institute whose log it is, as its name says: saltmarsh_R2_us_..."""
    return HOUSES[log.stem.split("_")[2]]


def stand_in(institute: str) -> Card:
    """The card of a device that nobody has: a partner who is in the group and never heard from."""
    return Card.of(DeviceKeys.make(), Pair.of_recovery(os.urandom(32)).public, institute=institute, name="stand-in")
