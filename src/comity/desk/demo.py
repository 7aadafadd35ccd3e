"""The sample exercises, made through the doors that everybody uses: plan files, evaluation logs, steps and bundles."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from comity.desk import acting, asking, devices, stepping
from comity.desk.carriers import courier
from comity.desk.desk import Desk
from comity.desk.files import imports, plans
from comity.desk.members import groups, membership
from comity.log.acts import Role
from comity.log.card import Card
from comity.log.keys import DeviceKeys, Pair
from comity.samples.catalogue import logs
from comity.samples.catalogue import plans as plan_files

WRITTEN: Final = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)  # when the demo says that it was written
INSTITUTE: Final = "UK-AISI"
PERSON: Final = "Tamsin Oakhollow"
DEVICE: Final = "saltpan-2"
PARTNER: Final = "US-CAISI"  # whose home is made too
PARTNER_PERSON: Final = "Juniper Castellane"
PARTNER_DEVICE: Final = "gaithers-1"
ARRANGED: Final = "the arrangement between the institutes names it"
BUNDLE: Final = "from-us-caisi.comity"  # what the courier brought, to be read
PARTNERS: Final = {
    "UKUS": (PARTNER,),
    "NETWORK": (PARTNER, "SG-AISI", "JP-AISI", "KR-AISI", "CA-CAISI", "AU-AISI", "FR-INESIA", "KE-GOV", "EU-AIO"),
}
HOUSES: Final = {"uk": "UK-AISI", "us": "US-CAISI"}
STEPS: Final = (
    ("SALTMARSH/R1", "review", ""),
    ("SALTMARSH/R3", "void", "VM image fault: three items never reached their host"),
)


DISPUTED: Final = "SALTMARSH/A1"  # both houses set another day for it


def fill(desk: Desk, partner: Desk) -> None:
    """Found the groups and admit their members, apply the sample plans, import the sample logs, take people's steps."""
    for name, institutes in PARTNERS.items():
        group = groups.found(desk, name)
        for institute in institutes:
            card = devices.own_line(partner) if institute == PARTNER else stand_in(institute)
            membership.admit(desk, membership.admission(desk, group, card, Role.EDITOR), ARRANGED)
    for path in plan_files():
        plans.apply(desk, path)
    for path in logs():
        if path.name.startswith("saltmarsh_"):
            imports.import_logs(desk, [path], exercise="SALTMARSH", institute=house(path))
    for ref, verb, reason in STEPS:
        stepping.do(desk, asking.find(desk, ref, "run"), verb, reason=reason)


def exchange(desk: Desk, partner: Desk, folder: Path) -> None:
    """Give the partner all that both share; then both write apart, and a courier brings what the partner wrote."""
    for one, other in ((desk, partner), (partner, desk)):
        devices.add(one, devices.show(one, devices.own_line(other)))
    _put_off(desk, 1, "2026-11-27", "before the second week of runs")
    parcel = folder / f"for-{PARTNER.lower()}.comity"
    courier.write(desk, courier.parcel(desk, PARTNER), parcel)
    courier.read(partner, [parcel])
    parcel.unlink()
    _put_off(desk, 24, "2026-12-04", "the image is built only then")
    _put_off(partner, 30, "2026-12-11", "our registry moves on 9 December; a hash before that would not last")
    run: Any = asking.find(partner, "SALTMARSH/R2")
    remark = "2.0M tokens was the limit of our house; it is raised, and R2 can be run again from 30 November."
    note = {"subject": run.id, "text": remark, "synthetic": "yes"}
    acting.add(partner, "note", note, group="UKUS", marking=run.marking)
    courier.write(partner, courier.parcel(partner, INSTITUTE), folder / BUNDLE)


def _put_off(desk: Desk, hours: int, due: str, reason: str) -> None:
    """Set another day for the disputed action, so many hours after the demo was written."""
    desk.clock = lambda: WRITTEN + timedelta(hours=hours)
    acting.save(desk, acting.open_record(desk, asking.find(desk, DISPUTED)), {"due": due}, reason=reason)


def house(log: Path) -> str:
    """The institute whose log it is, as its name says: saltmarsh_R2_us_..."""
    return HOUSES[log.stem.split("_")[2]]


def stand_in(institute: str) -> str:
    """The card of a device that nobody has: a partner who is in the group and never heard from."""
    keys, house = DeviceKeys.make(), Pair.of_recovery(os.urandom(32)).public
    return Card.of(keys, house, institute=institute, name="stand-in").encode(keys.pair.secret)
