"""An exercise over time: its window, milestones, access windows, stand-downs, and the people on it, as lanes."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from comity.desk import checking
from comity.desk.desk import Desk
from comity.desk.world import World
from comity.domain.checks.check import Check
from comity.domain.clearance import longest, overlap, term, uncovered
from comity.domain.exercises import Exercise, Milestone, Participant, Strand
from comity.domain.findings import StandDown
from comity.domain.people import GONE, UNDER_WAY, Assignment, Leave, Person, Position, Secondment, Vetting
from comity.domain.record import Record
from comity.domain.runs import Cell
from comity.domain.sight import Sight, sight
from comity.domain.stand_downs import issued
from comity.domain.systems import AccessWindow, System
from comity.domain.when import shifted, show_day
from comity.domain.wording import called, span, words

Sort = Literal["window", "solid", "shaky", "dotted", "leave", "stopped", "bare"]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days drawn as a bar; an open side goes on; `ends` draws the stop and says what ends."""

    first: date | None
    last: date | None
    sort: Sort
    ends: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """A day drawn as a sign with a few words."""

    on: date
    state: Literal["done", "due", "conflict"]
    text: str


@dataclass(frozen=True, slots=True)
class Lane:
    """One line of the timeline: whose it is, its bars and points, and what is wrong with it."""

    group: str
    label: str
    note: str
    record: Record
    stretches: tuple[Stretch, ...] = ()
    points: tuple[Point, ...] = ()
    checks: tuple[Check, ...] = ()


def lanes(desk: Desk, exercise: Exercise) -> list[Lane]:
    """Every lane of an exercise, in the order of the page."""
    found = checking.checks(desk)
    by_record: dict[str, list[Check]] = {}
    for check in found:
        for id in check.records:
            by_record.setdefault(id, []).append(check)
    with desk.store.reading() as connection:
        look = sight(World(desk, connection))
        own = Lane(
            "", exercise.code, "", exercise, (Stretch(exercise.window_start, exercise.window_end, "window", " "),)
        )
        made = [
            own,
            *_milestones(look, exercise),
            *_windows(look, exercise),
            *_stand_downs(look, exercise),
            *_people(look, exercise),
            *_secondments(look, exercise),
            *_posts(look, exercise),
        ]
    return [_checked(lane, by_record) for lane in made]


def _checked(lane: Lane, by_record: dict[str, list[Check]]) -> Lane:
    ids = [lane.record.id, *([lane.record.person] if isinstance(lane.record, Assignment) else [])]
    found = dict.fromkeys(check for id in ids for check in by_record.get(id, ()))
    if lane.group not in ("People", "Access windows", "Stand-downs"):
        return lane
    return Lane(lane.group, lane.label, lane.note, lane.record, lane.stretches, lane.points, tuple(found))


def _milestones(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    """One lane per kind; those that were done before the exercise share one."""
    by_kind: dict[str, list[Milestone]] = {}
    for each in sorted(look.find(Milestone, exercise=exercise.id), key=lambda each: each.due or date.max):
        by_kind.setdefault(each.kind, []).append(each)
    past = [kind for kind, found in by_kind.items() if len(found) == 1 and _early(found[0], exercise)]
    if past:
        points = tuple(_point(by_kind[kind][0], look.today, "") for kind in past)
        label = ", ".join(words(kind).split(" ")[0] for kind in past)
        yield Lane("Milestones", label, "", by_kind[past[0]][0], (), points)
    for kind, found in by_kind.items():
        if kind not in past:
            yield from _of_kind(look, kind, found)


def _early(milestone: Milestone, exercise: Exercise) -> bool:
    return bool(milestone.done and (exercise.window_start is None or milestone.done <= exercise.window_start))


def _of_kind(look: Sight, kind: str, found: list[Milestone]) -> Iterator[Lane]:
    points = tuple(
        _point(each, look.today, str(place) if len(found) > 1 else "")
        for place, each in enumerate(found, 1)
        if each.due or each.done
    )
    fork = next((each for each in found if "due" in each.conflicts), None)
    label = words(kind) + ("s" if len(found) > 1 else "") if kind != "other" else found[0].title.lower()
    yield Lane("Milestones", label, "to settle" if fork else "", fork or found[-1], (), points)


def _point(milestone: Milestone, today: date, number: str) -> Point:
    on = milestone.done or milestone.due or today
    if milestone.done:
        return Point(on, "done", number)
    late = " overdue" if on < today else ""
    text = f"{number} on {show_day(on, today)}" if number else show_day(on, today)
    return Point(on, "conflict" if "due" in milestone.conflicts else "due", text + late)


def _windows(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    """The access of each institute to each system that the exercise uses."""
    strands = [each.id for each in look.find(Strand, exercise=exercise.id)]
    used = dict.fromkeys((cell.system, cell.institute) for cell in look.find(Cell, strand=strands))
    for id in dict.fromkeys(system for system, _ in used):
        system, found = look.get(System, id), look.find(AccessWindow, system=id)
        if system is None:
            continue
        if not found:
            bar = Stretch(exercise.window_start, None, "dotted")
            yield Lane("Access windows", system.name, words(system.access), system, (bar,))
        for each in sorted(found, key=lambda each: each.institute):
            if (id, each.institute) in used:
                ends = show_day(each.closes, look.today) if each.closes else ""
                bar = Stretch(each.opens, each.closes, "solid", ends)
                yield Lane("Access windows", system.name, f"at {each.institute}", each, (bar,))


def _stand_downs(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    for each in look.find(StandDown, exercise=exercise.id):
        begun = issued(each)
        if begun is None:
            continue
        last = each.lifted_at.date() if each.lifted_at else shifted(look.today, -1)
        said = f"lifted {show_day(last, look.today)}" if each.lifted_at else "not lifted"
        yield Lane("Stand-downs", each.label, each.subject, each, (Stretch(begun.date(), last, "stopped", said),))


def _people(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    """Who is on it; a vetting that runs out leaves the rest of the term uncovered."""
    for each in sorted(look.find(Assignment, exercise=exercise.id), key=lambda each: each.role):
        person = look.get(Person, each.person)
        bars = list(covered(longest(look, each.person), term(each, exercise)))
        away = [
            leave
            for leave in look.find(Leave, person=each.person)
            if overlap((leave.start, leave.end), term(each, exercise))
        ]
        bars += [Stretch(leave.start, leave.end, "leave") for leave in away]
        yield Lane("People", called(person), words(each.role), each, tuple(bars))


def covered(vetting: Vetting | None, days: tuple[date | None, date | None]) -> Iterator[Stretch]:
    """A term, with the part that its vetting does not cover apart."""
    first, last = days
    bare = uncovered(vetting, days)
    if vetting is None or bare is None:
        yield Stretch(first, last, "solid")
        return
    said = f"{vetting.level} ends, {(bare[1] - bare[0]).days + 1} d uncovered"
    if first is None or first < bare[0]:
        yield Stretch(first, vetting.review_due_on, "solid", said)
        said = ""
    yield Stretch(*bare, "bare", said)


def _away(look: Sight, person: str, days: tuple[date | None, date | None]) -> list[Stretch]:
    """Leave that falls into these days."""
    found = look.find(Leave, person=person)
    return [Stretch(each.start, each.end, "leave") for each in found if overlap((each.start, each.end), days)]


def _secondments(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    """Terms between its institutes that fall into its window."""
    joined = {each.institute for each in look.find(Participant, exercise=exercise.id)}
    span_ = (exercise.window_start, exercise.window_end)
    for each in sorted(look.all(Secondment), key=lambda each: each.label):
        if each.status in GONE or not {each.home, each.host} & joined or not overlap((each.start, each.end), span_):
            continue
        if not joined >= {each.home, each.host} and exercise.lead not in (each.home, each.host):
            continue
        person = look.get(Person, each.person)
        sort: Sort = "solid" if each.status in UNDER_WAY else "shaky"
        bars = [Stretch(each.start, each.end, sort)]
        bars += _away(look, each.person, (each.start, each.end))
        yield Lane("People", called(person), each.label, each, tuple(bars))


def _posts(look: Sight, exercise: Exercise) -> Iterator[Lane]:
    for each in look.find(Position, exercise=exercise.id, status=("open", "filled")):
        if look.find(Assignment, position=each.id):
            continue
        first, last = each.start or exercise.window_start, each.end or exercise.window_end
        bar = Stretch(first, last, "bare", f"nobody, {span(first, last, look.today)}")
        yield Lane("People", each.title or words(each.role), "position", each, (bar,))
