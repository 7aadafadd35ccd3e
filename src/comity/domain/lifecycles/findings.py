"""How findings, corrective actions, guidance and stand-downs move."""

from collections.abc import Iterator
from typing import Final

from comity.domain.exercises import Participant
from comity.domain.findings import Acknowledgement, CorrectiveAction, Finding, Guidance, StandDown
from comity.domain.runs import Run
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking
from comity.domain.view import View
from comity.domain.when import show_day


def _sound(finding: Finding, taking: Taking) -> Iterator[Obstacle]:
    """Evidence that counts."""
    for run in (taking.view.get(Run, each) for each in finding.evidence or ()):
        if run and run.validity == "void":
            yield Obstacle(run, f"{run.label} is void and no evidence")


def _free(finding: Finding, taking: Taking) -> Iterator[Obstacle]:
    """Disclosed to the developer first, and past its embargo."""
    if finding.disclosed_on is None:
        yield Obstacle(finding, f"{finding.label} was not disclosed to the developer")
    if finding.embargo_until and finding.embargo_until > taking.view.today:
        day = show_day(finding.embargo_until, taking.view.today)
        yield Obstacle(finding, f"{finding.label} is under embargo until {day}")


def _disclose(finding: Finding, taking: Taking) -> StepOutcome:
    return StepOutcome({"disclosed_on": taking.given.get("disclosed_on") or taking.view.today})


def _dispute(finding: Finding, taking: Taking) -> StepOutcome:
    """Every text is kept: the reason is that of the institute that disputes; of several each after its code."""
    own, here = str(taking.given.get("dispute_text") or taking.reason), taking.view.institute
    others = sorted({*(finding.disputed_by or ())} - {here})
    if others and finding.dispute_text:
        first = f"{others[0]}: " if len(others) == 1 and not finding.dispute_text.startswith(others[0]) else ""
        own = f"{first}{finding.dispute_text}\n{here}: {own}"
    return StepOutcome({"disputed_by": sorted([*others, here]), "dispute_text": own})


def _another(finding: Finding, taking: Taking) -> Iterator[Obstacle]:
    if taking.given.get("merged_into") == finding.id:
        yield Obstacle(finding, f"{finding.label} cannot be merged into itself")


_OPEN: Final = ("observed", "drafted", "in_review", "confirmed")
FINDING: Final = (
    Step("draft", "status", ("observed",), "drafted", help="Write it down as a finding."),
    Step("review", "status", ("drafted",), "in_review", help="Ask the houses to read it."),
    Step("confirm", "status", ("in_review",), "confirmed", _sound, help="It stands."),
    Step(
        "dispute",
        "status",
        ("in_review", "confirmed", "disclosed", "published"),
        "",
        effect=_dispute,
        takes=("dispute_text",),
        needs_reason=True,
        help="This institute does not agree; both texts are kept.",
    ),
    Step(
        "disclose",
        "status",
        ("confirmed",),
        "disclosed",
        effect=_disclose,
        takes=("disclosed_on", "embargo_until"),
        grave=True,
        help="The developer was told.",
    ),
    Step("publish", "status", ("disclosed",), "published", _free, grave=True, help="It is public."),
    Step(
        "merge",
        "status",
        _OPEN,
        "merged",
        _another,
        takes=("merged_into",),
        needs=("merged_into",),
        help="Another finding says it; the number stays.",
    ),
    Step(
        "withdraw",
        "status",
        (*_OPEN, "disclosed"),
        "withdrawn",
        needs_reason=True,
        grave=True,
        help="It does not stand; the number stays.",
    ),
)


def _owned(action: CorrectiveAction, taking: Taking) -> Iterator[Obstacle]:
    if not (action.owner or taking.given.get("owner")):
        yield Obstacle(action, f"{action.label} has no owner")


def _stopped(action: CorrectiveAction, taking: Taking) -> StepOutcome:
    return StepOutcome({"remark": taking.reason})


def _verifier(taking: Taking) -> str:
    return str(taking.given.get("verified_by") or taking.view.institute)


def _other_house(action: CorrectiveAction, taking: Taking) -> Iterator[Obstacle]:
    if action.owner == _verifier(taking):
        yield Obstacle(action, f"{action.owner} owns {action.label}; another institute has to verify it")


def _verify(action: CorrectiveAction, taking: Taking) -> StepOutcome:
    return StepOutcome({"verified_by": _verifier(taking)})


ACTION: Final = (
    Step("accept", "status", ("open",), "accepted", _owned, takes=("owner", "due"), help="The owner will do it."),
    Step("start", "status", ("accepted",), "in_progress", help="Work has begun."),
    Step("block", "status", ("in_progress",), "blocked", effect=_stopped, needs_reason=True, help="It cannot go on."),
    Step("unblock", "status", ("blocked",), "in_progress", help="It goes on."),
    Step("finish", "status", ("accepted", "in_progress"), "done", help="It is done and waits for another's eye."),
    Step(
        "verify",
        "status",
        ("done",),
        "verified",
        _other_house,
        _verify,
        takes=("verified_by",),
        help="It was seen done.",
    ),
    Step("close", "status", ("verified",), "closed", help="Nothing is left of it."),
    Step(
        "decline",
        "status",
        ("open", "accepted"),
        "declined",
        effect=_stopped,
        needs_reason=True,
        help="It will not be done.",
    ),
)


def _citable(guidance: Guidance, taking: Taking) -> Iterator[Obstacle]:
    """Every finding that it draws from stands and is past its embargo."""
    for each in (taking.view.get(Finding, id) for id in guidance.drawn_from or ()):
        if each and each.status == "withdrawn":
            yield Obstacle(each, f"{each.label} was withdrawn")
        elif each and each.embargo_until and each.embargo_until > taking.view.today:
            yield Obstacle(
                each, f"{each.label} is under embargo until {show_day(each.embargo_until, taking.view.today)}"
            )


def _issue(guidance: Guidance, taking: Taking) -> StepOutcome:
    return StepOutcome({"issued": taking.given.get("issued") or taking.view.today})


GUIDANCE: Final = (
    Step("review", "status", ("draft",), "review", help="Ask for comments."),
    Step("agree", "status", ("review",), "agreed", help="The issuing houses agree."),
    Step(
        "publish", "status", ("agreed",), "published", _citable, _issue, takes=("issued",), grave=True, help="Issue it."
    ),
    Step(
        "withdraw",
        "status",
        ("draft", "review", "agreed", "published"),
        "withdrawn",
        needs_reason=True,
        grave=True,
        help="It does not hold any more.",
    ),
)


def unacknowledged(view: View, stand_down: StandDown) -> list[str]:
    """The institutes whose word is missing; who issued it knows."""
    asked = {each.institute for each in view.find(Participant, exercise=stand_down.exercise)}
    told = {each.institute for each in view.find(Acknowledgement, stand_down=stand_down.id)}
    return sorted(
        (asked if stand_down.exercise else set(view.members(stand_down.group))) - told - {stand_down.originator}
    )


def _first_word(stand_down: StandDown, taking: Taking) -> Iterator[Obstacle]:
    for each in taking.view.find(Acknowledgement, stand_down=stand_down.id, institute=taking.view.institute):
        yield Obstacle(each, f"{each.institute} has acknowledged {stand_down.label}")


def _acknowledge(stand_down: StandDown, taking: Taking) -> StepOutcome:
    word = {"stand_down": stand_down.id, "institute": taking.view.institute, "acknowledged_at": taking.view.now}
    return StepOutcome({}, (("acknowledgement", word),))


def _everybody(stand_down: StandDown, taking: Taking) -> Iterator[Obstacle]:
    for institute in unacknowledged(taking.view, stand_down):
        yield Obstacle(stand_down, f"{institute} has not acknowledged {stand_down.label}")


def _lift(stand_down: StandDown, taking: Taking) -> StepOutcome:
    return StepOutcome({"lifted_at": taking.given.get("lifted_at") or taking.view.now})


STAND_DOWN: Final = (
    Step(
        "acknowledge",
        "status",
        ("issued", "lifted"),
        "",
        _first_word,
        _acknowledge,
        help="It reached this institute.",
    ),
    Step(
        "lift",
        "status",
        ("issued",),
        "lifted",
        _everybody,
        _lift,
        takes=("lifted_at",),
        needs_reason=True,
        grave=True,
        help="Runs may begin again.",
    ),
)
