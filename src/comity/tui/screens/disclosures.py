"""Disclosures: what left, to whom and by which door; a copy that was released is called back here."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from comity.desk.members import releasing
from comity.domain.record import Record
from comity.domain.sharing import Disclosure
from comity.domain.when import show_day, show_moment
from comity.domain.wording import listed
from comity.errors import ComityError
from comity.tui.actions import bindings
from comity.tui.deriving import marking_role, said
from comity.tui.refusals import sentences
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.screens.sheet import who
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, keyed, line, pair, span
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.source import Column, Row, masked


class DisclosuresPane(LinesPane):
    """A line for each institute that something was given to."""

    BINDINGS = bindings("list", "disclosures")
    COLUMNS = (
        Column("when", 16, 2),
        Column("to", 10),
        Column("what", 20, grows=True),
        Column("by", 9, 3),
        Column("marked", 18, 1),
        Column("since then", 18),
    )
    HINTS = ("open", "call_back", "edit", "history", "copy")
    WORDS: ClassVar[dict[str, str]] = {"edit": "answer"}
    noun = "disclosure"

    def read(self) -> Iterator[Row]:
        for each, subject in releasing.given(host(self).desk):
            yield masked(each.id, each) if host(self).session.hides(each) else self._row(each, subject)

    def _row(self, each: Disclosure, subject: Record | None) -> Row:
        desk = host(self).desk
        hidden = subject is not None and host(self).session.hides(subject)
        what = said(desk, subject) if subject and not hidden else "kept off screen" if hidden else "held elsewhere"
        cells = (
            line(span(show_moment(each.disclosed_at, desk.today) if each.disclosed_at else "", "dim")),
            line(span(each.recipient, "bold")),
            line(span(what, "" if subject and not hidden else "dim italic")),
            line(span(each.door, "dim")),
            line(span(each.released_marking, marking_role(each.released_marking) if each.released_marking else "")),
            self._since(each),
        )
        return Row(each.id, cells, marking=each.marking, synthetic=each.synthetic, value=each)

    def _since(self, each: Disclosure) -> Line:
        if each.retracted_at is None:
            return line(span("acknowledged" if each.acknowledged_at else "", "dim"))
        day = show_day(each.retracted_at.date(), host(self).desk.today)
        return line("answered" if each.retraction else f"called back {day}")

    def nothing(self) -> Sequence[Line]:
        return [
            line("No copy was released. "),
            keyed(("R", "on a record tells how"), ("n", "keeps what was told by other ways")),
        ]

    def aside(self) -> Sequence[Line]:
        each = self.current()
        if not isinstance(each, Disclosure):
            return ()
        if host(self).session.hides(each):
            return kept_off("disclosure")
        answer = each.retraction or ("none yet; e keeps it" if each.retracted_at else "")
        told = {"why": each.reason, "copy": each.copied_to[-8:], "answer": answer}
        return [
            line(span(each.recipient, "strong bold"), span("  disclosure", "dim")),
            *(pair(label, text, 8) for label, text in told.items() if text),
            BLANK,
            *who(host(self).desk, each),
        ]

    def action_call_back(self) -> None:
        """Ask for the copy of the line under the cursor back, with a reason that who has it reads."""
        chosen = self.current()
        if not isinstance(chosen, Disclosure) or host(self).session.hides(chosen):
            return
        title = line(span("Call back  ", "strong bold"), span(f"the copy that {chosen.recipient} got"))
        told = [
            line(span("The copy is retired in its group, for all who got it, and a note asks", "dim")),
            line(span("whether they gave it up. What was read or exported is not unsent.", "dim")),
        ]
        asked = Confirm(title, told, does="call back", tries=lambda reason: self._call_back(chosen, reason))
        self.app.push_screen(asked)

    def _call_back(self, chosen: Disclosure, reason: str) -> str:
        try:
            asked = releasing.retract(host(self).desk, chosen, reason)
        except ComityError as error:
            return sentences(error)
        host(self).written()
        host(self).say(f"Asked {listed(asked)}; e keeps the answer under Retraction")
        return ""
