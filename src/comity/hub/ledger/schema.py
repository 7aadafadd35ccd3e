"""The tables of a ledger and how they came about: one step for each version that changed them."""

from comity.errors import IntegrityFailure
from comity.hub.ledger.database import Ledger, one

STEPS: tuple[tuple[str, ...], ...] = (
    (
        "CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL)",
        """CREATE TABLE "group" (
            id BLOB PRIMARY KEY, institute TEXT NOT NULL, at_ms BIGINT NOT NULL,
            size BIGINT NOT NULL DEFAULT 0, moved BIGINT NOT NULL DEFAULT 0)""",
        """CREATE TABLE envelope (
            id BLOB PRIMARY KEY, "group" BLOB NOT NULL, seat BLOB NOT NULL, seq BIGINT NOT NULL,
            type INTEGER NOT NULL, head BLOB NOT NULL, body BLOB, length INTEGER NOT NULL)""",
        'CREATE INDEX envelope_chain ON envelope ("group", seat, seq, id)',
        'CREATE INDEX envelope_act ON envelope ("group") WHERE type = 2',
        """CREATE TABLE chain (
            "group" BLOB NOT NULL, seat BLOB NOT NULL, seq BIGINT NOT NULL, id BLOB NOT NULL, count BIGINT NOT NULL,
            knot BLOB, PRIMARY KEY ("group", seat))""",
        """CREATE TABLE seat (
            "group" BLOB NOT NULL, seat BLOB NOT NULL, signer BLOB NOT NULL, carrier BLOB NOT NULL,
            cut INTEGER NOT NULL DEFAULT 0, PRIMARY KEY ("group", seat))""",
        """CREATE TABLE member (
            device BLOB NOT NULL, carrier BLOB NOT NULL, "group" BLOB NOT NULL,
            PRIMARY KEY (device, carrier, "group"))""",
        'CREATE INDEX member_group ON member ("group")',
        'CREATE TABLE erasure ("group" BLOB NOT NULL, dot BLOB NOT NULL, PRIMARY KEY ("group", dot))',
        """CREATE TABLE receipt (
            "group" BLOB NOT NULL, device BLOB NOT NULL, at_ms BIGINT NOT NULL, held BIGINT NOT NULL,
            data BLOB NOT NULL, PRIMARY KEY ("group", device))""",
        """CREATE TABLE enrolled (
            device BLOB NOT NULL, carrier BLOB NOT NULL, institute TEXT NOT NULL, at_ms BIGINT NOT NULL,
            PRIMARY KEY (device, carrier))""",
        """CREATE TABLE invite (
            code BLOB PRIMARY KEY, institute TEXT NOT NULL, until_ms BIGINT NOT NULL, device BLOB, carrier BLOB)""",
        """CREATE TABLE session (
            token BLOB PRIMARY KEY, device BLOB NOT NULL, carrier BLOB NOT NULL, until_ms BIGINT NOT NULL)""",
        "CREATE INDEX session_device ON session (device, carrier, until_ms)",
        "CREATE TABLE nonce (nonce BLOB PRIMARY KEY, until_ms BIGINT NOT NULL)",
    ),
    (
        "ALTER TABLE invite ADD COLUMN peer INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE enrolled ADD COLUMN peer INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE member ADD COLUMN institute TEXT NOT NULL DEFAULT ''",
        'CREATE INDEX member_house ON member (institute, "group")',
        'CREATE INDEX envelope_bare ON envelope ("group") WHERE body IS NULL',
        """CREATE TABLE peer (
            url TEXT PRIMARY KEY, institute TEXT NOT NULL, met_ms BIGINT NOT NULL DEFAULT 0,
            fault TEXT NOT NULL DEFAULT '', withheld BIGINT NOT NULL DEFAULT 0)""",
    ),
)
KEPT = ("setting", "group", "envelope", "chain", "seat", "member", "erasure", "receipt", "enrolled", "invite", "peer")


def migrate(ledger: Ledger) -> None:
    """Bring a ledger to the newest schema; of several processes one does it, the others wait."""
    with ledger.writing() as connection:
        connection.lock(b"schema")
        connection.run("CREATE TABLE IF NOT EXISTS version (number INTEGER NOT NULL)")
        row = one(connection, "SELECT number FROM version")
        if row is None:
            connection.run("INSERT INTO version VALUES (0)")
        number = row[0] if row else 0
        if number > len(STEPS):
            raise IntegrityFailure(
                f"The ledger has version {number}; this Comity knows version {len(STEPS)}.", hint="Upgrade Comity."
            )
        for step in STEPS[number:]:
            for statement in step:
                connection.run(statement)
        if number < len(STEPS):
            connection.run("UPDATE version SET number = ?", [len(STEPS)])
