"""Rows by the thousand: statements made once and handed to the driver as they are, values by the types of columns."""

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, insert, update
from sqlalchemy.dialects import sqlite

Values = Sequence[Any]
DIALECT: Final = sqlite.dialect()


class Statement(NamedTuple):
    """The text of a statement over some columns of a table, and what their types do to values on the way in."""

    text: str
    bind: tuple[tuple[int, Callable[[Any], Any]], ...]


def add(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert rows, the values of each in the order of the columns."""
    _run(connection, _insert(table), rows)


def add_missing(connection: Connection, table: Table, rows: Sequence[Values]) -> None:
    """Insert the rows that are not there yet."""
    _run(connection, _insert(table, "OR IGNORE"), rows)


def change(connection: Connection, table: Table, names: tuple[str, ...], rows: Sequence[Values]) -> None:
    """Set the named columns of rows, the number of each after its values."""
    _run(connection, _update(table, names), rows)


def _run(connection: Connection, statement: Statement, rows: Sequence[Values]) -> None:
    if rows:
        connection.exec_driver_sql(statement.text, [_bound(statement, row) for row in rows])


def _bound(statement: Statement, row: Values) -> tuple[Any, ...]:
    values = list(row)
    for place, bind in statement.bind:
        values[place] = bind(values[place])
    return tuple(values)


@cache
def _insert(table: Table, prefix: str = "") -> Statement:
    statement = insert(table).prefix_with(prefix) if prefix else insert(table)
    return Statement(str(statement.compile(dialect=DIALECT)), _binds(table, table.columns.keys()))


@cache
def _update(table: Table, names: tuple[str, ...]) -> Statement:
    statement = update(table).where(table.c.no == 0).values(dict.fromkeys(names))
    return Statement(str(statement.compile(dialect=DIALECT)), _binds(table, names))


def _binds(table: Table, names: Sequence[str]) -> tuple[tuple[int, Callable[[Any], Any]], ...]:
    """What the types of columns do, by place; those that take values as they are do nothing."""
    types = (table.c[name].type.dialect_impl(DIALECT) for name in names)
    binds = enumerate(each.bind_processor(DIALECT) for each in types)
    return tuple((place, bind) for place, bind in binds if bind is not None)
