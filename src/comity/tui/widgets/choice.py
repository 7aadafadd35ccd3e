"""Small menus over a page: one letter or one line chosen."""

from collections.abc import Sequence
from typing import NamedTuple

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from comity.tui.spans import BLANK, Line, Span, content, fit, line, span
from comity.tui.widgets.overlay import Overlay, OverlayTable
from comity.tui.widgets.source import Column, Listed, Row
from comity.tui.widgets.table import Table


class Option(NamedTuple):
    """A line of a menu: the letter that takes it, its words, and what the caller gets."""

    letter: str
    label: str
    note: str = ""
    answer: object = None


class Menu(Overlay[Option]):
    """A title and options; a letter takes one at once, `enter` the one under the cursor."""

    def __init__(self, title: Line, options: Sequence[Option]) -> None:
        super().__init__()
        self._title, self._options = title, options

    def box(self) -> ComposeResult:
        yield Static(content([self._title, BLANK]), markup=False)
        rows = [
            Row(
                str(place),
                (
                    (*fit(line(span(option.letter, "accent bold")), 4), span(option.label)),
                    line(span(option.note, "dim")),
                ),
                value=option,
            )
            for place, option in enumerate(self._options)
        ]
        table = OverlayTable([Column("", 30), Column("", 30, grows=True)], Listed(rows))
        table.styles.height = min(len(rows), 14)
        yield table

    def on_key(self, event: events.Key) -> None:
        found = next((option for option in self._options if option.letter == event.character and option.letter), None)
        if found:
            event.stop()
            event.prevent_default()
            self.dismiss(found)

    def on_table_opened(self) -> None:
        row = self.query_one(Table).current
        if row and isinstance(row.value, Option):
            self.dismiss(row.value)


def goto(jumps: Sequence[Option]) -> Menu:
    """After `g`: the second letters and where they lead."""
    return Menu((Span("Go to", "strong bold"), Span("  second letter", "dim")), jumps)


def copy(of: Line, options: Sequence[Option]) -> Menu:
    """After `y`: what can be copied of the thing under the cursor."""
    return Menu((Span("Copy  ", "strong bold"), *of), options)
