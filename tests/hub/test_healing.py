"""The laws of the sync at real hubs, over HTTP, on either database: hubs that lie, lose, repeat and were restored."""

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from comity.hub import shelf
from comity.hub.ledger.copying import backup, restored
from comity.hub.ledger.database import Connection
from comity.hub.ledger.opening import open_ledger
from comity.hub.service import Hub
from comity.log.envelope import Type
from comity.log.receipt import tip
from comity.sync import wire
from comity.sync.engine import sync
from comity.sync.outcome import GroupOutcome
from comity.sync.shelf import Shelf
from hub.stage import served
from laws.laptops import Laptop, differences, shown, three
from laws.test_sync import Twice, assert_equal, ids, write
from sync.hubs import OPEN, Running

Start = Callable[[str], Running]


@pytest.fixture
def start() -> Iterator[Start]:
    """Runs a hub on a database."""
    with ExitStack() as stack:

        def run(database: str) -> Running:
            hub = Hub(open_ledger(database), ["127.0.0.1"], OPEN)
            return Running(hub, str(stack.enter_context(served(hub)).base_url))

        yield run


@pytest.fixture
def met(start: Start, database: str, folder: Path) -> tuple[Running, bytes, list[Laptop]]:
    """A hub that holds what three laptops wrote."""
    rng = random.Random(3)
    group, laptops = three(folder, rng)
    write(rng, group, laptops, 30)
    hub = start(database)
    for laptop in (*laptops, *laptops):
        meet(laptop, hub, invited=True)
    return hub, group, laptops


def meet(laptop: Laptop, hub: Running, *, invited: bool = False) -> GroupOutcome:
    with closing(hub.line(laptop, invited=invited)) as line:
        (outcome,) = sync(Shelf(laptop.store, laptop.at_ms), line)
    return outcome


def show(connection: Connection, group: bytes, seat: bytes) -> None:
    """Bring what is told of a chain to what is there, as a hub would that lies."""
    held = shelf.chain(connection, group, seat)
    reach, knot = tip(held.values()), None if shelf._is_line(held) else wire.knot(held)
    connection.run(
        'UPDATE chain SET seq = ?, id = ?, count = ?, knot = ? WHERE "group" = ? AND seat = ?',
        [reach.seq, reach.id, reach.count, knot, group, seat],
    )


def test_withholding_is_named_at_a_hub(met: tuple[Running, bytes, list[Laptop]], folder: Path) -> None:
    hub, group, (uk, us, us2) = met
    (mine,) = (each.id for each in us.standing(group).seats.values() if each.device == us.device)
    count = len([each for each in us.envelopes() if each.seat == mine])
    stranger = Laptop(folder / "other", "US-CAISI", us2.keys)  # the same device, set up anew
    stranger.take(each for each in us2.envelopes() if each.type is Type.ACT)
    with hub.hub.ledger.writing() as connection:
        connection.run("DELETE FROM envelope WHERE seat = ? AND seq > 3", [mine])
        show(connection, group, mine)
    line = hub.line(stranger)
    with closing(line):
        (outcome,) = sync(Shelf(stranger.store, stranger.at_ms), line)
    assert (us.device, count - 3) in {(each.device, each.count) for each in outcome.withheld}
    assert {each.institute for each in outcome.withheld} <= {"UK-AISI", "US-CAISI"}
    meet(us, hub)  # who has them brings them again
    for laptop in (stranger, uk, us):
        assert meet(laptop, hub).withheld == []
    assert ids(stranger) == ids(us)


def test_one_missing_envelope_hides_only_itself_at_a_hub(
    met: tuple[Running, bytes, list[Laptop]], folder: Path, rng: random.Random
) -> None:
    hub, group, laptops = met
    uk, _, us2 = laptops
    lost = rng.choice([each for each in uk.envelopes() if each.type is Type.COMMIT])
    with hub.hub.ledger.writing() as connection:
        connection.run("DELETE FROM envelope WHERE id = ?", [lost.id])
        show(connection, group, lost.seat)
    fresh = Laptop(folder / "fresh", "US-CAISI", us2.keys)
    fresh.take(each for each in us2.envelopes() if each.type is Type.ACT)
    assert meet(fresh, hub).bad.total() == 0
    assert ids(uk) - ids(fresh) == {lost.id}
    other = Laptop(folder / "other", "US-CAISI", us2.keys)
    other.take(each for each in us2.envelopes() if each.id != lost.id)
    assert not differences(shown(fresh.store), shown(other.store))
    for laptop in (uk, fresh):
        meet(laptop, hub)
    assert_equal([uk, fresh])


def test_every_message_twice_changes_nothing_at_a_hub(
    start: Start, database: str, folder: Path, rng: random.Random
) -> None:
    group, laptops = three(folder, rng)
    hub = start(database)
    write(rng, group, laptops)
    for number in range(2):
        for laptop in laptops:
            with closing(hub.line(laptop, invited=not number)) as line:
                sync(Shelf(laptop.store, laptop.at_ms), Twice(line, rng))  # type: ignore[arg-type]
    assert_equal(laptops)
    assert sorted(hub.held()) == sorted(ids(laptops[0]))
    for laptop in laptops:
        outcome = meet(laptop, hub)
        assert (outcome.received, outcome.sent) == (0, 0)


@pytest.fixture
def empty(request: pytest.FixtureRequest, database: str, tmp_path: Path) -> str:
    """A second database of the same sort."""
    from hub.cluster import schema_of

    if database.startswith("sqlite"):
        return f"sqlite:///{tmp_path / 'second.db'}"
    return schema_of(request.getfixturevalue("postgres"), f"second_{database.rpartition('test')[2]}")


def test_a_hub_restored_from_an_old_backup_heals(
    met: tuple[Running, bytes, list[Laptop]], start: Start, empty: str, tmp_path: Path, rng: random.Random
) -> None:
    hub, group, laptops = met
    backup(hub.hub.ledger, tmp_path / "backup.db")
    before = len(hub.held())
    write(rng, group, laptops)
    for laptop in laptops:
        meet(laptop, hub)
    after = sorted(hub.held())
    target = open_ledger(empty)
    restored(tmp_path / "backup.db", target)
    target.close()
    again = start(empty)
    assert before == len(again.held()) < len(after)
    assert meet(laptops[0], again).rolled_back > 0  # told, and by the same key let in
    for laptop in (*laptops, *laptops):
        meet(laptop, again)
    assert sorted(again.held()) == after
    assert_equal(laptops)
    for laptop in laptops:
        outcome = meet(laptop, again)
        assert (outcome.received, outcome.sent, outcome.rolled_back, outcome.withheld) == (0, 0, 0, [])
