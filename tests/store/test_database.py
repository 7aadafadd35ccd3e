"""Opening and making the file: wrong keys, newer formats, nothing there, no rights, others at it, no secret in it."""

import os
import resource
import sqlite3
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import text

from comity.errors import ComityError, IntegrityFailure, NotFound, Refused
from comity.home import STORE
from comity.log.keys import DeviceKeys
from comity.store import cipher, schema
from comity.store.database import Database
from comity.store.store import BEFORE, Store
from laws.children import founded, home_of, pair
from laws.faults import ENV
from laws.laptops import STORE_KEY, shown
from rights import modes_count

KEY = bytes(32)


def test_a_new_store_is_its_owners_alone_and_is_made_once(tmp_path: Path) -> None:
    Database.make(tmp_path / STORE, KEY).close()
    assert (tmp_path / STORE).stat().st_mode & 0o777 == 0o600
    with pytest.raises(Refused, match="there already"):
        Database.make(tmp_path / STORE, KEY)


def test_another_key_is_told_without_a_word_of_either(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    Database.make(tmp_path / STORE, KEY).close()
    with pytest.raises(IntegrityFailure) as caught:
        Database.open(tmp_path / STORE, b"\x01" * 32)
    told = f"{caught.value.message} {caught.value.hint} {caught.value!r} {caught.value.__context__}"
    assert KEY.hex() not in told
    assert "01" * 32 not in told
    assert capfd.readouterr() == ("", "")  # the library would write to stderr, over the app


def test_a_store_of_a_newer_comity_is_refused_and_left_alone(tmp_path: Path) -> None:
    made = Database.make(tmp_path / STORE, KEY)
    with made.writing() as connection:
        connection.execute(text(f"PRAGMA user_version={schema.FORMAT + 1}"))
    made.close()
    before = (tmp_path / STORE).read_bytes()
    with pytest.raises(Refused, match="format 2") as caught:
        Database.open(tmp_path / STORE, KEY)
    assert caught.value.code == "newer_store"
    assert (tmp_path / STORE).read_bytes() == before


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are told by /proc")
@pytest.mark.parametrize("table", ["local", "envelope"])
def test_a_store_that_does_not_open_is_let_go(table: str, tmp_path: Path) -> None:
    laptop, _ = founded(tmp_path)
    with laptop.store.writing() as connection:
        connection.execute(text(f"DROP TABLE {table}"))
    laptop.close()
    with pytest.raises(ComityError) as caught:
        Store.open(tmp_path, laptop.keys)
    assert caught.value.hint
    held = [str(each.readlink()) for each in Path("/proc/self/fd").iterdir() if each.is_symlink()]
    assert not [each for each in held if each.startswith(str(tmp_path))]


def test_what_one_store_has_compiled_the_next_need_not(tmp_path: Path) -> None:
    def asked(home: str) -> int:
        (tmp_path / home).mkdir()
        made = Database.make(tmp_path / home / STORE, KEY)
        made.version()
        made.close()
        return len(cipher.STATEMENTS)

    assert asked("one") == asked("other") > 0


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="no store"):
        Database.open(tmp_path / STORE, KEY)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_no_store_is_told(tmp_path: Path) -> None:
    (tmp_path / STORE).write_bytes(b"")
    with pytest.raises(IntegrityFailure, match="not a store"):
        Database.open(tmp_path / STORE, KEY)
    (tmp_path / STORE).write_bytes(os.urandom(8192))
    with pytest.raises(ComityError):
        Database.open(tmp_path / STORE, KEY)
    plain = sqlite3.connect(tmp_path / "plain.db")
    plain.execute("CREATE TABLE t (x)")
    plain.close()
    with pytest.raises(IntegrityFailure):
        Database.open(tmp_path / "plain.db", KEY)


def test_a_damaged_page_is_told(tmp_path: Path) -> None:
    laptop, group = founded(tmp_path)
    laptop.write(group, *pair(1))
    laptop.close()
    data = bytearray((tmp_path / STORE).read_bytes())
    for page in range(1, len(data) // 4096):
        data[page * 4096 + 100] ^= 1
    (tmp_path / STORE).write_bytes(data)
    with pytest.raises(IntegrityFailure):
        home_of(tmp_path)


@pytest.mark.parametrize(
    ("said", "error", "code"),
    [
        ("attempt to write a readonly database", Refused, "read_only"),
        ("database or disk is full", Refused, "disk_full"),
        ("disk I/O error", Refused, "disk_failed"),
        ("database is locked", Refused, "busy"),
        ("unable to open database file", NotFound, "not_found"),
        ("database disk image is malformed", IntegrityFailure, "integrity"),
        ("file is not a database", IntegrityFailure, "integrity"),
        ("something new", IntegrityFailure, "integrity"),
    ],
)
def test_every_failure_says_what_to_do(said: str, error: type[ComityError], code: str) -> None:
    found = cipher.explained(Exception(said), Path("store.db"))
    assert type(found) is error
    assert found.code == code
    assert found.message
    assert found.hint


def test_a_store_that_may_not_be_written_says_so() -> None:
    with TemporaryDirectory() as made:
        folder = Path(made)
        laptop, group = founded(folder)
        laptop.close()
        (folder / STORE).chmod(0o400)
        with modes_count(folder), pytest.raises(Refused, match="read-only"):
            home_of(folder).write(group, *pair(1))


def test_a_writer_waits_for_another_and_then_says_that_it_is_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pragmas = tuple(each if "busy" not in each else "busy_timeout=200" for each in cipher.PRAGMAS)
    monkeypatch.setattr(cipher, "PRAGMAS", pragmas)
    laptop, group = founded(tmp_path)
    other = home_of(tmp_path)
    with laptop.store.writing():
        with pytest.raises(Refused) as caught:
            other.write(group, *pair(1))
        with other.store.reading() as connection:  # readers are never in the way
            assert connection.execute(text("SELECT count(*) FROM note")).scalar() == 0
    assert caught.value.code == "busy"
    other.write(group, *pair(1))
    laptop.close()
    other.close()


def test_a_reader_sees_one_state_while_others_write(tmp_path: Path) -> None:
    laptop, group = founded(tmp_path)
    count = text("SELECT count(*) FROM note")
    with laptop.store.reading() as connection:
        before = connection.execute(count).scalar()
        writer = threading.Thread(target=laptop.write, args=(group, *pair(1)))
        writer.start()
        writer.join()
        assert connection.execute(count).scalar() == before
    with laptop.store.reading() as connection:
        assert connection.execute(count).scalar() == 2
    laptop.close()


def test_what_fails_inside_a_transaction_is_not_done_at_all(tmp_path: Path) -> None:
    laptop, group = founded(tmp_path)
    before = shown(laptop.store)
    with suppress(ZeroDivisionError), laptop.store.writing() as connection:
        laptop.store.write(connection, group, pair(1), author="x", reason="", at_ms=1)
        raise ZeroDivisionError
    assert shown(laptop.store) == before
    laptop.write(group, *pair(2))
    assert shown(laptop.store)["note"] != before["note"]
    laptop.close()


def test_no_word_and_no_key_stands_in_any_file_of_the_home(tmp_path: Path) -> None:
    """Searched while the store is open, with its write-ahead log, and after."""
    marker = "marker-of-a-secret-sentence"
    laptop, group = founded(tmp_path)
    for number in range(5):
        laptop.write(group, *pair(number, marker))
    secrets = [marker.encode(), laptop.keys.store, laptop.keys.store.hex().encode(), laptop.keys.pair.seed, b"note"]
    for is_open in (True, False):
        files = [each for each in tmp_path.rglob("*") if each.is_file()]
        assert len(files) > is_open
        for file in files:
            data = file.read_bytes()
            assert not [secret for secret in secrets if secret in data], file.name
        laptop.close()


def test_a_home_opens_without_loading_screens_or_network(tmp_path: Path) -> None:
    program = (
        "import comity.store.store, sys; print([m for m in ('textual', 'httpx', 'starlette') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], env=ENV, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_rows_of_other_declarations_are_made_anew(tmp_path: Path) -> None:
    laptop, group = founded(tmp_path)
    laptop.write(group, *pair(1))
    before = shown(laptop.store)
    with laptop.store.writing() as connection:
        connection.execute(text("DROP TABLE note"))
        connection.execute(text("CREATE TABLE note (no INTEGER PRIMARY KEY, older TEXT)"))
        schema.remember(connection, "fingerprint", b"of an older version")
    laptop.close()
    opened = Store.open(tmp_path, laptop.keys)
    assert not opened.is_outdated()
    assert shown(opened) == before
    opened.close()


def test_keys_are_never_printed() -> None:
    keys = DeviceKeys.make()
    assert keys.store.hex() not in repr(keys)
    assert repr(keys.store) not in repr(keys)


def outdated(home: Path) -> bytes:
    """A home whose rows another version declared; the bytes of its store."""
    laptop, _ = founded(home)
    with laptop.store.writing() as connection:
        schema.remember(connection, "fingerprint", b"of the older one")
    laptop.close()
    return (home / STORE).read_bytes()


def test_rows_are_made_anew_after_a_copy_and_one_copy_is_kept(tmp_path: Path) -> None:
    home_of(tmp_path).close()
    assert not (tmp_path / BEFORE).exists()
    for _ in range(2):
        before = outdated(tmp_path)
        home_of(tmp_path).close()
        assert sorted(each.name for each in tmp_path.glob("store.*")) == [BEFORE, STORE]
        assert (tmp_path / BEFORE).stat().st_mode & 0o777 == 0o600
        assert (tmp_path / STORE).read_bytes() != before
        kept = Database.open(tmp_path / BEFORE, STORE_KEY)
        with kept.reading() as connection:
            assert schema.recall(connection, "fingerprint") == b"of the older one"
        kept.close()


def test_where_no_copy_can_be_written_the_store_stays_as_it_was(tmp_path: Path) -> None:
    before = outdated(tmp_path)
    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) // 2, usual[1]))
    try:
        with pytest.raises(Refused, match="the store is as it was") as caught:
            home_of(tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    assert caught.value.code == "no_copy"
    assert "make room" in caught.value.hint
    assert (tmp_path / STORE).read_bytes() == before
    assert not list(tmp_path.glob("store.before*"))
