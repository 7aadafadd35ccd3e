"""One page of the app without a screen: opened as the app opens it, and read out in words."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from textual.pilot import Pilot

from comity.errors import ComityError
from comity.tui.app import ComityApp
from comity.tui.spoken import spoken
from comity.tui.widgets.chrome import Marked
from comity.tui.widgets.table import Table

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.settings import Settings
    from comity.tui.screens.base import Page

_SIZE: Final = (200, 60)  # wide enough that no column leaves
_LOOK: Final = 0.02


class PlainApp(ComityApp):
    """The app as long as it takes to read one page; a refusal ends it."""

    refused: ComityError | None = None
    begun = False

    async def _begin(self) -> None:
        await super()._begin()
        self.begun = True

    def refuse(self, error: ComityError) -> None:
        self.refused = self.refused or error

    def stop_here(self, error: ComityError) -> None:
        self.refuse(error)

    def leave_with(self, code: int) -> None:
        """Nobody was in a place that should be kept."""
        self.exit(return_code=code)


def page_in_words(opener: "Callable[[], Desk]", place: str, query: str, settings: "Settings") -> list[str]:
    """The lines of the page at a place; raises what the app would have told."""
    app = PlainApp(opener, start=place, filter=query, settings=settings)
    lines: list[str] = []

    async def read(pilot: Pilot[object]) -> None:
        while not (app.begun or app.refused or app.bug):
            await asyncio.sleep(_LOOK)
        await pilot.pause()
        if app.page and not app.refused:
            lines.extend(_lines(app.page, [said.text for said in app.session.said]))
        app.exit()

    app.run(headless=True, size=_SIZE, auto_pilot=read)
    if app.refused or app.bug:
        raise app.refused or app.bug  # type: ignore[misc]
    return lines


def _lines(page: "Page", told: Iterable[str]) -> list[str]:
    """Marking, title, tab, what the pane says, marking."""
    pane = page.pane
    rows = [row for table in page.query(Table) for row in table.source.rows(0, table.source.count)]
    held = {(row.marking, row.synthetic) for row in rows if row.marking} | set(pane.held() if pane else ())
    bar = spoken(Marked.of(held).line())
    title = " · ".join(filter(None, (spoken((*page.path(), *page.tail())), page.place().tab)))
    lines = [bar, "", title, *told, "", *(pane.spoken() if pane else ()), "", bar]
    return [each for before, each in pairwise(["", *lines]) if each or before]
