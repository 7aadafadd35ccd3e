"""What crosses the border from the app: real hubs, real bundles, and homes of two institutes."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Input

from comity import bootstrap, settings
from comity.desk import care
from comity.desk.carriers import acknowledging, courier, hubs, noticing, partners, syncing
from comity.desk.members import revoking
from comity.log.upheaval import Ground, Upheaval
from comity.settings import Screen, Settings
from comity.store import door, schema
from comity.sync.outcome import MassChange
from comity.tui.app import ComityApp
from comity.tui.frame import Opening
from comity.tui.screens.outgoing import OutgoingPane, TypeCode
from comity.tui.trip import Trip
from comity.tui.widgets.choice import Menu
from comity.tui.widgets.confirm import Confirm, Sure
from desk.houses import NOTES, Houses, houses, write
from laws.laptops import admit
from sync.hubs import Running, running
from tui.conftest import until
from tui.stage import screen_text


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


@asynccontextmanager
async def app_on(home: Path, start: str, size: tuple[int, int] = (120, 36)) -> AsyncIterator[Any]:
    """The app on a home, ended before the desk closes."""
    desk = bootstrap.open_desk(home)
    app = ComityApp(lambda: desk, start=start, settings=Settings(screen=Screen(glyphs="unicode", theme="dark")))
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.ready and not isinstance(app.screen, Opening))
        yield pilot
    desk.close()


def joined(home: Path, hub: Running, institute: str) -> None:
    desk = bootstrap.open_desk(home)
    hubs.add(desk, "ours", hub.url, invite=hub.invite(institute))
    desk.close()


async def typed(pilot: Any, code: str) -> None:
    """Wait for the box that asks, type into it, confirm it."""
    await until(pilot, lambda: isinstance(pilot.app.screen, Confirm))
    pilot.app.screen.query_one(Input).value = code
    await pilot.press("ctrl+s")


async def let_in(pilot: Any, done: Callable[[], bool]) -> None:
    """Wait until it is done; say yes where a group of others, or much of it, is let in only by a person."""
    await until(pilot, lambda: done() or isinstance(pilot.app.screen, TypeCode))
    if not done():
        await typed(pilot, "yes")
        await until(pilot, done)


def said(pilot: Any) -> str:
    return " ".join(each.text for each in pilot.app.session.said)


async def test_a_first_sync_shows_what_leaves_and_wants_the_code_of_who_gets_it(two: Houses, tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        joined(two.uk, hub, "UK-AISI")
        async with app_on(two.uk, "sharing/carriers") as pilot:
            await until(pilot, lambda: "Hubs" in screen_text(pilot.app))
            assert "never" in screen_text(pilot.app)
            await pilot.press("S")
            await until(pilot, lambda: bool(pilot.app.screen.query(OutgoingPane)))
            await until(pilot, lambda: "never got anything of UKUS" in screen_text(pilot.app))
            await pilot.press("enter", "ctrl+s")
            await typed(pilot, "us-caisi")
            await until(pilot, lambda: "as it stands above" in screen_text(pilot.app))
            assert not hub.held()
            await typed(pilot, "US-CAISI")
            await until(pilot, lambda: "ours: sent" in said(pilot))
            assert len(hub.held()) > NOTES
            await until(pilot, lambda: "0 min" in screen_text(pilot.app))
            write(pilot.app.desk, 1)
            await pilot.press("S")
            await until(pilot, lambda: "ours: sent 1, received 0" in said(pilot))


async def test_what_a_sync_brings_is_news_and_is_counted(two: Houses, tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        for home, institute in ((two.uk, "UK-AISI"), (two.us, "US-CAISI")):
            joined(home, hub, institute)
        desk = bootstrap.open_desk(two.uk)
        syncing.sync(desk)
        desk.close()
        async with app_on(two.us, "sharing/log") as pilot:
            before = partners.not_elsewhere(pilot.app.desk)
            assert f"{before} unsent" in screen_text(pilot.app)
            await pilot.press("S")
            await let_in(pilot, lambda: "ours: sent" in said(pilot))
            await pilot.press("ctrl+l")
            await until(pilot, lambda: "UK-AISI" in screen_text(pilot.app))
            now = partners.not_elsewhere(pilot.app.desk)
            assert f"{now} unsent" in screen_text(pilot.app)


async def test_a_hub_that_is_away_is_a_dim_word_and_nothing_red(two: Houses) -> None:
    settings.keep_hub(two.us, "away", settings.Hub("http://127.0.0.1:9"))
    async with app_on(two.us, "sharing/carriers") as pilot:
        await pilot.press("S")
        await until(pilot, lambda: "away: not reached" in said(pilot))
        await until(pilot, lambda: "offline since" in screen_text(pilot.app).splitlines()[-2])
        assert not [each for each in pilot.app.session.said if each.strength == "red"]


async def test_esc_stops_a_sync_and_says_that_it_is_safe(two: Houses) -> None:
    settings.keep_hub(two.us, "away", settings.Hub("http://127.0.0.1:9"))
    async with app_on(two.us, "today", (80, 24)) as pilot:
        await pilot.press("S")
        await until(pilot, lambda: "esc stops" in screen_text(pilot.app))
        await pilot.press("S")
        await until(pilot, lambda: "under way" in said(pilot))
        await pilot.press("escape")
        await until(pilot, lambda: "stopping" in screen_text(pilot.app))
        assert pilot.app.interrupt() is False


async def test_without_a_hub_s_names_the_bundle(two: Houses) -> None:
    async with app_on(two.uk, "sharing/carriers") as pilot:
        await until(pilot, lambda: "No hub. Bundles work without one: B." in screen_text(pilot.app))
        await pilot.press("S")
        await until(pilot, lambda: "comity hub add" in said(pilot))


async def bundle(pilot: Any, where: Path) -> None:
    """Write a bundle for US-CAISI into a folder."""
    await pilot.press("B")
    await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
    assert "US-CAISI" in screen_text(pilot.app)
    await pilot.press("1")
    await typed(pilot, str(where))
    await until(pilot, lambda: bool(pilot.app.screen.query(OutgoingPane)))
    await pilot.press("ctrl+s")
    await typed(pilot, "US-CAISI")
    await until(pilot, lambda: "Wrote" in said(pilot))


async def test_a_bundle_goes_and_comes_and_its_code_is_read_out(two: Houses, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    async with app_on(two.uk, "today") as pilot:
        await bundle(pilot, stick)
        (file,) = stick.iterdir()
    async with app_on(two.us, "today") as pilot:
        await pilot.press("I")
        await typed(pilot, str(file))
        await until(pilot, lambda: type(pilot.app.screen) is Sure and "brings" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await let_in(pilot, lambda: "Read this code out" in screen_text(pilot.app))
        code = next(each.text for each in pilot.app.session.said if "The answer" in each.text).partition(" is ")[2]
        assert code in screen_text(pilot.app)
    async with app_on(two.uk, "today") as pilot:
        assert sum(each.lacks_ours for each in partners.partners(pilot.app.desk)) > 0
        await pilot.press("I")
        await typed(pilot, code)
        await until(pilot, lambda: "Noted: US-CAISI" in said(pilot))
        assert sum(each.lacks_ours for each in partners.partners(pilot.app.desk)) == 0


async def test_carriers_follow_a_receipt_that_another_process_took(two: Houses, tmp_path: Path) -> None:
    """It brings no envelope; what partners are known to hold changes all the same."""
    other, told = bootstrap.open_desk(two.uk), tmp_path / "held.txt"
    courier.write(other, courier.parcel(other, "US-CAISI"), tmp_path / "all.comity")
    us = bootstrap.open_desk(two.us)
    courier.read(us, [tmp_path / "all.comity"], agree=lambda doubt: True)
    told.write_text("\n".join(each.line for each in acknowledging.lines(us)))
    us.close()
    async with app_on(two.uk, "sharing/carriers") as pilot:
        await until(pilot, lambda: "US-CAISI" in screen_text(pilot.app))
        before = partners.not_elsewhere(other)
        acknowledging.take(other, str(told))
        now = partners.not_elsewhere(other)
        assert now < before
        await until(pilot, lambda: f"not yet elsewhere: {now} envelope" in screen_text(pilot.app))
        assert f"{now} unsent" in screen_text(pilot.app)
    other.close()


async def test_nothing_is_written_where_the_code_is_not_typed(two: Houses, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    async with app_on(two.uk, "today") as pilot:
        await pilot.press("B")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        await pilot.press("1")
        await typed(pilot, str(stick))
        await until(pilot, lambda: bool(pilot.app.screen.query(OutgoingPane)))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: isinstance(pilot.app.screen, TypeCode))
        await pilot.press("escape")
        await pilot.press("escape")
        await asyncio.sleep(0.2)
    assert not list(stick.iterdir())


async def test_a_bundle_for_others_is_refused_in_words(two: Houses, tmp_path: Path) -> None:
    desk = bootstrap.open_desk(two.uk)
    courier.write(desk, courier.parcel(desk, "US-CAISI"), tmp_path / "theirs.comity")
    desk.close()
    async with app_on(two.uk, "today") as pilot:
        await pilot.press("I")
        await typed(pilot, str(tmp_path / "theirs.comity"))
        await until(pilot, lambda: "is not for this device" in said(pilot))


async def test_a_sheet_is_taken_in_after_its_rows_were_shown(two: Houses, tmp_path: Path) -> None:
    sheet = tmp_path / "systems.csv"
    sheet.write_text("name,developer,marking\nModel Q,North,TLP:GREEN\nModel R,South,TLP:GREEN\n", encoding="utf-8")
    async with app_on(two.uk, "library") as pilot:
        await pilot.press("I")
        await typed(pilot, str(sheet))
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        options = [option.answer for option in pilot.app.screen._options]
        for _ in range(options.index("system")):
            await pilot.press("j")
        await pilot.press("enter")
        await until(pilot, lambda: "2 added" in screen_text(pilot.app))
        await pilot.press("ctrl+s")
        await until(pilot, lambda: "systems.csv: 2 added" in said(pilot))
        await until(pilot, lambda: "Model R" in screen_text(pilot.app))


async def test_a_file_of_nothing_that_is_known_is_refused(two: Houses, tmp_path: Path) -> None:
    (tmp_path / "poem").write_text("A fine day at the range", encoding="utf-8")
    async with app_on(two.uk, "today") as pilot:
        await pilot.press("I")
        await typed(pilot, str(tmp_path / "poem"))
        await until(pilot, lambda: "nothing that Comity reads" in said(pilot))


async def test_looking_as_a_partner_shows_what_it_holds_and_what_it_will_not_get(two: Houses) -> None:
    async with app_on(two.uk, "today") as pilot:
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, Menu))
        await pilot.press("1")
        await until(pilot, lambda: "You look as US-CAISI" in screen_text(pilot.app))
        text = screen_text(pilot.app)
        assert "PREVIEW AS US-CAISI" in text
        assert "reaches UK-AISI only" in text
        assert "Goes next" in text
        await pilot.press("j", "enter")
        await until(pilot, lambda: "as US-CAISI holds them" in screen_text(pilot.app))
        await pilot.press("escape", "escape")
        await until(pilot, lambda: "PREVIEW AS" not in screen_text(pilot.app))


async def test_a_key_that_only_a_command_serves_says_which(two: Houses) -> None:
    async with app_on(two.uk, "today") as pilot:
        await pilot.press("R")
        await until(pilot, lambda: "comity tearline" in said(pilot))


async def test_the_app_ends_though_a_question_was_not_answered(two: Houses) -> None:
    """A thread that waits for a person must not outlive the app."""
    asked = MassChange(bytes(16), Ground(envelopes=10, records=10), Upheaval(8, 0))
    trip = Trip("asking", lambda tell, agree: agree(asked), lambda answer: None)
    async with app_on(two.uk, "today") as pilot:
        pilot.app.depart(trip)
        await until(pilot, lambda: "This would retire" in screen_text(pilot.app))
    assert not await asyncio.to_thread(_ended, trip)


def _ended(trip: Trip) -> bool:
    """Whether it was let in; fails where the thread goes on."""
    deadline = time.monotonic() + 20
    while not trip.over:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return bool(trip.result)


async def test_a_device_that_was_revoked_is_told_so(two: Houses, tmp_path: Path) -> None:
    with running(tmp_path) as hub:
        for home, institute in ((two.uk, "UK-AISI"), (two.us, "US-CAISI")):
            joined(home, hub, institute)
        uk, us = bootstrap.open_desk(two.uk), bootstrap.open_desk(two.us)
        for desk in (uk, us):
            syncing.sync(desk, agree=lambda doubt: True)
        (device,) = {each.device for each in partners.partners(uk, two.group) if each.institute == "US-CAISI"}
        revoking.revoke(uk, revoking.revocation(uk, two.group, [device]), "lost")
        syncing.sync(uk)
        (session,) = syncing.sync(us)
        (told,) = noticing.noticed({}, "the hub ours", session.groups[0])
        assert told.startswith("the hub ours lets this device into UKUS no more: it was revoked")
        assert care.status(us)["revoked"] == []  # the hub does not tell
        with uk.store.reading() as connection:
            held = [each.envelope for each in door.held(connection, schema.envelopes.c.no > 0)]
        admit(us.store, [each for each in held if each.group.hex() == two.group])
        assert [(each["group"], each["by"]) for each in care.status(us)["revoked"]] == [("UKUS", "UK-AISI")]
        assert care.status(uk)["revoked"] == []
        uk.close()
        us.close()
    async with app_on(two.us, "today") as pilot:
        await until(pilot, lambda: "This device was revoked from UKUS by UK-AISI" in screen_text(pilot.app))
