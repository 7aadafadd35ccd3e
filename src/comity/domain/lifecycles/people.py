"""How people are lent: secondments and the positions of an exercise."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from comity.domain.clearance import ends_before, longest, recognised
from comity.domain.institutes import Agreement
from comity.domain.people import Assignment, Position, Secondment
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking
from comity.domain.view import View
from comity.domain.when import show_day
from comity.domain.wording import words


def annexed(view: View, secondment: Secondment) -> str:
    """Why no annex carries the secondment, or nothing."""
    annex = view.get(Agreement, secondment.annex) if secondment.annex else None
    if not secondment.annex:
        return "has no annex"
    if annex and annex.status != "in_force":
        return f"rests on {annex.reference or annex.title}, which is {words(annex.status)}"
    if annex and annex.expires_on and annex.expires_on < max(view.today, secondment.start or view.today):
        return f"rests on {annex.reference or annex.title}, which ended {show_day(annex.expires_on, view.today)}"
    return ""


def _agreed(secondment: Secondment, taking: Taking) -> Iterator[Obstacle]:
    """An annex in force, terms of reference, somebody who pays, and vetting that reaches into the term."""
    if why := annexed(taking.view, secondment):
        yield Obstacle(secondment, f"{secondment.label} {why}")
    if not secondment.terms_of_reference:
        yield Obstacle(secondment, f"{secondment.label} has no terms of reference")
    if not secondment.cost_bearer:
        yield Obstacle(secondment, f"nobody bears the cost of {secondment.label}")
    vetting = longest(taking.view, secondment.person)
    if vetting and ends_before(vetting, secondment.start):
        yield Obstacle(vetting, "vetting ends before the term")


def _activated(secondment: Secondment, taking: Taking) -> Iterator[Obstacle]:
    """Vetting that the host recognises, valid to the end, and a disclosure authority."""
    vetting = recognised(taking.view, secondment.person, secondment.host)
    if vetting is None:
        held = longest(taking.view, secondment.person)
        yield Obstacle(held or secondment, f"{secondment.host} has not recognised the vetting")
    yield from _outlived(secondment, taking.view, secondment.end)
    if not secondment.disclosure_authority:
        yield Obstacle(secondment, f"{secondment.label} has no disclosure authority")


def _outlived(secondment: Secondment, view: View, end: date | None) -> Iterator[Obstacle]:
    vetting = recognised(view, secondment.person, secondment.host) or longest(view, secondment.person)
    if vetting and vetting.review_due_on and ends_before(vetting, end):
        yield Obstacle(vetting, f"vetting ends {show_day(vetting.review_due_on, view.today)}, inside the term")


def _extended(secondment: Secondment, taking: Taking) -> Iterator[Obstacle]:
    """A later end, and vetting up to it."""
    end = taking.given.get("end")
    if end and secondment.end and end <= secondment.end:
        yield Obstacle(secondment, f"{secondment.label} ends {secondment.end} already; give a later day")
    yield from _outlived(secondment, taking.view, end)


def _completed(secondment: Secondment, taking: Taking) -> Iterator[Obstacle]:
    """Every access revoked."""
    for access in secondment.access_granted or ():
        if access not in (secondment.access_revoked or ()):
            yield Obstacle(secondment, f"access to {access} is not revoked")


def _ended_early(secondment: Secondment, taking: Taking) -> StepOutcome:
    """The term ends on the day given, or today, so that the ledger counts what was."""
    last = taking.given.get("end") or min(taking.view.today, secondment.end or taking.view.today)
    return StepOutcome({"end": last, "remark": taking.reason or secondment.remark})


def _assigned(position: Position, taking: Taking) -> Iterator[Obstacle]:
    if not taking.view.find(Assignment, position=position.id):
        yield Obstacle(position, "nobody is assigned to it")


OFFERED: Final = ("proposed", "nominated", "vetting")
SECONDMENT: Final = (
    Step("propose", "status", ("drafted",), "proposed", help="Put it to the host."),
    Step("nominate", "status", ("proposed",), "nominated", help="Name the person to the host."),
    Step("vet", "status", ("nominated",), "vetting", help="The host looks at the vetting."),
    Step("agree", "status", ("vetting",), "agreed", _agreed, help="Both houses agree."),
    Step("activate", "status", ("agreed",), "active", _activated, help="The term begins."),
    Step("suspend", "status", ("active",), "suspended", needs_reason=True, help="Interrupt the term."),
    Step("resume", "status", ("suspended",), "active", _activated, help="Go on with the term."),
    Step(
        "extend",
        "status",
        ("agreed", "active", "suspended"),
        "",
        _extended,
        takes=("end",),
        needs=("end",),
        needs_reason=True,
        help="Amend it with a later end.",
    ),
    Step("end", "status", ("active", "suspended"), "ending", help="Hand back accesses and debrief."),
    Step("complete", "status", ("ending",), "completed", _completed, help="Nothing is left to do."),
    Step("decline", "status", OFFERED, "declined", needs_reason=True, help="The host does not want it."),
    Step(
        "withdraw",
        "status",
        ("drafted", *OFFERED, "agreed"),
        "withdrawn",
        needs_reason=True,
        help="Home takes it back.",
    ),
    Step(
        "terminate",
        "status",
        ("active", "suspended", "ending"),
        "terminated_early",
        effect=_ended_early,
        takes=("end",),
        needs_reason=True,
        grave=True,
        help="The term ends before its time.",
    ),
)
POSITION: Final = (
    Step("fill", "status", ("open",), "filled", _assigned, help="Somebody is assigned."),
    Step("stand-down", "status", ("open", "filled"), "stood_down", needs_reason=True, help="It is not needed."),
    Step("close", "status", ("open", "filled", "stood_down"), "closed", help="It is over."),
)
