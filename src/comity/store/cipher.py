"""Opening the encrypted database: one driver, one set of pragmas, every failure translated."""

import errno
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec
import sqlcipher3.dbapi2 as driver
from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import NullPool, QueuePool
from sqlalchemy.util import LRUCache

from comity.errors import ComityError, IntegrityFailure, NotFound, Refused

BUSY_MS: Final = 15_000
PATIENT_MS: Final = 1_000
STATEMENTS: Final[LRUCache[Any, Any]] = LRUCache(1200)  # as they were compiled
PRAGMAS: Final = (
    "journal_mode=WAL",
    "synchronous=FULL",  # with NORMAL a power cut loses commits that were acknowledged
    f"busy_timeout={BUSY_MS}",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "secure_delete=ON",
    "cell_size_check=ON",
    "temp_store=MEMORY",
    "cache_size=-16384",  # pages at hand, 16 MiB: to decrypt them again takes longer than what is asked of them
)


def connect(path: Path, key: bytes) -> Any:
    """A connection to the database at `path`; IntegrityFailure where it is damaged or was made with another key."""
    try:
        connection = driver.connect(
            str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_MS / 1000, cached_statements=400
        )
    except driver.Error as error:
        raise explained(error, path) from None
    try:
        connection.execute("PRAGMA cipher_log_level=NONE")  # else a wrong key writes to stderr, over the app
        connection.execute(f"PRAGMA key=\"x'{key.hex()}'\"")
        connection.execute("SELECT 1 FROM sqlite_master").fetchone()
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
    except driver.Error as error:
        connection.close()
        raise explained(error, path) from None
    return connection


def copy(cursor: Any, target: Path) -> None:
    """Write the database as it is now into an empty file, under the same key."""
    try:
        cursor.execute("VACUUM INTO ?", (str(target),))
    except driver.Error as error:
        raise explained(error, target) from None


def empty_log(cursor: Any) -> bool:
    """Fold the write-ahead log into the file and empty it; whether nobody was in the way."""
    cursor.execute(f"PRAGMA busy_timeout={PATIENT_MS}")
    try:
        busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    except driver.Error:
        return False
    finally:
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    return not busy


def explained(error: Exception, path: Path) -> ComityError:
    """What a person is told of a failure of the database, without a key or a value in it."""
    text = str(error).lower()
    if "not a database" in text or "file is encrypted" in text:
        hint = "`comity restore FILE --home NEW` brings keys and store back from a backup"
        return IntegrityFailure(f"{path.name} is damaged, or is not the store of this device.key", hint)
    if "malformed" in text or "corrupt" in text:
        hint = "`comity restore FILE --home NEW` brings a backup back"
        return IntegrityFailure(f"{path.name} is damaged: {error}", hint)
    if "full" in text:
        return Refused(
            f"the disk is full; nothing was written to {path.name}", "make room and try again", code="disk_full"
        )
    if "readonly" in text or "read-only" in text:
        return Refused(
            f"{path.name} is read-only; nothing was written", "check the mode and owner of the home", code="read_only"
        )
    if "locked" in text or "busy" in text:
        hint = "another Comity is writing; try again in a moment"
        return Refused(f"{path.name} is busy for more than {BUSY_MS // 1000} s", hint, code="busy")
    if "unable to open" in text:
        return NotFound(f"{path} cannot be opened", "check that the home exists and is yours, or `comity init`")
    if "i/o" in text or "disk" in text:
        hint = f"check the disk ({errno.errorcode[errno.EIO]}) and the room on it; what was acknowledged is kept"
        return Refused(f"the disk did not take the write to {path.name}", hint, code="disk_failed")
    return IntegrityFailure(f"{path.name}: {error}", "`comity doctor` looks closer")


def engine(path: Path, key: bytes, prepare: Callable[[Any], None] | None = None) -> Engine:
    """An engine over `path`. The key never stands in a URL, which would be printed."""

    def creator() -> Any:
        connection = connect(path, key)
        if prepare:
            prepare(connection)
        return connection

    shared = _shared()
    pool = QueuePool(creator, pool_size=4, dialect=shared.dialect)
    return Engine(pool, shared.dialect, shared.url, execution_options={"compiled_cache": STATEMENTS})


@cache
def _shared() -> Engine:
    """The dialect of every store of this process: what one has compiled, the next need not."""
    made = create_engine("sqlite://", module=driver, poolclass=NullPool, json_deserializer=_read)
    made.connect().close()  # a dialect learns of its database when it is first connected
    return made


def _read(text: str) -> Any:
    """The JSON in a column; of what only Python takes for JSON, such as NaN, by Python, which is slower."""
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return json.loads(text)
