"""What needs a person: the checks of one pass, kept until something is written or the day changes."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.checks.check import CHECK_IDS, Check
from comity.domain.checks.facts import FACT_NAMES, fact_ids, facts_by_record
from comity.domain.checks.table import run_all
from comity.domain.parse import nearest
from comity.domain.query import is_named
from comity.domain.query_grammar import RawTerm, raw_terms
from comity.domain.sight import sight
from comity.domain.text import fold
from comity.errors import BadInput
from comity.store import reading
from comity.store.database import Connection

ASKED: Final = {"check": "check", "severity": "severity", "kind": "kind", "place": "place", "exercise": "place"}

__all__ = ["FACT_NAMES", "checks", "facts_of", "ids_by_fact"]


def checks(desk: Desk, query: str = "") -> list[Check]:
    """What needs attention, the most urgent first; the words of a query are looked for in the sentences."""
    with desk.store.reading() as connection:
        found = all_checks(desk, connection)
    terms = raw_terms(query)
    for term in terms:
        _require(term)
    return [check for check in found if all(_has(check, term) != term.negated for term in terms)]


def _require(term: RawTerm) -> None:
    """Refuse what no check can be asked for: a script must not take a slip of the pen for a good day."""
    if term.field == "is":
        known: Sequence[str] = CHECK_IDS
        wrong = [name for name in term.values if not any(is_named(each, _fact(name)) for each in CHECK_IDS)]
    else:
        known = tuple(ASKED)
        wrong = [] if not term.field or (term.field in ASKED and term.op == ":") else [f"{term.field}{term.op}"]
        wrong = wrong or (["~"] if term.op == "~" else [])
    if wrong:
        hint = f"ask by words, by `is:` and a name as in the last column of `comity check`, or by {', '.join(ASKED)}"
        raise BadInput(f"no check is asked for by «{wrong[0]}»{nearest(wrong[0], known)}", hint, code="query")


def _has(check: Check, term: RawTerm) -> bool:
    if term.field == "is":
        return any(is_named(check.check, _fact(name)) for name in term.values)
    if term.field:
        return any(fold(value) == fold(str(getattr(check, ASKED[term.field]))) for value in term.values)
    told = (check.text, check.place, check.label, check.check, check.severity)
    return all(fold(value) in fold(" ".join(told)) for value in term.values)


def _fact(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


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
