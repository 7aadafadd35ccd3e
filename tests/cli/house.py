"""A home that is driven by commands alone, and meets others on a stick."""

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from comity import bootstrap
from comity.sync import bundle
from comity.sync.shelf import Shelf

if TYPE_CHECKING:
    from cli.conftest import Comity, Said

HOUSES = {"uk": ("UK-AISI", "laptop-1"), "us": ("US-CAISI", "gaithers-1"), "sg": ("SG-AISI", "lion-1")}


class House:
    """A home, driven by commands alone."""

    def __init__(self, folder: Path, name: str, comity: "Comity", *, device: str = "", like: str = "") -> None:
        self.home, self.comity, self.words = folder / name, comity, folder / f"{name}.words"
        institute, first = HOUSES[name[:2]]
        init = ["init", "--institute", institute, "--person", "A. Oak", "--device", device or first, "--no-passphrase"]
        told = ["--recovery-public", like] if like else ["--recovery-out", str(self.words)]
        self.name, self.institute = device or first, institute
        assert self.run(*init, *told).code == 0
        self.card = folder / f"{name}.card"
        assert self.run("device", "card", "--out", str(self.card)).code == 0

    def run(self, *words: str) -> "Said":
        return self.comity(*words, "--home", str(self.home))

    def ok(self, *words: str) -> "Said":
        said = self.run(*words)
        assert said.code == 0, said.err
        return said

    def give(self, other: "House", stick: Path) -> None:
        """A bundle to another home."""
        path = stick / f"{self.name}-{other.name}-{len(list(stick.iterdir()))}"
        one, two = bootstrap.open_desk(self.home), bootstrap.open_desk(other.home)
        bundle.write(Shelf(one.store), path, [two.store.keys.pair.public.sign])
        bundle.read(Shelf(two.store), path, allow=lambda *_: True)
        one.close()
        two.close()

    def notes(self) -> set[str]:
        items = self.ok("note", "list", "--json").json["items"]
        return {each["fields"]["text"] for each in items} - {""}


def on_terminal(command: list[str], answers: dict[str, str]) -> tuple[str, int]:
    """Run a command with a terminal all around, answer what it asks; what it said, and its exit code."""
    here, there = os.openpty()
    with subprocess.Popen(
        command, stdin=there, stdout=there, stderr=there, env={**os.environ, "COLUMNS": "200"}
    ) as run:
        os.close(there)
        said, todo = "", dict(answers)
        with suppress(OSError):  # the terminal closes with the program
            while data := os.read(here, 4096):
                said += data.decode()
                for question in [each for each in todo if each in said]:
                    os.write(here, f"{todo.pop(question)}\n".encode())
        os.close(here)
    return said, run.returncode
