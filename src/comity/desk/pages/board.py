"""What the day asks of a coordinator: checks with their records, days that come, partners, and this device."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from comity.desk import asking, care, checking
from comity.desk.desk import Desk
from comity.desk.world import Mended, World
from comity.domain.checks.check import STARTED, Check
from comity.domain.checks.facts import RESPONSIBLE
from comity.domain.exercises import OVER, Exercise, Milestone
from comity.domain.findings import CorrectiveAction
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.marking import join
from comity.domain.people import Person
from comity.domain.record import Record
from comity.domain.sharing import Group
from comity.domain.sight import Sight, sight
from comity.domain.when import shifted
from comity.domain.wording import called, opening, words

_SOON: Final = 60
_FEW: Final = 4
_SAID: Final = ("exercise", "person", "retired")  # what the line above says already
_DONE: Final = ("done", "verified", "closed", "declined")
Sort = Literal["due", "blocker", "conflict"]


@dataclass(frozen=True, slots=True)
class Need:
    """A check as a line of the day: what people call its record, and whether it is this institute's to settle."""

    check: Check
    label: str
    ours: bool
    synthetic: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A day that comes: what then happens or ends, and the record that says so."""

    on: date
    text: str
    sort: Sort
    noun: str
    id: str
    marking: str


@dataclass(frozen=True, slots=True)
class Board:
    """The first page: what needs a person, what comes, who is in the circle, what this device holds."""

    needs: tuple[Need, ...]
    coming: tuple[Coming, ...]
    partners: tuple[str, ...]
    status: dict[str, object]


def board(desk: Desk, words: str = "") -> Board:
    """The day as it is now; words narrow the checks."""
    found = checking.checks(desk, words)
    with desk.store.reading() as connection:
        world = Mended(desk, connection)
        look = sight(World(desk, connection))
        needs = tuple(_need(world, check) for check in found)
        coming = sorted(_coming(look, found), key=lambda each: (each.on, each.text))
        groups = [*desk.store.groups(), *(each.group for each in look.all(Group))]
        partners = {member for group in groups for member in world.members(group)} - {desk.institute}
    return Board(needs, tuple(coming), tuple(sorted(partners)), care.status(desk))


def _need(world: World, check: Check) -> Need:
    record = world.get(BY_NOUN[check.kind], check.id)
    ours = any(getattr(record, name, "") == world.institute for name in RESPONSIBLE)
    return Need(check, _label(record, check), ours, bool(record and record.synthetic))


def _label(record: Record | None, check: Check) -> str:
    """The name in front of a sentence; what is long or said beside it is left out."""
    if isinstance(record, Person):
        return "" if check.text.startswith(called(record)) else called(record)
    return "" if check.kind in ("exercise", "institute") else check.label


def _coming(look: Sight, checks: Sequence[Check]) -> Iterator[Coming]:
    """Milestones not done, open actions, ends of exercises, and vetting that runs out."""
    last = shifted(look.today, _SOON)
    live = {each.id: each for each in look.all(Exercise) if each.status not in OVER}
    for milestone in look.all(Milestone):
        if milestone.due and not milestone.done and milestone.exercise in live and milestone.due <= last:
            sort: Sort = "conflict" if "due" in milestone.conflicts else "due"
            title = (milestone.title or words(milestone.kind)).lower()
            exercise = live[milestone.exercise]
            if exercise.status not in STARTED:
                title = f"{exercise.code} {title}"
            yield _on(milestone.due, title, sort, milestone, exercise)
    for action in look.all(CorrectiveAction):
        if action.due and look.today <= action.due <= last and action.status not in _DONE:
            yield _on(action.due, f"{action.label} {opening(action.text, 30)}", "due", action)
    for exercise in live.values():
        if exercise.window_end and look.today <= exercise.window_end <= last:
            yield _on(exercise.window_end, f"{exercise.code} ends", "due", exercise)
    yield from _running_out(look, checks, last)


def _running_out(look: Sight, checks: Sequence[Check], last: date) -> Iterator[Coming]:
    seen = set()
    for check in checks:
        person = look.get(Person, check.id) if check.kind == "person" else None
        wanted = check.check == "vetting.expires_in_term" and check.due and look.today <= check.due <= last
        if person and wanted and check.due and person.id not in seen:
            seen.add(person.id)
            yield _on(check.due, f"{called(person)}, vetting ends", "blocker", person)


def _on(day: date, text: str, sort: Sort, record: Record, *named: Record) -> Coming:
    return Coming(day, text, sort, record.noun, record.id, join([each.marking for each in (record, *named)]))


def about(desk: Desk, check: Check) -> list[str]:
    """What stands behind a check: each of its records in a few words, the one it is about first."""
    with desk.store.reading() as connection:
        world = Mended(desk, connection)
        kinds = {each.id: each for each in _records(world, check)}
        return [_told(desk, world, record) for record in list(kinds.values())[:3]]


def _records(world: World, check: Check) -> Iterator[Record]:
    for id in check.records[:3]:
        found = next((record for kind in KINDS if (record := world.get(kind, id))), None)
        if found:
            yield found


def _told(desk: Desk, world: World, record: Record) -> str:
    """A record in a few words: its first fields that say something, each once."""
    names = [name for name in type(record).columns if name != record.code_field and name not in _SAID]
    texts = [asking.text(world.connection, desk, record, name) for name in names]
    known = list(dict.fromkeys(opening(text, 40) for text in texts if text))[:_FEW]
    code = str(getattr(record, record.code_field, "") or "") if record.code_field else ""
    kind = words(record.noun)
    return f"{code or kind}  {' · '.join(known)}"
