"""How a hub is let in at another one.

It proves itself by a key of its own, kept in its ledger. An invite for hubs, given out there for an institute, makes
that key stand wherever the institute stands: `comity hub join` brings it there once. In the other direction this hub
is told by `--institute` whose hub the other one is, and offers it the groups in which that institute stands. Neither
side ever opens anything: what passes is what devices push and pull, checked by the same rules.
"""

import os

from comity.hub.ledger.database import Ledger, one
from comity.hub.peers import Peer, remember
from comity.log.keys import public_of
from comity.sync.http import HttpCarrier, Patience, Tls
from comity.sync.wire import Look


def key(ledger: Ledger) -> bytes:
    """The seed of the key by which this hub is known to others; made when it is asked for first."""
    with ledger.writing() as connection:
        connection.run("INSERT INTO setting VALUES ('key', ?) ON CONFLICT DO NOTHING", [os.urandom(32)])
        found = one(connection, "SELECT value FROM setting WHERE name = 'key'")
    assert found is not None
    return bytes(found[0])


def line(ledger: Ledger, url: str, tls: Tls, invite: str = "", patience: Patience | None = None) -> HttpCarrier:
    """The way to another hub."""
    seed = key(ledger)
    name = Peer(url, "").name
    return HttpCarrier(name, url, public_of(seed), seed, invite=invite, tls=tls, patience=patience)


def join(ledger: Ledger, url: str, institute: str, invite: str, tls: Tls) -> Peer:
    """Show another hub the invite that it gave out, and remember whose hub it is."""
    carrier = line(ledger, url, tls, invite)
    try:
        carrier.look(Look({}))
    finally:
        carrier.close()
    peer = Peer(url, institute)
    remember(ledger, peer)
    return peer
