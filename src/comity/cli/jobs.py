"""Whole jobs: what needs attention, search, plan files, coverage and roster."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.listing import joined
from comity.cli.output import print_json, print_table, print_text, tell, write_new
from comity.domain.exercises import Exercise
from comity.domain.people import Assignment
from comity.errors import ConflictsExist

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.plans import Act, Deed

DONE: "dict[Act, str]" = {"add": "added", "change": "changed", "unchanged": "unchanged", "retire": "retired"}


@click.command(
    "check", cls=Verb, epilog="Example: comity check is:stale", context_settings={"ignore_unknown_options": True}
)
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY]...")
@click.option("--strict", is_flag=True, help="Exit 5 if something stops work.")
@pass_call
def check(call: Call, query: tuple[str, ...], strict: bool) -> None:
    """What needs attention, the worst first: one sentence each; on stderr what is no record."""
    from comity.desk.checking import checks
    from comity.desk.reminding import reminders

    with opened_desk(call) as desk:
        found = [(each, _ref(desk, each.kind, each.id)) for each in checks(desk, joined(query))]
        beside = [] if query or call.as_json or call.quiet else list(reminders(desk))
    if call.as_json:
        keys = ("check", "severity", "kind", "id", "text", "records")
        items = [{**{key: getattr(each, key) for key in keys}, "ref": name} for each, name in found]
        print_json({"items": items, "count": len(items)})
    else:
        print_table(
            ("severity", "ref", "text", "check"),
            [(c.severity, name, c.text, c.check) for c, name in found],
            wrapped=("text",),
        )
    for each in beside:
        tell(each)
    blockers = [each for each, _ in found if each.severity == "blocker"]
    if strict and blockers:
        raise ConflictsExist(f"{len(blockers)} of {len(found)} stop work.", code="blocked")


@click.command("search", cls=Verb, epilog="Example: comity search annotation guide")
@click.argument("words", nargs=-1, required=True)
@click.option("--limit", type=click.IntRange(1), default=50, metavar="N", help="At most so many.")
@pass_call
def search(call: Call, words: tuple[str, ...], limit: int) -> None:
    """Find words in the titles, texts and notes that this device holds."""
    from comity.desk import asking, searching

    with opened_desk(call) as desk:
        hits = searching.find_words(desk, " ".join(words), limit)
        groups = {hit.group: asking.group_name(desk, hit.group) for hit in hits}
    keys = ("kind", "id", "ref", "title", "snippet", "marking")
    items = [{**{key: getattr(hit, key) for key in keys}, "group": groups[hit.group]} for hit in hits]
    if call.as_json:
        print_json({"items": items, "count": len(items)})
    else:
        shown = ("kind", "ref", "title", "snippet", "group", "marking")
        print_table(shown, [[item[key] for key in shown] for item in items])


@click.command("apply", cls=Verb, epilog="Example: comity apply saltmarsh.toml --dry-run")
@click.argument("file", metavar="FILE.toml")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option("--retire", is_flag=True, help="Retire what the file no longer names.")
@pass_call
def apply(call: Call, file: str, dry_run: bool, retire: bool) -> None:
    """Make the store match a plan file; doing it again changes nothing."""
    from comity.desk import plans

    with opened_desk(call) as desk:
        plan = plans.apply(desk, Path(file), dry_run=dry_run, retire=retire)
    counts = {name: plan.count(act) for act, name in DONE.items()}
    if call.as_json:
        items, left = ([_deed(deed) for deed in deeds] for deeds in (plan.deeds, plan.left))
        print_json({"exercise": plan.exercise, "items": items, **counts, "left": left, "dry_run": dry_run})
        return
    rows = [(deed.act, deed.noun, deed.name, ", ".join(deed.fields)) for deed in plan.deeds if deed.act != "unchanged"]
    print_table(("act", "kind", "ref", "fields"), rows)
    if not call.quiet:
        told = ", ".join(f"{count} {name}" for name, count in counts.items())
        tell(f"{plan.exercise or file}: {told}{'; nothing was written' if dry_run else ''}.")
        for deed in plan.left:
            tell(f"Not in the file: {deed.noun.replace('_', ' ')} {deed.name}; --retire retires it.")


def _deed(deed: "Deed") -> dict[str, Any]:
    return {"act": deed.act, "kind": deed.noun, "id": deed.id, "ref": deed.name, "fields": deed.fields}


export = Noun("export", {"sheet": "comity.cli.sheets:export_sheet"}, help="Write what others can read.")


@export.command("plan", epilog="Example: comity export plan SALTMARSH --out saltmarsh.toml")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--out", default="", metavar="FILE", help="Write to this file instead of printing.")
@pass_call
def export_plan(call: Call, exercise: str, out: str) -> None:
    """An exercise as a plan file that apply reads back unchanged."""
    from comity.desk import plans
    from comity.desk.asking import find

    with opened_desk(call) as desk:
        found = find(desk, exercise, "exercise")
        text, marking = plans.export(desk, found), plans.marking(desk, found)
    if out:
        write_new(Path(out), text)
        if not call.quiet:
            tell(f"{out}: the plan of {found.code}, {marking}.")  # type: ignore[attr-defined]
    else:
        print_text(text)


@click.command("matrix", cls=Verb, epilog="Example: comity matrix SALTMARSH --json")
@click.argument("exercise", metavar="EXERCISE")
@pass_call
def matrix(call: Call, exercise: str) -> None:
    """Coverage of an exercise: each cell, its state, and why it is not covered."""
    from comity.desk import runs
    from comity.desk.asking import find

    with opened_desk(call) as desk:
        found = runs.matrix(desk, cast(Exercise, find(desk, exercise, "exercise")))
    if call.as_json:
        print_json(found)
        return
    keys = ("institute", "system", "task", "language", "state", "reason")
    print_table(keys, [[row[key] for key in keys] for row in found["rows"]], wrapped=("reason",))
    if not call.quiet:
        tell(f"{found['covered']} of {found['total']} covered, {found['waived']} waived.")


@click.command("roster", cls=Verb, epilog="Example: comity roster SALTMARSH --on 2026-12-01")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--on", default="", metavar="DATE", help="Only who is there on this day.")
@pass_call
def roster(call: Call, exercise: str, on: str) -> None:
    """Who is on an exercise, in which role, from when to when."""
    from comity.desk import asking, telling
    from comity.domain import when

    with opened_desk(call) as desk:
        day = on and when.day(on, desk.today)
        people = asking.records(desk, "assignment", f"exercise:{asking.find(desk, exercise, 'exercise').id}")
        there = [person for person in people if not day or _is_there(cast(Assignment, person), day)]
        columns = ("person", "role", "start", "end")
        items = [telling.as_json(desk, person) for person in there]
        rows = [list(asking.texts(desk, person, columns).values()) for person in there]
    if call.as_json:
        print_json({"items": items, "count": len(items)})
    else:
        print_table(columns, rows)


def _is_there(person: Assignment, day: date) -> bool:
    return (person.start or day) <= day <= (person.end or day)


def _ref(desk: "Desk", noun: str, id: str) -> str:
    from comity.desk import asking

    record = asking.get(desk, noun, id)
    return asking.ref(desk, record) if record else id
