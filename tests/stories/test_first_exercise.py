"""One coordinator's first exercise, by command line alone; and two homes that hold the same and show the same."""

import contextlib
import io
import json
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from comity import bootstrap
from comity.cli.app import main
from comity.desk import acting, asking, stepping, undoing
from comity.desk.desk import Desk
from comity.domain.kinds import KINDS
from comity.home import make_home
from comity.log.envelope import Envelope
from comity.samples.catalogue import logs
from comity.samples.catalogue import plans as samples
from comity.store import door, schema
from comity.store.store import Store
from laws.laptops import admit


@dataclass(frozen=True)
class House:
    """A coordinator at a terminal."""

    home: Path

    def __call__(self, *words: str, code: int = 0) -> Any:
        """What a command answers as JSON; its error where it is to fail."""
        done = self.raw(*words, "--json")
        assert done.returncode == code, (words, done.stdout, done.stderr)
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout) if code == 0 else json.loads(done.stderr.splitlines()[-1])["error"]

    def raw(self, *words: str) -> "subprocess.CompletedProcess[str]":
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = main(self.line(*words))
        return subprocess.CompletedProcess(words, code, out.getvalue(), err.getvalue())

    def line(self, *words: str) -> list[str]:
        return ["--home", str(self.home), "--today", "2026-11-23", *words]


def plan(folder: Path) -> Path:
    """SALTMARSH as a house applies it that has no group with a partner yet: in its own."""
    text = next(path for path in samples() if path.name == "saltmarsh.toml").read_text(encoding="utf-8")
    names = ("Tamsin Oakhollow", "Juniper Castellane", "Absalom Tarn")
    people = "".join(f'[[person]]\nname = "{name}"\n' for name in names)
    head, mark, rest = text.replace('group = "UKUS"', 'group = "private"').partition("[[agreement]]")
    path = folder / "saltmarsh.toml"
    path.write_text(head + people + mark + rest, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def comity(tmp_path_factory: pytest.TempPathFactory) -> House:
    return House(tmp_path_factory.mktemp("story") / "home")


def test_a_coordinator_runs_a_first_exercise(comity: House, tmp_path: Path) -> None:
    who = ("--institute", "UK-AISI", "--person", "Tamsin Oakhollow", "--device", "laptop-1")
    made = comity("init", *who, "--no-passphrase")
    assert len(made["recovery"].split()) >= 12
    assert comity("init", *who, "--no-passphrase", code=4)["code"] == "home_exists"

    file = plan(tmp_path)
    assert comity("apply", str(file), "--dry-run")
    assert comity("exercise", "list")["count"] == 0
    comity("apply", str(file))
    before = comity("status")["envelopes"]
    comity("apply", str(file))
    assert comity("status")["envelopes"] == before

    _imports(comity)
    _edits(comity)
    _keeps(comity, tmp_path)


def _imports(comity: House) -> None:
    for log in logs():
        if log.name.startswith("saltmarsh_"):
            house = {"uk": "UK-AISI", "us": "US-CAISI"}[log.stem.split("_")[2]]
            comity("run", "import", str(log), "--exercise", "SALTMARSH", "--institute", house)
    found = {each["ref"]: each["fields"] for each in comity("run", "list", "exercise:SALTMARSH")["items"]}
    assert found["SALTMARSH/R2"]["validity"] == "deviated"
    assert found["SALTMARSH/R4"]["execution_status"] == "running"
    assert found["SALTMARSH/R4"]["validity"] == "unreviewed"
    assert found["SALTMARSH/R5"]["execution_status"] == "cancelled"
    assert len(found) == 7
    told = {(each["check"], each["ref"]) for each in comity("check")["items"]}
    assert {("run.stale", "SALTMARSH/R4"), ("run.deviation_open", "SALTMARSH/R2")} <= told
    assert ("run.after_stand_down", "SALTMARSH/R6") in told
    assert comity.raw("check", "--strict").returncode == 5


def _edits(comity: House) -> None:
    after = comity("finding", "set", "SALTMARSH/F1", "--severity", "high", "--reason", "seen twice")
    assert after["fields"]["severity"] == "high"
    assert (
        comity("finding", "set", "SALTMARSH/F1", "--severity", "enormous", code=4)["problems"][0]["field"] == "severity"
    )
    assert comity("finding", "show", "SALTMARSH/F99", code=3)["code"] == "not_found"

    _two_at_once(comity)

    error = comity("run", "void", "SALTMARSH/R3", code=4)
    assert "needs a reason" in error["message"]
    voided = comity("run", "void", "SALTMARSH/R3", "--reason", "VM image fault", "--yes")
    assert (voided["fields"]["validity"], voided["fields"]["remark"]) == ("void", "VM image fault")
    assert comity("run", "release", "SALTMARSH/R3", code=4)["code"] == "run.release"

    retired = comity("finding", "retire", "SALTMARSH/F3", "--reason", "same as F1")
    assert retired["retired"]
    assert comity("finding", "set", retired["id"], "--severity", "low", code=4)["code"] == "record.retired"
    assert not comity("undo", retired["id"])["retired"]
    assert comity("undo", "SALTMARSH/R3")["fields"]["validity"] == "deviated"
    reasons = [each["reason"] for each in comity("finding", "history", "SALTMARSH/F3")["items"]]
    assert reasons[-2:] == ["same as F1", "undo: same as F1"]


def _two_at_once(comity: House) -> None:
    """Two processes change one field: both are done, and both values are in the history."""
    lines = [comity.line("finding", "set", "SALTMARSH/F1", "--statement", text) for text in ("one words it", "two do")]
    program = [sys.executable, "-m", "comity"]
    both = [subprocess.Popen([*program, *line], stderr=subprocess.PIPE, text=True) for line in lines]
    said = [process.communicate(timeout=60)[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    shown = comity("finding", "show", "SALTMARSH/F1")
    texts = [each["changes"]["statement"] for each in comity("finding", "history", "SALTMARSH/F1")["items"][-2:]]
    assert {each["to"] for each in texts} == {"one words it", "two do"}
    if shown["conflicts"]:
        assert any("both values are kept" in each for each in said)
        assert comity("finding", "set", "SALTMARSH/F1", "--statement", "three", code=4)
        shown = comity("finding", "set", "SALTMARSH/F1", "--statement", "three", "--settle")
    assert shown["conflicts"] == []


def _keeps(comity: House, folder: Path) -> None:
    written = comity.raw("export", "plan", "SALTMARSH").stdout
    again = folder / "again.toml"
    again.write_text(written, encoding="utf-8")
    before = comity("status")
    comity("apply", str(again))
    assert comity("status")["envelopes"] == before["envelopes"]
    assert before["not_elsewhere"] == before["envelopes"]

    backup = folder / "comity.backup"
    comity("backup", str(backup))
    elsewhere = House(folder / "elsewhere")
    elsewhere("restore", str(backup))
    assert elsewhere("run", "list") == comity("run", "list")
    assert comity("verify")["ok"]
    assert elsewhere("verify")["ok"]
    assert elsewhere("doctor")["ok"]
    elsewhere("finding", "set", "SALTMARSH/F1", "--severity", "low")
    assert elsewhere("rebuild")["records"] > 100


def test_two_homes_fed_in_different_order_list_the_same_bytes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two homes of one device, fed the same envelopes in another order, print the same bytes."""
    one, other = tmp_path / "one", tmp_path / "other"
    bootstrap.demo(one).close()
    desk = bootstrap.open_desk(one, today=date(2026, 11, 23))
    run = asking.find(desk, "SALTMARSH/R4")
    opened = acting.open_record(desk, run)
    for text in ("first", "second"):  # beside each other: a conflict
        acting.save(desk, opened, {"remark": text})
    undoing.undo(desk, undoing.newest(desk, stepping.do(desk, asking.find(desk, "SALTMARSH/R7"), "assign")))
    acting.retire(desk, asking.find(desk, "SALTMARSH/F2"), "twice")
    objective = asking.records(desk, "objective", limit=1)[0].id
    acting.add(desk, "rating", {"objective": objective, "institute": "UK-AISI", "value": "S"})
    acting.add(desk, "disclosure", {"recipient": "US-CAISI", "subject": run.id, "door": "bundle"})
    with desk.store.reading() as connection:
        envelopes = [each.envelope for each in door.held(connection, schema.envelopes.c.no > 0)]
    assert _fed(other, one, desk, envelopes) == len(envelopes)
    desk.close()
    for kind in KINDS:
        words = (kind.noun.replace("_", "-"), "list", "--retired", "--json", "--today", "2026-11-23", "--home")
        assert main([*words, str(one)]) == 0
        here = capsys.readouterr().out
        assert main([*words, str(other)]) == 0
        assert capsys.readouterr().out == here, kind.noun
        assert json.loads(here)["count"] == len(json.loads(here)["items"]) > 0, kind.noun


def _fed(home: Path, source: Path, desk: Desk, envelopes: list[Envelope]) -> int:
    """A second home with the same keys, given the envelopes from the last to the first, some of them twice."""
    make_home(home)
    shutil.copy(source / "device.key", home)
    rng = random.Random(20261123)
    store = Store.make(home, desk.store.keys)
    with store.writing() as connection:
        store.keep_private(connection, bytes.fromhex(desk.store.private))
    todo = [*reversed(envelopes), *rng.sample(envelopes, 9)]
    rng.shuffle(todo)
    while todo:
        admit(store, todo[:5])
        todo = todo[5:]
    with store.reading() as connection:
        count = sum(1 for _ in door.held(connection, schema.envelopes.c.no > 0))
    store.close()
    return count
