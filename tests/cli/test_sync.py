"""`comity hub add` and `comity sync` with real hubs, as two institutes type them."""

import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from cli.conftest import Comity
from comity import bootstrap
from desk.houses import NOTES, Houses, houses, write
from sync.hubs import Running, running


@pytest.fixture
def two(tmp_path: Path) -> Houses:
    return houses(tmp_path)


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Running]:
    with running(tmp_path) as found:
        yield found


def test_two_institutes_meet_at_a_hub(comity: Comity, two: Houses, hub: Running) -> None:
    uk, us = ["--home", str(two.uk)], ["--home", str(two.us)]
    for home, institute in ((uk, "UK-AISI"), (us, "US-CAISI")):
        told = comity("hub", "add", "ours", hub.url, "--invite", hub.invite(institute), "--json", *home)
        assert told.json["reached_at"] is None
    sent = comity("sync", "--json", *uk)
    (group,) = sent.json["hubs"][0]["groups"]
    assert (sent.code, group["group"], group["received"], group["withheld"]) == (0, "UKUS", 0, [])
    assert group["sent"] > NOTES
    (got,) = comity("sync", "--json", *us).json["hubs"][0]["groups"]
    assert (got["received"], got["waiting"], got["void"], got["missing"], got["conflicts"]) == (
        group["sent"],
        0,
        0,
        0,
        0,
    )
    assert comity("note", "list", "--json", *us).json["count"] == NOTES
    comity("sync", *uk)
    status = comity("status", "--json", *uk).json
    private = status["envelopes"] - group["sent"]
    assert (status["not_elsewhere"], [each["name"] for each in status["hubs"]]) == (private, ["ours"])
    assert status["hubs"][0]["reached_at"].endswith("Z")
    assert "ours" in comity("hub", *uk).out
    (told,) = [line for line in comity("status", *uk).out.splitlines() if line.startswith("UKUS: US-CAISI")]
    assert told.endswith("lacks 0")
    members = {
        each["institute"]: each
        for each in comity("group", "show", "UKUS", "--json", *uk).json["members"]
        if not each["recovery"]
    }
    assert (members["US-CAISI"]["lacks"], members["US-CAISI"]["withheld_by"]) == (0, [])
    assert "lacks" not in members["UK-AISI"]
    assert hub.url in (two.uk / "config.local.toml").read_text("utf-8")


@pytest.fixture
def joined(comity: Comity, two: Houses, hub: Running) -> Houses:
    for home, institute in ((two.uk, "UK-AISI"), (two.us, "US-CAISI")):
        comity("hub", "add", "ours", hub.url, "--invite", hub.invite(institute), "--home", str(home))
    return two


def test_a_hub_that_is_known_is_not_added_twice(comity: Comity, joined: Houses, hub: Running) -> None:
    uk = ["--home", str(joined.uk), "--json"]
    for name, url, code in (("theirs", hub.url + "/", "hub_known"), ("ours", hub.url, "refused")):
        said = comity("hub", "add", name, url, "--invite", hub.invite("UK-AISI"), *uk)
        assert (said.code, said.error["code"]) == (4, code)
        assert "comity hub remove ours" in said.error["hint"]
    assert [each["name"] for each in comity("hub", "list", *uk).json["items"]] == ["ours"]


def test_an_invite_that_another_device_used_is_told_once_and_whose_it_was(
    comity: Comity, two: Houses, hub: Running
) -> None:
    code = hub.invite("US-CAISI")
    comity("hub", "add", "ours", hub.url, "--invite", code, "--home", str(two.us))
    for words, known in ((code, "one device of US-CAISI, and another one used it"), ("aaaa", "no invite came with it")):
        told = comity("hub", "add", "ours", hub.url, "--invite", words, "--home", str(two.uk))
        assert (told.code, told.err.count("no invite came with it") < 2) == (7, True)
        assert known in told.err
        assert "ask who runs it for an invite" in told.err.lower()
        assert ("US-CAISI" in told.err) == (words == code)


def test_one_hub_away_is_exit_6_after_the_others_were_synced(comity: Comity, joined: Houses, hub: Running) -> None:
    (joined.uk / "config.toml").write_text('[hubs.away]\nurl = "http://127.0.0.1:9"\n', encoding="utf-8")
    told = comity("sync", "--json", "--home", str(joined.uk))
    away, ours = told.json["hubs"]
    assert (told.code, away["reached"], away["groups"], away["error"]["code"]) == (6, False, [], "unreachable")
    assert ours["groups"][0]["sent"] == len(hub.held())
    assert told.error["code"] == "unreachable"
    (joined.uk / "config.toml").write_text(
        '[hubs.away]\nurl = "http://127.0.0.1:9"\n[hubs.gone]\nurl = "http://127.0.0.1:9"\n', encoding="utf-8"
    )
    told = comity("sync", "--json", "--home", str(joined.uk))
    assert (told.code, [each["field"] for each in told.error["problems"]]) == (6, ["away", "gone"])
    assert comity("sync", "--hub", "ours", "--home", str(joined.uk)).code == 0
    assert comity("hub", "remove", "away", "--home", str(joined.uk)).code == 4
    assert comity("hub", "remove", "ours", "--home", str(joined.uk)).code == 0


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["sync"], 3, "no hub"),
        (["sync", "--watch", "--dry-run"], 2, "goes on"),
        (["hub", "add", "ours", "http://127.0.0.1:9", "--invite", "x"], 6, "was not reached"),
        (["hub", "add", "ours", "http://hub.example"], 4, "no address"),
        (["hub", "add", "a/b", "http://127.0.0.1:9"], 4, "no name for a hub"),
        (["hub", "add", "ours", "https://127.0.0.1:9", "--ca", "none.pem"], 4, "certificate files"),
        (["hub", "add", "ours", "https://127.0.0.1:9", "--proxy", "nonsense"], 4, "proxy"),
        (["hub", "remove", "ours"], 3, "no hub"),
    ],
)
def test_every_refusal_says_what_to_do(comity: Comity, home: Path, words: list[str], code: int, said: str) -> None:
    told = comity(*words, "--json")
    assert (told.code, bool(told.error["hint"])) == (code, True)
    assert said in told.error["message"]
    text = comity(*words).err
    assert "Ours" not in text  # a name stays as it is written
    assert text.lower().count(told.error["hint"].lower()) == 1
    assert not (home / "config.local.toml").exists()


def test_a_change_of_much_is_exit_4_without_a_yes(comity: Comity, joined: Houses) -> None:
    uk, us = ["--home", str(joined.uk)], ["--home", str(joined.us)]
    desk = bootstrap.open_desk(joined.uk)
    write(desk, 10)
    desk.close()
    comity("sync", *uk)
    comity("sync", *us)
    for note in comity("note", "list", "--limit", "8", "--json", *us).json["items"]:
        assert comity("note", "retire", note["id"], "--reason", "gone", *us).code == 0
    comity("sync", *us)
    refused = comity("sync", "--json", *uk)
    assert (refused.code, refused.error["code"]) == (4, "mass_change")
    assert "retire 8 of 16 records" in refused.error["message"]
    assert comity("note", "list", "--json", *uk).json["count"] == NOTES + 10
    assert comity("sync", "--yes", *uk).code == 0
    assert comity("note", "list", "--json", *uk).json["count"] == NOTES + 2


def test_strict_is_exit_5_where_somebody_has_to_settle(comity: Comity, joined: Houses) -> None:
    homes = [["--home", str(home)] for home in (joined.uk, joined.us)]
    for home in homes:
        comity("sync", *home)
    (note, *_) = comity("note", "list", "--json", *homes[0]).json["items"]
    for home in homes:
        assert comity("note", "set", note["id"], "--text", f"as {home[1]} sees it", *home).code == 0
        assert comity("sync", "--strict", *home).code == (0 if home is homes[0] else 5)
    told = comity("sync", "--strict", "--json", *homes[0])
    assert (told.code, told.json["hubs"][0]["groups"][0]["conflicts"]) == (5, 1)


def test_watching_prints_a_line_for_each_session_and_ends_when_told(comity: Comity, joined: Houses) -> None:
    comity("sync", "--home", str(joined.uk))
    command = [sys.executable, "-m", "comity", "sync", "--watch", "--home", str(joined.us)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        try:
            assert re.fullmatch(r"\d\d:\d\d:\d\d ours: sent \d+, received [1-9]\d*\n", program.stdout.readline())
            write_note = ("note", "add", "--text", "from here", "--group", "UKUS", "--marking", "TLP:GREEN")
            assert comity(*write_note, "--home", str(joined.us)).code == 0
            lines = iter(program.stdout.readline, "")
            assert next(line for line in lines if "sent 0" not in line).endswith("received 0\n")
            program.send_signal(signal.SIGTERM)
            assert program.wait(30) == 0
        finally:
            program.kill()
    comity("sync", "--home", str(joined.uk))
    assert comity("note", "list", "--json", "--home", str(joined.uk)).json["count"] == NOTES + 1


def test_tls_says_what_is_lacking_until_it_is_there(comity: Comity, two: Houses, tmp_path: Path) -> None:
    """A hub of a private authority that lets in only who shows a certificate."""
    authority = trustme.CA()
    for name, cert in (("hub", authority.issue_cert("127.0.0.1")), ("uk", authority.issue_cert("uk@example.org"))):
        cert.private_key_pem.write_to_path(tmp_path / f"{name}.key")
        cert.cert_chain_pems[0].write_to_path(tmp_path / f"{name}.pem")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    files = {name: str(tmp_path / name) for name in ("ca.pem", "hub.pem", "hub.key", "uk.pem", "uk.key")}
    database = ["--database", f"sqlite:///{tmp_path / 'hub.db'}"]
    tls = ["--tls-cert", files["hub.pem"], "--tls-key", files["hub.key"], "--client-ca", files["ca.pem"]]
    code = comity("hub", "invite", "--institute", "UK-AISI", *database).out.strip()
    with serving(*database, *tls) as url:
        add = ("hub", "add", "ours", url, "--invite", code, "--home", str(two.uk), "--json")
        told = comity(*add)
        assert (told.code, "--ca" in told.error["hint"]) == (6, True)
        told = comity(*add, "--ca", files["ca.pem"])
        assert (told.code, "client certificate" in told.error["hint"]) == (6, True)
        whole = ("--ca", files["ca.pem"], "--cert", files["uk.pem"], "--key", files["uk.key"])
        assert comity(*add, *whole).code == 0
        assert comity("sync", "--json", "--home", str(two.uk)).json["hubs"][0]["groups"][0]["sent"] > NOTES


@contextmanager
def serving(*words: str) -> Iterator[str]:
    """`comity hub serve` in a process of its own; its address."""
    command = [sys.executable, "-m", "comity", "hub", "serve", "--port", "0", *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr is not None
        try:
            said = program.stderr.readline()
            found = re.search(r"https?://127\.0\.0\.1:\d+", said)
            assert found, said
            yield found.group()
            program.terminate()
            program.wait(60)
        finally:
            program.kill()
