"""What an exercise tested and who took part: the exercise itself, its participants, strands and objectives."""

from collections.abc import Sequence
from typing import Final

from comity.desk.report.account import Account, day
from comity.domain.concurrences import current
from comity.domain.exercises import Exercise, Objective, Participant, Rating, Strand
from comity.domain.institutes import Institute
from comity.domain.record import Record, choices
from comity.domain.runs import Cell
from comity.domain.systems import System, Task
from comity.domain.wording import language, listed, words
from comity.exporters.report import Row, Section, Told

_ROLES: Final = choices(Participant, "role")
_RATED: Final = {"P": "performed", "S": "some challenges", "M": "major challenges", "U": "unable"}


def exercise_section(account: Account) -> Section:
    """What it is for, when it ran, and how it stands."""
    it = account.exercise
    facts = {
        "Purpose": it.purpose,
        "Scope": it.scope,
        "Kind": words(it.kind),
        "Programme": it.programme,
        "Reference": it.reference,
        "Lead": it.lead,
        "Period": _period(it),
        "Status": words(it.status),
    }
    told = (account.told(text, it, lead=label) for label, text in facts.items() if text)
    return Section("The exercise", items=tuple(told))


def _period(exercise: Exercise) -> str:
    first, last = day(exercise.window_start), day(exercise.window_end)
    return " ".join(filter(None, (first and f"from {first}", last and f"to {last}")))


def participants_section(account: Account) -> Section:
    """The institutes, leads first."""
    found = sorted(account.own(Participant), key=lambda each: (_rank(each), each.institute))
    rows = tuple(_participant(account, each) for each in found)
    return Section("Participants", columns=("Institute", "Name", "Role"), rows=rows)


def _rank(each: Participant) -> int:
    return _ROLES.index(each.role) if each.role in _ROLES else len(_ROLES)


def _participant(account: Account, each: Participant) -> Row:
    known = next(iter(account.look.find(Institute, code=each.institute)), None)
    return account.row((each.institute, known.name if known else "", words(each.role)), each, known)


def strands_section(account: Account) -> Section:
    """By strand the systems, tasks and languages of its cells, and the protocol that holds."""
    return Section("What was tested", items=tuple(_strand(account, each) for each in account.own(Strand)))


def _strand(account: Account, each: Strand) -> Told:
    look, cells = account.look, account.look.find(Cell, strand=each.id)
    systems = [look.get(System, id) for id in dict.fromkeys(cell.system for cell in cells)]
    tasks = [look.get(Task, id) for id in dict.fromkeys(cell.task for cell in cells)]
    protocol = current(look, each.id)
    text = f"{_all(account, systems)} on {_all(account, tasks)}, in {_tongues(cells)}." if cells else ""
    facts = (
        f"led by {each.lead}" if each.lead else "",
        f"protocol v{protocol.version} {protocol.status}" if protocol else "",
        f"release: {each.release_rule}" if each.release_rule else "",
    )
    return account.told(text, each, *cells, *systems, *tasks, protocol, lead=each.title, facts=facts)


def _all(account: Account, records: Sequence[Record | None]) -> str:
    return listed(list(dict.fromkeys(map(account.called, records))))


def _tongues(cells: Sequence[Cell]) -> str:
    return listed(list(dict.fromkeys(language(cell.language) for cell in cells)))


def objectives_section(account: Account) -> Section:
    """What was to be found out, and how each institute rates it: ratings are kept apart, never averaged."""
    return Section("Objectives", items=tuple(_objective(account, each) for each in account.own(Objective)))


def _objective(account: Account, each: Objective) -> Told:
    ratings = sorted(account.look.find(Rating, objective=each.id), key=lambda rating: rating.institute)
    said = (_rating(rating) for rating in ratings)
    return account.told(each.text, each, *ratings, facts=(f"{words(each.priority)} be met", *said))


def _rating(rating: Rating) -> str:
    seen = f", {rating.observation}" if rating.observation else ""
    return f"{rating.institute}: {_RATED.get(rating.value, rating.value)}{seen}"
