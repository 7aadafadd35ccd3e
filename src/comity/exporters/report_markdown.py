"""A report as Markdown in which every text stays text: no link, no picture, no HTML, no table of its own."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.domain.text import plain, plain_lines
from comity.exporters.report import Report, Section, Told

_LIVE: Final = re.compile(r"[\\`*_\[\]<>&|~$@]|:(?=//)|(?<=\bwww)\.", re.IGNORECASE)
_BEGINS: Final = re.compile(r"[#+=-]|\d+(?=[.)](\s|$))")  # what makes a heading, a list or a rule of a line
_RULE: Final = "---"


def markdown(report: Report) -> str:
    """The report as a Markdown file."""
    banner = f"**{text(report.banner)}**"
    body = (line for section in report.sections for line in _section(section))
    head = [line for each in report.head for line in (_line(each), "")]
    return "\n".join([banner, "", f"# {text(report.title)}", "", *head, *body, _RULE, "", banner, ""])


def text(raw: str) -> str:
    """Text as text within a line of Markdown."""
    return _LIVE.sub(r"\\\g<0>", plain(raw).strip())


def _line(raw: str) -> str:
    """The same where it begins a line; after digits it is the sign behind them that would make a list."""
    start = _BEGINS.match(escaped := text(raw))
    at = start.end() if start and start[0].isdigit() else 0
    return f"{escaped[:at]}\\{escaped[at:]}" if start else escaped


def _section(section: Section) -> Iterator[str]:
    yield from (f"## {text(section.title)}", "")
    for each in section.paragraphs:
        yield from (_told(each, ""), "")
    if section.rows:
        yield from (_row(section.columns), _row(["---"] * len(section.columns), raw=True))
        yield from (_row(row.cells) for row in section.rows)
        yield ""
    for each in section.items:
        yield f"- {_told(each, '  ')}"
    if section.items:
        yield ""


def _told(told: Told, indent: str) -> str:
    """Its lines, each with a break after it but the last."""
    lines = [line for each in plain_lines(told.text).split("\n") if (line := _line(each))]
    lead = f"**{text(told.lead)}**" if told.lead else ""
    first = " ".join(filter(None, (lead, *lines[:1])))
    facts = [_line(told.fact_line)] if told.facts else []
    return f"\\\n{indent}".join(filter(None, [first, *lines[1:], *facts]))


def _row(cells: Sequence[str], *, raw: bool = False) -> str:
    return f"| {' | '.join(cells if raw else map(text, cells))} |"
