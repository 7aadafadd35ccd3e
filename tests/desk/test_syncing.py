"""Sessions with real hubs from the desk: apart, at once, cut short, and told by what they noticed."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from comity import bootstrap, settings
from comity.desk import acting, asking, care
from comity.desk.carriers import acknowledging, courier, hubs, partners, syncing
from comity.desk.carriers.noticing import noticed
from comity.desk.carriers.syncing import HubSession, Stopped, Watching
from comity.desk.desk import Desk
from comity.errors import HubUnreachable, IntegrityFailure, Locked, NotFound, Refused
from comity.store.tally import tally_of
from comity.sync.outcome import GroupOutcome, MassChange, Progress
from desk.houses import NOTES, houses, write
from desk.opening import ticking
from sync.hubs import Running, running

Pair = tuple[Desk, Desk]


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Pair]:
    made = houses(tmp_path)
    uk, us = (bootstrap.open_desk(home, clock=ticking()) for home in (made.uk, made.us))
    yield uk, us
    uk.close()
    us.close()


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


@pytest.fixture
def joined(two: Pair, hub: Running) -> Pair:
    for desk in two:
        hubs.add(desk, "ours", hub.url, invite=hub.invite(desk.institute))
    return two


def meet(*desks: Desk) -> HubSession:
    """A session of each, one after the other; that of the last."""
    for desk in desks:
        (session,) = syncing.sync(desk)
        assert session.error is None
    return session


def notes(desk: Desk) -> int:
    return asking.count(desk, "note")


def test_an_invite_is_used_once_and_never_written_down(two: Pair, hub: Running) -> None:
    uk, us = two
    code = hub.invite("UK-AISI")
    hubs.add(uk, "ours", hub.url, invite=code)
    with pytest.raises(Locked):
        hubs.add(us, "ours", hub.url, invite=code)
    assert us.settings.hubs == settings.load(us.home).hubs == {}
    assert not [path for path in uk.home.rglob("*") if path.is_file() and code.encode() in path.read_bytes()]


def test_a_hub_that_is_not_reached_is_not_kept(two: Pair) -> None:
    with pytest.raises(HubUnreachable):
        hubs.add(two[0], "ours", "http://127.0.0.1:9")
    with pytest.raises(NotFound, match="has no hub"):
        syncing.sync(two[0])


def test_another_hub_under_the_address_is_told_and_gets_nothing(joined: Pair, tmp_path: Path) -> None:
    uk = joined[0]
    (tmp_path / "other").mkdir()
    with running(tmp_path / "other") as other:
        other.invite("UK-AISI")
        settings.keep_hub(uk.home, "ours", replace_url(uk, other.url))
        (session,) = syncing.sync(uk)
        assert isinstance(session.error, IntegrityFailure)
        assert session.error.code == "other_hub"
        assert (session.reached, other.held()) == (False, [])


def replace_url(desk: Desk, url: str) -> settings.Hub:
    return settings.Hub(url, settings.load(desk.home).hubs["ours"].id)


def test_a_hub_that_is_away_keeps_no_other_from_being_synced(joined: Pair, hub: Running) -> None:
    uk = joined[0]
    settings.keep_hub(uk.home, "away", settings.Hub("http://127.0.0.1:9"))
    away, ours = syncing.sync(uk)
    assert isinstance(away.error, HubUnreachable)
    assert (ours.error, ours.total("sent")) == (None, len(hub.held()))
    assert [each.name for each in syncing.sync(uk, ["ours"])] == ["ours"]
    with pytest.raises(NotFound, match="theirs"):
        syncing.sync(uk, ["theirs"])


def test_what_one_hub_brings_goes_to_the_others_at_once(joined: Pair, hub: Running, tmp_path: Path) -> None:
    uk, us = joined
    (tmp_path / "other").mkdir()
    with running(tmp_path / "other") as other:
        hubs.add(uk, "zweit", other.url, invite=other.invite("UK-AISI"))
        syncing.sync(uk)
        hubs.remove(us, "ours")
        hubs.add(us, "zweit", other.url)
        meet(us)
        write(us, 3)
        meet(us)
        ours, zweit = syncing.sync(uk)
        assert (ours.total("sent"), zweit.total("received")) == (3, 3)
        assert sorted(hub.held()) == sorted(other.held())
        assert [each["sent"] for each in care.status(uk)["hubs"]] == [3, 0]


def test_looking_changes_nothing(joined: Pair, hub: Running) -> None:
    uk, us = joined
    (session,) = syncing.outlook(uk)
    assert session.total("sent") > NOTES
    assert hub.held() == []
    assert care.status(uk)["hubs"][0]["reached_at"] is None
    meet(uk)
    (session,) = syncing.outlook(us)
    assert session.total("received") == len(hub.held())
    assert notes(us) == 0


def test_what_a_hub_does_not_show_is_told_with_who_holds_it(joined: Pair, tmp_path: Path) -> None:
    uk, us = joined
    meet(uk, us, uk)
    write(us, 3)
    held = tmp_path / "held.txt"
    held.write_text("".join(said.line + "\n" for said in acknowledging.lines(us)), encoding="utf-8")
    acknowledging.take(uk, str(held))
    session = meet(uk)
    (told,) = noticed(partners.names(uk), "the hub ours", session.groups[0])
    assert told.startswith("US-CAISI ")
    assert told.endswith(" holds 3 of UKUS that the hub ours does not show.")
    assert next(noticed({}, "the hub ours", session.groups[0])).startswith("US-CAISI device ")
    assert care.status(uk)["hubs"][0]["withheld"] == 3
    assert [each.withheld_by for each in partners.partners(uk)] == [(("ours", 3),)]
    meet(us)
    assert not [*noticed({}, "it", meet(uk).groups[0])]
    assert care.status(uk)["hubs"][0]["withheld"] == 0


def test_a_hub_that_shows_less_may_do_so_as_this_device_was_revoked() -> None:
    session = syncing.GroupSession("", "UKUS", GroupOutcome(bytes(16), rolled_back=11), syncing.NONE, 0)
    (told,) = noticed({}, "the hub ours", session)
    assert told.startswith("the hub ours shows 11 envelopes of UKUS less than before: ")
    assert told.endswith("this device was revoked.")


def test_partners_are_known_by_their_last_word_and_what_they_lack(joined: Pair) -> None:
    uk, us = joined
    before = partners.partners(uk)
    assert [(each.institute, each.receipt, each.lacks > NOTES) for each in before] == [("US-CAISI", None, True)]
    meet(uk, us)
    write(us, 1)
    meet(us, uk)
    write(uk, 2)
    (after,) = partners.partners(uk)
    assert (after.lacks, after.lacks_ours, after.lacks_keys) == (2, 2, 0)
    assert after.last_word
    assert after.receipt
    assert partners.not_elsewhere(uk) == 2 + private(uk)


def private(desk: Desk) -> int:
    """Envelopes of the institute's own group, which reaches nobody."""
    with desk.store.reading() as connection:
        return tally_of(connection, bytes.fromhex(desk.store.private)).envelopes


def test_a_session_that_is_stopped_goes_on_at_the_next(joined: Pair, hub: Running) -> None:
    uk, us = joined
    write(uk, 300)
    meet(uk)

    def stop(progress: Progress) -> None:
        if progress.done:
            raise Stopped

    with pytest.raises(Stopped):
        syncing.sync(us, tell=stop)
    assert care.verify(us)["ok"]
    meet(us)
    assert notes(us) == NOTES + 300


def test_two_sessions_at_once_in_one_home_do_it_once(joined: Pair, hub: Running) -> None:
    uk, us = joined
    write(uk, 40)
    for desk in (uk, us):
        at_once([lambda desk=desk: syncing.sync(desk)] * 3)  # type: ignore[misc]
    assert len(hub.held()) == len(set(hub.held()))
    assert notes(us) == NOTES + 40
    assert meet(us).total("received") == meet(uk).total("sent") == 0
    assert care.verify(uk)["ok"]
    assert care.verify(us)["ok"]


def at_once(jobs: list[Callable[[], list[HubSession]]]) -> None:
    found: list[HubSession] = []
    threads = [threading.Thread(target=lambda job=job: found.extend(job())) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [each.error for each in found] == [None] * len(jobs)


def test_a_change_of_much_is_asked_about_and_holds_nothing_else_up(joined: Pair) -> None:
    uk, us = joined
    write(uk, 20)
    meet(uk, us)
    for note in asking.records(us, "note")[:10]:
        acting.retire(us, note, "not ours")
    meet(us)
    asked: list[str] = []

    def agree(change: MassChange) -> bool:
        asked.append(change.message)
        return len(asked) > 1

    (session,) = syncing.sync(uk, agree=agree)
    assert isinstance(session.error, Refused)
    assert "retire 10 of 26 records" in session.error.message
    assert notes(uk) == NOTES + 20
    (session,) = syncing.sync(uk, agree=agree)
    assert (session.error, session.total("received"), notes(uk)) == (None, 10, NOTES + 10)
    assert len(asked) == 2


def test_watching_hears_partners_and_what_is_written_here(joined: Pair, hub: Running) -> None:
    uk, us = joined
    meet(uk)
    heard: list[HubSession] = []
    moved = threading.Event()

    def hear(sessions: list[HubSession]) -> None:
        heard.extend(sessions)
        moved.set()

    watching = Watching(us, heard=hear, quiet=(600, 600), after=(0.1, 0.1))
    thread = threading.Thread(target=watching.run)
    thread.start()
    try:
        until(moved, lambda: notes(us) == NOTES)
        until(moved, lambda: len(heard) > 1)  # the line is open
        write(uk, 1)
        meet(uk)
        until(moved, lambda: notes(us) == NOTES + 1)
        before = len(hub.held())
        write(us, 1)
        until(moved, lambda: len(hub.held()) > before)
    finally:
        watching.stop()
        thread.join(30)
    assert not thread.is_alive()
    assert not [each for each in heard if each.error]


def until(moved: threading.Event, true: Callable[[], bool]) -> None:
    """Wait until something holds, looking whenever a session ended."""
    for _ in range(60):
        if true():
            return
        moved.wait(0.5)
        moved.clear()
    raise AssertionError("it never came to that")


def test_a_bundle_and_a_hub_bring_the_same(joined: Pair, tmp_path: Path) -> None:
    uk, us = joined
    (written,) = courier.write(uk, courier.parcel(uk, "UKUS"), tmp_path)
    assert written.path.suffix == courier.ENDING
    (opened,) = courier.read(us, [written.path])
    assert (opened.error, opened.groups[0].outcome.received) == (None, written.envelopes)
    assert meet(uk, us).total("received") == 0
