"""Opens the ledger that an address names; the driver is imported only then."""

from comity.errors import UsageError
from comity.hub.ledger.database import Ledger
from comity.hub.ledger.schema import migrate


def open_ledger(url: str) -> Ledger:
    """The ledger at `sqlite:///PATH` or `postgresql://...`, brought to the schema of this version."""
    ledger = _opened(url)
    try:
        migrate(ledger)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _opened(url: str) -> Ledger:
    if url.startswith(("postgresql://", "postgres://")):
        from comity.hub.ledger.postgres import Postgres

        return Postgres(url)
    path = url.removeprefix("sqlite:///")
    if path == url or not path:
        raise UsageError(
            "A hub keeps its ledger in SQLite or PostgreSQL.", hint="Write sqlite:///PATH or postgresql://HOST/NAME."
        )
    from comity.hub.ledger.sqlite import Sqlite

    return Sqlite(path)
