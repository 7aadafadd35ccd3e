"""Sharing: who holds what, values that are apart, what waits or is void, and what was written lately."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from comity.desk import names
from comity.desk.pages.sharing import GroupSheet, LogLine, StuckEnvelope, groups, held, written
from comity.domain.marking import join
from comity.domain.record import Record
from comity.domain.when import show_moment
from comity.domain.wording import some, words
from comity.tui.glyphs import sign
from comity.tui.screens.base import Tab
from comity.tui.screens.carriers import CarriersPane
from comity.tui.screens.conflicts import ConflictsPane
from comity.tui.screens.disclosures import DisclosuresPane
from comity.tui.screens.late import LatePane
from comity.tui.screens.lines import LinesPane
from comity.tui.screens.preview import InstitutesPane
from comity.tui.screens.seats import SeatsPage
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, keyed, line, span
from comity.tui.widgets.source import Column, Row


class GroupsPane(LinesPane):
    """Sharing groups with their members."""

    LIVE = True
    COLUMNS = (Column("group", 14), Column("members", 30, grows=True), Column("records", 8, align="right"))
    HINTS = ("open", "edit", "history", "copy")
    WORDS: ClassVar[dict[str, str]] = {"open": "seats"}
    noun = "group"

    def read(self) -> Iterator[Row]:
        for each in groups(host(self).desk):
            alone = len(each.members) < 2
            people = ", ".join(each.members) if each.members else "nobody"
            cells = (
                line(span(each.name, "bold")),
                line(span(people, "dim" if alone else "")),
                line(span(f"{each.total:,}".replace(",", " "), "dim")),
            )
            record = each.record
            marking, synthetic = (record.marking, record.synthetic) if record else ("TLP:GREEN", False)
            yield Row(each.id, cells, marking=marking, synthetic=synthetic, value=each)

    def _member(self, code: str) -> Line:
        ours = code == host(self).desk.institute
        return line(sign("heard" if ours else "planned"), span(f" {code}"), span("  this house" if ours else "", "dim"))

    def _sheet(self) -> GroupSheet | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, GroupSheet) else None

    def current(self) -> Record | None:
        sheet = self._sheet()
        return sheet.record if sheet else None

    def aside(self) -> Sequence[Line]:
        sheet = self._sheet()
        if sheet is None:
            return ()
        whose = "this institute alone" if sheet.private else some(len(sheet.members), "institute")
        lines: list[Line] = [
            line(span(sheet.name, "strong bold"), span("  group", "dim")),
            line(span(f"held by {whose}", "dim")),
            BLANK,
            line(span("Members", "dim bold")),
            *(self._member(each) for each in sheet.members),
            BLANK,
            line(span("Holds", "dim bold")),
        ]
        lines += [line(span(f"{count:>6,} ".replace(",", " ")), span(name, "dim")) for name, count in sheet.counts[:12]]
        if sheet.record and sheet.record.purpose and not host(self).session.hides(sheet.record):
            lines += [BLANK, line(span(sheet.record.purpose))]
        return [*lines, BLANK, keyed(("enter", "seats, admit, revoke")), line(span(sheet.id, "faint"))]

    def enter(self) -> None:
        """Who sits in the group."""
        if sheet := self._sheet():
            self.app.push_screen(SeatsPage("sharing", sheet.id, sheet.name))


class WaitingPane(LinesPane):
    """Envelopes that do not count, with the reason."""

    LIVE = True
    COLUMNS = (
        Column("state", 9),
        Column("why", 30, grows=True),
        Column("from", 10),
        Column("group", 12),
        Column("seq", 6, align="right"),
    )
    HINTS = ("copy",)

    def read(self) -> Iterator[Row]:
        for each in held(host(self).desk):
            yield self._row(each)

    @staticmethod
    def _row(each: StuckEnvelope) -> Row:
        waits = each.state == "waiting"
        mark = (sign("queued" if waits else "void"),)
        cells = (
            line(span(each.state, "" if waits else "red")),
            line(span(each.why)),
            line(span(each.institute or "unknown", "dim")),
            line(span(each.group, "dim")),
            line(span(each.seq, "dim")),
        )
        return Row(f"{each.group} {each.institute} {each.seq}", cells, sign=mark, value=each)

    def nothing(self) -> Sequence[Line]:
        return [line("Nothing waits, nothing is void.")]


class LogPane(LinesPane):
    """What was written lately, by everybody, newest first; `u` takes back what this session wrote."""

    COLUMNS = (
        Column("when", 16),
        Column("who", 18, 1),
        Column("house", 9),
        Column("what", 30, grows=True),
        Column("group", 10, 2),
    )
    HINTS = ("open", "history", "copy")

    def read(self) -> Iterator[Row]:
        session, today = host(self).session, host(self).desk.today
        for each in written(host(self).desk):
            hidden = [record for record in each.records if session.hides(record)]
            what = line(span("···· kept off screen: m", "dim italic")) if hidden else _what(each)
            cells = (
                line(span(show_moment(each.at, today), "dim")),
                line(each.by),
                line(span(each.institute, "dim")),
                what,
                line(span(each.group, "dim")),
            )
            seen = [record for record in each.records if record not in hidden]
            marking = join([record.marking for record in seen]) if seen else ""
            synthetic = any(record.synthetic for record in seen)
            yield Row(each.dot.hex(), cells, marking=marking, synthetic=synthetic, masked=bool(hidden), value=each)

    def nothing(self) -> Sequence[Line]:
        return [line("Nothing was written yet.")]

    def _act(self) -> LogLine | None:
        row = self.table.current
        return row.value if row and isinstance(row.value, LogLine) and not row.masked else None

    def current(self) -> Record | None:
        act = self._act()
        return act.records[0] if act and act.records else None

    def aside(self) -> Sequence[Line]:
        act = self._act()
        if act is None:
            return ()
        lines: list[Line] = [
            line(span(act.by, "strong bold"), span(f"  {act.institute}", "dim")),
            line(span(show_moment(act.at, host(self).desk.today), "dim")),
            *([line(act.reason)] if act.reason else []),
            BLANK,
        ]
        for record in act.records:
            code = names.code(record) or names.name(record) or record.id[-8:]
            lines.append(line(span(code, "bold"), span(f"  {words(record.noun)}", "dim")))
        if act.count > len(act.records):
            lines.append(line(span(f"and {act.count - len(act.records)} more", "dim")))
        fields = ", ".join(words(name) for name in act.fields[:12])
        return [*lines, BLANK, line(span("fields  ", "dim"), span(fields))]


def _what(act: LogLine) -> Line:
    first = act.records[0] if act.records else None
    name = (names.code(first) or names.name(first) or first.noun) if first else "something held elsewhere"
    more = f" and {act.count - 1} more" if act.count > 1 else ""
    kind = f"{words(first.noun)} " if first else ""
    return line(
        span(kind, "dim"), span(f"{name}{more}"), Span("  "), span(act.reason or ", ".join(act.fields[:3]), "dim")
    )


class SharingPage(Verbs):
    """The section of what crosses the border of this device."""

    def path(self) -> Line:
        return line(span("Sharing", "strong bold"))

    def tabs(self) -> Sequence[Tab]:
        return (
            Tab("Groups", GroupsPane),
            Tab("Preview", InstitutesPane, "v"),
            Tab("Disclosures", DisclosuresPane, "d"),
            Tab("Carriers", CarriersPane, "k"),
            Tab("Conflicts", ConflictsPane, "c"),
            Tab("Late", LatePane, "a"),
            Tab("Waiting and void", WaitingPane, "w"),
            Tab("Log", LogPane, "l"),
        )
