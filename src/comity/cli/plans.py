"""Plan files: apply and export."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.output import print_json, print_table, print_text, tell, write_new
from comity.domain.wording import words

if TYPE_CHECKING:
    from comity.desk.files.plans import Act, Deed

DONE: "dict[Act, str]" = {"add": "added", "change": "changed", "unchanged": "unchanged", "retire": "retired"}


@click.command("apply", cls=Verb, epilog="Example: comity apply saltmarsh.toml --dry-run")
@click.argument("file", metavar="FILE.toml")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@click.option("--retire", is_flag=True, help="Retire what the file no longer names.")
@pass_call
def apply(call: Call, file: str, dry_run: bool, retire: bool) -> None:
    """Make the store match a plan file; doing it again changes nothing."""
    from comity.desk.files import plans

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
            tell(f"Not in the file: {words(deed.noun)} {deed.name}; --retire retires it.")


def _deed(deed: "Deed") -> dict[str, Any]:
    return {"act": deed.act, "kind": deed.noun, "id": deed.id, "ref": deed.name, "fields": deed.fields}


export = Noun("export", {"sheet": "comity.cli.sheets:export_sheet"}, help="Write what others can read.")


@export.command("plan", epilog="Example: comity export plan SALTMARSH --out saltmarsh.toml")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--out", default="", metavar="FILE", help="Write to this file instead of printing.")
@pass_call
def export_plan(call: Call, exercise: str, out: str) -> None:
    """An exercise as a plan file that apply reads back unchanged."""
    from comity.desk.asking import find
    from comity.desk.files import plans

    with opened_desk(call) as desk:
        found = find(desk, exercise, "exercise")
        text, marking = plans.export(desk, found), plans.marking(desk, found)
    if out:
        write_new(Path(out), text)
        if not call.quiet:
            tell(f"{out}: the plan of {found.code}, {marking}.")  # type: ignore[attr-defined]
    else:
        print_text(text)
