"""What would leave the house, before it does: to whom, how much, how it is marked; let go by typing a code."""

from collections.abc import Callable, Iterator, Sequence

from comity.desk.carriers.leaving import Leaving
from comity.domain.marking import join
from comity.domain.wording import some
from comity.tui.actions import bindings
from comity.tui.deriving import marking_role
from comity.tui.glyphs import signed
from comity.tui.screens.base import Page, Tab
from comity.tui.screens.lines import LinesPane
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, line, span
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.source import Column, Row

FINAL = "What has left cannot be unsent."


class TypeCode(Confirm):
    """Asks for a word to be typed as it stands there: nobody types it by mistake."""

    LABEL = "code"

    def __init__(self, title: Line, consequences: Sequence[Line], code: str, *, does: str) -> None:
        told = line(span("Type "), span(code, "strong bold"), span(f" to {does}."))
        super().__init__(title, [*consequences, told], does=does)
        self._code = code

    def wrong(self, typed: str) -> str:
        return "" if typed == self._code else f"Type {self._code}, as it stands above."


class OutgoingPane(LinesPane):
    """A line for each group: who would get how much of it."""

    BINDINGS = bindings("list", "outgoing")
    COLUMNS = (
        Column("group", 14),
        Column("for", 24, grows=True),
        Column("envelopes", 9, align="right"),
        Column("records", 8, align="right"),
        Column("marked up to", 18),
    )
    HINTS = ("send", "back")

    def __init__(self, page: "OutgoingPage") -> None:
        super().__init__()
        self._page = page

    def read(self) -> Iterator[Row]:
        for each in self._page.leavings:
            people = sorted({receiver.institute for receiver in each.receivers})
            cells = (
                line(span(each.group_name, "bold")),
                line(", ".join(people)),
                line(f"{each.envelopes:,}"),
                line(f"{each.records:,}"),
                line(span(each.marking or "nothing yet", marking_role(each.marking) if each.marking else "dim")),
            )
            yield Row(each.group, cells, marking=each.marking or "TLP:GREEN", value=each)

    def over(self) -> Sequence[Line]:
        found = self._page.leavings
        receivers = {receiver.device for each in found for receiver in each.receivers}
        marking = join([each.marking for each in found if each.marking])
        told = f"{some(sum(each.envelopes for each in found), 'envelope')} for {some(len(receivers), 'device')}"
        lines = [line(span(f"{told}, the whole marked "), span(marking, marking_role(marking)), span("."))]
        return [*lines, line(FINAL), *(line(span(each, "dim")) for each in self._page.notes)]

    def nothing(self) -> Sequence[Line]:
        return [line("There is no group that both sides are in.")]

    def aside(self) -> Sequence[Line]:
        each = self.leaving
        if each is None:
            return ()
        new = {receiver.device for receiver in each.new}
        lines = [line(span(each.group_name, "strong bold")), *([signed("high", each.asks)] if each.asks else []), BLANK]
        for receiver in each.receivers:
            first = span("  for the first time" if receiver.device in new else "", "amber")
            lines.append(line(span(receiver.said), first))
        return lines

    @property
    def leaving(self) -> Leaving | None:
        """The group under the cursor."""
        row = self.table.current
        return row.value if row and isinstance(row.value, Leaving) else None

    def enter(self) -> None:
        """`enter` never sends."""
        host(self).say("enter does not send: ctrl+s does, after a typed code.")

    def action_send(self) -> None:
        page = self._page
        if page.leavings:
            asked = TypeCode(line(span(page.does, "strong bold")), [line(span(FINAL, "dim"))], page.code, does="send")
            self.app.push_screen(asked, lambda typed: None if typed is None else host(self).close(page.then))


class OutgoingPage(Page):
    """The preview of what leaves; does it once the code was typed."""

    def __init__(
        self,
        section: str,
        does: str,
        leavings: Sequence[Leaving],
        code: str,
        then: Callable[[], None],
        notes: Sequence[str] = (),
    ) -> None:
        super().__init__(section)
        self.does, self.leavings, self.code, self.then, self.notes = does, leavings, code, then, notes

    def path(self) -> Line:
        return line(span(self.does, "strong bold"), span("   what would leave this house", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: OutgoingPane(self)),)


def code_of(leavings: Sequence[Leaving]) -> str:
    """What is typed to let several groups go: the institute if there is one, else the names of the groups."""
    institutes = {receiver.institute for each in leavings for receiver in each.receivers}
    return min(institutes) if len(institutes) == 1 else " ".join(each.group_name for each in leavings)


def why(leavings: Sequence[Leaving]) -> list[str]:
    """Why a person is asked, a sentence for each group."""
    return [f"{each.asks}." for each in leavings if each.asks]
