"""Copies a ledger as it stands into another one: for a backup, back from it, and from SQLite to PostgreSQL."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from comity.errors import NotFound, Refused
from comity.home import put_in_place
from comity.hub.ledger.database import Connection, Ledger, Row
from comity.hub.ledger.opening import open_ledger
from comity.hub.ledger.schema import KEPT

BATCH = 500


def backup(source: Ledger, path: Path) -> int:
    """Write a copy to a new file, whole or not at all; how many envelopes it holds."""
    if path.exists():
        raise Refused(f"There is a file at {path} already.", hint="Name another one.")
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=".comity-", dir=path.parent) as folder:
        fresh = Path(folder) / "backup.db"
        with closing(open_ledger(f"sqlite:///{fresh}")) as target:
            count = copy(source, target)
        put_in_place(fresh, path)
    return count


def restored(path: Path, target: Ledger) -> int:
    """Fill an empty ledger from a backup; how many envelopes came."""
    if not path.is_file():
        raise NotFound(f"There is no backup at {path}.", hint="Look at its name.")
    with _copied(path) as beside, closing(open_ledger(f"sqlite:///{beside}")) as source:
        return copy(source, target)


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    """A copy for as long as the block lasts: opening brings a ledger to this version, and a backup stays as it is."""
    with TemporaryDirectory(prefix="comity-") as folder:
        copied = Path(folder) / "backup.db"
        try:
            for end in ("", "-wal"):  # what a copy by other means may have left beside it
                if path.with_name(path.name + end).is_file():
                    shutil.copyfile(f"{path}{end}", f"{copied}{end}")
        except OSError as error:
            hint = f"It is copied to {folder} first; TMPDIR names another place."
            raise Refused(f"The backup cannot be copied: {error.strerror}.", hint=hint) from error
        yield copied


def copy(source: Ledger, target: Ledger) -> int:
    """Copy all that is worth keeping into an empty ledger, in one transaction on either side."""
    with source.reading() as old, target.writing() as new:
        if any(new.all(f'SELECT 1 FROM "{table}" LIMIT 1') for table in KEPT):
            raise Refused("The ledger to copy into is not empty.", hint="Name a database of its own.")
        return {table: _copy(old, new, table) for table in KEPT}["envelope"]


def _copy(old: Connection, new: Connection, table: str) -> int:
    count = 0
    for batch in _batches(old.each(f'SELECT * FROM "{table}"')):
        new.insert(table, batch)
        count += len(batch)
    return count


def _batches(rows: Iterator[Row]) -> Iterator[Sequence[Row]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
