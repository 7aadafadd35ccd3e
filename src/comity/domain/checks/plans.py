"""Days that passed, and agreements that end too soon."""

from collections.abc import Iterator

from comity.domain.checks.check import Check, is_past, told
from comity.domain.exercises import OVER, Exercise, Milestone, Participant
from comity.domain.institutes import Agreement
from comity.domain.sight import Sight
from comity.domain.when import show_day
from comity.domain.wording import days, listed, words


def milestone_overdue(look: Sight) -> Iterator[Check]:
    """Milestones whose day passed and that nobody called done."""
    for each in look.find(Milestone, done=None):
        exercise = look.get(Exercise, each.exercise)
        if each.due is None or each.due >= look.today or exercise is None or exercise.status in OVER:
            continue
        name = each.title or words(each.kind).capitalize()
        text = f"{name} was due {show_day(each.due, look.today)}, {days((look.today - each.due).days)} ago."
        yield told("milestone.overdue", "high", each, text, place=exercise.code, due=each.due)


def agreement_expires(look: Sight) -> Iterator[Check]:
    """Agreements that end before an exercise does, where no other takes over."""
    for exercise in look.all(Exercise):
        end = exercise.window_end
        if exercise.status in OVER or end is None or is_past(exercise, end, look.today):
            continue
        ending: dict[str, list[str]] = {}
        for institute in sorted({each.institute for each in look.find(Participant, exercise=exercise.id)}):
            if last := _last_agreement(look, institute):
                ending.setdefault(last.id, []).append(institute)
        for id, institutes in ending.items():
            agreement = look.get(Agreement, id)
            if agreement and agreement.expires_on and agreement.expires_on < end:
                yield _expires(look, exercise, agreement, institutes)


def _expires(look: Sight, exercise: Exercise, agreement: Agreement, institutes: list[str]) -> Check:
    due, end = agreement.expires_on or look.today, exercise.window_end or look.today
    name = agreement.reference or agreement.title
    verb = "ended" if due < look.today else "ends"
    text = f"{name} with {listed(institutes)} {verb} {show_day(due, look.today)}, {days((end - due).days)} too early."
    return told("agreement.expires_in_exercise", "high", agreement, text, place=exercise.code, due=due)


def _last_agreement(look: Sight, institute: str) -> Agreement | None:
    """The agreement in force that holds an institute longest; an open one holds for ever."""
    held = [each for each in look.find(Agreement, status="in_force") if institute in (each.parties or ())]
    if not held or any(each.expires_on is None for each in held):
        return None
    return max(held, key=lambda each: (str(each.expires_on), each.id))
