"""Seats of a group in the app: admitting by a card, revoking, and the late tray that follows."""

import random
from pathlib import Path
from typing import Any

import pytest

from comity import bootstrap
from comity.desk import devices
from comity.desk.desk import Desk
from comity.desk.members import late, seats
from comity.settings import Screen, Settings
from comity.tui.app import ComityApp
from comity.tui.widgets.choice import Menu
from comity.tui.widgets.confirm import Confirm
from desk.houses import Houses, houses
from laws.laptops import three
from tui.conftest import until
from tui.stage import screen_text
from tui.test_crossing import app_on, said, typed


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


def _standing(home: Path, group: str) -> list[tuple[str, str]]:
    desk = bootstrap.open_desk(home)
    found = [(each.institute, each.role) for each in seats.places(desk, group) if each.standing and not each.recovery]
    desk.close()
    return sorted(found)


async def test_a_device_is_admitted_by_its_card_once_its_institute_was_typed(two: Houses, tmp_path: Path) -> None:
    bootstrap.init(tmp_path / "sg", institute="SG-AISI", person="Wei Lim", device="sg-laptop")
    desk = bootstrap.open_desk(tmp_path / "sg")
    (tmp_path / "sg.card").write_text(devices.own_line(desk), encoding="utf-8")
    desk.close()
    async with app_on(two.uk, "sharing") as pilot:
        await until(pilot, lambda: "UKUS" in screen_text(pilot.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "recovery key" in screen_text(pilot.app))
        assert "US-CAISI" in screen_text(pilot.app)
        await pilot.press("a")
        await typed(pilot, str(tmp_path / "sg.card"))
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        await pilot.press("2")
        await until(pilot, lambda: "it gets everything, history included" in screen_text(pilot.app))
        await typed(pilot, "SG")
        await until(pilot, lambda: "as it stands above" in screen_text(pilot.app))
        await typed(pilot, "SG-AISI")
        await until(pilot, lambda: "SG-AISI is in UKUS" in said(pilot))
        await until(pilot, lambda: "editor" in screen_text(pilot.app))
    assert ("SG-AISI", "editor") in _standing(two.uk, two.group)


async def test_a_device_is_revoked_with_a_reason_after_what_falls_was_shown(two: Houses) -> None:
    async with app_on(two.uk, "sharing", (80, 24)) as pilot:
        await until(pilot, lambda: "UKUS" in screen_text(pilot.app))
        await pilot.press("j", "enter")
        await until(pilot, lambda: "recovery key" in screen_text(pilot.app))
        await until(pilot, lambda: bool(pilot.app.page.pane.table.current))
        pane = pilot.app.page.pane
        while pane._place().institute != "US-CAISI" or pane._place().recovery:
            await pilot.press("j")
        await pilot.press("x")
        await until(pilot, lambda: "goes on counting" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "A reason is needed" in screen_text(pilot.app))
        await typed(pilot, "stolen on the train")
        await until(pilot, lambda: "Revoked in UKUS" in said(pilot))
        await until(pilot, lambda: "revoked" in screen_text(pilot.app))
    assert [institute for institute, _ in _standing(two.uk, two.group)] == ["UK-AISI"]


@pytest.fixture
def tray(tmp_path: Path) -> Any:
    """The desk of a house that holds two late commits of a revoked laptop."""
    group, laptops = three(tmp_path, random.Random(4))
    uk, us, us2 = laptops
    uk.create(group, "exercise", bytes(range(16)), code="HERON", title="Heron", kind="research")

    def meet() -> None:
        for one in laptops:
            for other in laptops:
                one.take(other.envelopes())

    meet()
    us.revoke(group, us2.device)
    us2.set(group, "exercise", bytes(range(16)), title="Grey heron")
    meet()
    yield uk.desk
    for each in laptops:
        each.close()


async def test_late_work_is_adopted_with_a_reason(tray: Desk) -> None:
    settings = Settings(screen=Screen(glyphs="unicode", theme="dark"))
    app = ComityApp(lambda: tray, start="sharing/late", settings=settings)
    async with app.run_test(size=(120, 36)) as pilot:
        await until(pilot, lambda: "Grey heron" in screen_text(app))
        assert "now Heron" in screen_text(app)
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, Confirm))
        await typed(pilot, "written before the theft")
        await until(pilot, lambda: "Nothing came too late" in screen_text(app))
    assert late.tray(tray) == []
