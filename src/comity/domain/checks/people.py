"""Posts with nobody, people in two places, and vetting that ends inside a term."""

from collections.abc import Iterator
from datetime import date
from itertools import combinations

from comity.domain.checks.check import EXCHANGE, STAFFED, STARTED, Check, Severity, code, is_past, told
from comity.domain.clearance import candidates, ends_before, longest, overlap, term
from comity.domain.exercises import OVER, Exercise
from comity.domain.people import Assignment, Leave, Person, Position, Secondment, Vetting
from comity.domain.sight import Sight
from comity.domain.when import show_day
from comity.domain.wording import called, days, span, words

_SOON = 30  # days in which a vetting that ends wants a decision now
_SHORT = 4  # days of leave that need no deputy


def roster_empty(look: Sight) -> Iterator[Check]:
    """Exercises on which nobody is: the loudest of all."""
    for exercise in look.find(Exercise, status=STAFFED):
        if not look.find(Assignment, exercise=exercise.id):
            yield told("roster.empty", "blocker", exercise, f"Nobody is on {exercise.code}.", place=exercise.code)


def position_empty(look: Sight) -> Iterator[Check]:
    """Posts of coming and running exercises that nobody holds."""
    for position in look.find(Position, status=("open", "filled")):
        exercise = look.get(Exercise, position.exercise)
        last = position.end or (exercise.window_end if exercise else None)
        if exercise is None or exercise.status not in STAFFED or (last and last < look.today):
            continue
        if look.find(Assignment, position=position.id):
            continue
        first = position.start or exercise.window_start
        who = next(iter(candidates(look, position, first, last)), None)
        fits = f"; {called(who)} ({who.institute}) fits" if who else ""
        text = f"Nobody is {position.title or words(position.role)}, {span(first, last, look.today)}{fits}."
        severity: Severity = "high" if exercise.status in STARTED else "medium"
        yield told("position.empty", severity, position, text, place=exercise.code, due=first)


def expires_in_term(look: Sight) -> Iterator[Check]:
    """Vetting that ends before the exercise, the assignment or the secondment does."""
    for (person, exercise), (assignment, last) in _longest_terms(look).items():
        vetting = longest(look, person)
        past = last and is_past(look.get(Exercise, exercise), last, look.today)
        if vetting and last and ends_before(vetting, last) and not past:
            yield _in_exercise(look, person, exercise, assignment, vetting, last)
    for each in look.find(Secondment, status=("agreed", "active", "suspended")):
        vetting = longest(look, each.person)
        if each.end is None or each.end < look.today:
            continue
        if vetting and ends_before(vetting, each.end) and not ends_before(vetting, each.start):
            yield _in_secondment(look, each, vetting, each.end)


def _longest_terms(look: Sight) -> dict[tuple[str, str], tuple[Assignment, date | None]]:
    """By person and exercise the assignment that ends last."""
    terms: dict[tuple[str, str], tuple[Assignment, date | None]] = {}
    for each in look.all(Assignment):
        exercise = look.get(Exercise, each.exercise)
        if exercise is None or exercise.status in OVER:
            continue
        last = term(each, exercise)[1]
        known = terms.get((each.person, each.exercise))
        if known is None or (known[1] or date.min) < (last or date.min):
            terms[each.person, each.exercise] = (each, last)
    return terms


def _in_exercise(
    look: Sight, person: str, exercise: str, assignment: Assignment, vetting: Vetting, last: date
) -> Check:
    found, whole = look.get(Exercise, exercise), look.get(Person, person)
    name, due = code(look, exercise), vetting.review_due_on or last
    what = name if found and last == found.window_end else f"the assignment to {name}"
    when = f"ends {show_day(due, look.today)}, {days((last - due).days)} before {what} does"
    if due < look.today:
        when = f"ended {show_day(due, look.today)}; {what} goes on to {show_day(last, look.today)}"
    severity: Severity = "blocker" if found and found.status in ("ready", *STARTED) else "high"
    subject, beside = whole or assignment, [vetting, assignment]
    return told("vetting.expires_in_term", severity, subject, f"Vetting {when}.", place=name, beside=beside, due=due)


def _in_secondment(look: Sight, secondment: Secondment, vetting: Vetting, last: date) -> Check:
    person, due = look.get(Person, secondment.person), vetting.review_due_on or last
    when = f"{'ended' if due < look.today else 'ends'} {show_day(due, look.today)}"
    text = f"Vetting of {called(person)} {when}, {days((last - due).days)} before the term does."
    severity: Severity = "high" if (due - look.today).days <= _SOON else "medium"
    beside = [person, vetting]
    return told("vetting.expires_in_term", severity, secondment, text, place=EXCHANGE, beside=beside, due=due)


def overlapping(look: Sight) -> Iterator[Check]:
    """People who are on two exercises at once."""
    by_person: dict[str, list[tuple[Assignment, Exercise]]] = {}
    for each in look.all(Assignment):
        exercise = look.get(Exercise, each.exercise)
        if exercise and exercise.status not in OVER:
            by_person.setdefault(each.person, []).append((each, exercise))
    for person, held in by_person.items():
        for (one, here), (other, there) in combinations(held, 2):
            shared = overlap(term(one, here), term(other, there))
            if here.id == there.id or shared is None or shared[1] < look.today:
                continue
            when = "" if date.max in shared or date.min in shared else f", {span(*shared, look.today)}"
            whole = look.get(Person, person)
            text = f"{called(whole)} is on {here.code} and {there.code} at once{when}."
            subject = whole or one
            yield told("assignment.overlap", "medium", subject, text, place=here.code, beside=[one, other])


def on_leave(look: Sight) -> Iterator[Check]:
    """People who are away while they are on an exercise."""
    for leave in look.all(Leave):
        if leave.end < look.today:
            continue
        for assignment in look.find(Assignment, person=leave.person):
            exercise = look.get(Exercise, assignment.exercise)
            if exercise is None or exercise.status in OVER:
                continue
            if overlap((leave.start, leave.end), term(assignment, exercise)):
                person = look.get(Person, leave.person)
                away = span(leave.start, leave.end, look.today)
                text = f"{called(person)}, {words(assignment.role)}, is away {away}."
                beside, due = [leave, assignment], leave.start
                severity: Severity = "low" if (leave.end - leave.start).days < _SHORT else "medium"
                subject, place = person or assignment, exercise.code
                yield told("assignment.on_leave", severity, subject, text, place=place, beside=beside, due=due)
