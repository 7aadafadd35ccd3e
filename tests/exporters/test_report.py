"""Whatever stands in a record, a report holds it as text, in every format."""

import io
import re
from base64 import b64encode
from datetime import date
from hashlib import sha256
from html.parser import HTMLParser
from zipfile import ZipFile

import docx as word
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from comity.domain.text import plain, plain_lines
from comity.exporters.report import Report, Row, Section, Told
from comity.exporters.report_docx import docx
from comity.exporters.report_html import html
from comity.exporters.report_markdown import markdown

HOSTILE = (
    "<script>alert(1)</script>",
    "![](http://evil.example/x.png)",
    "[a](javascript:alert(1))",
    "one\r\n\r\n# two\r\n| a | b |\r\n|---|---|",
    "| cell | of its own |",
    "\x1b[2J\x00\x07\u202edesrever\u2069",
    "<!-- --> &lt; &amp; </style></title> \"'",
    "    code\n\tcode\n```\n~~~",
    "- item\n1. item\n2) item\n+ item\n> quote\n===\n---",
    "www.evil.example http://evil.example mail@evil.example <http://evil.example>",
    "a\\",
    "`**_~~$x$~~_**`",
    "#",
)
PIECES = ["www.", "http://", "\r\n", "12", "---", *"ab. \n\t\\`*_[]()<>&|~$@:/#+=-!\"'{}^\u202e\x1b\x00"]
TEXTS = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
_KNOWN = {"paragraph", "heading", "bullet_list", "list_item", "strong", "table", "thead", "tbody", "tr", "th", "td"}
_LEAVES = {"inline", "text", "text_special", "hardbreak", "hr"}


def report_of(text: str) -> Report:
    """A report with the same text in every place that takes one."""
    told = Told("TLP:AMBER", True, text, text, (text, text))
    bare = Told("TLP:GREEN", False, text)
    section = Section(text, (told, bare), (text, text), (Row("TLP:CLEAR", False, (text, text)),), (told, bare))
    return Report(text, (text,), date(2026, 11, 23), (section, section))


def every(test: object) -> object:
    """The property, with every hostile text as an example of it."""
    for text in HOSTILE:
        test = example(text=text)(test)  # type: ignore[arg-type]
    return test


@every
@settings(max_examples=60)
@given(text=TEXTS)
def test_markdown_holds_any_text_as_text(text: str) -> None:
    written = markdown(report_of(text))
    tokens = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).parse(written)
    leaves = [leaf for token in tokens for leaf in (token.children or [token])]
    types = {re.sub("_(open|close)$", "", token.type) for token in [*tokens, *leaves]}
    assert types <= _KNOWN | _LEAVES
    assert [token.tag for token in tokens if token.type == "heading_open"] == ["h1", "h2", "h2"]
    assert sum(token.type == "td_open" for token in tokens) == 4
    assert sum(token.type == "list_item_open" for token in tokens) == 4
    said = "".join(leaf.content if leaf.type.startswith("text") else "\n" for leaf in leaves)
    assert all(line.strip() in said for line in plain_lines(text).split("\n"))
    assert not re.search(r"https?://|(?<!\\)@|www\.", written)
    assert written.startswith("**TLP:AMBER · SYNTHETIC**\n")
    assert written.endswith("\n**TLP:AMBER · SYNTHETIC**\n")


class _Page(HTMLParser):
    """The tags, attributes and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.given: dict[str, str | None] = {}
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.given |= dict(attrs)

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


@every
@settings(max_examples=60)
@given(text=TEXTS)
def test_html_holds_any_text_as_text_and_loads_nothing(text: str) -> None:
    page = _Page()
    page.feed(html(report_of(text)))
    known = (
        "html head meta title style body header main h1 h2 p section strong span br table thead tbody tr th td ul li"
    )
    assert set(page.tags) <= {*known.split(), "footer"}
    assert not {"src", "href", "style", "onerror", "onload"} & page.given.keys()
    assert page.tags.count("style") == 1
    said = "".join(page.texts)
    assert all(line in said for line in plain_lines(text).split("\n"))
    assert said.count("TLP:AMBER · SYNTHETIC") == 3  # in the title, above and below


def test_the_policy_of_a_page_allows_its_own_style_and_nothing_else() -> None:
    written = html(report_of("text"))
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]*)"', written)
    assert policy
    assert policy[1].startswith("default-src 'none'; style-src 'sha256-")
    style = written.partition("<style>")[2].partition("</style>")[0]
    assert b64encode(sha256(style.encode()).digest()).decode() in policy[1]
    assert "unsafe" not in policy[1]


def test_a_word_file_holds_any_text_as_text_marked_on_every_page() -> None:
    for text in HOSTILE:
        written = docx(report_of(text))
        document = word.Document(io.BytesIO(written))
        said = "\n".join(each.text for each in document.paragraphs)
        assert all(line.expandtabs(4) in said for line in plain_lines(text).split("\n"))
        assert document.tables[0].cell(1, 1).text == plain(text)
        edges = [document.sections[0].header, document.sections[0].footer]
        assert [edge.paragraphs[0].text for edge in edges] == ["TLP:AMBER · SYNTHETIC"] * 2
        with ZipFile(io.BytesIO(written)) as parts:
            body = parts.read("word/document.xml").decode()
            links = parts.read("word/_rels/document.xml.rels").decode()
        assert "w:hyperlink" not in body
        assert "w:fldSimple" not in body
        assert "External" not in links
