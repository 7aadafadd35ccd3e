"""How an exercise moves from proposed to closed, and its milestones and aliases beside it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from comity.domain.clearance import ends_before, longest, term
from comity.domain.concurrences import answers, currents
from comity.domain.exercises import Exercise, Milestone, Objective, Participant, Strand
from comity.domain.findings import Finding
from comity.domain.institutes import Agreement
from comity.domain.people import Assignment, Person, Position
from comity.domain.protocols import Protocol
from comity.domain.runs import FINAL_STATUSES, Cell, Run
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking
from comity.domain.systems import ModelAlias, System, Task
from comity.domain.view import View
from comity.domain.when import show_day
from comity.domain.wording import called, listed, words

UNSETTLED: Final = ("observed", "drafted", "in_review")
_AGAINST: Final = {"pending": "has not answered", "object": "objects to", "lapsed": "has to answer again:"}


def specified(exercise: Exercise, taking: Taking) -> Iterator[Obstacle]:
    """One objective, and a lead for each strand."""
    if not taking.view.find(Objective, exercise=exercise.id):
        yield Obstacle(exercise, f"{exercise.code} has no objective")
    strands = taking.view.find(Strand, exercise=exercise.id)
    if not strands:
        yield Obstacle(exercise, f"{exercise.code} has no strand")
    yield from (Obstacle(strand, f"strand {strand.title} has no lead") for strand in strands if not strand.lead)


def planned(exercise: Exercise, taking: Taking) -> Iterator[Obstacle]:
    """An agreement in force for every participant up to the end."""
    participants = taking.view.find(Participant, exercise=exercise.id)
    if not participants:
        yield Obstacle(exercise, f"{exercise.code} has no participants")
    if exercise.window_start is None or exercise.window_end is None:
        yield Obstacle(exercise, f"{exercise.code} has no first and last day")
    for each in participants:
        if not in_force(taking.view, each.institute, exercise.window_start, exercise.window_end):
            until = f" to {show_day(exercise.window_end, taking.view.today)}" if exercise.window_end else ""
            yield Obstacle(each, f"no agreement of {each.institute} is in force{until}")


def in_force(view: View, institute: str, first: date | None, last: date | None) -> list[Agreement]:
    """The agreements of an institute that hold over a period."""
    return [
        each
        for each in view.find(Agreement, status="in_force")
        if institute in (each.parties or ())
        and (each.in_force_from or date.min) <= (first or date.max)
        and (each.expires_on or date.max) >= (last or date.min)
    ]


def ready(exercise: Exercise, taking: Taking) -> Iterator[Obstacle]:
    """Protocols frozen, concurrences in, comms check answered, cells owned or waived, vetting valid to the end."""
    yield from _protocols(exercise, taking.view)
    yield from _concurrences(exercise, taking.view)
    yield from _comms_check(exercise, taking.view)
    for cell in _cells(exercise, taking.view):
        if not (cell.owner or cell.waived):
            yield Obstacle(cell, f"nobody owns {cell_name(taking.view, cell)}")
    yield from _vetting(exercise, taking.view)


def _protocols(exercise: Exercise, view: View) -> Iterator[Obstacle]:
    strands = view.find(Strand, exercise=exercise.id)
    if not strands:
        yield Obstacle(exercise, f"{exercise.code} has no strand")
    for strand in strands:
        versions = view.find(Protocol, strand=strand.id, status=("draft", "circulated", "frozen"))
        newest = max(versions, key=lambda each: each.version, default=None)
        if newest is None or newest.status != "frozen":
            told = f"the protocol of {strand.title} v{newest.version} is {newest.status}, not frozen" if newest else ""
            yield Obstacle(newest or strand, told or f"{strand.title} has no protocol")


def _concurrences(exercise: Exercise, view: View) -> Iterator[Obstacle]:
    for protocol in currents(view, exercise):
        for each in answers(view, exercise, protocol):
            if each.standing in _AGAINST:
                changed = f" ({', '.join(each.touched)} changed)" if each.touched else ""
                text = f"{each.institute} {_AGAINST[each.standing]} protocol v{protocol.version}{changed}"
                yield Obstacle(each.concurrence or protocol, text)


def _comms_check(exercise: Exercise, view: View) -> Iterator[Obstacle]:
    checks = view.find(Milestone, exercise=exercise.id, kind="comms_check")
    if not checks:
        yield Obstacle(exercise, f"{exercise.code} has no comms check")
    yield from (Obstacle(each, f"{each.title or 'comms check'} is not answered") for each in checks if not each.done)


def _vetting(exercise: Exercise, view: View) -> Iterator[Obstacle]:
    for each in view.find(Assignment, exercise=exercise.id):
        position = view.get(Position, each.position) if each.position else None
        asked = (position.vetting if position else "") or ""
        vetting, person = longest(view, each.person, asked), called(view.get(Person, each.person))
        last = term(each, exercise)[1]
        if asked and vetting is None:
            yield Obstacle(each, f"{person} holds no {asked}")
        elif vetting and vetting.review_due_on and ends_before(vetting, last):
            yield Obstacle(vetting, f"vetting of {person} ends {show_day(vetting.review_due_on, view.today)}")


def analysing(exercise: Exercise, taking: Taking) -> Iterator[Obstacle]:
    """Every cell waived, or run to an end."""
    for cell in _cells(exercise, taking.view):
        if cell.waived:
            continue
        runs = taking.view.find(Run, cell=cell.id)
        if not runs:
            yield Obstacle(cell, f"{cell_name(taking.view, cell)} has no run; run or waive it")
        for run in runs:
            if run.execution_status not in FINAL_STATUSES:
                yield Obstacle(run, f"{run.label or 'a run'} is {run.execution_status}")


def closed(exercise: Exercise, taking: Taking) -> Iterator[Obstacle]:
    """Every finding settled; a dispute is settled when both texts are kept."""
    for each in taking.view.find(Finding, exercise=exercise.id):
        if each.status in UNSETTLED:
            yield Obstacle(each, f"{each.label} is {words(each.status)}")
        elif each.disputed_by and not each.dispute_text and each.status not in ("merged", "withdrawn"):
            yield Obstacle(each, f"{each.label} is disputed by {listed(each.disputed_by)}, whose text is missing")


def _cells(exercise: Exercise, view: View) -> list[Cell]:
    return list(view.find(Cell, strand=[each.id for each in view.find(Strand, exercise=exercise.id)]))


def cell_name(view: View, cell: Cell) -> str:
    """What people call a cell."""
    task, system = view.get(Task, cell.task), view.get(System, cell.system)
    names = (task.title or task.name if task else "a task", cell.language, system.name if system else "a system")
    return f"{' · '.join(names)} at {cell.institute}"


def _undone(milestone: Milestone, taking: Taking) -> Iterator[Obstacle]:
    if milestone.done:
        day = show_day(milestone.done, taking.view.today)
        yield Obstacle(milestone, f"{milestone.title or 'it'} was done {day}")


def _done(milestone: Milestone, taking: Taking) -> StepOutcome:
    return StepOutcome({"done": taking.given.get("done") or taking.view.today})


def _unrevealed(alias: ModelAlias, taking: Taking) -> Iterator[Obstacle]:
    if alias.revealed_on:
        yield Obstacle(alias, f"{alias.alias} was revealed {show_day(alias.revealed_on, taking.view.today)}")
    elif not (alias.system or taking.given.get("system")):
        yield Obstacle(alias, f"{alias.alias} names no system yet; give it with --system")


def _reveal(alias: ModelAlias, taking: Taking) -> StepOutcome:
    return StepOutcome({"system": taking.given.get("system") or alias.system, "revealed_on": taking.view.today})


EARLY: Final = ("proposed", "specified", "planned", "ready", "running", "paused")
EXERCISE: Final = (
    Step("specify", "status", ("proposed",), "specified", specified, help="Objective and strand leads stand."),
    Step("plan", "status", ("specified",), "planned", planned, help="Agreements hold to the end."),
    Step("ready", "status", ("planned",), "ready", ready, help="Protocol, concurrences, cells and vetting stand."),
    Step("start", "status", ("ready",), "running", help="Runs count from now on."),
    Step("pause", "status", ("running",), "paused", needs_reason=True, help="Stop for a while."),
    Step("resume", "status", ("paused",), "running", help="Go on after a pause."),
    Step("analyse", "status", ("running", "paused"), "analysing", analysing, help="Every cell was run or waived."),
    Step("report", "status", ("analysing",), "reporting", help="Write the report."),
    Step("close", "status", ("reporting",), "closed", closed, help="Every finding is settled."),
    Step("reopen", "status", ("closed",), "analysing", needs_reason=True, help="Analyse again after the close."),
    Step("cancel", "status", EARLY, "cancelled", needs_reason=True, grave=True, help="It will not take place."),
)
MILESTONE: Final = (Step("done", "", (), "", _undone, _done, takes=("done",), help="It happened, today or on a day."),)
MODEL_ALIAS: Final = (
    Step("reveal", "", (), "", _unrevealed, _reveal, takes=("system",), grave=True, help="Tell the group what it is."),
)
