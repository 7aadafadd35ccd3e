"""The hubs that this hub meets: where they are, whose they are, and how the last session with each ended."""

from urllib.parse import urlsplit

from msgspec import Struct

from comity.errors import NotFound
from comity.hub.ledger.database import Connection, Ledger

LARGEST = 2**63 - 1  # that a database takes; receipts may say more together


class Peer(Struct, frozen=True):
    """Another hub."""

    url: str
    institute: str
    met_ms: int = 0  # when a session with it last went through
    fault: str = ""  # the code of what ended the last one
    withheld: int = 0  # envelopes that others say to hold and it does not show

    @property
    def name(self) -> str:
        """How logs and numbers call it: its host."""
        return urlsplit(self.url).netloc


def peers(connection: Connection) -> list[Peer]:
    """All that were joined."""
    rows = connection.all("SELECT url, institute, met_ms, fault, withheld FROM peer ORDER BY url")
    return [Peer(*row) for row in rows]


def joined(ledger: Ledger, url: str) -> Peer:
    """The peer at an address."""
    with ledger.reading() as connection:
        found = [each for each in peers(connection) if each.url == url]
    if not found:
        raise NotFound(
            f"This hub has not joined {url}.",
            hint=f"Run: comity hub join {url} --institute CODE --invite-file FILE, with the same --database.",
        )
    return found[0]


def remember(ledger: Ledger, peer: Peer) -> None:
    """Keep whose hub is at an address."""
    with ledger.writing() as connection:
        connection.run(
            "INSERT INTO peer (url, institute) VALUES (?, ?) ON CONFLICT (url) DO UPDATE SET"
            " institute = excluded.institute, fault = ''",
            [peer.url, peer.institute],
        )


def note(ledger: Ledger, url: str, *, fault: str = "", met_ms: int = 0, withheld: int = 0) -> None:
    """Keep how a session ended; `met_ms` where it went through."""
    with ledger.writing() as connection:
        if met_ms:
            values = [met_ms, min(withheld, LARGEST), url]
            connection.run("UPDATE peer SET met_ms = ?, withheld = ?, fault = '' WHERE url = ?", values)
        else:
            connection.run("UPDATE peer SET fault = ? WHERE url = ?", [fault, url])
