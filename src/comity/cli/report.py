"""`comity report`: what came of an exercise, as a document for somebody."""

from pathlib import Path
from typing import TYPE_CHECKING, Final, cast

import click

from comity.cli.desks import opened_desk
from comity.cli.frame import Call, Verb, pass_call
from comity.cli.output import print_json, print_text, tell, write_new
from comity.domain.exercises import Exercise
from comity.errors import UsageError

if TYPE_CHECKING:
    from comity.exporters.report import Report

FORMATS: Final = ("md", "html", "docx")


@click.command("report", cls=Verb, epilog="Example: comity report SALTMARSH --for US-CAISI --out saltmarsh.html")
@click.argument("exercise", metavar="EXERCISE")
@click.option("--for", "reader", default="", metavar="INSTITUTE|public", help="Who reads it; without, your own house.")
@click.option("--format", "wanted", type=click.Choice(FORMATS), help="As the ending of FILE says, else md.")
@click.option("--out", default="", metavar="FILE", help="Write to this file instead of printing.")
@pass_call
def report(call: Call, exercise: str, reader: str, wanted: str | None, out: str) -> None:
    """The after-action report: coverage, results, findings, stand-downs, actions, lessons.

    An institute is told only what is in groups where it stands, the public only what is TLP:CLEAR and released. Your
    own house is told everything. The file carries the marking of all that is in it; nothing is sent.
    """
    from comity.desk.asking import find
    from comity.desk.report import whole as reporting

    ending = Path(out).suffix.lower().removeprefix(".")
    format_ = wanted or (ending if ending in FORMATS else "md")
    if format_ == "docx" and not out:
        raise UsageError("A DOCX file is not printed.", hint="Name it: --out FILE.docx")
    with opened_desk(call) as desk:
        written = reporting.report(desk, cast(Exercise, find(desk, exercise, "exercise")), reader)
    left = reporting.left_out(written)
    if out:
        write_new(Path(out), rendered(written, format_))
        if call.as_json:
            told = {"file": out, "format": format_, "marking": written.marking, "synthetic": written.synthetic}
            print_json({**told, "left_out": written.left_out})
    elif call.as_json:
        print_json(written.as_json())
    else:
        print_text(cast(str, rendered(written, format_)))
    if not call.quiet:
        if out and not call.as_json:
            tell(f"{out}: the report of {written.title.partition(':')[0]}, {written.banner}.")
        if left:
            tell(left)


def rendered(report: "Report", format_: str) -> str | bytes:
    """The report in one of the formats, whose writer is loaded only then."""
    match format_:
        case "html":
            from comity.exporters.report_html import html

            return html(report)
        case "docx":
            from comity.exporters.report_docx import docx

            return docx(report)
    from comity.exporters.report_markdown import markdown

    return markdown(report)
