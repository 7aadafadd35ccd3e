"""`comity hub` as those who run one type it."""

import io
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest

from cli.conftest import Comity
from comity.cli import ledgers
from comity.hub.ledger.opening import open_ledger
from comity.sync import wire
from hub.stage import Circle, Device, Line
from hub.stage import Refused as HubRefused


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


@pytest.mark.parametrize("processes", ["1", "2"])
def test_a_hub_joins_another_and_meets_it(comity: Comity, tmp_path: Path, processes: str) -> None:
    rng = random.Random(4)
    uk = Device("UK-AISI", rng)
    circle = Circle(uk, rng)
    ours, theirs = (f"sqlite:///{tmp_path / name}.db" for name in ("ours", "theirs"))
    with served("--database", theirs) as other:
        url = str(other.base_url).rstrip("/")
        code = comity("hub", "invite", "--peer", "--institute", "UK-AISI", "--database", theirs, "--quiet").out.strip()
        words = ["hub", "join", url, "--institute", "UK-AISI", "--invite", code, "--database", ours]
        assert "comity hub serve --peer" in comity(*words).err
        assert comity("hub", "serve", "--peer", "https://other.test", "--database", ours, "--json").code == 3
        with served("--database", ours, "--peer", url, "--processes", processes) as client:
            device = comity("hub", "invite", "--institute", "UK-AISI", "--database", ours, "--quiet").out.strip()
            Line(client, uk, "127.0.0.1").open(device).push(circle.push())
            for _ in range(300):
                with ledger_of(theirs) as held:
                    if held == len(circle.log):
                        break
                time.sleep(0.1)
            assert held == len(circle.log)
            for _ in range(100):
                (peer,) = comity("hub", "peers", "--database", ours, "--json").json["items"]
                if peer["met"]:
                    break
                time.sleep(0.1)
            assert peer == {"url": url, "institute": "UK-AISI", "met": peer["met"], "fault": None, "withheld": 0}
            assert f'comity_hub_peer_failing{{peer="{url[7:]}"}} 0.0' in client.get("/metrics").text
    assert url in comity("hub", "peers", "--database", ours).out
    told = comity("hub", "dismiss", "UK-AISI", "--database", theirs, "--json").json
    assert told == {"institute": "UK-AISI", "dismissed": 1}


@contextmanager
def ledger_of(database: str) -> Iterator[int]:
    """How many envelopes a ledger holds."""
    with closing(open_ledger(database)) as ledger, ledger.reading() as connection:
        yield connection.all("SELECT COUNT(*) FROM envelope")[0][0]


def test_limits_are_as_they_were_told(comity: Comity, tmp_path: Path) -> None:
    rng = random.Random(5)
    uk = Device("UK-AISI", rng)
    database = f"sqlite:///{tmp_path / 'hub.db'}"
    (tmp_path / "token").write_text("0123456789abcdef\n")
    (tmp_path / "token").chmod(0o600)
    words = ["--group-size", "100", "--groups", "1", "--device-rate", "1", "--metrics-token", str(tmp_path / "token")]
    with served("--database", database, *words) as client:
        code = comity("hub", "invite", "--institute", "UK-AISI", "--database", database, "--quiet").out.strip()
        line = Line(client, uk, "127.0.0.1").open(code)
        with pytest.raises(HubRefused, match="full"):
            line.push(Circle(uk, rng).push())
        assert {line.raw("look", wire.Look({})).status_code for _ in range(12)} == {200, 429}
        assert client.get("/metrics").status_code == 404
        told = client.get("/metrics", headers={"Authorization": "Bearer 0123456789abcdef"})
        assert told.status_code == 200


def test_what_is_secret_of_a_hub_need_not_be_typed(
    comity: Comity, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COMITY_HUB_DATABASE", f"sqlite:///{tmp_path / 'theirs.db'}")
    with served() as other:
        url = str(other.base_url).rstrip("/")
        (tmp_path / "code").write_text(comity("hub", "invite", "--institute", "UK-AISI", "--quiet").out)
        assert comity("hub", "add", "ours", url, "--invite-file", str(tmp_path / "code")).code == 0
        code = comity("hub", "invite", "--peer", "--institute", "UK-AISI", "--quiet").out
        monkeypatch.setenv("COMITY_HUB_DATABASE", f"sqlite:///{tmp_path / 'ours.db'}")
        monkeypatch.setattr(sys, "stdin", io.StringIO(code))
        assert comity("hub", "join", url, "--institute", "UK-AISI", "--invite-file", "-").code == 0
        assert url in comity("hub", "peers").out
    assert not (home / "hub.db").exists()


def test_help_says_how_to_keep_a_backup(comity: Comity) -> None:
    assert "keep it like these" in " ".join(comity("hub", "backup", "--help").out.split())


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
        (["serve", "--group-size", "much"], 4, "is no size"),
        (["serve", "--metrics-token", "none", "--port", "0"], 4, "cannot be read"),
        (["serve", "--metrics-token", "pyproject.toml", "--port", "0"], 4, "no other user may read it"),
        (["serve", "--peer", "https://hub.test", "--port", "0"], 3, "has not joined"),
        (["join", "ftp://x", "--institute", "UK", "--invite", "x"], 4, "no address of a hub"),
        (["join", "http://127.0.0.1:1", "--institute", "UK", "--invite", "x"], 6, "was not reached"),
        (["join", "https://x", "--institute", "UK"], 2, "invite is not given"),
        (["join", "https://x", "--institute", "UK", "--invite", "x", "--invite-file", "x"], 2, "told twice"),
        (["join", "https://x", "--institute", "UK", "--invite-file", "none"], 4, "cannot be read"),
        (["join", "https://x", "--institute", "UK", "--invite-file", os.devnull], 4, "holds no invite"),
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
        assert done.stderr.count('.venv/bin/pip install ".[hub]"') == 1
        assert "Traceback" not in done.stderr
    base = subprocess.run([*command, "invite", "--institute", "UK"], capture_output=True, text=True, check=False)
    assert base.returncode == 0


def test_the_extra_is_what_the_hub_imports() -> None:
    text = (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
    named = {name.partition("[")[0].replace("-", "_") for name in re.findall(r'"([a-z-]+(?:\[[a-z,]+\])?)>=', text)}
    assert ledgers.EXTRA - {"anyio", "h11", "psycopg_pool"} <= named
