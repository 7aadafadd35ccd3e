"""The history of a record: acts as lines, and the page of all of them."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.app import ComposeResult

from comity.desk.history import HistoryEntry, history
from comity.desk.retelling import retold
from comity.domain import when
from comity.domain.record import Record
from comity.domain.wording import words
from comity.tui.actions import bindings
from comity.tui.deriving import said
from comity.tui.screens.base import Page, Pane, Tab
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.confirm import Sure
from comity.tui.widgets.source import Column, Listed, Row
from comity.tui.widgets.table import Table

if TYPE_CHECKING:
    from comity.desk.desk import Desk


def entry_row(key: str, entry: HistoryEntry, today: date) -> Row:
    """An act as a line: when, what, who."""
    what = ", ".join(map(words, entry.fields)) or "retired"
    told = line(span(entry.reason or what), span(f"  {what}" if entry.reason else "", "dim"))
    by = span(f"  {entry.by}, {entry.institute}", "faint")
    return Row(key, (line(span(when.show_moment(entry.at, today), "dim")), (*told, by)), value=entry)


def entry_lines(desk: "Desk", record: Record, entry: HistoryEntry) -> list[Line]:
    """An act in the panel: every field with the value before and after."""
    lines = [
        line(span(entry.by, "strong bold"), span(f"  {entry.institute}, {entry.device}", "dim")),
        line(span(when.show_moment(entry.at, desk.today), "dim")),
        *([line(entry.reason)] if entry.reason else []),
        BLANK,
    ]
    for each in retold(desk, record, entry):
        lines += [line(span(each.label, "dim bold"))]
        lines += [line(span("- ", "red"), span(each.before, "dim"))] if each.before else []
        lines += [line(span("+ ", "green"), span(each.after))] if each.after else []
    return lines


class HistoryPane(Pane):
    """Every act on a record, newest first."""

    BINDINGS = bindings("acts")
    HINTS = ("undo_act", "back")

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record

    def compose(self) -> ComposeResult:
        yield Table([Column("when", 16), Column("what", 30, grows=True)])

    def on_mount(self) -> None:
        desk = host(self).desk
        entries = list(history(desk, self.record))[::-1]
        self.query_one(Table).show(Listed([entry_row(str(n), entry, desk.today) for n, entry in enumerate(entries)]))

    def action_undo_act(self) -> None:
        """Take the act under the cursor back, after showing what that writes."""
        row = self.query_one(Table).current
        if row and isinstance(row.value, HistoryEntry):
            entry = row.value
            told = [line(span("The old values are written as a new act; nothing is erased.", "dim")), BLANK]
            sheet = Sure(
                line(span("Take back", "strong bold")),
                [*told, *entry_lines(host(self).desk, self.record, entry)],
                does="undo",
            )
            self.app.push_screen(sheet, lambda said: None if said is None else host(self).take_back(entry.dot))

    def bring_in(self) -> None:
        self.on_mount()

    def aside(self) -> Sequence[Line]:
        row = self.query_one(Table).current
        return (
            entry_lines(host(self).desk, self.record, row.value) if row and isinstance(row.value, HistoryEntry) else ()
        )

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(self.record.marking, self.record.synthetic)]

    def current(self) -> Record:
        return self.record

    def on_table_moved(self) -> None:
        self.tell()


class HistoryPage(Page):
    """All that was written about a record."""

    def __init__(self, section: str, record: Record) -> None:
        super().__init__(section)
        self.record = record

    def path(self) -> Line:
        called = said(host(self).desk, self.record)
        return (span(called, "strong bold"), Span("  history", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: HistoryPane(self.record)),)
