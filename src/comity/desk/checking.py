"""What needs a person: the checks of one pass, kept until something is written or the day changes."""

from collections.abc import Mapping, Sequence
from typing import Any

from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.checks.check import Check
from comity.domain.checks.facts import FACT_NAMES, fact_ids, facts_by_record
from comity.domain.checks.table import run_all
from comity.domain.query import is_named
from comity.domain.sight import sight
from comity.domain.text import fold
from comity.store import reading
from comity.store.database import Connection

__all__ = ["FACT_NAMES", "checks", "facts_of", "ids_by_fact"]


def checks(desk: Desk, query: str = "") -> list[Check]:
    """What needs attention, the most urgent first; the words of a query are looked for in the sentences."""
    with desk.store.reading() as connection:
        found = all_checks(desk, connection)
    return [check for check in found if all(_has(check, word) for word in query.split())]


def _has(check: Check, word: str) -> bool:
    if word.startswith("is:"):
        return is_named(check.check, word.removeprefix("is:").replace("-", "_"))
    told = (check.text, check.place, check.label, check.check, check.severity)
    return fold(word.partition(":")[2] or word) in fold(" ".join(told))


def all_checks(desk: Desk, connection: Connection) -> Sequence[Check]:
    """The checks of one pass over the store as it is."""
    state = (reading.version(connection), desk.today, desk.settings.general.stale_after, desk.now().replace(minute=0))
    if desk.passed is None or desk.passed[0] != state:
        desk.passed = (state, tuple(run_all(World(desk, connection))))
    return desk.passed[1]


def ids_by_fact(desk: Desk, connection: Connection, names: Sequence[str]) -> Mapping[str, frozenset[str]]:
    """The records for which each of these facts holds."""
    found = all_checks(desk, connection)
    look: Any = sight(World(desk, connection))
    meant = [fact for fact in FACT_NAMES if any(is_named(fact, name) for name in names)]
    return {fact: fact_ids(fact, look, found) for fact in meant if fact != "retired"}


def facts_of(desk: Desk, id: str) -> list[str]:
    """The facts that checks tell of one record."""
    with desk.store.reading() as connection:
        return sorted(facts_by_record(all_checks(desk, connection)).get(id, ()))
