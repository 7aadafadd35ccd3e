"""The tables of a home: the log, heads, rows and the search index, and what is only of this device."""

import hashlib
from typing import Final

from sqlalchemy import (
    BLOB,
    INTEGER,
    TEXT,
    Column,
    ColumnElement,
    Connection,
    Dialect,
    ForeignKey,
    Index,
    MetaData,
    Table,
    UniqueConstraint,
    column,
    func,
    insert,
    select,
    table,
    text,
    type_coerce,
)
from sqlmodel import SQLModel

from comity.domain.kinds import KINDS
from comity.domain.record import Record
from comity.log.verdict import Status

FORMAT: Final = 1  # of the tables of the log; a store of a higher format is refused
LOG: Final = MetaData()


class Bytes(BLOB):
    """Bytes as they are: wrapping each one, as the dialect does, costs a tenth of taking envelopes in."""

    def bind_processor(self, dialect: Dialect) -> None:
        """None is needed; the driver takes bytes."""


envelopes: Final = Table(
    "envelope",
    LOG,
    Column("no", INTEGER, primary_key=True),
    Column("id", Bytes, nullable=False, unique=True),
    Column("dot", Bytes, nullable=False, index=True),
    Column("group", Bytes, nullable=False),
    Column("seat", Bytes, nullable=False),
    Column("seq", INTEGER, nullable=False),
    Column("gen", INTEGER, nullable=False),
    Column("type", INTEGER, nullable=False),
    Column("key", Bytes, nullable=False),
    Column("status", TEXT, nullable=False),  # in, waiting or void, with the reason after it
    Column("header", Bytes, nullable=False),
    Column("signature", Bytes, nullable=False),
    Column("body", Bytes),
    UniqueConstraint("seat", "seq", "id"),
    Index("envelope_of_group", "group", "status", "gen"),
    Index("envelope_acts", "type", "group"),
)
PREV: Final = type_coerce(func.substr(envelopes.c.header, 69, 32), BLOB)  # where log/envelope lays it
records: Final = Table(
    "record",
    LOG,
    Column("no", INTEGER, primary_key=True),
    Column("group", Bytes, nullable=False),
    Column("id", Bytes, nullable=False),
    Column("kind", TEXT, nullable=False),
    Column("heads", Bytes, nullable=False),  # msgpack {field: {dot: value}}
    Column("flags", TEXT, nullable=False, default=""),
    UniqueConstraint("group", "id", "kind"),
    Index("record_by_id", "id"),
)
touches: Final = Table(
    "touch",
    LOG,
    Column("record", INTEGER, ForeignKey("record.no"), primary_key=True),
    Column("envelope", INTEGER, ForeignKey("envelope.no"), primary_key=True),
    Index("touch_by_envelope", "envelope"),
    sqlite_with_rowid=False,
)
wanted: Final = Table(  # dots that are not here, with the commits that name them
    "wanted",
    LOG,
    Column("dot", Bytes, primary_key=True),
    Column("envelope", INTEGER, ForeignKey("envelope.no"), primary_key=True),
    sqlite_with_rowid=False,
)
receipts: Final = Table(  # the newest of each device, as signed: who holds what
    "receipt",
    LOG,
    Column("group", Bytes, primary_key=True),
    Column("device", Bytes, primary_key=True),
    Column("at_ms", INTEGER, nullable=False),
    Column("held", INTEGER, nullable=False),
    Column("signed", Bytes, nullable=False),
    sqlite_with_rowid=False,
)
local: Final = Table(  # what this device alone keeps, by name: cards of others, what hubs showed ...
    "local",
    LOG,
    Column("name", TEXT, primary_key=True),
    Column("value", Bytes, nullable=False),
)
search: Final = table("search", column("rowid", INTEGER), column("title", TEXT), column("body", TEXT))
SEARCH: Final = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS search"
    " USING fts5(title, body, tokenize=\"unicode61 remove_diacritics 2\", prefix='1 2 3')"
)
COUNTED: Final = ("exercise", "execution_status", "validity")  # what a board tells live runs apart by
counts: Final = table("counts", *(column(name, TEXT) for name in COUNTED), column("n", INTEGER))


def _counted(of: str) -> str:
    return ", ".join(f"coalesce({of}.{name}, '')" for name in COUNTED)


COUNTING: Final = (  # kept as rows come and go, which are never changed in place
    f"CREATE TABLE counts ({', '.join(COUNTED)}, n, PRIMARY KEY ({', '.join(COUNTED)})) WITHOUT ROWID",
    "CREATE TRIGGER run_comes AFTER INSERT ON run WHEN new.retired IS NOT 1 BEGIN"
    f" INSERT INTO counts VALUES ({_counted('new')}, 1) ON CONFLICT DO UPDATE SET n = n + 1; END",
    "CREATE TRIGGER run_goes AFTER DELETE ON run WHEN old.retired IS NOT 1 BEGIN"
    f" UPDATE counts SET n = n - 1 WHERE ({', '.join(COUNTED)}) = ({_counted('old')}); END",
)


ORDER: Final = ("group", "id", "retired")  # lists without another order are read from this index alone
INDEXES: Final = (  # whatever is asked of every record is answered from one of them, without a look at the rows
    ("id",),
    ("retired",),
    *((*first, *ORDER) for first in ((), ("exercise", "label"), ("label",), ("code",), ("name",), ("title",))),
    *((*first, "retired") for first in (("cell",), ("strand",), ("run",), ("person",), ("eval_id",))),
    ("execution_status", "validity", "retired"),
)
DISPUTED: Final = text("conflicts <> '[]'")  # of the few rows for which it holds there is an index too


def of_status(status: Status) -> ColumnElement[bool]:
    """Whether an envelope has this status, whatever the reason after it."""
    return envelopes.c.status.between(status.value, f"{status}:~")


def row_table(kind: type[Record]) -> Table:
    """The row table of a kind."""
    return SQLModel.metadata.tables[str(kind.__tablename__)]


def _total(rows: Table) -> Table:
    """A row must be there whatever somebody wrote, so that all but its number may be empty."""
    for each in rows.columns:
        each.nullable = each.nullable or not each.primary_key
    for names in INDEXES:
        if names[0] in rows.c:
            have = [name for name in names if name in rows.c]
            Index(f"{rows.name}_{'_'.join(have)}", *(rows.c[name] for name in have))
    Index(f"{rows.name}_disputed", rows.c.no, sqlite_where=DISPUTED)
    return rows


ROWS: Final = tuple(_total(row_table(kind)) for kind in KINDS)


def fingerprint() -> str:
    """A hash of the declared columns and index; when it changes, the rows are made anew from the log."""
    columns = (f"{rows.name}.{each.name} {type(each.type).__name__}" for rows in ROWS for each in rows.columns)
    indexes = sorted(f"{index.name}" for rows in ROWS for index in rows.indexes)
    told = "\n".join((SEARCH, *COUNTING, *columns, *indexes))
    return hashlib.blake2b(told.encode(), digest_size=16).hexdigest()


def make_log(connection: Connection) -> None:
    """Make the tables of the log where they are missing."""
    LOG.create_all(connection)
    connection.execute(text(f"PRAGMA user_version={FORMAT}"))


def make_rows(connection: Connection) -> None:
    """Make rows and search index empty, in the shape declared now."""
    for (name,) in connection.execute(
        select(text("name")).select_from(text("sqlite_master")).where(text("type='table'"))
    ).all():
        if name in {rows.name for rows in ROWS} | {search.name, counts.name}:
            connection.execute(text(f'DROP TABLE "{name}"'))
    for rows in ROWS:
        rows.create(connection)
    for statement in (SEARCH, *COUNTING):
        connection.exec_driver_sql(statement)
    remember(connection, "fingerprint", fingerprint().encode())


def recall(connection: Connection, name: str) -> bytes | None:
    """What this device keeps under a name."""
    return connection.execute(select(local.c.value).where(local.c.name == name)).scalar()


def remember(connection: Connection, name: str, value: bytes) -> None:
    """Keep a value under a name, on this device only."""
    connection.execute(insert(local).prefix_with("OR REPLACE").values(name=name, value=value))
