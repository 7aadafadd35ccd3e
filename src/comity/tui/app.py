"""The app: sections as modes, the keys that work everywhere, and the desk that opens behind the first frame."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import BindingType
from textual.filter import LineFilter
from textual.screen import Screen

from comity.errors import ComityError
from comity.settings import Settings
from comity.tui import themes
from comity.tui.actions import SECTIONS, bindings, section_bindings
from comity.tui.frame import Opening
from comity.tui.glyphs import AsciiOnly, only_ascii
from comity.tui.lagging import Lagging
from comity.tui.places import Place, read_places, write_places
from comity.tui.session import Session

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.domain.record import Record
    from comity.tui.screens.base import Page


_LOOK = 2.0  # seconds between two looks at what other processes wrote


class ComityApp(Lagging):
    """Comity on the screen."""

    TITLE = "Comity"
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [*bindings("app"), *section_bindings()]

    def __init__(
        self,
        desk_opener: Callable[[], "Desk"],
        *,
        start: str = "",
        filter: str = "",  # noqa: A002
        settings: Settings | None = None,
    ) -> None:
        environ = dict(os.environ)  # Textual takes NO_COLOR out of the environment
        super().__init__()
        self.session = Session(settings or Settings())
        self.start, self.start_filter = start or "today", filter
        self._opener = desk_opener
        self._places: dict[str, Place] = {}
        self._first: dict[str, Page] = {}  # the first page of each section that was seen
        self.animation_level = "none"
        self._ascii = [AsciiOnly()] if only_ascii(self.session.settings.screen.glyphs, environ) else []
        for name in themes.COLOURS:
            self.register_theme(themes.theme(name))
        self.theme = themes.chosen(self.session.settings.screen.theme, environ)
        self.set_keymap(self.session.settings.keys)

    def get_line_filters(self) -> Sequence[LineFilter]:
        return [*super().get_line_filters(), *self._ascii]

    def get_default_screen(self) -> Screen[None]:
        return Opening()

    # the desk, behind the first frame

    def on_ready(self) -> None:
        if not self.is_headless:
            self._end_when_told()
        self.begin()

    def _end_when_told(self) -> None:
        """A signal to end gives the terminal back first; the exit code says which one it was."""
        for number in (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else ():
            asyncio.get_running_loop().add_signal_handler(number, self.leave_with, 128 + number)

    def begin(self) -> None:
        """What happens behind the first frame."""
        self.run_worker(self._open, thread=True, exit_on_error=False)

    def _open(self) -> None:
        """In a thread: what takes long to load, the store, and the checks that the first page asks for."""
        import comity.tui.sections  # noqa: F401  # loads the kinds and the pages behind the first frame
        from comity.desk import checking

        try:
            desk = self._opener()
            checking.checks(desk)
        except ComityError as error:
            self.call_from_thread(self.stop_here, error)
        else:
            self.call_from_thread(self._opened, desk)

    def _opened(self, desk: "Desk") -> None:
        from comity.tui.sections import SECTION_PAGES

        self.desk, self.ready = desk, True
        desk.later, desk.keeps_off = self.check_later, self.session.hides
        self.session.settings = desk.settings
        self.set_keymap(desk.settings.keys)
        self.tell_link()
        self.set_interval(_LOOK, self.look)
        self._places = read_places(desk.home)
        for name, make in SECTION_PAGES.items():
            self.add_mode(name, partial(self._first_page, name, make))
        self.call_later(self._begin)

    def _first_page(self, section: str, make: "Callable[[], Page]") -> "Page":
        page = make()
        page.begin_at(self._places.get(section, Place()))
        self._first[section] = page
        return page

    def leave_with(self, code: int) -> None:
        """End, and keep for the next start where each section was left; what crosses the border may end anywhere."""
        self.interrupt()
        if self.ready:
            write_places(self.desk.home, {**self._places, **{name: page.place() for name, page in self._first.items()}})
        self.exit(return_code=code)

    async def _begin(self) -> None:
        """The place that was asked for; a name that nothing has is told on the first page."""
        if self._is_section(self.start):
            await self._section(*self._parts(self.start))
        else:
            await self._section(SECTIONS[0], "")
            found: list[tuple[Record, str]] = []
            if self.attempt(lambda: found.append(self._record(self.start))):
                await self._show(*found[0])
        pane = self.page.pane if self.page else None
        if self.start_filter and not (pane and pane.filter_by(self.start_filter)):
            self.say(f"There is no list here to filter by «{self.start_filter}»; name one, such as runs.", "notice")

    def written(self) -> None:
        self.tell_link()
        super().written()

    def stop_here(self, error: ComityError) -> None:
        """A page for what cannot continue: what happened and what to do."""
        from comity.tui.screens.stopped import Stopped

        self.push_screen(Stopped(error))

    # what pages ask of the app

    def go(self, place: str) -> None:
        """Open a section (`people/leave`) or a record (`SALTMARSH/matrix`)."""
        if self._is_section(place):
            self.call_later(self._section, *self._parts(place))
        else:
            self.attempt(lambda: self.show(*self._record(place)))

    @staticmethod
    def _parts(place: str) -> tuple[str, str]:
        head, _, tab = place.rpartition("/") if "/" in place else (place, "", "")
        return head, tab

    @staticmethod
    def _is_section(place: str) -> bool:
        return place.partition("/")[0].lower() in map(str.lower, SECTIONS)

    async def _section(self, name: str, tab: str) -> None:
        await self.switch_mode(name.lower())
        while tab and len(self.screen_stack) > 1:
            await self.pop_screen()
        if tab and self.page:
            await self.page.turn_to_label(tab)

    def filter_list(self, noun: str, query: str) -> None:
        """Show of a kind what a query finds: in the list that is open, else where the kind has its list."""
        self.call_later(self._filter_list, noun, query)

    async def _filter_list(self, noun: str, query: str) -> None:
        from comity.tui.hits import LISTS

        if noun != getattr(self.page and self.page.pane, "noun", ""):
            section, _, tab = LISTS[noun].partition("/")
            await self._section(section, tab)
        if self.page and self.page.pane:
            self.page.pane.filter_by(query)

    def _record(self, place: str) -> "tuple[Record, str]":
        """A record by its name; `SALTMARSH/R2` is itself a name, `SALTMARSH/matrix` names a tab."""
        from comity.desk import asking
        from comity.errors import NotFound

        head, tab = self._parts(place)
        try:
            return asking.find(self.desk, place), ""
        except NotFound:
            return asking.find(self.desk, head), tab

    def show(self, record: "Record", tab: str = "") -> None:
        """Open the page of a record in the section where its kind lives."""
        self.call_later(self._show, record, tab)

    async def _show(self, record: "Record", tab: str) -> None:
        from comity.tui.sections import page_of, section_of

        section, before = section_of(record), self.current_mode
        page = page_of(record, tab)
        if section != before:
            page.came_from = before
            await self.switch_mode(section)
        await self.push_screen(page)

    # keys that work everywhere

    async def action_section(self, name: str) -> None:
        if self.ready:
            await self._section(name, "")
