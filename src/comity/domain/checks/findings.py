"""Findings that are disputed or under embargo, actions that are late, stand-downs that did not reach everybody."""

from collections.abc import Iterator

from comity.domain.checks.check import UNSTARTED, Check, Severity, is_over, place_of, told
from comity.domain.exercises import Exercise
from comity.domain.findings import UNDONE, CorrectiveAction, Finding, StandDown
from comity.domain.lifecycles.findings import unacknowledged
from comity.domain.sight import Sight
from comity.domain.when import show_day
from comity.domain.wording import days, listed, opening, some


def action_overdue(look: Sight) -> Iterator[Check]:
    """Actions whose day passed before they were done."""
    for each in look.find(CorrectiveAction, status=UNDONE):
        if each.due and each.due < look.today:
            owner = f" ({each.owner})" if each.owner else ""
            text = f"{opening(each.text)}{owner} is {days((look.today - each.due).days)} overdue."
            yield told("action.overdue", "high", each, text, place=_place(look, each), due=each.due)


def action_unverified(look: Sight) -> Iterator[Check]:
    """Actions that their owner calls done and nobody else has seen."""
    for each in look.find(CorrectiveAction, status="done"):
        by = f" by {each.owner}" if each.owner else ""
        text = f"{opening(each.text)} done{by}; nobody verified it."
        yield told("action.unverified", "medium", each, text, place=_place(look, each))


def action_carried_over(look: Sight) -> Iterator[Check]:
    """What earlier exercises of a programme left open for the one that is being planned."""
    for exercise in look.find(Exercise, status=UNSTARTED):
        for earlier in look.find(Exercise, programme=exercise.programme) if exercise.programme else ():
            if earlier.status in UNSTARTED:
                continue
            left = [each for each in look.find(CorrectiveAction, exercise=earlier.id) if each.status in UNDONE]
            if left:
                names = listed([each.label or opening(each.text, 20) for each in left])
                text = f"{some(len(left), 'action')} of {earlier.code} still open: {names}."
                yield told("action.carried_over", "low", exercise, text, place=exercise.code, beside=left)


def embargo(look: Sight) -> Iterator[Check]:
    """Embargoes that run, and findings that were published under one."""
    for each in look.all(Finding):
        until = each.embargo_until
        if until is None or until <= look.today or each.status in ("merged", "withdrawn"):
            continue
        published = each.status == "published"
        left = days((until - look.today).days)
        text = f"Embargo until {show_day(until, look.today)}, {left} to go{'; it is published' if published else ''}."
        severity: Severity = "blocker" if published else "low"
        yield told("finding.embargo", severity, each, text, place=_place(look, each), due=until)


def disputed(look: Sight) -> Iterator[Check]:
    """Findings on which houses do not agree."""
    for each in look.all(Finding):
        if not each.disputed_by or each.status in ("merged", "withdrawn") or is_over(look, each):
            continue
        verb = "disputes" if len(each.disputed_by) == 1 else "dispute"
        kept = "both texts are kept" if each.dispute_text else "the other text is missing"
        text = f"{listed(sorted(each.disputed_by))} {verb} the finding; {kept}."
        severity: Severity = "low" if each.dispute_text else "medium"
        yield told("finding.disputed", severity, each, text, place=_place(look, each))


def not_acknowledged(look: Sight) -> Iterator[Check]:
    """Stand-downs that somebody has not acknowledged."""
    for each in look.find(StandDown, status="issued"):
        if is_over(look, each) or not (missing := unacknowledged(look, each)):
            continue
        have = "has" if len(missing) == 1 else "have"
        text = f"{listed(missing)} {have} not acknowledged the stand-down of {opening(each.subject, 30)}."
        yield told("stand_down.unacknowledged", "high", each, text, place=_place(look, each))


def _place(look: Sight, record: CorrectiveAction | Finding | StandDown) -> str:
    """The exercise of the record, or that of the finding behind an action."""
    behind = record.finding if isinstance(record, CorrectiveAction) and not record.exercise else None
    return place_of(look, (look.get(Finding, behind) if behind else None) or record)
