"""What a file is, as its first bytes tell: a bundle, a receipt, a card, a plan, a sheet or a log."""

import tomllib
from pathlib import Path
from typing import Final, Literal
from zipfile import BadZipFile, ZipFile

from comity.desk.carriers.acknowledging import PREFIX as RECEIPT
from comity.errors import Refused
from comity.log.card import PREFIX as CARD
from comity.sync.container import MAGIC

Sort = Literal["bundle", "receipt", "card", "plan", "sheet", "log"]
HEAD: Final = 4096
LONGEST: Final = 1 << 20  # of a text that is tried as a plan


def sort(path: Path) -> Sort:
    """What a file is; a folder is taken for logs. Raises Refused where it is nothing that Comity reads."""
    if path.is_dir():
        return "log"
    try:
        with path.open("rb") as file:
            head = file.read(HEAD)
    except OSError as error:
        raise Refused(f"the file {path} cannot be read: {error.strerror}", "ask whoever owns it") from None
    if head.startswith(MAGIC):
        return "bundle"
    if head.startswith(b"PK"):
        return _packed(path)
    return _text(path, head)


def _packed(path: Path) -> Sort:
    """A spreadsheet and an evaluation log are both packed."""
    try:
        with ZipFile(path) as file:
            return "sheet" if "xl/workbook.xml" in file.namelist() else "log"
    except BadZipFile:
        raise Refused(f"the file {path.name} is a damaged package", "get it again from where it came") from None


def _text(path: Path, head: bytes) -> Sort:
    start = head.decode("utf-8-sig", "replace").lstrip()
    if RECEIPT in start:
        return "receipt"
    if CARD in start:
        return "card"
    if start.startswith("{"):
        return "log"
    if path.suffix.lower() == ".toml" or _is_toml(path):
        return "plan"
    if "\0" not in start and any(separator in start.partition("\n")[0] for separator in ",;\t"):
        return "sheet"
    raise Refused(
        f"the file {path.name} is nothing that Comity reads", "give a bundle, a receipt, a plan, a sheet or a log"
    )


def _is_toml(path: Path) -> bool:
    try:
        return path.stat().st_size < LONGEST and bool(tomllib.loads(path.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False
