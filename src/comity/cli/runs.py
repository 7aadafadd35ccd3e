"""`comity run import` and `comity run compare`: runs from their logs, and two runs held side by side."""

from collections import Counter
from pathlib import Path
from typing import cast

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, progress, tell
from comity.domain.runs import Run
from comity.domain.wording import some, words
from comity.errors import Refused, UsageError

OUTCOMES = ("added", "unchanged", "updated", "refused")


@click.command("import", cls=Verb, epilog="Example: comity run import logs/ --exercise SALTMARSH --dry-run")
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("--exercise", default="", metavar="REF", help="Look for cells in this exercise only.")
@click.option("--institute", default="", metavar="CODE", help="Whose runs they are; without it, yours.")
@click.option("--language", default="", metavar="L", help="The language they were run in; without it, the task's.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@pass_call
def import_logs(
    call: Call, paths: tuple[str, ...], exercise: str, institute: str, language: str, dry_run: bool
) -> None:
    """Read Inspect logs (.eval, .json) or folders of them; the same log again changes nothing."""
    from comity.desk.files import imports

    if "" in paths:  # an unset variable in a script, which would name the folder one is in
        raise UsageError("A PATH is empty.", hint="Name a log, or a folder of logs.")
    logs = list(imports.files(Path(path) for path in paths))
    if not logs and not call.quiet:
        tell("No .eval or .json file is there.")
    with opened_desk(call) as desk, progress("Reading logs", len(logs), quiet=call.quiet) as advance:
        outcomes = imports.import_logs(
            desk,
            logs,
            exercise=exercise,
            institute=institute,
            language=language,
            dry_run=dry_run,
            on_progress=advance,
        )
    files = [{"file": each.file, "outcome": each.outcome, "run": each.run, "reason": each.reason} for each in outcomes]
    counts: Counter[str] = Counter(each.outcome for each in outcomes)
    if call.as_json:
        print_json({"files": files, **{outcome: counts[outcome] for outcome in OUTCOMES}})
    else:
        print_table(("file", "outcome", "run", "reason"), [tuple(each.values()) for each in files], wrapped=("reason",))
    if counts["refused"]:
        were = "was" if counts["refused"] == 1 else "were"
        hint = "The reason stands beside each; the others were taken."
        raise Refused(f"{counts['refused']} of {some(len(files), 'file')} {were} refused.", hint, code="files_refused")


@click.command("compare", cls=Verb, epilog="Example: comity run compare SALTMARSH/R1 SALTMARSH/R2")
@click.argument("first", metavar="REF")
@click.argument("second", metavar="REF")
@pass_call
def compare(call: Call, first: str, second: str) -> None:
    """Whether two runs can be compared, what differs, and the difference of their scores with its interval."""
    from comity.desk.asking import find
    from comity.desk.pages.comparing import side_by_side

    with opened_desk(call) as desk:
        a, b = (cast(Run, find(desk, ref, "run")) for ref in (first, second))
        found = side_by_side(desk, a, b).as_json()
    if call.as_json:
        print_json(found)
        return
    print_lines(words(found["verdict"]))
    print_table(("class", "field", "a", "b"), [tuple(each.values()) for each in found["differences"]])
    print_lines(*(f"{score['metric']}: {score['statement']}" for score in found["scores"]), *found["remarks"])
