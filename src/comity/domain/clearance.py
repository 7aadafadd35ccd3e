"""How long people may work: their vetting, their terms, and where one ends inside the other."""

from datetime import date

from comity.domain.exercises import OVER, Exercise
from comity.domain.people import Assignment, Leave, Person, Position, Vetting
from comity.domain.view import View
from comity.domain.when import shifted
from comity.domain.wording import words


def vettings(view: View, person: str) -> list[Vetting]:
    """What is recorded of a person's vetting, the longest first; an open end is the longest."""
    found = view.find(Vetting, person=person)
    return sorted(found, key=lambda each: (each.review_due_on or date.max, each.id), reverse=True)


def longest(view: View, person: str, level: str = "") -> Vetting | None:
    """The vetting that holds longest, of this level if one is asked for."""
    fitting = [
        each for each in vettings(view, person) if not level or level.casefold() in (each.level or "").casefold()
    ]
    return fitting[0] if fitting else None


def recognised(view: View, person: str, host: str) -> Vetting | None:
    """The vetting that a host accepts and that holds longest."""
    accepted = [each for each in vettings(view, person) if host in (each.recognised_by or ())]
    return accepted[0] if accepted else None


def term(assignment: Assignment, exercise: Exercise) -> tuple[date | None, date | None]:
    """The days of an assignment; the window of its exercise where it names none."""
    return assignment.start or exercise.window_start, assignment.end or exercise.window_end


def overlap(one: tuple[date | None, date | None], other: tuple[date | None, date | None]) -> tuple[date, date] | None:
    """The days that two periods share; an open side reaches for ever."""
    first = max(one[0] or date.min, other[0] or date.min)
    last = min(one[1] or date.max, other[1] or date.max)
    return (first, last) if first <= last else None


def ends_before(vetting: Vetting | None, day: date | None) -> bool:
    """Whether a vetting is over before that day is."""
    return bool(vetting and vetting.review_due_on and day and vetting.review_due_on < day)


def uncovered(vetting: Vetting | None, days: tuple[date | None, date | None]) -> tuple[date, date] | None:
    """The days of a term after a vetting is over. Both ends of either are included: its last day is covered still."""
    first, last = days
    if not ends_before(vetting, last) or vetting is None or vetting.review_due_on is None or last is None:
        return None
    after = shifted(vetting.review_due_on, 1)
    return (max(first or after, after), last)


def readers(view: View, exercise: str, institute: str, language: str) -> list[Person]:
    """Who can judge a language for an institute: its own people, and annotators that the exercise has."""
    lent = view.find(Assignment, exercise=exercise, role=("annotator", "translator"))
    people = [*view.find(Person, institute=institute), *(view.get(Person, each.person) for each in lent)]
    found = {each.id: each for each in people if each and not each.retired and _reads(each, language)}
    return list(found.values())


def _reads(person: Person, language: str) -> bool:
    wanted = language.casefold()
    known = (each.casefold() for each in person.languages or ())
    return any(wanted == each or wanted.startswith(f"{each}-") or each.startswith(f"{wanted}-") for each in known)


def candidates(view: View, position: Position, first: date | None, last: date | None) -> list[Person]:
    """Who could hold a post: the right role, language, skill and vetting, and free over its days."""
    return [
        each for each in view.find(Person) if _fits(view, position, each, last) and _free(view, each, (first, last))
    ]


def _fits(view: View, position: Position, person: Person, last: date | None) -> bool:
    vetting = longest(view, person.id, position.vetting or "")
    cleared = bool(vetting or not position.vetting) and not ends_before(vetting, last)
    reads = not position.language or _reads(person, position.language)
    skilled = not position.skill or position.skill.casefold() in (each.casefold() for each in person.skills or ())
    role = words((person.role or "").casefold())
    return cleared and reads and skilled and role.startswith(words(position.role))


def _free(view: View, person: Person, days: tuple[date | None, date | None]) -> bool:
    for assignment in view.find(Assignment, person=person.id):
        exercise = view.get(Exercise, assignment.exercise)
        if exercise and exercise.status not in OVER and overlap(term(assignment, exercise), days):
            return False
    return not any(overlap((leave.start, leave.end), days) for leave in view.find(Leave, person=person.id))
