"""What may be wrong with an installation beside its store: files, disk, terminal, and settings that mean nothing."""

import shutil
import sys
from collections.abc import Callable, Iterator
from functools import partial

from comity.desk import asking, placing
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.errors import ComityError, Problem
from comity.home import home_problems
from comity.store.store import BEFORE

SMALL_DISK = 200 * 2**20  # bytes; a backup of a store of usual size still fits


def problems(desk: Desk) -> Iterator[Problem]:
    """Each with its code and a sentence that says what to do."""
    yield from home_problems(desk.home)
    if (desk.home / BEFORE).exists():
        kept = f"{BEFORE} is the store as it was before this version made its rows anew"
        yield Problem("old_copy", f"{kept}; delete it once all is as it should be")
    free = shutil.disk_usage(desk.home).free
    if free < SMALL_DISK:
        yield Problem("disk_space", f"only {free // 2**20} MiB are free where the home is; make room for backups")
    if sys.stdout.encoding and "utf" not in sys.stdout.encoding.lower():
        way = "set LC_ALL to a UTF-8 locale, or `comity config set screen.glyphs ascii`"
        yield Problem("locale", f"the terminal speaks {sys.stdout.encoding}, not UTF-8; {way}")
    yield from _settings(desk)


def _settings(desk: Desk) -> Iterator[Problem]:
    """Settings that can be read and name something that is not there."""
    if named := desk.settings.general.group:
        with desk.store.reading() as connection:
            yield from _refused("general.group", partial(placing.group_id, World(desk, connection), named))
    for noun, saved in desk.settings.filters.items():
        for name, query in saved.items():
            yield from _refused(f"filters.{noun}.{name}", partial(asking.count, desk, noun.replace("-", "_"), query))
    for noun, listing in desk.settings.lists.items():
        ask = partial(asking.records, desk, noun.replace("-", "_"), listing.filter, sort=listing.order, limit=1)
        yield from _refused(f"lists.{noun}", ask)


def _refused(key: str, ask: Callable[[], object]) -> Iterator[Problem]:
    try:
        ask()
    except ComityError as error:
        yield Problem("config", f"{key}: {error.message}; {error.hint or 'change it with `comity config set`'}")
