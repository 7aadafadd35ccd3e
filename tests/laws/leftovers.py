"""What lies in a home and in the file of its store once its pages are opened: also what no query shows any more."""

from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from sqlalchemy import select

from comity.desk.desk import Desk
from comity.home import STORE
from comity.log.envelope import decode
from comity.store import schema

PAGE, SALT, RESERVED, IV = 4096, 16, 80, 16  # of SQLCipher 4
WAL_HEADER, FRAME_HEADER = 32, 24


def inside(desk: Desk) -> bytes:
    """All that lies in a home: files and their names, the pages of its store, and what its keys open of the log."""
    files = [path for path in desk.home.rglob("*") if path.is_file()]
    raw = b"".join(path.name.encode() + path.read_bytes() for path in files)
    e = schema.envelopes.c
    with desk.store.reading() as connection:
        rows = connection.execute(select(e.header, e.signature, e.body).where(e.body.is_not(None))).all()
    log = "".join(str(desk.store.circles.open(decode(b"".join(each)))) for each in rows)
    return raw + pages(desk.home / STORE, desk.store.keys.store) + log.encode()


def pages(store: Path, key: bytes) -> bytes:
    """Every page of the file and of its write-ahead log, decrypted."""
    return b"".join(_opened(page, key) for page in _sealed(store))


def _sealed(store: Path) -> Iterator[bytes]:
    data = store.read_bytes()
    yield from (data[at : at + PAGE] for at in range(0, len(data), PAGE))
    log = store.with_name(f"{store.name}-wal")
    frames = log.read_bytes()[WAL_HEADER:] if log.exists() else b""
    step = FRAME_HEADER + PAGE
    yield from (frames[at + FRAME_HEADER : at + step] for at in range(0, len(frames) - step + 1, step))


def _opened(page: bytes, key: bytes) -> bytes:
    """A first page starts with the salt; as its plain start is known, it is simply tried both ways."""
    iv = page[PAGE - RESERVED : PAGE - RESERVED + IV]

    def decrypted(sealed: bytes) -> bytes:
        return Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor().update(sealed)

    return decrypted(page[: PAGE - RESERVED]) + decrypted(page[SALT : PAGE - RESERVED])
