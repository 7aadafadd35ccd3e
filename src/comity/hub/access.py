"""Who may speak with a hub: a device proves its carrier key, and stands in a group here or comes with an invite.

A challenge keeps no memory: its nonce holds the time and a seal of the hub's secret, and is kept only once it was used.
Its age is told by the hub's clock; the device's clock, which may be wrong for years, is signed along and not judged.
A device may also prove its own signing key: so does a recovery key, which has no carrier.
A hub that carries for an institute proves the one key it has, and comes with an invite for hubs; see `joining`.
"""

import base64
import binascii
import hashlib
import hmac
import os
import secrets
from collections.abc import Collection

from msgspec import Struct

from comity.hub.ledger.database import Connection, Ledger, one
from comity.hub.membership import Caller
from comity.hub.refusals import malformed, no_proof, no_session, not_admitted
from comity.log.body import Malformed
from comity.log.commit import LAST_MOMENT
from comity.sync.wire import Challenge, Hello, Login, Proof, Session

FRESH_MS = 60_000  # how long a challenge may be answered
OPEN_MS = 60 * 60_000
SESSIONS = 20  # of one device at once; a further one ends the oldest
_CODE = 16


class Identity(Struct, frozen=True):
    """Which hub this is, to whom, and what it seals its challenges with."""

    hub: bytes
    secret: bytes
    hosts: frozenset[str]  # the names by which devices may know it

    def __repr__(self) -> str:
        return f"Identity({self.hub.hex()})"


def identity(ledger: Ledger, hosts: Collection[str]) -> Identity:
    """Of the hub whose ledger this is; made when it is opened first."""
    with ledger.writing() as connection:
        for name, size in (("hub", 16), ("secret", 32)):
            connection.run("INSERT INTO setting VALUES (?, ?) ON CONFLICT DO NOTHING", [name, os.urandom(size)])
        settings: dict[str, bytes] = dict(connection.all("SELECT name, value FROM setting"))
    return Identity(settings["hub"], settings["secret"], frozenset(host.lower() for host in hosts))


def challenge(hub: Identity, hello: Hello, now_ms: int) -> Challenge:
    """What the device has to sign."""
    start = now_ms.to_bytes(8, "big") + os.urandom(8)
    return Challenge(hub.hub, start + _seal(hub, start, hello.device, hello.carrier))


def login(connection: Connection, hub: Identity, given: Login, now_ms: int) -> Session:
    """Open a session for a device that proved itself."""
    try:
        proof = given.checked()
    except Malformed as error:
        raise malformed(error.message) from error
    if proof is None:
        raise no_proof("The signature is not of the key that it names.")
    _check(hub, proof, now_ms)
    if not _use(connection, proof.nonce, now_ms):
        raise no_proof("This challenge was answered before.")
    caller = Caller(proof.device, proof.carrier)
    invited = bool(proof.invite) and _redeem(connection, proof.invite, caller, now_ms)
    if not invited and not _is_admitted(connection, caller):
        raise not_admitted(_fate(connection, proof.invite, now_ms))
    return _open(connection, caller, now_ms)


def caller_of(connection: Connection, token: str, now_ms: int) -> Caller:
    """Who holds this token."""
    query = "SELECT device, carrier FROM session WHERE token = ? AND until_ms > ?"
    row = one(connection, query, [_hash(b"session", token.encode("utf-8", "replace")), now_ms])
    if row is None:
        raise no_session()
    return Caller(*row)


def invite(connection: Connection, institute: str, until_ms: int, *, peer: bool = False) -> str:
    """A code that lets one device, or one hub of an institute, open sessions and bring groups; kept as a hash only."""
    code = secrets.token_bytes(_CODE)
    connection.run(
        "INSERT INTO invite (code, institute, until_ms, peer) VALUES (?, ?, ?, ?)",
        [_hash(b"invite", code), institute, until_ms, int(peer)],
    )
    text = base64.b32encode(code).decode().rstrip("=").lower()
    return "-".join(text[start : start + 7] for start in range(0, len(text), 7))


def dismiss(connection: Connection, institute: str) -> int:
    """Take back what invites of an institute gave; to how many hubs and devices. Seats stay what they are."""
    gone = connection.all("SELECT device, carrier FROM enrolled WHERE institute = ?", [institute])
    connection.many("DELETE FROM session WHERE device = ? AND carrier = ?", gone)
    connection.run("DELETE FROM enrolled WHERE institute = ?", [institute])
    connection.run("DELETE FROM invite WHERE institute = ?", [institute])
    return len(gone)


def tidy(connection: Connection, now_ms: int) -> None:
    """Forget what is over."""
    connection.run("DELETE FROM nonce WHERE until_ms <= ?", [now_ms])
    connection.run("DELETE FROM session WHERE until_ms <= ?", [now_ms])
    connection.run("DELETE FROM invite WHERE until_ms <= ? AND device IS NULL", [now_ms])


def _check(hub: Identity, proof: Proof, now_ms: int) -> None:
    if proof.hub != hub.hub:
        raise no_proof("The proof is for another hub.", "Look whether the address leads to the hub you mean.")
    if proof.host.lower() not in hub.hosts:
        raise no_proof(
            "The proof is for another host name than this hub's.",
            "Who runs the hub names it with --host-name; nothing in between may answer in its place.",
        )
    start, seal = proof.nonce[:16], proof.nonce[16:]
    age = now_ms - int.from_bytes(start[:8], "big")
    if not hmac.compare_digest(seal, _seal(hub, start, proof.device, proof.carrier)) or not 0 <= age <= FRESH_MS:
        raise no_proof("The challenge is not of this hub, or too old.")


def _seal(hub: Identity, start: bytes, device: bytes, carrier: bytes) -> bytes:
    return hashlib.blake2b(start + device + carrier, key=hub.secret, digest_size=16).digest()


def _use(connection: Connection, nonce: bytes, now_ms: int) -> bool:
    query = "INSERT INTO nonce VALUES (?, ?) ON CONFLICT DO NOTHING"
    return connection.run(query, [nonce, min(now_ms + 2 * FRESH_MS, LAST_MOMENT)]) == 1


def _redeem(connection: Connection, text: str, caller: Caller, now_ms: int) -> bool:
    """Use an invite; the same device may use it again, since the answer to it can be lost."""
    code = _code(text)
    mine = [caller.device, caller.carrier]
    used = connection.run(
        "UPDATE invite SET device = ?, carrier = ? WHERE code = ? AND until_ms > ?"
        " AND (device IS NULL OR (device = ? AND carrier = ?))",
        [*mine, code, now_ms, *mine],
    )
    if used:
        connection.run(
            "INSERT INTO enrolled SELECT device, carrier, institute, ?, peer FROM invite WHERE code = ?"
            " ON CONFLICT DO NOTHING",
            [now_ms, code],
        )
    return bool(used)


def _fate(connection: Connection, text: str, now_ms: int) -> str:
    """Why an invite did not let in: whose it is learns only who holds its code."""
    found = one(connection, "SELECT institute, until_ms, device FROM invite WHERE code = ?", [_code(text)])
    if found is None:
        return ""
    institute, until_ms, device = found
    if until_ms <= now_ms:
        return f"The invite was for {institute}, and expired."
    return f"The invite was for one device of {institute}, and another one used it." if device else ""


def _code(text: str) -> bytes:
    """As an invite is kept; nothing is kept under the code of what is none."""
    letters = text.replace("-", "").replace(" ", "").upper()
    try:
        return _hash(b"invite", base64.b32decode(letters + "=" * (-len(letters) % 8)))
    except (binascii.Error, ValueError):
        return b""


def _is_admitted(connection: Connection, caller: Caller) -> bool:
    mine = [caller.device, caller.carrier]
    return any(
        one(connection, f"SELECT 1 FROM {table} WHERE device = ? AND carrier = ? LIMIT 1", mine)
        for table in ("member", "enrolled")
    )


def _open(connection: Connection, caller: Caller, now_ms: int) -> Session:
    token, until = secrets.token_urlsafe(32), now_ms + OPEN_MS
    mine = [caller.device, caller.carrier]
    connection.run("INSERT INTO session VALUES (?, ?, ?, ?)", [_hash(b"session", token.encode()), *mine, until])
    connection.run(
        "DELETE FROM session WHERE device = ? AND carrier = ? AND token NOT IN (SELECT token FROM session"
        " WHERE device = ? AND carrier = ? ORDER BY until_ms DESC, token LIMIT ?)",
        [*mine, *mine, SESSIONS],
    )
    return Session(token, until)


def _hash(purpose: bytes, data: bytes) -> bytes:
    return hashlib.blake2b(data, person=purpose, digest_size=32).digest()
