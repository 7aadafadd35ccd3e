"""Short labels such as R7 or S-02, numbered per group: the writer takes the highest seen and one."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from comity.domain.record import Record
from comity.store import reading
from comity.store.database import Connection


def numbered(connection: Connection, kind: type[Record], group: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The label of a new record, where its kind has labels and none is given."""
    if not kind.label_prefix or values.get(kind.code_field):
        return {}
    return {kind.code_field: label(kind, highest(connection, kind, group) + 1)}


def highest(connection: Connection, kind: type[Record], group: str) -> int:
    """The highest number that a label of this kind has in the group, retired ones too; 0 for none."""
    return number(kind, reading.labels(connection, kind, group))


def number(kind: type[Record], labels: Iterable[str]) -> int:
    """The highest number among labels of a kind; 0 for none."""
    pattern = re.compile(re.escape(kind.label_prefix) + r"(\d{1,9})")
    return max((int(found[1]) for each in labels if (found := pattern.fullmatch(each))), default=0)


def label(kind: type[Record], number: int) -> str:
    """The label of a number; secondments and stand-downs read S-02 and SD-1."""
    return f"{kind.label_prefix}{number:02d}" if kind.label_prefix == "S-" else f"{kind.label_prefix}{number}"
