"""People: the roster with vetting, posts with nobody and the ledger under it; terms, posts, leave."""

from collections.abc import Iterator, Sequence
from typing import ClassVar, Final

from comity.desk.pages.roster import PersonLine, PersonSheet, accounts, people, person_sheet, posts
from comity.desk.window import Window
from comity.domain.people import Person
from comity.domain.record import Record
from comity.domain.when import shifted
from comity.tui import bars
from comity.tui.glyphs import sign
from comity.tui.screens.base import Tab
from comity.tui.screens.crew import post_row
from comity.tui.screens.ledger import LedgerPane, account_line
from comity.tui.screens.lines import NARROW, kept_off
from comity.tui.screens.lists import CheckedPane
from comity.tui.screens.records import ListPane
from comity.tui.screens.sheet import who
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, keyed, line, pair, span
from comity.tui.widgets.source import Column, Row, Source, heading, masked

_COLUMNS: Final = (
    Column("name", 21, grows=True),
    Column("home", 9),
    Column("role", 18),
    Column("vetting", 12),
    Column("until", 10, 1),
)
_PANEL: Final = 34
_LABEL: Final = 10


class RosterRows:
    """The people of a window, then lines that belong under them."""

    def __init__(self, pane: "RosterPane", window: Window, below: Sequence[Row]) -> None:
        self._pane, self._window, self._below = pane, window, list(below)

    @property
    def count(self) -> int:
        return self._window.count + len(self._below)

    def index_of(self, key: str) -> int | None:
        place = next((n for n, row in enumerate(self._below) if row.key == key), None)
        return self._window.index_of(key) if place is None else self._window.count + place

    def rows(self, start: int, stop: int) -> Sequence[Row]:
        found = [each for each in self._window.rows(start, stop) if isinstance(each, Person)]
        hides = host(self._pane).session.hides
        told = people(host(self._pane).desk, found)
        made = [masked(each.person.id, each.person) if hides(each) else _row(each) for each in told]
        first = self._window.count
        return [*made, *self._below[max(0, start - first) : max(0, stop - first)]]


def _row(told: PersonLine) -> Row:
    person = told.person
    role = {"blocker": "red", "high": "amber", "medium": "amber"}.get(told.expiring or "", "dim")
    cells = (
        line(span(person.name, "bold")),
        line(span(person.institute, "dim")),
        line(person.role),
        line(span(told.level, "dim italic" if told.gap else "")),
        line(span(told.until, role)),
    )
    mark = (sign(told.severity),) if told.severity else BLANK
    return Row(person.id, cells, sign=mark, marking=told.marking, synthetic=person.synthetic, value=person)


class RosterPane(ListPane):
    """Everybody known here; who is in trouble has a sign."""

    HINTS: ClassVar = ("open", "edit", "assign", "new", "filter", "order", "panel", "copy")
    WORDS: ClassVar = {"order": "order"}

    def __init__(self) -> None:
        super().__init__("person", names=("name", "institute", "role", "languages", "skills"))
        self._sheets: dict[str, PersonSheet] = {}

    def columns(self) -> Sequence[Column]:
        return _COLUMNS

    def _usual_order(self) -> tuple[str, ...]:
        return ("institute", "name")

    def source(self) -> Source:
        self._sheets.clear()
        self.table.gap = 1
        below = [] if self.asked else [*self._posts(), *self._ledger()]
        return RosterRows(self, self._window, below)

    def _posts(self) -> Iterator[Row]:
        found = posts(host(self).desk)
        if not found:
            return
        yield heading()
        yield heading(line(Span(" "), span("Posts with nobody", "red bold"), span(f"  {len(found)}", "dim")))
        for post in found:
            yield post_row(post, host(self).session)

    def _ledger(self) -> Iterator[Row]:
        found = [each for each in accounts(host(self).desk) if host(self).desk.institute in (each.one, each.other)]
        if not found:
            return
        yield heading()
        yield heading(line(Span(" "), span("Ledger, person-months", "dim bold")))
        for each in found:
            yield heading(line(Span(" "), *account_line(each)))

    def aside(self) -> Sequence[Line]:
        record = self.current()
        if not isinstance(record, Person):
            return super().aside()
        if host(self).session.hides(record):
            return kept_off("person")
        if record.id not in self._sheets:
            self._sheets[record.id] = person_sheet(host(self).desk, record)
        narrow = self.app.size.width < NARROW
        return _few(record, self._sheets[record.id]) if narrow else self._panel(record, self._sheets[record.id])

    def _panel(self, person: Person, sheet: PersonSheet) -> list[Line]:
        known = " · ".join(
            part for part in (person.institute, ", ".join(person.skills), ", ".join(person.languages)) if part
        )
        lines: list[Line] = [line(span(person.name, "strong bold"), span(f"  {person.role}", "dim")), line(span(known))]
        if sheet.checks:
            lines += [BLANK, *(line(sign(each.severity), span(f" {each.text}")) for each in sheet.checks)]
        if sheet.lanes:
            lines += [BLANK, *self._lanes(sheet)]
        if sheet.assigned:
            lines += [BLANK, line(span("Assigned", "dim bold"))]
            lines += [pair(place, what, _LABEL) for place, what in sheet.assigned]
        return [*lines, BLANK, *who(host(self).desk, person), BLANK, *_settle(sheet)]

    def _lanes(self, sheet: PersonSheet) -> Iterator[Line]:
        """The terms of a person over half a year, drawn as the timeline draws them."""
        today = host(self).desk.today
        first = today.replace(day=1)
        scale = bars.Scale(shifted(first, -first.weekday()), 1, _PANEL - _LABEL - 1)
        yield line(Span(" " * (_LABEL + 1)), *bars.months(scale))
        for lane in sheet.lanes:
            yield (*line(span(f"{lane.label:<{_LABEL}.{_LABEL}} ", "dim")), *bars.draw(lane, scale, today))

    def on_table_opened(self) -> None:
        row = self.table.current
        if row and isinstance(row.value, Record) and not host(self).session.hides(row.value):
            host(self).show(row.value)

    def current(self) -> Record | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, Record) else None


def _few(person: Person, sheet: PersonSheet) -> list[Line]:
    """A person in three lines."""
    first = line(
        span(person.name, "strong bold"), span(f"  {person.role}, {person.institute}  "), span(_knows(person), "dim")
    )
    said = [line(sign(each.severity), span(f" {each.text}")) for each in sheet.checks[:2]]
    on = "   ".join(f"{place} {what}" for place, what in sheet.assigned[:2])
    return [first, *said, *([line(span(on, "dim"))] if len(said) < 2 and on else [])]


def _knows(person: Person) -> str:
    return ", ".join([*person.skills, *person.languages])


def _settle(sheet: PersonSheet) -> list[Line]:
    """The keys that help with what is wrong."""
    about = {each.check.partition(".")[0] for each in sheet.checks}
    keys = [("a", "assign somebody else"), ("n", "post a position")] if "assignment" in about else []
    keys += [("enter", "open, to renew the vetting")] if "vetting" in about else []
    keys += [("enter", "open, to move the term")] if "secondment" in about else []
    return [line(span("Settle it", "dim bold")), *(keyed(each) for each in keys)] if keys else []


class PeoplePage(Verbs):
    """The section of people."""

    def path(self) -> Line:
        return line(span("People", "strong bold"))

    def tabs(self) -> Sequence[Tab]:
        return (
            Tab("Roster", RosterPane),
            Tab("Secondments", lambda: CheckedPane("secondment"), "s"),
            Tab("Positions", lambda: CheckedPane("position"), "p"),
            Tab("Leave", lambda: CheckedPane("leave"), "v"),
            Tab("Ledger", LedgerPane, "l"),
        )
