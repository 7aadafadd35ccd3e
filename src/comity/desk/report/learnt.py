"""What an exercise taught, and what follows: findings, stand-downs, actions, lessons, guidance."""

from collections.abc import Iterator

from comity.desk.listing import natural
from comity.desk.report.account import Account, day, moment
from comity.domain.exercises import Exercise, Participant
from comity.domain.findings import UNDONE, Acknowledgement, CorrectiveAction, Finding, Guidance, Lesson, StandDown
from comity.domain.runs import Run
from comity.domain.stand_downs import breached
from comity.domain.wording import days, listed, words
from comity.exporters.report import Section, Told


def findings_section(account: Account) -> Section:
    """Every finding with severity, evidence and denominator; who disputes one, in their own words."""
    return Section("Findings", items=tuple(_finding(account, each) for each in account.own(Finding)))


def _finding(account: Account, each: Finding) -> Told:
    evidence = [run for id in each.evidence if (run := account.look.get(Run, id))]
    into = account.look.get(Finding, each.merged_into) if each.merged_into else None
    count = f"{each.numerator} of {each.denominator}" if each.denominator and each.numerator is not None else ""
    facts = (
        f"{each.kind}, severity {each.severity}",
        words(each.status) + (f" into {account.called(into)}" if into else ""),
        count,
        f"evidence {', '.join(map(account.called, evidence))}" if evidence else "",
        f"embargo until {day(each.embargo_until)}" if each.embargo_until else "",
        f"developer told {day(each.disclosed_on)}" if each.disclosed_on else "",
    )
    dispute = f"\nDisputed by {listed(each.disputed_by)}: {each.dispute_text or 'no text'}" if each.disputed_by else ""
    return account.told(f"{each.statement}{dispute}", each, *evidence, into, lead=account.called(each), facts=facts)


def stand_downs_section(account: Account) -> Section:
    """What was stopped, when and why, who acknowledged it, and which runs began all the same."""
    return Section("Stand-downs", items=tuple(_stand_down(account, each) for each in account.own(StandDown)))


def _stand_down(account: Account, each: StandDown) -> Told:
    said = account.look.find(Acknowledgement, stand_down=each.id)
    asked = {one.institute for one in account.look.find(Participant, exercise=account.exercise.id)}
    silent = sorted(asked - {one.institute for one in said})
    after = [run for run in account.own(Run) if (found := breached(account.look, run)) and found.id == each.id]
    facts = (
        f"issued {moment(each.issued_at)}" if each.issued_at else "",
        f"lifted {moment(each.lifted_at)}" if each.lifted_at else words(each.status),
        f"acknowledged by {listed(sorted(one.institute for one in said))}" if said else "",
        f"not yet by {listed(silent)}" if silent and each.status != "lifted" else "",
        f"begun after it: {listed([account.called(run) for run in after])}" if after else "",
    )
    text = ": ".join(filter(None, (each.subject, each.reason)))
    return account.told(text, each, *said, *after, lead=account.called(each), facts=facts)


def actions_section(account: Account) -> Section:
    """Who does what about it, and by when; those still open first."""
    found = sorted(account.own(CorrectiveAction), key=lambda each: each.status not in UNDONE)
    left = sum(each.status in UNDONE for each in found)
    told = f"Actions still open: {left} of {len(found)}."
    first = (account.told(told, account.exercise),) if found else ()
    return Section("Corrective actions", first, items=tuple(_action(account, each) for each in found))


def _action(account: Account, each: CorrectiveAction) -> Told:
    finding = account.look.get(Finding, each.finding) if each.finding else None
    late = (account.today - each.due).days if each.due and each.status in UNDONE else 0
    due = f"due {day(each.due)}{f', {days(late)} overdue' if late > 0 else ''}" if each.due else "no day set"
    verified = f"verified by {each.verified_by}" if each.verified_by else ""
    facts = (
        each.owner or "no owner",
        due,
        words(each.status) if each.status != "done" or verified else "done, not verified",
        verified,
        f"from {account.called(finding)}" if finding else "",
        each.remark,
    )
    return account.told(each.text, each, finding, lead=account.called(each), facts=facts)


def lessons_section(account: Account) -> Section:
    """What to do otherwise next time, and which exercise takes it up; nothing says whose lesson it was."""
    return Section("Lessons", items=tuple(_lessons(account)))


def _lessons(account: Account) -> Iterator[Told]:
    for each in account.own(Lesson):
        taken = account.look.get(Exercise, each.carried_to) if each.carried_to else None
        yield account.told(each.text, each, taken, facts=[f"carried to {account.called(taken)}"] if taken else [])


def guidance_section(account: Account) -> Section:
    """Advice that was drawn from findings of this exercise."""
    findings = {each.id: each for each in account.own(Finding)}
    drawn = ((each, [findings[id] for id in each.drawn_from if id in findings]) for each in account.look.all(Guidance))
    items = [_guidance(account, each, some_) for each, some_ in sorted(drawn, key=_title) if some_]
    return Section("Guidance", items=tuple(items))


def _title(pair: tuple[Guidance, list[Finding]]) -> tuple[object, str]:
    return natural(pair[0].title), pair[0].id


def _guidance(account: Account, each: Guidance, drawn_from: list[Finding]) -> Told:
    facts = (
        words(each.status),
        f"issued {day(each.issued)}" if each.issued else "",
        f"drawn from {', '.join(map(account.called, drawn_from))}",
        f"kept at {each.pointer}" if each.pointer else "",
    )
    return account.told(each.text, each, *drawn_from, lead=each.title, facts=facts)
