"""A report for a word processor (extra `docx`); the marking stands in the header and footer of every page."""

from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from comity.domain.text import plain, plain_lines
from comity.errors import Refused
from comity.exporters.report import Report, Section, Told

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph


def docx(report: Report) -> bytes:
    """The report as a DOCX file. Raises Refused where python-docx is not installed."""
    try:
        from docx import Document
    except ImportError as error:
        told = "DOCX needs a package that is not installed."
        raise Refused(told, hint='Install it: pip install "comity[docx]"', code="no_docx") from error
    document = Document()
    _describe(document, report)
    document.add_heading(plain(report.title), 0)
    for each in report.head:
        document.add_paragraph(plain(each))
    for section in report.sections:
        _section(document, section)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def _describe(document: "Document", report: Report) -> None:
    """The marking on every page; what the file says of itself, without the author that the library would name."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    page = document.sections[0]
    for edge in (page.header, page.footer):
        edge.paragraphs[0].text = plain(report.banner)
        edge.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.CENTER
    about = document.core_properties
    about.title, about.subject = plain(report.title)[:255], plain(report.banner)[:255]
    about.author = about.comments = about.last_modified_by = ""
    about.created = about.modified = datetime.combine(report.as_of, time())


def _section(document: "Document", section: Section) -> None:
    document.add_heading(plain(section.title), 1)
    for each in section.paragraphs:
        _told(document.add_paragraph(), each)
    if section.rows:
        table = document.add_table(0, len(section.columns), style="Light Grid")
        for cells in (section.columns, *(row.cells for row in section.rows)):
            for cell, text in zip(table.add_row().cells, cells, strict=True):
                cell.text = plain(text)
    for each in section.items:
        _told(document.add_paragraph(style="List Bullet"), each)


def _told(paragraph: "Paragraph", told: Told) -> None:
    if told.lead:
        paragraph.add_run(f"{plain(told.lead)} ").bold = True
    paragraph.add_run(plain_lines(told.text))
    if told.facts:
        paragraph.add_run(f"\n{plain(told.fact_line)}").italic = True
