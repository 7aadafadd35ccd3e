"""The first page: what needs a person, the most urgent first; what comes, who was heard, what waits here."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from textual.app import ComposeResult

from comity.desk import asking
from comity.desk.carriers import courier
from comity.desk.members.ended import ended
from comity.desk.pages.board import Board, Coming, Need, about, board
from comity.domain.checks.check import Severity
from comity.domain.record import Record
from comity.domain.when import show_day
from comity.domain.wording import some
from comity.tui.glyphs import sign, signed
from comity.tui.screens.base import Tab
from comity.tui.screens.lines import LinesPane, flush
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, fit, keyed, line, pair, span, width, wrap
from comity.tui.spoken import spoken
from comity.tui.widgets.filterline import FilterLine
from comity.tui.widgets.source import Column, Row, heading
from comity.tui.widgets.table import Table

PARTS: Final[tuple[tuple[str, str, tuple[Severity, ...]], ...]] = (
    ("Stops work", "red bold", ("blocker",)),
    ("Needs a decision", "amber bold", ("high", "medium")),
    ("Good to know", "accent bold", ("low",)),
)
_PANEL: Final = 35
_COMING: Final = 8
_LONGEST: Final = 10  # cells for a label
_STRIP: Final = 5  # lines under the list, so that it does not move from check to check


class TodayPane(LinesPane):
    """Checks in three parts, each a line that opens its record."""

    HINTS = ("open", "step", "assign", "waive", "note", "filter", "quick", "find")
    WORDS = {"quick": "ours"}
    COLUMNS = (Column("", 7), Column("", 40, grows=True), Column("", 10))
    GAP = 1
    noun = "exercise"  # what `n` makes here

    def compose(self) -> ComposeResult:
        yield FilterLine()
        yield from super().compose()

    def __init__(self) -> None:
        super().__init__()
        self.ours = False
        self.board = Board((), (), (), {})
        self._waiting: list[Path] = []

    def read(self) -> Iterator[Row]:
        self._waiting = courier.waiting(host(self).desk)
        self.board = board(host(self).desk, self.query_one(FilterLine).value.strip())
        shown = [need for need in self.board.needs if need.ours or not self.ours]
        longest = max((len(need.label) for need in shown), default=0)
        self.table.columns = (Column("", min(max(longest, 3), _LONGEST) + 1), *self.COLUMNS[1:])
        for title, role, severities in PARTS:
            part = [need for need in shown if need.check.severity in severities]
            if part:
                if not self.narrow and title != PARTS[0][0]:
                    yield heading()
                yield heading(line(Span(title, role), span(f"  {len(part)}", "dim")))
            yield from (self._row(need) for need in part)

    def _row(self, need: Need) -> Row:
        check, session = need.check, host(self).session
        key = f"{check.check} {check.id} {check.text}"
        above = next((marking for marking in check.markings if session.masks(marking)), "")
        mark = (sign(check.severity),)
        if above:
            text = line(f"A check on a {above} record is kept off screen: m.")
            return Row(key, (line(span("····", "bold")), text, BLANK), sign=mark, masked=True, value=need)
        cells = (line(span(need.label, "bold")), line(check.text), line(span(check.place, "dim")))
        return Row(key, cells, sign=mark, value=need)

    def over(self) -> Sequence[Line]:
        """What comes before all checks: that this device is out, and what only has to be read in."""
        out = [line(*signed("blocker", each.told)) for each in ended(host(self).desk)]
        lie = [
            line(*signed("low", f"A bundle waits to be read: {path.name}  "), *keyed(("I", "reads it")))
            for path in self._waiting
        ]
        return [*out, *lie]

    def nothing(self) -> Sequence[Line]:
        if self.query_one(FilterLine).value.strip():
            return [line("No check matches. "), keyed(("esc", "clears the filter"))]
        if not asking.count(host(self).desk, "exercise"):
            return [
                line("Nothing needs you: there is no exercise yet."),
                keyed(("n", "plans one"), ("I", "reads a plan or a log"), ("?", "shows all keys")),
            ]
        after = next((each for each in self.board.coming if each.on >= host(self).desk.today), None)
        days = (after.on - host(self).desk.today).days if after else 0
        return [line("Nothing needs you.", *([f" Next: {after.text} in {some(days, 'day')}."] if after else []))]

    @property
    def need(self) -> Need | None:
        """The check under the cursor."""
        row = self.table.current
        return row.value if row and isinstance(row.value, Need) else None

    def current(self) -> Record | None:
        need = self.need
        return asking.get(host(self).desk, need.check.kind, need.check.id) if need else None

    def held(self) -> Iterable[tuple[str, bool]]:
        shown = [row.value for row in self.table.rows_shown() if isinstance(row.value, Need) and not row.masked]
        return {(marking, need.synthetic) for need in shown for marking in need.check.markings if marking}

    def state(self) -> Line:
        needs = self.board.needs
        ours = sum(need.ours for need in needs)
        every, own = ("dim", "strong bold") if self.ours else ("strong bold", "dim")
        return line(
            span("all", every),
            span(" · ", "dim"),
            span(f"{host(self).desk.institute} {ours}", own),
            Span("   /", "accent"),
            Span(" filter", "dim"),
        )

    def under(self) -> Sequence[Line]:
        need = self.need
        row = self.table.current
        if self.narrow or need is None or (row and row.masked):
            return ()
        told = about(host(self).desk, need.check)
        first = line(span(need.check.check, "dim"), span(f"   {need.check.text}", "strong"))
        rest = [line(span(each, "dim")) for each in told[:2]]
        steps = line(Span("Next: ", "dim"), *keyed(*_next(need)))
        cells = self.table.cells
        lines = [*wrap(first, cells)[:2], *(fit(each, cells) for each in rest)]
        return [*lines, *([BLANK] * (_STRIP - len(lines) - 1)), fit(steps, cells)]

    def aside(self) -> Sequence[Line]:
        if not self.board.status:
            return ()
        return self._few() if self.narrow else [*self._coming(), BLANK, *self._partners(), BLANK, *self._device()]

    def spoken(self) -> Iterator[str]:
        yield from super().spoken()
        for spans in [*self._coming(), BLANK, *self._partners(), BLANK, *self._device()]:
            yield spoken(spans)

    def _few(self) -> list[Line]:
        today = host(self).desk.today
        parts: list[Span] = [Span("Next ", "dim bold")]
        for each in self._shown():
            more = [span(show_day(each.on, today)), span(f" {each.text}   ", "dim")]
            if width([*parts, *more]) > self.app.size.width - 4:
                break
            parts += more
        partners = [f"○ {name.partition('-')[0]}" for name in self.board.partners]
        return [
            tuple(parts),
            line(Span("Heard ", "dim bold"), span("  ".join(partners) or "no partner yet"), span("  never", "dim")),
        ]

    def _shown(self) -> list[Coming]:
        return [each for each in self.board.coming if not host(self).session.masks(each.marking)]

    def _coming(self) -> list[Line]:
        today = host(self).desk.today
        lines = [line(Span("Next", "dim bold"))]
        for each in self._shown()[:_COMING]:
            left = (sign(each.sort), span(f" {show_day(each.on, today):>6} ", "dim"), span(each.text))
            days = (each.on - today).days
            ago = span(f" {days} d", "dim") if days >= 0 else span(f" {-days} d late", "amber")
            lines.append(flush(left, (ago,), _PANEL))
        return lines if len(lines) > 1 else [*lines, line(span("no day in sight", "dim"))]

    def _partners(self) -> list[Line]:
        head = flush((Span("Partners", "dim bold"),), (Span("last heard", "dim"),), _PANEL)
        heard = [
            flush((sign("planned"), span(f" {name}")), (Span("never", "dim"),), _PANEL) for name in self.board.partners
        ]
        return [head, *(heard or [line(span("none yet: you are alone in every group", "dim"))])]

    def _device(self) -> list[Line]:
        status = self.board.status
        waiting, forks = (int(str(status[name])) for name in ("not_elsewhere", "conflicts"))
        return [
            line(Span("This device", "dim bold")),
            pair("waiting to go", some(waiting, "act"), 13),
            pair("to settle", some(forks, "value") if forks else "none", 13, "violet" if forks else ""),
            pair("held back", status["waiting"] or "none", 13),
            pair("void", status["void"] or "none", 13),
        ]

    # keys

    def action_filter(self) -> None:
        self.query_one(FilterLine).open()

    def on_filter_line_asked(self) -> None:
        self.bring_in()

    def on_filter_line_done(self) -> None:
        self.query_one(Table).focus()

    def stop(self) -> bool:
        filter_ = self.query_one(FilterLine)
        if not filter_.value.strip():
            return super().stop()
        filter_.set("")
        self.bring_in()
        return True

    def action_quick(self) -> None:
        """All checks, or those of this institute."""
        self.ours = not self.ours
        self.bring_in()


def _next(need: Need) -> list[tuple[str, str]]:
    """The keys that settle a check."""
    head = need.check.check.partition(".")[0]
    keys = {
        "run": [("d", "decide"), ("t", "step")],
        "cell": [("a", "assign or ask"), ("w", "waive with a reason")],
        "position": [("a", "assign"), ("t", "step")],
        "vetting": [("e", "edit the person")],
        "secondment": [("t", "step"), ("e", "edit")],
        "concurrence": [("d", "answer")],
    }
    return [*keys.get(head, [("t", "step"), ("e", "edit")]), ("c", "note"), ("enter", "open the record")]


class TodayPage(Verbs):
    """Today."""

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", TodayPane),)

    def path(self) -> Line:
        today = host(self).desk.today
        week = today.isocalendar().week
        return line(span("Today", "strong bold"), span(f"   {today:%a %-d %b %Y}", ""), span(f"  week {week}", "dim"))
