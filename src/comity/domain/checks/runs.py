"""Runs that fell silent, strayed from the plan, or cannot be placed."""

from collections.abc import Iterator

from comity.domain.checks.check import Check, Severity, code, is_over, place_of, told
from comity.domain.runs import Cell, Deviation, Run
from comity.domain.sight import Sight
from comity.domain.stand_downs import breached, issued
from comity.domain.systems import AccessWindow, System, Task, is_spelled
from comity.domain.when import show_day
from comity.domain.wording import amount, between, length, listed, some, words

_DECIDED = ("void", "accepted_deviation")
_SHOWN = 4


def stale(look: Sight) -> Iterator[Check]:
    """Runs that say they run but were not heard of for long."""
    for run in look.find(Run, execution_status=("running", "paused", "queued")):
        heard = run.last_word_at or run.started_at
        if heard is None or (silent := between(heard, look.now)) <= look.stale_after or is_over(look, run):
            continue
        text = f"{run.institute} {_system(look, run)} says {run.execution_status}; last word {length(silent)} ago."
        yield told("run.stale", "high", run, text, place=place_of(look, run))


def deviation_open(look: Sight) -> Iterator[Check]:
    """Differences from the protocol that nobody has decided about."""
    by_run: dict[str, list[Deviation]] = {}
    for each in look.find(Deviation, disposition="open"):
        by_run.setdefault(each.run, []).append(each)
    for id, deviations in by_run.items():
        run = look.get(Run, id)
        if (
            run is None
            or run.retired
            or run.validity == "void"
            or run.execution_status in ("failed", "cancelled", "lost")
            or is_over(look, run)
        ):
            continue
        shown = [f"{words(each.setting)} {amount(each.actual)}".strip() for each in deviations[:_SHOWN]]
        more = f" and {len(deviations) - _SHOWN} more" if len(deviations) > _SHOWN else ""
        text = f"{some(len(deviations), 'deviation')} undecided: {', '.join(shown)}{more}."
        severity: Severity = "high" if run.execution_status == "succeeded" else "medium"
        yield told("run.deviation_open", severity, run, text, place=place_of(look, run), beside=deviations)


def after_stand_down(look: Sight) -> Iterator[Check]:
    """Runs that began while what they used was stood down."""
    for run in look.all(Run):
        stand_down = breached(look, run) if run.started_at and run.validity not in _DECIDED else None
        moment = issued(stand_down) if stand_down else None
        if stand_down is None or moment is None or run.started_at is None:
            continue
        since = length(between(moment, run.started_at))
        text = f"{run.institute} {_task(look, run)} run began {since} after stand-down {stand_down.label}."
        place = place_of(look, run) or code(look, stand_down.exercise)
        yield told("run.after_stand_down", "blocker", run, text, place=place, beside=[stand_down])


def outside_access_window(look: Sight) -> Iterator[Check]:
    """Runs that began on a day on which their institute had no access to the system."""
    windowed = {each.system for each in look.all(AccessWindow)}
    for run in look.all(Run):
        cell = look.get(Cell, run.cell) if run.cell else None
        if run.started_at is None or cell is None or cell.system not in windowed or run.validity in _DECIDED:
            continue
        own = look.find(AccessWindow, system=cell.system, institute=run.institute)
        day = run.started_at.date()
        if not any((each.opens or day) <= day <= (each.closes or day) for each in own):
            text = (
                f"{run.institute} ran {_system(look, run)} on {show_day(day, look.today)}, outside its access window."
            )
            yield told("run.outside_access_window", "high", run, text, place=place_of(look, run), beside=own)


def unmatched(look: Sight) -> Iterator[Check]:
    """Logs that fit no cell; many of one exercise are told at once."""
    homeless: dict[str, list[Run]] = {}
    for run in look.find(Run, cell=None):
        if run.eval_id and not is_over(look, run):
            homeless.setdefault(run.exercise or "", []).append(run)
    for id, runs in homeless.items():
        place = code(look, id)
        first, where = runs[0], f" of {place}" if place else ""
        if len(runs) == 1:
            what = f"{first.task_name or 'a task'} on {first.model or 'a model'}"
            text = f"{first.institute} log of {what} fits no cell{where}{_nameless(look, first)}."
        else:
            text = f"{len(runs):,} logs fit no cell{where}, the first is {first.label or first.task_name}."
        yield told("run.unmatched", "medium" if place else "low", first, text, place=place, beside=runs[1:])


def _nameless(look: Sight, run: Run) -> str:
    """That no system goes by the name in the log, and how one gets it."""
    if not run.model or any(is_spelled(run.model, each.model_names, each.name) for each in look.find(System)):
        return ""
    return f": no system is called that; add it with `comity system set SYSTEM --model-names {run.model}`"


def same_log_twice(look: Sight) -> Iterator[Check]:
    """Two runs made of one log."""
    by_log: dict[str, list[Run]] = {}
    for run in look.all(Run):
        if run.eval_id:
            by_log.setdefault(run.eval_id, []).append(run)
    for runs in by_log.values():
        if len(runs) > 1:
            first, *others = sorted(runs, key=lambda run: (run.created_at is None, str(run.created_at), run.id))
            names = listed([run.label or run.id[-6:] for run in (first, *others)])
            text = f"{names} hold the same log; retire {'one of them' if len(runs) == 2 else 'all but one'}."
            yield told("run.same_log_twice", "high", first, text, place=place_of(look, first), beside=others)


def _system(look: Sight, run: Run) -> str:
    cell = look.get(Cell, run.cell) if run.cell else None
    system = look.get(System, cell.system) if cell else None
    return system.name if system else run.model or "run"


def _task(look: Sight, run: Run) -> str:
    cell = look.get(Cell, run.cell) if run.cell else None
    task = look.get(Task, cell.task) if cell else None
    return (task.title or task.name) if task else run.task_name or "unmatched"
