"""A report as one HTML file that loads nothing; texts become nodes of a tree, which escapes them when it is written."""

from base64 import b64encode
from hashlib import sha256
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from comity.domain.text import plain, plain_lines
from comity.exporters.report import Report, Section, Told

_STYLE: Final = """
body { margin: 0 auto; max-width: 52rem; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1a1d23; }
header, footer { padding: .4rem 0; text-align: center; font-weight: bold; background: #fff; }
header { position: sticky; top: 0; border-bottom: 2px solid; }
footer { position: sticky; bottom: 0; border-top: 2px solid; }
h1 { font-size: 1.6rem; } h2 { font-size: 1.2rem; margin-top: 2rem; }
table { border-collapse: collapse; width: 100%; } th, td { padding: .3rem .6rem .3rem 0; text-align: left; }
th, td { vertical-align: top; border-bottom: 1px solid #cfccc3; overflow-wrap: anywhere; }
li { margin-bottom: .6rem; } .facts { display: block; color: #4a5160; }
@media print {
  body { display: table; max-width: none; } main { display: table-row-group; }
  header { display: table-header-group; position: static; } footer { display: table-footer-group; position: static; }
  li, tr { break-inside: avoid; } h2 { break-after: avoid; }
}
"""
_HASH: Final = b64encode(sha256(_STYLE.encode()).digest()).decode()
_POLICY: Final = f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'"


def html(report: Report) -> str:
    """The report as an HTML file; a printer repeats the marking on every page."""
    root = Element("html", lang="en")
    head, body = SubElement(root, "head"), SubElement(root, "body")
    SubElement(head, "meta", charset="utf-8")
    SubElement(head, "meta", {"http-equiv": "Content-Security-Policy", "content": _POLICY})
    SubElement(head, "meta", name="referrer", content="no-referrer")
    SubElement(head, "meta", name="viewport", content="width=device-width, initial-scale=1")
    _text(head, "title", f"{report.title} ({report.banner})")
    _text(body, "header", report.banner)
    main = SubElement(body, "main")
    _text(main, "h1", report.title)
    for each in report.head:
        _text(main, "p", each)
    for section in report.sections:
        _section(SubElement(main, "section"), section)
    _text(body, "footer", report.banner)
    indent(root)
    SubElement(head, "style").text = _STYLE  # as it was hashed
    return f"<!doctype html>\n{tostring(root, encoding='unicode', method='html')}\n"


def _section(parent: Element, section: Section) -> None:
    _text(parent, "h2", section.title)
    for each in section.paragraphs:
        _told(SubElement(parent, "p"), each)
    if section.rows:
        table = SubElement(parent, "table")
        _cells(SubElement(SubElement(table, "thead"), "tr"), "th", section.columns)
        body = SubElement(table, "tbody")
        for row in section.rows:
            _cells(SubElement(body, "tr"), "td", row.cells)
    if section.items:
        items = SubElement(parent, "ul")
        for each in section.items:
            _told(SubElement(items, "li"), each)


def _told(parent: Element, told: Told) -> None:
    if told.lead:
        _text(parent, "strong", told.lead).tail = " "
    first, *others = plain_lines(told.text).split("\n")
    _text(parent, "span", first)
    for each in others:
        SubElement(parent, "br").tail = each
    if told.facts:
        _text(parent, "span", told.fact_line).set("class", "facts")


def _cells(row: Element, tag: str, cells: tuple[str, ...]) -> None:
    for each in cells:
        _text(row, tag, each)


def _text(parent: Element, tag: str, text: str) -> Element:
    made = SubElement(parent, tag)
    made.text = plain(text)
    return made
