"""Backups of a ledger, back from them, and from one database to the other."""

import random
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from comity.errors import NotFound, Refused
from comity.hub.ledger import copying
from comity.hub.ledger.copying import backup, restored
from comity.hub.ledger.database import Ledger
from comity.hub.ledger.opening import open_ledger
from comity.hub.ledger.schema import KEPT
from comity.sync import wire
from hub.stage import Circle, Device, Line


def rows(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    with ledger.reading() as connection:
        return {table: sorted(connection.all(f'SELECT * FROM "{table}"'), key=repr) for table in KEPT}


@pytest.fixture
def circle(rng: random.Random, hub: httpx.Client, invited: Callable[[httpx.Client, Device], Line]) -> Circle:
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    for number in range(20):
        circle.commit(uk, f"word {number}")
    line = invited(hub, uk)
    line.push(circle.push())
    line.ask("receipts", wire.Swap(circle.id, give=(circle.receipt(uk),)), wire.Receipts)
    return circle


def test_a_backup_is_the_ledger_as_it_stood_and_fills_either_database(
    circle: Circle, ledger: Ledger, database: str, postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hub.cluster import schema_of

    monkeypatch.setattr(copying, "BATCH", 7)
    path = tmp_path / "copy.db"
    assert backup(ledger, path) == len(circle.log)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.glob("*copy*")] == ["copy.db"]
    before = rows(ledger)
    targets = [f"sqlite:///{tmp_path / 'other.db'}", schema_of(postgres, f"copied_{database.startswith('sqlite')}")]
    for target in map(open_ledger, targets):
        assert restored(path, target) == len(circle.log)
        assert rows(target) == before
        with pytest.raises(Refused, match="not empty"):
            restored(path, target)
        target.close()


def test_a_hub_on_an_old_backup_is_the_same_hub_and_heals(
    circle: Circle, ledger: Ledger, tmp_path: Path, hubs: Callable[..., httpx.Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    (uk,) = circle.devices
    path = tmp_path / "copy.db"
    backup(ledger, path)
    hub = hubs()
    late = circle.commit(uk, "after the backup")
    Line(hub, uk).open().push(circle.push(late))
    now = rows(ledger)["chain"]
    with ledger.writing() as connection:
        for table in KEPT:
            connection.run(f'DELETE FROM "{table}"')
    restored(path, ledger)
    assert rows(ledger)["chain"] != now
    line = Line(hub, uk).open()
    assert line.push(circle.push()).fresh == 1
    assert rows(ledger)["chain"] == now


def test_a_backup_is_read_and_stays_as_it_is_also_where_nothing_can_be_written(
    circle: Circle, ledger: Ledger, tmp_path: Path
) -> None:
    folder = tmp_path / "disc"
    folder.mkdir()
    path = folder / "copy.db"
    backup(ledger, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        raw.execute("DROP INDEX envelope_bare")  # as the first version left it
        for column in ("invite.peer", "enrolled.peer", "member.institute"):
            table, _, name = column.partition(".")
            if name == "institute":
                raw.execute("DROP INDEX member_house")
            raw.execute(f"ALTER TABLE {table} DROP COLUMN {name}")
        raw.execute("DROP TABLE peer")
        raw.execute("UPDATE version SET number = 1")
        raw.execute("PRAGMA journal_mode = DELETE")
    before = path.read_bytes()
    path.chmod(0o400)
    folder.chmod(0o500)
    target = open_ledger(f"sqlite:///{tmp_path / 'other.db'}")
    assert restored(path, target) == len(circle.log)
    target.close()
    assert path.read_bytes() == before
    assert [each.name for each in folder.iterdir()] == ["copy.db"]
    folder.chmod(0o700)


def test_a_backup_never_replaces_a_file(ledger: Ledger, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("mine")
    with pytest.raises(Refused, match="already"):
        backup(ledger, tmp_path / "copy.db")
    assert (tmp_path / "copy.db").read_text() == "mine"
    with pytest.raises(NotFound):
        restored(tmp_path / "none.db", ledger)


def test_a_backup_that_fails_leaves_nothing(
    circle: Circle, ledger: Ledger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "_copy", fail)
    with pytest.raises(KeyboardInterrupt):
        backup(ledger, tmp_path / "copy.db")
    assert not [*tmp_path.glob("*copy*")]
    assert not [*tmp_path.glob(".copy*")]
