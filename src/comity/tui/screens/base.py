"""What every page does: its tabs and the panes that fill them, what stands around them, and its keys."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from textual.containers import Vertical
from textual.message import Message
from textual.widgets import ContentSwitcher

from comity.tui.actions import BY_ID, bindings, shown_keys
from comity.tui.places import Place
from comity.tui.screens.skeleton import Skeleton
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.spoken import spoken_rows
from comity.tui.widgets.chrome import Footer, Marked, MarkingBar, PageTabs, SectionTabs, TwoEnds
from comity.tui.widgets.cursor import CursorView
from comity.tui.widgets.filterline import FilterLine
from comity.tui.widgets.notices import Notices
from comity.tui.widgets.panel import Panel
from comity.tui.widgets.table import Table

_ON_LINES = ("table", "acts", "conflict", "late", "disclosures", "seats", "runs")  # what acts there acts on a line


class Pane(Vertical):
    """What fills a page or one of its tabs. Override what differs; call `tell()` after anything changed."""

    HINTS: ClassVar[tuple[str, ...]] = ("open", "copy")
    WORDS: ClassVar[dict[str, str]] = {}
    LIVE: ClassVar[bool] = False  # reads again by itself when something came or went

    class Changed(Message):
        """The cursor, the rows or the text of a pane changed: title, panel, bars and footer follow."""

    def state(self) -> Line:
        """The right end of the title line: filters, counts, order."""
        return BLANK

    def hints(self) -> Sequence[str]:
        """The actions that the footer names."""
        return self.HINTS

    def aside(self) -> Sequence[Line]:
        """The panel: the thing under the cursor."""
        return ()

    def held(self) -> Iterable[tuple[str, bool]]:
        """Marking and synthetic flag of everything on the screen now."""
        return ()

    def current(self) -> Any:
        """The record under the cursor, if it is one."""
        return None

    def chosen(self) -> list[Any]:
        """The marked records, else the one under the cursor."""
        return [record for record in [self.current()] if record is not None]

    def can(self, action: str) -> bool:
        """Whether an action has something to act on; those of a list need a line."""
        tables = self.query(CursorView)
        return BY_ID[action].where not in _ON_LINES or not tables or any(table.source.count for table in tables)

    def bring_in(self) -> None:
        """Read again, keeping the cursor on its record."""

    def mark_news(self, touched: Sequence[tuple[str, str]]) -> int:
        """Mark the lines of records, as (kind, id), that somebody wrote to; how many are news here."""
        for table in self.query(CursorView):
            table.changed = {id for _, id in touched}
            table.refresh()
        return len(touched)

    def spoken(self) -> Iterator[str]:
        """Everything on the pane in words, also what a screen would have to be scrolled to."""
        for table in self.query(Table):
            yield from spoken_rows(table.columns, table.source)

    def filter_by(self, query: str) -> bool:
        """Show only what the query finds; whether the pane has a list that can."""
        return False

    def stop(self) -> bool:
        """`esc` in the pane: give up a filter or a choice; whether there was one."""
        return False

    def jumps(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Second letters after `g`."""
        return {}

    def tell(self) -> None:
        """The page must draw what is about this pane again."""
        self.post_message(self.Changed())


class Tab(NamedTuple):
    """A tab of a page: its label, what makes its pane, the letter after `g` that leads there."""

    label: str
    make: Callable[[], Pane]
    letter: str = ""


class Placed(Skeleton):
    """A page that begins where it was left, tells where it is, and which keys do something there."""

    def __init__(self, start: str = "") -> None:
        super().__init__()
        self._tabs: Sequence[Tab] = ()
        self._start = start
        self._rows: dict[str, str] = {}  # where the cursor stood in tabs that were not shown yet
        self._shown = -1

    @property
    def pane(self) -> Pane | None:
        """The pane on the screen."""
        found = self.query(f"#pane-{self._shown}")
        return found.first(Pane) if found else None

    def focus_pane(self) -> None:
        """Give the keys to the first part of the pane that takes them."""
        pane = self.pane
        target = next((widget for widget in self.focus_chain if pane in widget.ancestors_with_self), None)
        if target is not None:
            self.set_focus(target)

    def _place(self, label: str) -> int:
        wanted = label.lower().replace(" ", "-")
        labels = [tab.label.lower().replace(" ", "-") for tab in self._tabs]
        return labels.index(wanted) if wanted in labels else 0

    def begin_at(self, place: Place) -> None:
        """Where the page begins: as it was left."""
        self._start, self._rows = place.tab, dict(place.rows)

    def place(self) -> Place:
        """Where the page is now; in tabs that were not shown, where it was."""
        rows = dict(self._rows)
        for number, tab in enumerate(self._tabs):
            if found := self.query(f"#pane-{number} CursorView"):
                rows[tab.label] = found.first(CursorView).key
        return Place(self._tabs[self._shown].label if self._tabs else "", rows)

    # what the footer names

    def hints(self) -> tuple[tuple[str, str], ...]:
        """Keys and words of the footer."""
        pane = self.pane
        words = pane.WORDS if pane else {}
        if line := next((each for each in self.query(FilterLine) if each.has_focus_within), None):
            return (*line.KEYS, (shown_keys(BY_ID["keys"], host(self).session.settings.keys, typing=True), "keys"))
        ids = [*filter(self.can, [*(pane.hints() if pane else ()), "next_tab"]), "keys"]
        keys, typing = host(self).session.settings.keys, host(self).typing
        return tuple((shown_keys(BY_ID[name], keys, typing=typing), words.get(name, BY_ID[name].short)) for name in ids)

    def can(self, action: str) -> bool:
        """Whether an action has something to act on here and now."""
        if action in ("next_tab", "previous_tab"):
            return len(self._tabs) > 1
        if action == "panel":
            return not self.has_class("-no-aside")
        if action == "next_pane":
            return len(self.focus_chain) > 1
        return self.pane is None or self.pane.can(action)

    def on_descendant_focus(self) -> None:
        """Another part takes the keys: a field those that type."""
        self.query_one(Footer).hints = self.hints()


class Page(Placed):
    """One page of a section.

    Its verbs in their order: `compose` and `on_mount` build it, `turn_to` shows a tab, for which its pane reads. When a
    pane changed it says `tell()`, and `redraw` lets title, panel, bars and footer follow. When something came or went,
    `arrived` either reads again at once (a live pane) or only says how much is new (`compare_with`);
    `action_bring_in` reads it, on request or by coming back. A page overrides `path`, `tabs` and `banner`.
    """

    BINDINGS = bindings("page", "record")
    AUTO_FOCUS = None
    BY_FIELDS: ClassVar[tuple[str, ...]] = ()  # actions whose key is a field's own, which asks the page for them

    def __init__(self, section: str, start: str = "") -> None:
        super().__init__(start)
        self.section = section
        self.came_from = ""  # the section from which it was opened, if that is another
        self.marked = Marked()
        self._read: dict[int, tuple[int, int]] = {}  # by tab, as of when its pane was read
        self._heard_at = 0  # the newest version of which the page told that it is there
        self._news = 0

    # what pages override

    def path(self) -> Line:
        """The left end of the title line: where this page is."""
        return (Span(self.section.title(), "strong bold"),)

    def tail(self) -> Line:
        """What follows the path where there is room for all of it."""
        return BLANK

    def tabs(self) -> Sequence[Tab]:
        """The tabs of this page; a page without tabs has one without a label."""
        return ()

    def banner(self) -> Line:
        """A line under the sections that nobody may miss; empty most of the time."""
        return BLANK

    # building

    async def on_mount(self) -> None:
        self.query_one(SectionTabs).section = self.section
        self._tabs = self.tabs()
        labels = tuple(tab.label for tab in self._tabs if tab.label)
        self.query_one(PageTabs).labels = labels
        self.set_class(bool(labels), "-tabbed")
        if self._tabs:
            await self.turn_to(self._place(self._start))
        self.redraw()

    def on_resize(self) -> None:
        """More or less room: what is said in short may change."""
        if self._shown >= 0:
            self.call_after_refresh(self.redraw)

    async def turn_to(self, place: int) -> None:
        """Show a tab; its pane is made when it is first shown and kept, and reads what was written meanwhile."""
        switcher = self.query_one("#panes", ContentSwitcher)
        name = f"pane-{place}"
        kept = bool(switcher.query(f"#{name}"))
        if not kept:
            self._read[place] = self._as_of()
            pane = self._tabs[place].make()
            pane.id = name
            await switcher.add_content(pane, set_current=True)
            if row := self._rows.pop(self._tabs[place].label, ""):
                pane.query(CursorView).first().stand_on(row)
        switcher.current = name
        self._shown, self._news = place, 0
        self.query_one(PageTabs).shown = place
        if kept and (self._is_behind() or (self.pane and self.pane.LIVE)):
            self.action_bring_in()
        self.focus_pane()
        self.redraw()

    def _is_behind(self) -> bool:
        """Whether something was written since the pane was read, or is to be kept off the screen now."""
        return self._read.get(self._shown) != self._as_of()

    def can(self, action: str) -> bool:
        return bool(self._news) if action == "bring_in" else super().can(action)

    def _as_of(self) -> tuple[int, int]:
        return host(self).version(), host(self).session.turned

    async def turn_to_label(self, label: str) -> None:
        """Show the tab of that label, if there is one."""
        if label:
            await self.turn_to(self._place(label))

    # what follows from the pane

    def on_pane_changed(self) -> None:
        self.redraw()

    def redraw(self) -> None:
        """Title, panel, bars and footer say what is true now."""
        pane = self.pane
        title = self.query_one("#title", TwoEnds)
        title.left, title.tail = self.path(), self.tail()
        title.right = (*self._waits(), *(pane.state() if pane else BLANK))
        banner = self.query_one("#banner", TwoEnds)
        banner.left = self.banner()
        banner.display = bool(banner.left)
        lines = pane.aside() if pane else ()
        self.set_class(not lines, "-no-aside")
        self.query_one(Panel).show(lines)
        self.marked = Marked.of(pane.held() if pane else (), self._notes())
        for bar in self.query(MarkingBar):
            bar.marked = self.marked
        footer = self.query_one(Footer)
        footer.hints = self.hints()
        self.show_link()

    def _waits(self) -> Line:
        """How many records somebody wrote to since the page was read."""
        return line(span(f"{self._news} new  ", "accent"), Span("ctrl+l   ", "accent bold")) if self._news else BLANK

    def _notes(self) -> tuple[str, ...]:
        preview = host(self).session.preview_as
        return (f"PREVIEW AS {preview}",) if preview else ()

    # keys

    def on_section_tabs_chosen(self, event: SectionTabs.Chosen) -> None:
        host(self).go(event.section)

    async def on_page_tabs_chosen(self, event: PageTabs.Chosen) -> None:
        await self.turn_to(event.place)

    async def action_next_tab(self) -> None:
        await self._turn(1)

    async def action_previous_tab(self) -> None:
        await self._turn(-1)

    async def _turn(self, by: int) -> None:
        if len(self._tabs) > 1:
            await self.turn_to((self._shown + by) % len(self._tabs))

    def action_panel(self) -> None:
        """The panel on or off, for this page."""
        self.toggle_class("-no-panel")

    def action_next_pane(self) -> None:
        self.focus_next()

    def action_back(self) -> None:
        """Close what is open on the page, then leave it; in the first page of a section nothing happens."""
        if self.query_one(Notices).dismiss():
            return
        if (self.pane and self.pane.stop()) or host(self).interrupt():
            return
        if len(self.app.screen_stack) > 1:
            host(self).close()

    def action_bring_in(self) -> None:
        """Show what arrived since."""
        self._read[self._shown], self._news = self._as_of(), 0
        if self.pane:
            self.pane.mark_news(())
            self.pane.bring_in()
            self.redraw()

    def compare_with(self, version: int) -> None:
        """Say that something was written since this page was read; nothing moves until it is asked for."""
        read, _ = self._read.get(self._shown, (0, 0))
        if self._shown >= 0 and self.pane and version not in (read, self._heard_at):
            self._heard_at = version
            self._news = self.pane.mark_news(host(self).touched(read))
            self.redraw()

    def arrived(self) -> None:
        """Something came or went: what tells of carriers reads again, records wait to be brought in."""
        if self.pane and self.pane.LIVE:
            self.action_bring_in()
        else:
            self.compare_with(host(self).version())
            self.show_link()

    def on_screen_resume(self) -> None:
        """Back on a page that was left: what was written meanwhile is on it."""
        if self._shown >= 0 and self._is_behind():
            self.action_bring_in()

    def jumps(self) -> dict[str, tuple[str, Callable[[], None]]]:
        """Second letters after `g` on this page."""
        tabs = {
            tab.letter: (tab.label, lambda place=place: self.call_later(self.turn_to, place))
            for place, tab in enumerate(self._tabs)
            if tab.letter
        }
        return {**tabs, **(self.pane.jumps() if self.pane else {})}  # type: ignore[dict-item]
