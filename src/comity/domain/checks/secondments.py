"""Secondments that lack what they need, and who owes whom."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from comity.domain.checks.check import EXCHANGE, Check, CheckId, Severity, told
from comity.domain.clearance import ends_before, longest, overlap, recognised
from comity.domain.institutes import Agreement, Institute
from comity.domain.ledger import Balance, ledger
from comity.domain.lifecycles.people import OFFERED, annexed
from comity.domain.people import Leave, Person, Secondment
from comity.domain.sight import Sight
from comity.domain.when import show_day
from comity.domain.wording import called, listed, span

STANDING: Final = ("agreed", "active", "suspended")
IMBALANCE = 6  # person-months between two institutes from which a coordinator wants to know


def lacking(look: Sight) -> Iterator[Check]:
    """Standing secondments without annex, cost bearer or disclosure authority."""
    for each in look.find(Secondment, status=STANDING):
        annex = look.get(Agreement, each.annex) if each.annex else None
        if why := annexed(look, each):
            yield _lack(look, "secondment.without_annex", each, f"{_way(each)} {why}.", annex)
        if not each.cost_bearer:
            yield _lack(look, "secondment.without_cost_bearer", each, f"Nobody bears the cost of {_way(each)}.")
        if not each.disclosure_authority:
            text = f"{_way(each)}: nobody decides what the person may be shown."
            yield _lack(look, "secondment.without_disclosure_authority", each, text)


def _lack(look: Sight, check: CheckId, secondment: Secondment, text: str, annex: Agreement | None = None) -> Check:
    severity: Severity = "medium" if secondment.status == "agreed" else "high"
    return told(check, severity, secondment, text, place=EXCHANGE, beside=[annex], due=_begin(look, secondment))


def not_recognised(look: Sight) -> Iterator[Check]:
    """Vetting that the host has not accepted, once the term is agreed."""
    for each in look.find(Secondment, status=STANDING):
        vetting, person = longest(look, each.person), look.get(Person, each.person)
        if vetting and not recognised(look, each.person, each.host):
            text = f"{each.host} has not recognised {called(person)}'s vetting."
            beside = [vetting, person]
            check: CheckId = "secondment.vetting_not_recognised"
            yield told(check, "high", each, text, place=EXCHANGE, beside=beside, due=_begin(look, each))


def vetting_ends_before_term(look: Sight) -> Iterator[Check]:
    """Secondments that cannot begin, since vetting is over by then."""
    for each in look.find(Secondment, status=("drafted", *OFFERED, "agreed")):
        vetting = longest(look, each.person)
        if vetting and ends_before(vetting, each.start):
            step = "begin" if each.status == "agreed" else "be agreed"
            text = f"{_way(each)} cannot {step}: vetting ends before the term."
            beside = [vetting, look.get(Person, each.person)]
            check: CheckId = "secondment.vetting_ends_before_term"
            yield told(check, "blocker", each, text, place=EXCHANGE, beside=beside, due=_begin(look, each))


def leave_clash(look: Sight) -> Iterator[Check]:
    """Leave inside a term that is being agreed; inside a running term it is only told."""
    for each in look.find(Secondment, status=(*OFFERED, *STANDING)):
        if ends_before(longest(look, each.person), each.start):
            continue  # it cannot begin, which is told already
        for leave in look.find(Leave, person=each.person):
            if leave.end < look.today or not overlap((leave.start, leave.end), (each.start, each.end)):
                continue
            offered = each.status in OFFERED
            text = (
                f"Leave {span(leave.start, leave.end, look.today)} falls in the {'proposed ' if offered else ''}term."
            )
            severity: Severity = "high" if offered else "low"
            beside, due = [leave], leave.start
            yield told("secondment.leave_clash", severity, each, text, place=EXCHANGE, beside=beside, due=due)


def ended(look: Sight) -> Iterator[Check]:
    """What is still due after the end: the debrief, and access that nobody revoked."""
    for each in look.find(Secondment, status=("ending", "completed", "terminated_early")):
        early = "early " if each.status == "terminated_early" else ""
        when = f"Ended {early}{show_day(each.end, look.today)}" if each.end else f"Ended {early}".strip()
        if each.status == "ending" and each.end and each.end >= look.today:
            continue
        if any("debrief" in item.casefold() for item in each.exit_checklist or ()):
            text = f"{when}; the debrief is still due."
            yield told("secondment.debrief_due", "medium", each, text, place=EXCHANGE)
        kept = [access for access in each.access_granted or () if access not in (each.access_revoked or ())]
        if kept:
            text = f"{when}; access to {listed(kept)} is not revoked."
            yield told("secondment.access_open", "high", each, text, place=EXCHANGE)


def balance(look: Sight) -> Iterator[Check]:
    """Who lends this institute much more than it gives back, or the other way round."""
    lent = {(each.lender, each.borrower): each for each in ledger(look)}
    home = look.institute
    partners = {institute for pair in lent if home in pair for institute in pair} - {home}
    for partner in sorted(partners):
        out, back = lent.get((home, partner)), lent.get((partner, home))
        ids = [id for each in (out, back) if each for id in each.secondments]
        terms = look.find(Secondment, id=ids)
        if terms and abs(_months(out) - _months(back)) >= IMBALANCE:
            subject = next(iter(look.find(Institute, code=partner)), terms[0])
            sums = f"lent {_months(out):.3g}, borrowed {_months(back):.3g} person-months"
            text = f"Ledger {home} to {partner}: {sums}."
            yield told("ledger.balance", "low", subject, text, place=EXCHANGE, beside=terms)


def _months(balance: Balance | None) -> float:
    return balance.person_months if balance else 0.0


def _way(secondment: Secondment) -> str:
    return f"{secondment.home} to {secondment.host}"


def _begin(look: Sight, secondment: Secondment) -> date | None:
    """By when it has to be settled: the first day of a term to come."""
    return secondment.start if secondment.start and secondment.start > look.today else None
