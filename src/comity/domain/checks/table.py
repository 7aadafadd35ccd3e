"""Every check there is, and one pass over all of them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from comity.domain.checks import cells, findings, people, plans, protocols, records, runs, secondments
from comity.domain.checks.check import SEVERITIES, Check
from comity.domain.exercises import Exercise
from comity.domain.sight import Sight, sight
from comity.domain.view import View

CHECKS: Final[tuple[Callable[[Sight], Iterator[Check]], ...]] = (
    runs.stale,
    runs.deviation_open,
    runs.after_stand_down,
    runs.outside_access_window,
    runs.unmatched,
    runs.same_log_twice,
    cells.uncovered,
    people.roster_empty,
    people.position_empty,
    people.expires_in_term,
    people.overlapping,
    people.on_leave,
    secondments.lacking,
    secondments.not_recognised,
    secondments.vetting_ends_before_term,
    secondments.leave_clash,
    secondments.ended,
    secondments.balance,
    protocols.concurrence,
    plans.milestone_overdue,
    plans.agreement_expires,
    findings.action_overdue,
    findings.action_unverified,
    findings.action_carried_over,
    findings.embargo,
    findings.disputed,
    findings.not_acknowledged,
    records.to_settle,
)


def run_all(view: View) -> list[Check]:
    """What needs a person, the most urgent first: by severity, then by day; what has no day is of today."""
    look = sight(view)
    exercises = {each.code: each.marking or "" for each in look.all(Exercise)}
    found = (_named(check, exercises) for each in CHECKS for check in each(look))
    return sorted(found, key=lambda check: _urgency(check, look.today))


def _named(check: Check, exercises: Mapping[str, str]) -> Check:
    """The check is marked as its place is too, which it names."""
    marking = exercises.get(check.place, "")
    return (
        check
        if marking in ("", *check.markings)
        else replace(check, markings=tuple(sorted((*check.markings, marking))))
    )


def _urgency(check: Check, today: date) -> tuple[int, date, str, str, str, str]:
    due = check.due or today
    return (SEVERITIES.index(check.severity), due, check.place, check.label, check.text, check.id)
