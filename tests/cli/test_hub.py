"""`comity hub` as those who run one type it."""

import os
import random
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from cli.conftest import Comity
from comity.cli import ledgers
from hub.stage import Circle, Device, Line


@contextmanager
def served(*words: str) -> Iterator[httpx.Client]:
    """`comity hub serve`, told to stop at the end as a service is."""
    command = [sys.executable, "-m", "comity", "hub", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        try:
            said = program.stderr.readline()
            found = re.search(r"http://127\.0\.0\.1:\d+", said)
            assert found, said + program.stderr.read()
            with httpx.Client(base_url=found.group(), trust_env=False, timeout=60) as client:
                yield client
            program.send_signal(signal.SIGTERM)
            program.stderr.read()
            assert program.wait(60) == 0
        finally:
            program.kill()


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_hub_is_served_invited_to_backed_up_and_restored(comity: Comity, tmp_path: Path, processes: str) -> None:
    rng = random.Random(3)
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    database = f"sqlite:///{tmp_path / 'hub.db'}"
    with served("--database", database, "--processes", processes) as client:
        told = comity("hub", "invite", "--institute", "UK-AISI", "--expires", "2d", "--database", database, "--json")
        assert told.json.keys() == {"code", "institute", "expires"}
        assert told.json["expires"].endswith("Z")
        line = Line(client, uk, "127.0.0.1").open(told.json["code"])
        assert line.push(circle.push()).fresh == len(circle.log)
        copied = comity("hub", "backup", str(tmp_path / "copy.db"), "--database", database, "--json")
        assert copied.json == {"file": str(tmp_path / "copy.db"), "envelopes": len(circle.log)}
    other = f"sqlite:///{tmp_path / 'other.db'}"
    assert "2 envelopes" in comity("hub", "restore", str(tmp_path / "copy.db"), "--database", other).err
    with served("--database", other) as client:
        assert [*Line(client, uk, "127.0.0.1").open().look()] == [circle.id]


def test_without_words_the_ledger_is_at_home(comity: Comity, tmp_path: Path) -> None:
    home = Path(os.environ["COMITY_HOME"])
    told = comity("hub", "invite", "--institute", "UK-AISI")
    assert re.fullmatch(r"[a-z2-7]{7}(-[a-z2-7]{5,7}){3}\n", told.out)
    assert "not shown again" in told.err
    assert (home / "hub.db").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["invite", "--institute", "UK\x1b"], 4, "code of an institute"),
        (["invite", "--institute", "UK", "--expires", "soon"], 4, "is no age"),
        (["invite", "--institute", "UK", "--database", "mysql://x"], 2, "SQLite or PostgreSQL"),
        (["invite", "--institute", "UK", "--database", "postgresql://nobody@127.0.0.1:1/x"], 6, "cannot be reached"),
        (["serve", "--host", "0.0.0.0"], 4, "Without TLS"),
        (["serve", "--tls-cert", "x"], 4, "certificate and its key"),
        (["backup", "copy.db", "--database", "sqlite:///none.db"], 3, "no ledger"),
        (["restore", "none.db"], 3, "no backup"),
    ],
)
def test_every_refusal_of_a_hub_says_what_to_do(comity: Comity, words: list[str], code: int, said: str) -> None:
    told = comity("hub", *words, "--json")
    assert told.code == code
    assert said in told.error["message"]
    assert told.error["hint"]


def test_a_certificate_that_is_none_is_told_before_anything_runs(comity: Comity, tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("no certificate")
    files = ["--tls-cert", str(tmp_path / "no.pem"), "--tls-key", str(tmp_path / "no.pem"), "--port", "0"]
    told = comity("hub", "serve", *files, "--processes", "2", "--json", "--quiet")
    assert told.code == 4
    assert "cannot be used" in told.error["message"]


def test_without_the_extra_one_line_says_what_to_install(tmp_path: Path) -> None:
    hide = (
        "import sys; sys.modules.update(dict.fromkeys(['starlette', 'uvicorn', 'psycopg', 'prometheus_client']));"
        "from comity.cli.app import main; sys.exit(main(sys.argv[1:]))"
    )
    command = [sys.executable, "-c", hide, "hub"]
    for words in (["serve"], ["invite", "--institute", "UK", "--database", "postgresql://x/y"]):
        done = subprocess.run([*command, *words], capture_output=True, text=True, check=False)
        assert done.returncode == 4
        assert done.stderr.count("pip install 'comity[hub]'") == 1
        assert "Traceback" not in done.stderr
    base = subprocess.run([*command, "invite", "--institute", "UK"], capture_output=True, text=True, check=False)
    assert base.returncode == 0


def test_the_extra_is_what_the_hub_imports() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    named = {name.partition("[")[0].replace("-", "_") for name in re.findall(r'"([a-z-]+(?:\[[a-z,]+\])?)>=', text)}
    assert ledgers.EXTRA - {"anyio", "h11", "psycopg_pool"} <= named
