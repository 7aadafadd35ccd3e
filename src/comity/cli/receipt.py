"""`comity receipt`: acknowledgements, for partners who are reached by courier only."""

from pathlib import Path

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Noun, Verb, pass_call
from comity.cli.output import print_json, print_lines, print_table, tell, write_new


@click.group(
    "receipt", cls=Noun, invoke_without_command=True, epilog="Example: comity receipt --out /media/stick/held.txt"
)
@click.option("--out", default="", metavar="FILE", help="Write them to a new file.")
@click.option("--group", default="", metavar="G", help="Of this group only.")
@click.pass_context
def receipt(context: click.Context, out: str, group: str) -> None:
    """Say what this device holds of each group, as lines that a partner reads with `comity receipt read`."""
    if context.invoked_subcommand is None:
        _say(context.ensure_object(Call), out, group)


def _say(call: Call, out: str, group: str) -> None:
    from comity.desk.carriers import acknowledging

    with opened_desk(call) as desk:
        said = acknowledging.lines(desk, group)
    if out:
        write_new(Path(out), "".join(f"{each.line}\n" for each in said))
    if call.as_json:
        items = [{"group": each.group_name, "group_id": each.group, "receipt": each.line} for each in said]
        print_json({"items": items, "count": len(items), "file": out or None})
    elif not out:
        print_lines(*(each.line for each in said))
    elif not call.quiet:
        tell(f"Written: {out}")


@receipt.command("read", cls=Verb, epilog="Example: comity receipt read 7KQ2-M4XA")
@click.argument("told", metavar="FILE|CODE")
@pass_call
def read(call: Call, told: str) -> None:
    """Take what a partner says to hold: from a file, or by the code that reading your bundle gave them."""
    from comity.desk.carriers import acknowledging

    with opened_desk(call) as desk:
        heard = acknowledging.take(desk, told)
    columns = ("group", "institute", "device", "lacks", "lacks_keys")
    rows = [(each.group_name, each.institute, each.called, each.lacks, each.lacks_keys) for each in heard]
    if call.as_json:
        items = [dict(zip(columns, row, strict=True)) for row in rows]
        print_json({"items": items, "count": len(items)})
    else:
        print_table(columns, rows)
