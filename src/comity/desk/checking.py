"""What needs a person: the checks of one pass, kept until something is written or the day changes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import perf_counter
from typing import Any, Final, NamedTuple, cast

from comity.desk.desk import Desk, beside
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

SLOW: Final = 0.8  # seconds that people do not wait at every act
ASKED: Final = {"check": "check", "severity": "severity", "kind": "kind", "place": "place", "exercise": "place"}


def checks(desk: Desk, query: str = "") -> list[Check]:
    """What needs attention, the most urgent first; the words of a query are looked for in the sentences."""
    with desk.store.reading() as connection:
        found = all_checks(desk, connection)
        terms = [_of_group(World(desk, connection), term) for term in raw_terms(query)]
    for term, groups in terms:
        if not groups:
            _require(term)
    return [check for check in found if all(_has(check, *term) != term[0].negated for term in terms)]


def _of_group(world: World, term: RawTerm) -> tuple[RawTerm, frozenset[str]]:
    """The groups that `group:UKUS` or `UKUS:WORD` asks for; none where a term asks for something else."""
    if term.op != ":" or term.field in (*ASKED, "is"):
        return term, frozenset()
    named = term.values if term.field == "group" else (term.field,)
    groups = frozenset(group for name in named for group in world.groups_called(name))
    if term.field == "group" and not groups:
        raise BadInput(f"no group is called «{term.values[0]}»", "`comity group list` lists them", code="query")
    return term, groups


def _require(term: RawTerm) -> None:
    """Refuse what no check can be asked for: a script must not take a slip of the pen for a good day."""
    if term.field == "is":
        known: Sequence[str] = CHECK_IDS
        wrong = [name for name in term.values if not any(is_named(each, _fact(name)) for each in CHECK_IDS)]
    else:
        known = (*ASKED, "group")
        wrong = [] if not term.field or (term.field in ASKED and term.op == ":") else [f"{term.field}{term.op}"]
        wrong = wrong or (["~"] if term.op == "~" else [])
    if wrong:
        hint = f"ask by words, by `is:` and a name as in the last column of `comity check`, or by {', '.join(known)}"
        raise BadInput(f"no check is asked for by «{wrong[0]}»{nearest(wrong[0], known)}", hint, code="query")


def _has(check: Check, term: RawTerm, groups: frozenset[str]) -> bool:
    if groups and groups.isdisjoint(check.groups):
        return False
    if groups and term.field == "group":
        return True
    if term.field == "is":
        return any(is_named(check.check, _fact(name)) for name in term.values)
    if term.field and not groups:
        return any(fold(value) == fold(str(getattr(check, ASKED[term.field]))) for value in term.values)
    told = (check.text, check.place, check.label, check.check, check.severity)
    return all(fold(value) in fold(" ".join(told)) for value in term.values)


def _fact(name: str) -> str:
    return name.strip().casefold().replace("-", "_")


class Pass(NamedTuple):
    """The checks of one state of the store, and whether people wait for them."""

    state: tuple[Any, ...]
    checks: tuple[Check, ...]
    slow: bool


def all_checks(desk: Desk, connection: Connection) -> Sequence[Check]:
    """The checks of the store as it is; where they take long and somebody looks later, those of before."""
    last: Pass | None = desk.passed
    hour = desk.now().replace(minute=0, second=0, microsecond=0)
    state = (reading.version(connection), desk.today, desk.settings.general.stale_after, hour)
    if last is None or last.state != state:
        if last and last.slow and desk.later:
            desk.later()
            return last.checks
        began = perf_counter()
        found = tuple(run_all(World(desk, connection)))
        last = desk.passed = Pass(state, found, perf_counter() - began > SLOW)
    return last.checks


def passed_beside(desk: Desk) -> Pass:
    """A pass with a store of its own, for another thread."""
    with beside(replace(desk, later=None, passed=None)) as other:
        checks(other)
        return cast(Pass, other.passed)


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
