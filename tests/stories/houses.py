"""Coordinators at their terminals, and the ways by which what they write reaches the others."""

import contextlib
import io
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import permutations
from pathlib import Path
from typing import Any, Protocol

from comity.cli.app import main

TODAY = "2026-11-23"


@dataclass(eq=False)
class House:
    """A coordinator with one laptop; every call is one command."""

    home: Path
    institute: str
    device: str
    words: Path = Path()
    code: str = field(default="", init=False)  # what the last bundle that was read asks to be read out

    def __call__(self, *words: str, code: int = 0) -> Any:
        """What a command answers as JSON; its error where it is to fail."""
        out = self.says(*words, "--json", code=code)
        return json.loads(out)

    def says(self, *words: str, code: int = 0) -> str:
        """What a command prints, or its error where it is to fail."""
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            got = main(["--home", str(self.home), "--today", TODAY, *words])
        assert got == code, (words, got, out.getvalue(), err.getvalue())
        return out.getvalue() if code == 0 else err.getvalue().splitlines()[-1]

    def starts(self, *more: str) -> "House":
        """Make the home; the recovery words go onto a paper of their own."""
        self.words = self.words if self.words.name else self.home.with_suffix(".words")
        paper = () if more else ("--recovery-out", str(self.words))
        who = ("--institute", self.institute, "--person", f"Coordinator of {self.device}", "--device", self.device)
        self("init", *who, "--no-passphrase", *paper, *more)
        return self

    def card(self) -> str:
        """The card of this device, as a file that goes by mail."""
        path = self.home.with_suffix(".card")
        if not path.exists():
            self.says("device", "card", "--out", str(path))
        return str(path)

    def meets(self, other: "House") -> None:
        """Take the other's card into the address book: its owner reads the words out."""
        self("device", "add", other.card(), "--fingerprint", other("device", "card")["fingerprint"], "--yes")

    def admits(self, other: "House", group: str, role: str) -> None:
        self("group", "admit", group, "--device", other.device, "--role", role, "--yes", "--reason", "agreed")

    def lists(self, kind: str, group: str) -> str:
        """What is shown of one group, byte by byte."""
        return self.says(kind, "list", f"group:{group}", "--retired", "--json")


class Way(Protocol):
    """How laptops reach each other."""

    def join(self, house: House) -> None:
        """A laptop learns of the way."""

    def meet(self, *houses: House) -> None:
        """Afterwards all of them hold what any of them may."""


@dataclass
class Courier:
    """Nothing but files on a stick."""

    folder: Path

    def join(self, house: House) -> None:
        pass

    def meet(self, *houses: House) -> None:
        for one, other in permutations(houses, 2):
            self.carry(one, other)

    def carry(self, one: House, other: House) -> Any:
        """One writes what the other lacks, the other reads it."""
        stick = self.folder / f"{len(list(self.folder.glob('*.comity')))}.comity"
        whom = other.device if other.institute == one.institute else other.institute
        one("bundle", "write", str(stick), "--for", whom, "--yes")
        return other("bundle", "read", str(stick), "--yes")


@dataclass
class Hub:
    """A hub that runs as a program of its own."""

    url: str
    database: str
    home: Path

    def join(self, house: House) -> None:
        keeper = House(self.home, "", "")
        invite = keeper("hub", "invite", "--institute", house.institute, "--database", self.database)["code"]
        house("hub", "add", "ours", self.url, "--invite", invite)

    def meet(self, *houses: House) -> None:
        for house in (*houses, *houses[:-1]):  # the last has heard all by then, and a hub bounds how often one knocks
            told = house("sync", "--yes")
            assert all(hub["reached"] for hub in told["hubs"]), told


@contextmanager
def serving(folder: Path, database: str, processes: int) -> Iterator[Hub]:
    """`comity hub serve` on a free port, until the block ends."""
    home = folder / "hub"
    line = ["--home", str(home), "hub", "serve", "--port", "0", "--database", database, "--processes", str(processes)]
    with subprocess.Popen([sys.executable, "-m", "comity", *line], stderr=subprocess.PIPE, text=True) as program:
        assert program.stderr
        told = program.stderr.readline()
        assert "http://" in told, told + program.stderr.read()
        reading = threading.Thread(target=program.stderr.read)
        reading.start()
        try:
            yield Hub("http://" + told.split("http://")[1].strip(), database, home)
        finally:
            program.terminate()
            reading.join(30)
