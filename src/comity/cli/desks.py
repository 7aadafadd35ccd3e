"""Opening the desk for one command."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from comity.cli.asking import passphrase
from comity.cli.frame import Call
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.desk.desk import Desk


def day_told(call: Call) -> date | None:
    """The day of `--today`, if it was given."""
    return day_of("--today", call.today, datetime.now(UTC).date()) if call.today else None


def day_of(option: str, told: str, today: date) -> date:
    """The day that an option was given."""
    from comity.domain.when import day

    try:
        return day(told, today)
    except ValueError as error:
        raise UsageError(str(error), hint=f"{option} takes a day such as 2026-11-23.") from error


@contextmanager
def opened_desk(call: Call) -> Iterator["Desk"]:
    """The desk of the home that the call names, closed when the command ends."""
    from comity.bootstrap import open_desk
    from comity.home import home_folder

    ask = passphrase if sys.stdin.isatty() else None
    desk = open_desk(home_folder(call.home), today=day_told(call), ask=ask)
    loaded()
    try:
        yield desk
    finally:
        desk.close()


def loaded() -> None:
    """All that a command needs is in memory: look for garbage from here on, in what comes after it.

    But seldom: records come by the thousand and hold no circles, and looking at them takes as long as the work.
    """
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(20_000, 20, 100)
        gc.enable()
