"""Short labels such as R7 or S-02, numbered per group: the writer takes the highest seen and one."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from comity.domain.record import Record
from comity.store import schema


def numbered(connection: Connection, kind: type[Record], group: str, values: Mapping[str, Any]) -> dict[str, str]:
    """The label of a new record, where its kind has labels and none is given."""
    if not kind.label_prefix or values.get(kind.code_field):
        return {}
    return {kind.code_field: label(kind, highest(connection, kind, group) + 1)}


def highest(connection: Connection, kind: type[Record], group: str) -> int:
    """The highest number that a label of this kind has in the group, retired ones too; 0 for none."""
    table = schema.row_table(kind)
    labels = connection.execute(select(table.c[kind.code_field]).where(table.c.group == group)).scalars()
    pattern = re.compile(re.escape(kind.label_prefix) + r"(\d{1,9})")
    return max((int(found[1]) for each in labels if (found := pattern.fullmatch(each or ""))), default=0)


def label(kind: type[Record], number: int) -> str:
    """The label of a number; secondments and stand-downs read S-02 and SD-1."""
    return f"{kind.label_prefix}{number:02d}" if kind.label_prefix == "S-" else f"{kind.label_prefix}{number}"
