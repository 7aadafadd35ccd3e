"""The after-action report of an exercise, for a reader: what was tested, how far it came, what was learnt."""

from collections import Counter
from dataclasses import replace
from typing import Final

from comity.desk.desk import Desk
from comity.desk.report import learnt, measured, tested
from comity.desk.report.account import Account, day
from comity.desk.report.reach import OWN, PUBLIC, Reach, reader_called
from comity.domain.exercises import Exercise
from comity.domain.kinds import BY_NOUN
from comity.domain.wording import some, words
from comity.errors import RuleBroken
from comity.exporters.report import Report

_SECTIONS: Final = (
    tested.exercise_section,
    tested.participants_section,
    tested.strands_section,
    tested.objectives_section,
    measured.coverage_section,
    measured.results_section,
    measured.deviations_section,
    measured.comparability_section,
    learnt.findings_section,
    learnt.stand_downs_section,
    learnt.actions_section,
    learnt.lessons_section,
    learnt.guidance_section,
)


def report(desk: Desk, exercise: Exercise, reader: str = OWN) -> Report:
    """The report for whoever sits here, an institute or the public. Raises NotFound, or RuleBroken where none reaches.

    Both are made of what this device holds; for others it is as if the rest were not here.
    """
    with desk.store.reading() as connection:
        own = Reach(desk, connection)
        reader = reader_called(own, reader)
        whole = Account(own, exercise)
        written = _written(whole, reader)
        if reader == OWN:
            return written
        reach = Reach(desk, connection, reader=reader)
        found = reach.get(Exercise, exercise.id)
        if found is None:
            raise _out_of_reach(exercise, reader)
        account = Account(reach, found)
        written = _written(account, reader)
        kept = Counter(each.noun for id, each in whole.told_of.items() if id not in account.told_of)
        return replace(written, left_out=dict(kept))


def _written(account: Account, reader: str) -> Report:
    exercise, desk = account.exercise, account.reach.desk
    sections = tuple(section for make in _SECTIONS if (section := make(account)).parts)
    made = Report(f"{exercise.code}: {exercise.title}".strip(": "), (), account.today, sections)
    for_ = f" for {_named(reader)}" if reader else ""
    head = [f"After-action report, prepared by {desk.institute}{for_}, as of {day(account.today)}."]
    if made.synthetic:
        head.append("SYNTHETIC: records in this report are invented.")
    return replace(made, head=tuple(head), reader=reader)


def left_out(report: Report) -> str:
    """What its reader is not told of, for whoever writes it; nothing where that is nothing."""
    counts = sorted(report.left_out.items(), key=lambda each: (-each[1], each[0]))
    told = ", ".join(some(count, words(noun), words(BY_NOUN[noun].plural)) for noun, count in counts)
    return f"Left out for {_named(report.reader)}: {told}." if told else ""


def _named(reader: str) -> str:
    return "the public" if reader == PUBLIC else reader


def _out_of_reach(exercise: Exercise, reader: str) -> RuleBroken:
    hint = f"it is {exercise.marking}; the public is told what is TLP:CLEAR"
    if reader != PUBLIC:
        hint = f"`comity preview --as {reader}` shows what {reader} holds"
    return RuleBroken(f"{exercise.code} does not reach {_named(reader)}", hint, code="report.out_of_reach")
