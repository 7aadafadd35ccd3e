"""Acknowledgements: what this device holds, as lines for a mail or a stick, and those of others, by file or voice."""

import base64
import binascii
import re
from dataclasses import dataclass
from pathlib import Path

from comity.desk import placing
from comity.desk.carriers import partners, syncing
from comity.desk.carriers.partners import Partner
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.errors import BadInput, Refused
from comity.home import given_text
from comity.log.body import Malformed
from comity.log.receipt import Signed
from comity.sync import answer
from comity.sync.shelf import Shelf

PREFIX = "comity-receipt-1:"
LONGEST = 4 * 1024 * 1024  # characters of a file with receipts
CODE = re.compile(r"\s*[A-Za-z0-9]{4}[\s-]*[A-Za-z0-9]{4}\s*")


@dataclass(frozen=True, slots=True)
class ToldHoldings:
    """What this device says to hold of one group, as a line of text."""

    group: str
    group_name: str
    line: str


def lines(desk: Desk, group: str = "") -> list[ToldHoldings]:
    """What this device holds, by group: of all that reach others, or of one."""
    shelf = syncing.shelf(desk)
    with desk.store.reading() as connection:
        world = World(desk, connection)
        chosen = [bytes.fromhex(placing.group_id(world, group))] if group else shelf.groups()
    for id in chosen:
        shelf.evidence.sign(id)
    with desk.store.reading() as connection:
        world = World(desk, connection)
        return [ToldHoldings(id.hex(), world.group_name(id.hex()), _line(shelf, id)) for id in chosen]


def take(desk: Desk, told: str) -> list[Partner]:
    """Note what others hold, by a file with their lines or by the code they read out; who they are, and what they lack.

    Raises NotFound where no bundle is answered by the code, BadInput where a file holds no receipt.
    """
    shelf = syncing.shelf(desk)
    if not Path(told).exists() and CODE.fullmatch(told):
        answered = answer.take(shelf, told)
        heard = {(group, answered.device) for group in answered.groups}
    else:
        heard = _of_file(shelf, Path(told))
    return [
        each for each in partners.partners(desk) if (bytes.fromhex(each.group), bytes.fromhex(each.device)) in heard
    ]


def _line(shelf: Shelf, group: bytes) -> str:
    signed = shelf.evidence.receipts(group)[shelf.device]
    return PREFIX + base64.urlsafe_b64encode(signed.encode()).decode()


def _of_file(shelf: Shelf, path: Path) -> set[tuple[bytes, bytes]]:
    hint = "give the file that they sent, or the code of eight letters that they read out"
    given = [each for line in given_text(path, hint, LONGEST).splitlines() if (each := _signed(line.strip()))]
    if not given:
        raise BadInput(f"the file {path} holds no receipt", f"a receipt is a line that starts with {PREFIX}")
    here, heard = set(shelf.groups()), set()
    for each in given:
        receipt = each.receipt
        if receipt.group in here:
            shelf.evidence.keep(receipt.group, [each.encode()])
            if receipt.device in shelf.evidence.receipts(receipt.group):
                heard.add((receipt.group, receipt.device))
    if not heard:
        raise Refused(
            f"the file {path} is of no group and device that are known here", "sync or read their bundle first"
        )
    return heard


def _signed(line: str) -> Signed | None:
    if not line.startswith(PREFIX):
        return None
    try:
        signed = Signed.decode(base64.b64decode(line[len(PREFIX) :].encode(), altchars=b"-_", validate=True))
        signed.receipt  # noqa: B018 - raises where it cannot be read
    except (binascii.Error, Malformed, ValueError):
        raise BadInput("a receipt was cut or changed", "ask for it again") from None
    return signed
