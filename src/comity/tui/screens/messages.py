"""Every notice of this session (`!`): with its time, in full, to be read again and copied."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult

from comity.tui.glyphs import sign
from comity.tui.screens.base import Page, Pane, Tab
from comity.tui.session import Said, host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.source import Column, Listed, Row
from comity.tui.widgets.table import Table

_SIGNS = {"line": BLANK, "notice": (sign("high"),), "red": (sign("blocker"),)}


class MessagesPane(Pane):
    """Notices, newest first."""

    HINTS = ("copy", "back")

    def compose(self) -> ComposeResult:
        yield Table([Column("at, UTC", 10), Column("what happened", 40, grows=True)])

    def on_mount(self) -> None:
        said = host(self).session.said[::-1]
        self.query_one(Table).show(Listed([_row(str(number), each) for number, each in enumerate(said)]))

    def aside(self) -> Sequence[Line]:
        row = self.query_one(Table).current
        return [line(row.value.text)] if row and isinstance(row.value, Said) else ()

    def held(self) -> Iterable[tuple[str, bool]]:
        return ()

    def on_table_moved(self) -> None:
        self.tell()


def _row(key: str, said: Said) -> Row:
    cells = (line(span(f"{said.at:%H:%M:%S}", "dim")), line(span(said.text)))
    return Row(key, cells, sign=_SIGNS[said.strength], value=said)


class MessagesPage(Page):
    """The page of notices."""

    def path(self) -> Line:
        return (Span("Messages", "strong bold"), span("   of this session", "dim"))

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", MessagesPane),)

    def action_copy(self) -> None:
        row = self.query_one(Table).current
        if row and isinstance(row.value, Said):
            self.app.copy_to_clipboard(row.value.text)
            host(self).say("Copied the message")
