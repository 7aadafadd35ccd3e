"""People as a coordinator sees them: vetting and until when, posts with nobody, terms, what is lent and borrowed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from comity.desk import checking
from comity.desk.desk import Desk
from comity.desk.pages.calendar import Lane, Stretch, covered
from comity.desk.world import World
from comity.domain.checks.check import SEVERITIES, Check, Severity
from comity.domain.clearance import candidates, longest, term
from comity.domain.exercises import Exercise
from comity.domain.ledger import Balance, ledger
from comity.domain.marking import join
from comity.domain.people import GONE, UNDER_WAY, Assignment, Leave, Person, Position, Secondment
from comity.domain.sight import Sight, sight
from comity.domain.when import show_day
from comity.domain.wording import called, language, span, words

_GAPS: Final = ("withheld", "unknown", "none")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person with the vetting that holds longest; `gap` where it is withheld, unknown or none."""

    person: Person
    level: str
    until: str
    gap: bool
    severity: Severity | None
    expiring: Severity | None
    marking: str

    @property
    def id(self) -> str:
        return self.person.id


@dataclass(frozen=True, slots=True)
class Post:
    """A post that nobody holds, and who fits."""

    position: Position
    severity: Severity
    title: str
    place: str
    days: str
    fits: str


@dataclass(frozen=True, slots=True)
class Account:
    """What one institute lent to another and borrowed from it, in person-months."""

    one: str
    other: str
    lent: float
    borrowed: float
    terms: tuple[Secondment, ...]


@dataclass(frozen=True, slots=True)
class PersonSheet:
    """One person in the panel: what is wrong, the terms over time, what they are on."""

    checks: tuple[Check, ...]
    lanes: tuple[Lane, ...]
    assigned: tuple[tuple[str, str], ...]


def people(desk: Desk, records: Sequence[Person]) -> list[PersonLine]:
    """People as lines of the roster."""
    found = checking.checks(desk)
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        worst = _worst(look, found)
        expiring = {each.id: each.severity for each in reversed(found) if each.check == "vetting.expires_in_term"}
        return [_person(look, each, worst.get(each.id), expiring.get(each.id)) for each in records]


def _worst(look: Sight, checks: Sequence[Check]) -> dict[str, Severity]:
    """The worst check per person: of their own, of their terms."""
    of = {each.id: each.person for each in look.all(Secondment)}
    found: dict[str, Severity] = {}
    for check in reversed(checks):
        if check.severity == SEVERITIES[-1] or check.kind not in ("person", "secondment", "assignment"):
            continue
        found[of.get(check.id, check.id)] = check.severity
    return found


def _person(look: Sight, person: Person, worst: Severity | None, expiring: Severity | None) -> PersonLine:
    vetting = longest(look, person.id)
    level = vetting.level if vetting else "unknown"
    marking = join([person.marking, *([vetting.marking] if vetting else [])])
    ends = vetting.review_due_on if vetting else None
    until = show_day(ends, look.today) if ends else ""
    return PersonLine(person, level, until, level in _GAPS, worst, expiring, marking)


def posts(desk: Desk) -> list[Post]:
    """Posts that a check says nobody holds, the most urgent first."""
    found = [each for each in checking.checks(desk) if each.check == "position.empty"]
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        made = [(each, look.get(Position, each.id)) for each in found]
        return [_post(look, check, position) for check, position in made if position]


def _post(look: Sight, check: Check, position: Position) -> Post:
    exercise = look.get(Exercise, position.exercise)
    first = position.start or (exercise.window_start if exercise else None)
    last = position.end or (exercise.window_end if exercise else None)
    who = candidates(look, position, first, last)
    names = ", ".join(called(each) for each in who[:2])
    lacking = f"nobody reads {language(position.language)}" if position.language else "nobody known fits"
    title = position.title or words(position.role)
    fits = f"{names} fit{'s' * (len(who) == 1)}, free" if who else lacking
    return Post(position, check.severity, title, check.place, span(first, last, look.today), fits)


def accounts(desk: Desk, year: int | None = None) -> list[Account]:
    """Every pair of institutes that lent or borrowed; those of this institute first and seen from it."""
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        lent = {(each.lender, each.borrower): each for each in ledger(look, year=year)}
        pairs = {tuple(sorted(pair, key=lambda code: (code != desk.institute, code))) for pair in lent}
        return [
            _account(look, one, other, lent)
            for one, other in sorted(pairs, key=lambda pair: (pair[0] != desk.institute, pair))
        ]


def _account(look: Sight, one: str, other: str, lent: dict[tuple[str, str], Balance]) -> Account:
    there, back = lent.get((one, other)), lent.get((other, one))
    ids = [id for balance in (there, back) if balance for id in balance.secondments]
    terms = tuple(found for id in ids if (found := look.get(Secondment, id)))
    return Account(one, other, there.person_months if there else 0, back.person_months if back else 0, terms)


def person_sheet(desk: Desk, person: Person) -> PersonSheet:
    """Everything the panel says about a person."""
    found = checking.checks(desk)
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        terms = [each for each in look.find(Secondment, person=person.id) if each.status not in GONE]
        about = {person.id, *(each.id for each in terms)}
        lanes = tuple(_lanes(look, person, terms))
        assigned = tuple(_assigned(look, person, terms))
    return PersonSheet(tuple(each for each in found if each.id in about), lanes, assigned)


def _lanes(look: Sight, person: Person, terms: Sequence[Secondment]) -> Iterator[Lane]:
    vetting = longest(look, person.id)
    ends = vetting.review_due_on if vetting else None
    if vetting and ends:
        said = f"{vetting.level} to {show_day(ends, look.today)}"
        yield Lane("", "vetting", "", vetting, (Stretch(vetting.granted_on, ends, "solid", said),))
    for each in look.find(Assignment, person=person.id):
        exercise = look.get(Exercise, each.exercise)
        if exercise:
            bars = covered(vetting, term(each, exercise))
            yield Lane("", exercise.code, "", each, tuple(replace(bar, ends="") for bar in bars))
    for abroad in terms:
        bar = Stretch(abroad.start, abroad.end, "solid" if abroad.status in UNDER_WAY else "shaky")
        yield Lane("", abroad.label, "", abroad, (bar,))
    for leave in look.find(Leave, person=person.id):
        if leave.end >= look.today:
            said = span(leave.start, leave.end, look.today)
            yield Lane("", "leave", "", leave, (Stretch(leave.start, leave.end, "leave", said),))


def _assigned(look: Sight, person: Person, terms: Sequence[Secondment]) -> Iterator[tuple[str, str]]:
    for each in look.find(Assignment, person=person.id):
        exercise = look.get(Exercise, each.exercise)
        yield exercise.code if exercise else "exercise", words(each.role)
    for abroad in terms:
        yield abroad.label, f"{words(abroad.type)}, {abroad.home} to {abroad.host}, {words(abroad.status)}"


@dataclass(frozen=True, slots=True)
class Crew:
    """A person on an exercise: the part, the days, and the person as the roster shows them."""

    assignment: Assignment
    told: PersonLine | None
    days: str


def crew(desk: Desk, exercise: Exercise) -> list[Crew]:
    """Everybody on an exercise, by role."""
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        on = sorted(look.find(Assignment, exercise=exercise.id), key=lambda each: (each.role, each.id))
        persons = {each.person: look.get(Person, each.person) for each in on}
        days = {each.id: span(*term(each, exercise), look.today) for each in on}
    lines = {each.person.id: each for each in people(desk, [each for each in persons.values() if each])}
    return [Crew(each, lines.get(each.person), days[each.id]) for each in on]
