"""Where a person was in each section: the tab, and in each list the record under the cursor; kept in the home."""

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final

from msgspec import DecodeError, Struct, json

from comity.home import replace_file

FILE: Final = "places.json"
_ID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Place(Struct, frozen=True):
    """A place in a section: the tab that was shown, and by tab the id of a record. No text of a record is kept."""

    tab: str = ""
    rows: dict[str, str] = {}


def read_places(home: Path) -> dict[str, Place]:
    """The places by section; none where the file is missing or says something else."""
    with suppress(OSError, DecodeError, UnicodeDecodeError):
        return json.decode((home / FILE).read_bytes(), type=dict[str, Place])
    return {}


def write_places(home: Path, places: Mapping[str, Place]) -> None:
    """Keep them for the next start; a home that takes no file costs nobody more than that."""
    only_ids = {name: Place(place.tab, _only_ids(place.rows)) for name, place in places.items()}
    with suppress(OSError):
        replace_file(home / FILE, json.encode(only_ids))


def _only_ids(rows: Mapping[str, str]) -> dict[str, str]:
    return {tab: row for tab, row in rows.items() if _ID.fullmatch(row)}
