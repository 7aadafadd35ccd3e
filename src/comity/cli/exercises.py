"""An exercise as a whole: its coverage and its roster."""

from datetime import date
from typing import cast

import click

from comity.cli.desks import day_of, opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_table, tell
from comity.domain.exercises import Exercise
from comity.domain.people import Assignment


@click.command("matrix", cls=Verb, epilog="Example: comity matrix SALTMARSH --json")
@click.argument("exercise", metavar="EXERCISE")
@pass_call
def matrix(call: Call, exercise: str) -> None:
    """Coverage of an exercise: each cell, its state, and why it is not covered."""
    from comity.desk.asking import find
    from comity.desk.pages.matrix import matrix as rows_of

    with opened_desk(call) as desk:
        found = rows_of(desk, cast(Exercise, find(desk, exercise, "exercise")))
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
    from comity.desk import asking, listing, telling

    with opened_desk(call) as desk:
        day = day_of("--on", on, desk.today) if on else None
        query = f"exercise:{asking.find(desk, exercise, 'exercise').id}"
        people = [person for _, person in listing.records(desk, "assignment", query)]
        there = [person for person in people if not day or _is_there(cast(Assignment, person), day)]
        columns = ("person", "role", "start", "end")
        items = [telling.as_json(desk, person) for person in there]
        rows = [list(asking.texts(desk, person, columns).values()) for person in there]
    if call.as_json:
        print_json({"items": items, "count": len(items)})
        return
    print_table(columns, rows)
    if not rows and not call.quiet:
        tell(f"Nobody is on {exercise}{f' on {on}' if on else ''}.")


def _is_there(person: Assignment, day: date) -> bool:
    return (person.start or day) <= day <= (person.end or day)
