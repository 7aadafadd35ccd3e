"""The late tray: what revoked devices wrote beyond their cut, beside what stands there now; adopted with a reason."""

from collections.abc import Iterator, Sequence

from comity.desk import asking
from comity.desk.members import late
from comity.desk.members.late import LateCommit
from comity.domain.marking import join
from comity.domain.record import Record
from comity.domain.when import show_moment
from comity.domain.wording import some, words
from comity.errors import ComityError
from comity.tui.actions import bindings
from comity.tui.refusals import sentences
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, line, span
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.source import Column, Row


class LatePane(LinesPane):
    """A line for each commit that came too late to count."""

    BINDINGS = bindings("list", "late")
    LIVE = True
    COLUMNS = (
        Column("when", 16),
        Column("device", 20),
        Column("by", 16, 1),
        Column("what", 30, grows=True),
        Column("group", 10, 2),
    )
    HINTS = ("adopt", "mark", "copy")

    def read(self) -> Iterator[Row]:
        desk, session = host(self).desk, host(self).session
        for each in late.tray(desk):
            records = self._records(each)
            hidden = any(session.hides(record) for record in records)
            markings = [*(record.marking for record in records), *_said_markings(each)]
            hidden = hidden or any(map(session.masks, _said_markings(each)))
            cells = (
                line(span(show_moment(each.at, desk.today), "dim")),
                line(each.institute, " ", span(each.device, "dim")),
                line(each.by),
                line(span("···· kept off screen: m", "dim italic")) if hidden else _what(each),
                line(span(each.group_name, "dim")),
            )
            marking = "" if hidden else join(markings) if markings else "TLP:AMBER"
            yield Row(each.id, cells, marking=marking, masked=hidden, value=each)

    def _records(self, each: LateCommit) -> list[Record]:
        told = {(said.kind, said.record) for said in each.says}
        found = (asking.get(host(self).desk, kind, id) for kind, id in sorted(told))
        return [record for record in found if record is not None]

    def nothing(self) -> Sequence[Line]:
        return [line("Nothing came too late: no revoked device wrote beyond its cut.")]

    def aside(self) -> Sequence[Line]:
        row = self.table.current
        if row is None or not isinstance(row.value, LateCommit):
            return ()
        if row.masked:
            return kept_off("late commit")
        each = row.value
        lines: list[Line] = [
            line(span(each.by, "strong bold"), span(f"  {each.institute} {each.device}", "dim")),
            line(span("does not count: the device was revoked", "amber")),
            *([line(each.reason)] if each.reason else []),
            BLANK,
        ]
        for said in each.says:
            lines.append(line(span(f"{said.ref} ", "bold"), span(words(said.field), "dim")))
            lines.append(line(span("+ ", "green" if said.differs else "dim"), span(said.text)))
            lines += [line(span(f"now {said.now_text}", "dim"))] if said.differs and said.now_text else []
        return lines

    # adopting

    def enter(self) -> None:
        self.action_adopt()

    def action_adopt(self) -> None:
        """Write the same values as our own, with a reason; what others wrote since stays beside them."""
        here = self.table.current
        rows = [row for row in self._all() if row.key in self.table.marked] or [*([here] if here else [])]
        wanted = [row.value for row in rows if isinstance(row.value, LateCommit) and not row.masked]
        if not wanted:
            return
        title = line(span("Adopt  ", "strong bold"), span(some(len(wanted), "late commit")))
        told = [
            line(span("The same values are written as yours. What others wrote since is not replaced:", "dim")),
            line(span("it stands beside, as a conflict to settle.", "dim")),
        ]
        self.app.push_screen(Confirm(title, told, does="adopt", tries=lambda reason: self._adopt(wanted, reason)))

    def _adopt(self, wanted: Sequence[LateCommit], reason: str) -> str:
        try:
            disputed = late.adopt(host(self).desk, wanted, reason)
        except ComityError as error:
            return sentences(error)
        self.table.marked.clear()
        host(self).written()
        beside = f"; {some(len(disputed), 'record')} to settle: gc" if disputed else ""
        host(self).say(f"Adopted {some(len(wanted), 'late commit')}{beside}")
        return ""


def _said_markings(each: LateCommit) -> list[str]:
    """The markings that a late commit itself gives."""
    return [str(said.value) for said in each.says if said.field == "marking"]


def _what(each: LateCommit) -> Line:
    first = each.says[0] if each.says else None
    if first is None:
        return line(span(each.reason or "nothing", "dim"))
    more = f" and {len(each.says) - 1} more" if len(each.says) > 1 else ""
    return line(span(f"{first.ref} ", "bold"), span(f"{words(first.field)}: ", "dim"), span(f"{first.text}{more}"))
