"""The parts of every page and where they stand; the line of news, and how this device stands to the others."""

from pathlib import Path

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import ContentSwitcher

from comity.tui.frame import WIDE
from comity.tui.session import Strength, host
from comity.tui.spans import BLANK, span
from comity.tui.widgets.chrome import Footer, MarkingBar, PageTabs, SectionTabs, TwoEnds
from comity.tui.widgets.notices import Notices, TooSmall
from comity.tui.widgets.panel import Panel

_NEWS_SECONDS = 5.0


class Skeleton(Screen[None]):
    """The parts of a page and where they stand."""

    CSS_PATH = Path(__file__).parent.parent / "comity.tcss"
    HORIZONTAL_BREAKPOINTS = [(0, "-small"), (80, "-narrow"), (110, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (24, "-high")]

    def compose(self) -> ComposeResult:
        yield MarkingBar(id="bar-top")
        yield SectionTabs()
        with Horizontal(id="middle"):
            with Vertical(id="main"):
                yield TwoEnds(id="banner")
                yield TwoEnds(id="title")
                yield PageTabs()
                yield ContentSwitcher(id="panes")
            yield Panel()
        yield Footer()
        yield MarkingBar(id="bar-bottom")
        yield Notices()
        yield TooSmall()

    def show_link(self) -> None:
        """How this device stands to the others, and what crosses its border now."""
        session = host(self).session
        link = session.link
        for footer in self.query(Footer):  # none while the app ends
            footer.state = session.busy or (link.short if self.app.size.width < WIDE else link.footer)
        for sections in self.query(SectionTabs):
            sections.state = link.sections

    def news(self, text: str, strength: Strength) -> None:
        """Tell it on this page."""
        if strength != "line":
            self.query_one(Notices).add(text, strength)
            return
        footer = self.query_one(Footer)
        footer.news = (span(text, "strong"),)
        self.set_timer(_NEWS_SECONDS, self._news_over)

    def _news_over(self) -> None:
        self.query_one(Footer).news = BLANK
