"""`comity group create`: a sharing group starts with its founder alone."""

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines


@click.command("create", cls=Verb, epilog="Example: comity group create UKUS")
@click.argument("name")
@click.option("--purpose", default="", metavar="TEXT", help="What it is for.")
@pass_call
def create(call: Call, name: str, purpose: str) -> None:
    """Found a group that reaches your institute alone until others are admitted; prints its id."""
    from comity.desk import groups, telling
    from comity.desk.asking import find

    with opened_desk(call) as desk:
        id = groups.found(desk, name, purpose)
        if call.as_json:
            print_json(telling.as_json(desk, find(desk, name, "group")))
        else:
            print_lines(id)
