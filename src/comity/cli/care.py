"""Care of a home: backup, restore, verify, rebuild, passphrase."""

from pathlib import Path
from shlex import quote
from typing import Any

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines, progress, tell
from comity.errors import IntegrityFailure, Locked, Problem


@click.command("backup", cls=Verb, epilog="Example: comity backup /media/stick/comity.backup")
@click.argument("file", metavar="FILE")
@pass_call
def backup(call: Call, file: str) -> None:
    """Write an encrypted copy of this home; it opens with the same passphrase."""
    from comity.desk import care

    with opened_desk(call) as desk:
        care.backup(desk, Path(file))
    if call.as_json:
        print_json({"file": file})
    elif not call.quiet:
        tell(f"Written: {file}")


@click.command("restore", cls=Verb, epilog="Example: comity restore /media/stick/comity.backup --home new-home")
@click.argument("file", metavar="FILE")
@pass_call
def restore(call: Call, file: str) -> None:
    """Bring a home back from a backup; a home that is there already is never overwritten."""
    from comity.desk import care
    from comity.home import home_folder

    home = home_folder(call.home)
    care.restore(Path(file), home)
    if call.as_json:
        print_json({"home": str(home)})
    elif not call.quiet:
        there = f"--home {quote(call.home)} " if call.home else ""
        tell(f"Restored to {home}. Check it: comity {there}verify. Its next change takes a new seat.")


@click.command("verify", cls=Verb, epilog="Example: comity verify --json")
@pass_call
def verify(call: Call) -> None:
    """Check every signature and chain, and every row against the log."""
    from comity.desk import care

    with opened_desk(call) as desk, progress("Verifying", quiet=call.quiet):
        found = care.verify(desk)
    print_findings(found, as_json=call.as_json)
    if not found["ok"]:
        problems = [Problem(each["code"], each["text"]) for each in found["problems"]]
        raise IntegrityFailure("What is kept does not verify.", "Restore a backup.", problems)


@click.command("rebuild", cls=Verb, epilog="Example: comity rebuild")
@pass_call
def rebuild(call: Call) -> None:
    """Make all rows anew from the log; nothing is lost."""
    from comity.desk import care
    from comity.domain.wording import some

    with opened_desk(call) as desk, progress("Rebuilding", quiet=call.quiet):
        count = care.rebuild(desk)
    if call.as_json:
        print_json({"records": count})
    elif not call.quiet:
        tell(f"{some(count, 'record')} made anew.")


@click.command("passphrase", cls=Verb, epilog="Example: comity passphrase")
@click.option("--remove", is_flag=True, help="Keep the keys without a passphrase; every start says so.")
@click.option("--new-file", default="", metavar="FILE", help="Read the new one from the first line of this file.")
@pass_call
def passphrase(call: Call, remove: bool, new_file: str) -> None:
    """Change the passphrase of this device's keys; the old one comes from where every command takes it."""
    from comity import settings, unlocking
    from comity.cli import asking
    from comity.home import home_folder

    home = home_folder(call.home)
    ask = asking.passphrase if asking.at_terminal() else None
    has_one = unlocking.key_file(home).has_passphrase
    old = unlocking.passphrase(settings.load(home), ask) if has_one else ""
    if not remove and not new_file and not asking.at_terminal():
        raise Locked("There is nobody to ask for the new passphrase.", "Give it with --new-file, or say --remove.")
    told = unlocking.passphrase_in(Path(new_file)) if new_file else "" if remove else asking.chosen_passphrase()
    unlocking.change_passphrase(home, old=old, new=told)
    if not call.quiet:
        tell("The passphrase was changed. Backups made before open with the old one.")


def print_findings(found: dict[str, Any], *, as_json: bool) -> None:
    """What verify and doctor found."""
    if as_json:
        print_json(found)
        return
    for problem in found["problems"]:
        print_lines(problem["text"], *([f"  {problem['hint']}"] if problem["hint"] else []))
    if found["ok"]:
        print_lines("Nothing is damaged." if found["problems"] else "Nothing is wrong.")
