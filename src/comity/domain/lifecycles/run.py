"""How cells, runs and their deviations move; a run moves in three fields that do not depend on each other."""

from collections.abc import Iterator
from typing import Final

from comity.domain.runs import Cell, Deviation, Run
from comity.domain.stand_downs import breached
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking
from comity.domain.wording import words


def _finished(run: Run, taking: Taking) -> Iterator[Obstacle]:
    if run.execution_status != "succeeded":
        yield Obstacle(run, f"{run.label or 'the run'} {run.execution_status}; only a run that succeeded has a result")


def _reviewed(run: Run, taking: Taking) -> Iterator[Obstacle]:
    """A result without deviations that began outside any stand-down."""
    yield from _finished(run, taking)
    for each in taking.view.find(Deviation, run=run.id):
        if each.disposition != "void":
            yield Obstacle(each, f"{each.setting} deviates ({each.disposition}); accept-deviation counts it with that")
    if stand_down := breached(taking.view, run):
        yield Obstacle(stand_down, f"the run began after stand-down {stand_down.label}")


def _decided(run: Run, taking: Taking) -> Iterator[Obstacle]:
    """Every deviation accepted or void."""
    yield from _finished(run, taking)
    for each in taking.view.find(Deviation, run=run.id, disposition="open"):
        yield Obstacle(each, f"{each.setting} is not decided: accept or void the deviation")


def _remark(run: Run, taking: Taking) -> StepOutcome:
    return StepOutcome({"remark": taking.reason or run.remark})


def _unvoid(run: Run, taking: Taking) -> StepOutcome:
    """It goes back to what its deviations make of it."""
    deviates = any(each.disposition != "void" for each in taking.view.find(Deviation, run=run.id))
    return StepOutcome({"validity": "deviated" if deviates else "unreviewed", "remark": ""})


def _counts(run: Run, taking: Taking) -> Iterator[Obstacle]:
    if run.validity not in ("valid", "accepted_deviation"):
        yield Obstacle(run, f"{run.label or 'the run'} is {words(run.validity)}; a valid result is released")


def _because(deviation: Deviation, taking: Taking) -> StepOutcome:
    return StepOutcome({"reason": taking.reason})


def _waive(cell: Cell, taking: Taking) -> StepOutcome:
    return StepOutcome({"waived": taking.reason})


_EXECUTION, _VALIDITY, _RELEASE = "execution_status", "validity", "release_state"
WAITING: Final = ("planned", "assigned", "queued")
UNDER_WAY: Final = ("queued", "running", "paused", "unknown")
RUN: Final = (
    Step("assign", _EXECUTION, ("planned",), "assigned", help="Somebody will run it."),
    Step("queue", _EXECUTION, ("planned", "assigned"), "queued", help="It waits for its turn."),
    Step("start", _EXECUTION, WAITING, "running", help="It runs."),
    Step("pause", _EXECUTION, ("running",), "paused", help="It stands still."),
    Step("resume", _EXECUTION, ("paused",), "running", help="It runs again."),
    Step("succeed", _EXECUTION, UNDER_WAY, "succeeded", help="It has a result; reaching a limit is one too."),
    Step("fail", _EXECUTION, UNDER_WAY, "failed", needs_reason=True, effect=_remark, help="It has no result."),
    Step(
        "cancel",
        _EXECUTION,
        (*WAITING, "running", "paused", "unknown"),
        "cancelled",
        effect=_remark,
        needs_reason=True,
        grave=True,
        help="It was stopped.",
    ),
    Step("lose", _EXECUTION, UNDER_WAY, "lost", effect=_remark, needs_reason=True, help="Nothing will be heard of it."),
    Step("review", _VALIDITY, ("unreviewed", "deviated"), "valid", _reviewed, help="Its result counts."),
    Step(
        "accept-deviation",
        _VALIDITY,
        ("unreviewed", "deviated"),
        "accepted_deviation",
        _decided,
        _remark,
        needs_reason=True,
        help="Its result counts with its deviations.",
    ),
    Step(
        "void",
        _VALIDITY,
        ("unreviewed", "valid", "deviated", "accepted_deviation"),
        "void",
        effect=_remark,
        needs_reason=True,
        grave=True,
        help="Its result does not count.",
    ),
    Step("unvoid", _VALIDITY, ("void",), "unreviewed", effect=_unvoid, needs_reason=True, help="Look at it again."),
    Step("request-release", _RELEASE, ("held", "retracted"), "requested", _counts, help="Ask that it may leave."),
    Step("release", _RELEASE, ("requested",), "released", _counts, grave=True, help="Its result may leave."),
    Step(
        "retract",
        _RELEASE,
        ("requested", "released"),
        "retracted",
        needs_reason=True,
        grave=True,
        help="Its result may not leave any more; what has left cannot be unsent.",
    ),
)
DEVIATION: Final = (
    Step(
        "accept",
        "disposition",
        ("open", "void"),
        "accepted",
        effect=_because,
        needs_reason=True,
        help="The result counts with it.",
    ),
    Step(
        "void",
        "disposition",
        ("open", "accepted"),
        "void",
        effect=_because,
        needs_reason=True,
        help="It is no deviation.",
    ),
)
CELL: Final = (
    Step("own", "", (), "", takes=("owner",), needs=("owner",), help="Name the person who sees to it."),
    Step("waive", "", (), "", effect=_waive, needs_reason=True, help="It need not be run."),
)
