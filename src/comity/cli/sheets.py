"""`comity import sheet` and `comity export sheet`: records as rows of CSV and XLSX files."""

from pathlib import Path

import click

from comity.cli.desks import opened_desk
from comity.cli.fields import kebab
from comity.cli.frame import Call, Noun, Verb, pass_call, unknown
from comity.cli.listing import joined
from comity.cli.output import print_json, print_table, progress, tell, write_new
from comity.domain.kinds import BY_NOUN
from comity.errors import Refused, UsageError

ENDINGS = (".csv", ".xlsx")

imports = Noun("import", help="Take in what others wrote.")


@imports.command("sheet", epilog="Example: comity import sheet people.csv --kind person --dry-run")
@click.argument("file", metavar="FILE.csv|xlsx")
@click.option("--kind", required=True, metavar="KIND", help="What each row is, such as person or action.")
@click.option("--map", "map_file", default="", metavar="FILE.toml", help="What columns and words of others mean.")
@click.option("--group", default="", metavar="GROUP", help="Who may hold new records, where no column says it.")
@click.option("--marking", default="", metavar="M", help="How they are marked, where no column says it.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, write nothing.")
@pass_call
def import_sheet(call: Call, file: str, kind: str, map_file: str, group: str, marking: str, dry_run: bool) -> None:
    """Make or change a record of each row; its first row names fields. The same sheet again changes nothing.

    A row is known by a column id, by its code or label, else by what tells such records apart. A blank cell says
    nothing. Rows that cannot be taken are named with line and field; the others go through, 2,000 at a time.
    """
    from comity.desk.files import sheets
    from comity.domain.wording import some

    noun = _noun(kind)
    with opened_desk(call) as desk, progress("Reading rows", quiet=call.quiet) as advance:
        outcomes = sheets.import_sheet(
            desk,
            Path(file),
            noun,
            map_file=Path(map_file) if map_file else None,
            group=group,
            marking=marking,
            dry_run=dry_run,
            on_progress=advance,
        )
    counts = sheets.counted(outcomes)
    problems = [each for outcome in outcomes for each in outcome.problems]
    if call.as_json:
        print_json({"rows": outcomes, **counts, "dry_run": dry_run})
    else:
        rows = [(row.line, problem.field, problem.message) for row in outcomes for problem in row.problems]
        if rows:
            print_table(("line", "field", "message"), rows, wrapped=("message",))
        told = ", ".join(f"{count:,} {name}" for name, count in counts.items())
        tell(f"{file}: {told}{'; nothing was written' if dry_run else ''}.")
    if problems:
        hint = "Line and field stand beside each; the others were taken. Mend them and read the sheet again."
        were = "was" if counts["refused"] == 1 else "were"
        raise Refused(
            f"{counts['refused']:,} of {some(len(outcomes), 'row')} {were} refused.", hint, code="rows_refused"
        )


@click.command(
    "sheet",
    cls=Verb,
    epilog="Example: comity export sheet action 'is:overdue' --out actions.xlsx",
    context_settings={"ignore_unknown_options": True},
)
@click.argument("kind", metavar="KIND")
@click.argument("query", nargs=-1, type=click.UNPROCESSED, metavar="[QUERY]...")
@click.option("--out", required=True, metavar="FILE.csv|xlsx", help="Write to this file, which is not there yet.")
@pass_call
def export_sheet(call: Call, kind: str, query: tuple[str, ...], out: str) -> None:
    """Records of a kind as a sheet that `import sheet` reads back unchanged; text is never taken for a formula."""
    from comity.desk.files import sheets_out
    from comity.domain.wording import some

    ending = Path(out).suffix.lower()
    if ending not in ENDINGS:
        raise UsageError(f"{out} is neither .csv nor .xlsx.", hint="Name the file so that its ending says which.")
    with opened_desk(call) as desk:
        sheet = sheets_out.export_sheet(desk, _noun(kind), joined(query))
    write_new(Path(out), sheet.csv() if ending == ".csv" else sheet.xlsx())
    if call.as_json:
        print_json({"file": out, "rows": len(sheet.rows), "marking": sheet.marking})
    elif not call.quiet:
        tell(f"{out}: {some(len(sheet.rows), 'row')}, {sheet.marking}.")


def _noun(kind: str) -> str:
    noun = kind.replace("-", "_")
    if noun not in BY_NOUN:
        raise unknown(f"There is no kind «{kind}».", kind, [kebab(each) for each in BY_NOUN])
    return noun
