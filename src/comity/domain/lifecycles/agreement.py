"""How an agreement comes into force and ends; that it has expired is told by the day."""

from collections.abc import Iterator
from typing import Final

from comity.domain.institutes import Agreement
from comity.domain.steps import Obstacle, Step, StepOutcome, Taking
from comity.domain.when import show_day


def _signed(agreement: Agreement, taking: Taking) -> Iterator[Obstacle]:
    if not agreement.parties:
        yield Obstacle(agreement, "it names no parties")


def _unexpired(agreement: Agreement, taking: Taking) -> Iterator[Obstacle]:
    if agreement.expires_on and agreement.expires_on < taking.view.today:
        yield Obstacle(agreement, f"it expired {show_day(agreement.expires_on, taking.view.today)}")


def _enter(agreement: Agreement, taking: Taking) -> StepOutcome:
    first = taking.given.get("in_force_from") or agreement.in_force_from
    return StepOutcome({"in_force_from": first or taking.view.today})


AGREEMENT: Final = (
    Step("sign", "status", ("draft",), "signed", _signed, help="The parties have signed."),
    Step(
        "enter-force",
        "status",
        ("signed",),
        "in_force",
        _unexpired,
        _enter,
        takes=("in_force_from",),
        help="It holds from now on.",
    ),
    Step(
        "terminate",
        "status",
        ("signed", "in_force"),
        "terminated",
        needs_reason=True,
        grave=True,
        help="It ends before its time.",
    ),
    Step("supersede", "status", ("signed", "in_force"), "superseded", help="Another agreement takes its place."),
)
