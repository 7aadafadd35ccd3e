"""How many records a query finds: by the counts that are kept of runs where they tell it, else by the rows."""

from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, func
from sqlmodel import select

from comity.domain.query import Match
from comity.domain.runs import Run
from comity.store import schema
from comity.store.select import Selection, condition, terms


def count(connection: Connection, chosen: Selection) -> int:
    """How many are found."""
    if _is_kept(chosen):
        kept = replace(chosen, within=schema.counts)
        return int(connection.execute(select(func.sum(schema.counts.c.n)).where(*terms(kept))).scalar() or 0)
    every = select(func.count()).select_from(chosen.table)
    if chosen.query.terms or chosen.retired:
        return int(connection.execute(every.where(condition(chosen))).scalar_one())
    gone = every.where(chosen.table.c.retired.is_(True))  # all, and the few that are gone, are counted without looking
    return int(connection.execute(every).scalar_one() - connection.execute(gone).scalar_one())


def count_by(connection: Connection, chosen: Selection, field: str) -> dict[Any, int]:
    """How many are found for each value of a field; empty text and no value are one."""
    if _is_kept(chosen) and field in schema.COUNTED:
        kept, n = replace(chosen, within=schema.counts), func.sum(schema.counts.c.n)
        query = select(kept.table.c[field], n).where(*terms(kept)).group_by(kept.table.c[field]).having(n > 0)
    else:
        value = func.coalesce(chosen.table.c[field], "")
        query = select(value, func.count()).select_from(chosen.table).where(condition(chosen)).group_by(value)
    return dict(connection.execute(query).all())


def _is_kept(chosen: Selection) -> bool:
    """Whether all that is asked is what the counts tell live runs apart by."""
    asks = (isinstance(each, Match) and each.op == ":" and each.field in schema.COUNTED for each in chosen.query.terms)
    return chosen.kind is Run and not chosen.retired and all(asks)
