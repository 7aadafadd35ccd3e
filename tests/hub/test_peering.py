"""Hubs that meet hubs: each carries for institutes, and what is written on either side arrives on the other."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from comity.errors import Locked, NotFound
from comity.hub import access, membership, peering, peers
from comity.hub.joining import join
from comity.hub.ledger.copying import backup
from comity.hub.ledger.database import Ledger
from comity.hub.ledger.opening import open_ledger
from comity.hub.limits import Limits
from comity.hub.peering import Meeting, meeting
from comity.hub.pushing import Room
from comity.hub.service import Hub
from comity.log.acts import Role
from comity.log.keys import Pair
from comity.sync import wire
from comity.sync.engine import sync
from comity.sync.http import Tls
from comity.sync.shelf import Shelf
from hub.stage import served
from laws.laptops import Laptop, differences, shown, three
from sync.hubs import OPEN, Running
from sync.proxy import Proxy

Start = Callable[..., Running]


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the pauses of a hub that has all day."""
    monkeypatch.setattr(peering, "GATHER", 0.0)
    monkeypatch.setattr(peering, "QUIET", (0.2, 0.4))
    monkeypatch.setattr(peering, "AFTER", (0.0, 0.1))


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Runs hubs of this test by name; `database` in place of a file of that name."""
    with ExitStack() as stack:

        def run(name: str, database: str = "", limits: Limits = OPEN) -> Running:
            hub = Hub(open_ledger(database or f"sqlite:///{tmp_path / name}.db"), ["127.0.0.1"], limits)
            client = stack.enter_context(served(hub))
            return Running(hub, str(client.base_url).rstrip("/"))

        yield run


def invited(hub: Running, institute: str) -> str:
    with hub.hub.ledger.writing() as connection:
        return access.invite(connection, institute, hub.hub.now_ms() + 60_000, peer=True)


def befriend(one: Running, other: Running, *, here: str, there: str, url: str = "") -> None:
    """Let the hub of `here` meet the hub of `there`."""
    join(one.hub.ledger, url or other.url, there, invited(other, here), Tls())


@contextmanager
def meets(one: Running, url: str) -> Iterator[list[Meeting]]:
    with meeting(one.hub.ledger, (url,), Tls(), one.hub.limits) as meetings:
        yield meetings


def meet(laptop: Laptop, hub: Running, *, first: bool = False) -> None:
    with closing(hub.line(laptop, invited=first)) as line:
        sync(Shelf(laptop.store, laptop.at_ms), line)


def until(done: Callable[[], object], seconds: float = 90) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.02)


def same(one: Running, other: Running) -> bool:
    return sorted(one.held()) == sorted(other.held())


def write(laptops: list[Laptop], group: bytes, rng: random.Random, count: int = 5) -> None:
    for number in range(count):
        for laptop in laptops:
            laptop.create(group, "note", rng.randbytes(16), text=f"{laptop.home.name} {number}")


def test_what_is_written_at_one_hub_arrives_at_the_other(database: str, start: Start, folder: Path) -> None:
    rng = random.Random(5)
    group, (uk, us, us2) = three(folder, rng)
    ours, theirs = start("ours", database), start("theirs")
    meet(uk, ours, first=True)
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    with meets(ours, theirs.url):
        until(lambda: same(ours, theirs))  # the group was brought, by a hub
        for _ in range(3):
            write([uk, us, us2], group, rng)
            meet(uk, ours)
            meet(us, theirs)
            meet(us2, ours)
            until(lambda: same(ours, theirs))
    for laptop, hub in ((uk, theirs), (us, ours), (us2, theirs), (uk, ours), (us, theirs)):
        meet(laptop, hub)
    assert sorted(ours.held()) == sorted(each.id for each in uk.envelopes())
    assert not differences(shown(uk.store), shown(us.store))
    assert not differences(shown(uk.store), shown(us2.store))


def test_what_moves_on_either_side_wakes_the_other(start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(peering, "QUIET", (600, 600))
    rng = random.Random(5)
    group, (uk, us, _) = three(folder, rng)
    ours, theirs = start("ours"), start("theirs")
    meet(uk, ours, first=True)
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    with meets(ours, theirs.url):
        until(lambda: same(ours, theirs) and len(theirs.hub.listeners) == 1 and _noted(ours, theirs.url))
        time.sleep(0.5)  # the session that what was sent woke
        for laptop, hub in ((us, theirs), (uk, ours), (us, theirs)):
            write([laptop], group, rng, 1)
            meet(laptop, hub)
            until(lambda: same(ours, theirs))


def test_a_hub_is_shown_the_groups_of_its_institute_and_brings_those_of_its_institute(
    start: Start, folder: Path
) -> None:
    rng = random.Random(6)
    group, (uk, us, _) = three(folder, rng)
    sg = Laptop.new(folder / "sg", "SG-AISI", rng)
    common, apart = (uk.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16)) for _ in range(2))
    for joined, laptops in ((common, (us, sg)), (apart, (sg,))):
        for laptop in laptops:
            uk.admit(joined, laptop, Role.EDITOR, Pair.of_recovery(rng.randbytes(32)))
    ours, theirs = start("ours"), start("theirs")
    befriend(ours, theirs, here="SG-AISI", there="US-CAISI")
    befriend(theirs, ours, here="US-CAISI", there="SG-AISI")
    meet(uk, ours, first=True)
    with meets(ours, theirs.url), meets(theirs, ours.url):
        until(lambda: theirs.held() and _noted(theirs, ours.url) and _noted(ours, theirs.url))
        assert groups(theirs) == {common}  # not `group`: it is none of SG-AISI, whose hub shows it
        with ours.hub.ledger.reading() as connection:
            (key,) = connection.all("SELECT device, carrier FROM enrolled WHERE peer = 1")
            caller = membership.Caller(*key)
            assert membership.groups_of(connection, caller) == sorted([group, common])  # where its institute stands
            assert not membership.stands(connection, caller, apart)
        uk.admit(apart, us, Role.READER, Pair.of_recovery(rng.randbytes(32)))
        meet(uk, ours)
        until(lambda: groups(theirs) == {common, apart})


def groups(hub: Running) -> set[bytes]:
    with hub.hub.ledger.reading() as connection:
        return {group for (group,) in connection.all('SELECT DISTINCT "group" FROM envelope')}


def test_of_a_group_without_its_institute_a_hub_is_told_nothing_and_nothing_is_kept(
    start: Start, folder: Path, rng: random.Random
) -> None:
    group, (uk, us, _) = three(folder, rng)
    ours, theirs = start("ours"), start("theirs")
    befriend(theirs, ours, here="US-CAISI", there="SG-AISI")
    meet(uk, ours, first=True)
    meet(us, theirs, first=True)
    before = sorted(theirs.held())
    assert before == sorted(ours.held())
    write([us], group, rng)
    meet(us, theirs)
    with meets(theirs, ours.url):
        until(lambda: _noted(theirs, ours.url))
        write([uk], group, rng)
        meet(uk, ours)
        met = _noted(theirs, ours.url)
        until(lambda: _noted(theirs, ours.url) > met)
    assert len(ours.held()) == len(theirs.held()) == len(before) + 5
    assert set(ours.held()) & set(theirs.held()) == set(before)


def test_a_group_whose_institute_is_seated_late_is_taken_whole(
    start: Start, folder: Path, rng: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "PAGE", 3)
    group, (uk, us, us2) = three(folder, rng)
    sg = Laptop.new(folder / "sg", "SG-AISI", rng)
    write([uk, us, us2], group, rng)
    us.take([*uk.envelopes(), *us2.envelopes()])
    us.admit(group, sg, Role.EDITOR, Pair.of_recovery(rng.randbytes(32)))
    ours, theirs = start("ours"), start("theirs")
    befriend(ours, theirs, here="US-CAISI", there="SG-AISI")
    meet(us, theirs, first=True)
    with meets(ours, theirs.url):
        until(lambda: theirs.held() and same(ours, theirs))


def _noted(hub: Running, url: str) -> int:
    return peers.joined(hub.hub.ledger, url).met_ms


def test_without_an_invite_for_hubs_nobody_is_let_in(start: Start) -> None:
    ours, theirs = start("ours"), start("theirs")
    with pytest.raises(Locked, match="no invite came with it"):
        join(ours.hub.ledger, theirs.url, "US-CAISI", "guessed", Tls())
    with pytest.raises(NotFound, match="has not joined"), meets(ours, theirs.url):
        pass
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    code = invited(theirs, "UK-AISI")
    join(ours.hub.ledger, theirs.url, "US-CAISI", code, Tls())
    with pytest.raises(Locked):
        join(start("third").hub.ledger, theirs.url, "US-CAISI", code, Tls())  # it worked once


def test_a_hub_that_is_dismissed_is_shown_nothing_more(start: Start, folder: Path) -> None:
    rng = random.Random(7)
    group, (uk, *_) = three(folder, rng)
    ours, theirs = start("ours"), start("theirs")
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    meet(uk, theirs, first=True)
    with meets(ours, theirs.url):
        until(lambda: set(ours.held()) == set(theirs.held()))
        with theirs.hub.ledger.writing() as connection:
            assert access.dismiss(connection, "US-CAISI") == 0
            assert access.dismiss(connection, "UK-AISI") == 2  # the hub, and the laptop that was invited
        before = len(ours.held())
        write([uk], group, rng)
        meet(uk, theirs)  # it has a seat
        until(lambda: peers.joined(ours.hub.ledger, theirs.url).fault == "not_admitted")
    assert len(ours.held()) == before


def test_a_hub_restored_from_an_old_copy_heals_from_the_other(start: Start, folder: Path, tmp_path: Path) -> None:
    rng = random.Random(8)
    group, (uk, *_) = three(folder, rng)
    ours, theirs = start("ours"), start("theirs")
    meet(uk, ours, first=True)
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    with meets(ours, theirs.url):
        until(lambda: same(ours, theirs))
        backup(ours.hub.ledger, tmp_path / "copy.db")
        write([uk], group, rng)
        meet(uk, ours)
        until(lambda: same(ours, theirs))
    again = start("copy")
    assert len(again.held()) < len(theirs.held())
    with meets(again, theirs.url):
        until(lambda: same(again, theirs))
    assert sorted(again.held()) == sorted(each.id for each in uk.envelopes())


def test_a_line_that_is_cut_anywhere_loses_nothing_between_hubs(start: Start, folder: Path) -> None:
    rng = random.Random(9)
    group, (uk, us, _) = three(folder, rng)
    ours, theirs = start("ours"), start("theirs")
    meet(uk, ours, first=True)
    with Proxy(int(theirs.url.rpartition(":")[2])).open() as proxy:
        befriend(ours, theirs, here="UK-AISI", there="US-CAISI", url=proxy.url)
        with meets(ours, proxy.url):
            until(lambda: same(ours, theirs))
            for _ in range(25):
                proxy.left = rng.randrange(6_000)
                write([uk, us], group, rng, 1)
                meet(uk, ours)
                meet(us, theirs)
                until(lambda: same(ours, theirs))
        assert proxy.cuts > 10
    assert len(ours.held()) == len(set(ours.held()))
    for laptop in (us, uk, us):
        meet(laptop, ours)
    assert {each.id for each in uk.envelopes()} == {each.id for each in us.envelopes()} == set(ours.held())


def test_a_hub_that_is_away_harms_nobody_and_is_met_when_it_is_back(start: Start, folder: Path) -> None:
    rng = random.Random(10)
    group, (uk, *_) = three(folder, rng)
    ours = start("ours")
    meet(uk, ours, first=True)
    with ExitStack() as stack:
        away = Hub(open_ledger(f"sqlite:///{folder / 'away.db'}"), ["127.0.0.1"], OPEN)
        client = stack.enter_context(served(away))
        theirs = Running(away, str(client.base_url).rstrip("/"))
        with Proxy(int(theirs.url.rpartition(":")[2])).open() as proxy:
            befriend(ours, theirs, here="UK-AISI", there="US-CAISI", url=proxy.url)
            proxy.port = 1  # nobody is there
            with meets(ours, proxy.url):
                until(lambda: peers.joined(ours.hub.ledger, proxy.url).fault == "unreachable")
                write([uk], group, rng)
                meet(uk, ours)
                proxy.port = int(theirs.url.rpartition(":")[2])
                until(lambda: same(ours, theirs))
                until(lambda: peers.joined(ours.hub.ledger, proxy.url).fault == "")


def test_a_hub_without_room_for_a_group_takes_the_others(start: Start, folder: Path) -> None:
    rng = random.Random(11)
    _, (uk, us, _) = three(folder, rng)
    more = uk.found(Pair.of_recovery(rng.randbytes(32)), rng.randbytes(16))
    uk.admit(more, us, Role.EDITOR, Pair.of_recovery(rng.randbytes(32)))
    small = Limits(address=OPEN.address, device=OPEN.device, knocks=OPEN.knocks, room=Room(groups=1))
    for number, meeter in enumerate(("ours", "theirs")):
        ours, theirs = start(f"ours{number}"), start(f"theirs{number}", limits=small)
        meet(uk, ours, first=True)
        one, other, here, there = (
            (ours, theirs, "UK-AISI", "US-CAISI") if meeter == "ours" else (theirs, ours, "US-CAISI", "UK-AISI")
        )
        befriend(one, other, here=here, there=there)
        with meets(one, other.url):
            until(lambda one=one, other=other: _noted(one, other.url))  # type: ignore[misc]
            until(theirs.held)
        with theirs.hub.ledger.reading() as connection:
            assert connection.all('SELECT COUNT(*) FROM "group"') == [(1,)]


def test_a_hub_that_shows_chains_without_end_is_not_listened_to(
    start: Start, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(peering, "LINKS", 3)
    rng = random.Random(12)
    group, (uk, us, _) = three(folder, rng)
    write([us], group, rng)
    ours, theirs = start("ours"), start("theirs")
    befriend(ours, theirs, here="UK-AISI", there="US-CAISI")
    meet(us, theirs, first=True)
    with theirs.hub.ledger.writing() as connection:  # a chain with a hole is compared by its ids
        connection.run("UPDATE chain SET knot = ?", [bytes(32)])
    with meets(ours, theirs.url):
        until(lambda: peers.joined(ours.hub.ledger, theirs.url).fault == "integrity")
    meet(uk, ours, first=True)
    assert ours.held()


def test_an_address_where_nobody_is_is_told_by_its_code(start: Start) -> None:
    ours = start("ours")
    ledger = ours.hub.ledger
    peers.remember(ledger, peers.Peer("http://127.0.0.1:1", "XX"))
    with meets(ours, "http://127.0.0.1:1"):
        until(lambda: peers.joined(ledger, "http://127.0.0.1:1").fault == "unreachable")


def test_however_much_receipts_say_is_withheld_it_is_kept(ledger: Ledger) -> None:
    peers.remember(ledger, peers.Peer("https://hub.test", "XX"))
    peers.note(ledger, "https://hub.test", met_ms=1, withheld=3 * 2**63)
    assert peers.joined(ledger, "https://hub.test").withheld == 2**63 - 1


def test_a_ledger_of_the_first_version_learns_whose_members_are(start: Start, folder: Path) -> None:
    rng = random.Random(13)
    group, (uk, _, _) = three(folder, rng)
    ours = start("ours")
    meet(uk, ours, first=True)
    with ours.hub.ledger.writing() as connection:
        before = connection.all("SELECT * FROM member ORDER BY device, carrier")
        connection.run("UPDATE member SET institute = ''")
        membership.settle(connection)
        assert connection.all("SELECT * FROM member ORDER BY device, carrier") == before
        assert membership.groups_with(connection, "US-CAISI") == [group]
