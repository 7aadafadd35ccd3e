"""Help for the first run: institutes that are known by name, and what the keys do there."""

import tomllib
from contextlib import suppress
from typing import Final, NamedTuple

from textual.app import ComposeResult
from textual.widgets import Static

from comity.samples.catalogue import plans
from comity.tui.spans import BLANK, Line, Span, content, keyed, line, span
from comity.tui.widgets.choice import Menu, Option
from comity.tui.widgets.overlay import Overlay


class Known(NamedTuple):
    """An institute of the network, as the sample plans name it."""

    code: str
    name: str
    country: str

    @property
    def answer(self) -> str:
        """The answer to the first question."""
        return f"{self.code}, {self.name}"


def known_institutes() -> list[Known]:
    """The institutes to choose from; none where the file of samples is missing."""
    with suppress(OSError, tomllib.TOMLDecodeError):
        found = tomllib.loads(plans()[0].read_text("utf-8"))["institute"]
        return [Known(each["code"], each["name"], each.get("country", "")) for each in found]
    return []


def institutes_menu() -> Menu:
    """The known institutes, and one's own."""
    found = known_institutes()
    options = [Option(str(n) if n < 10 else "", each.code, each.name, each.answer) for n, each in enumerate(found, 1)]
    own = Option("o", "another", "type its code and its full name", "")
    return Menu(line(span("Your institute", "strong bold"), span("  yours need not be here", "dim")), [*options, own])


_TOLD: Final[tuple[tuple[str, str], ...]] = (
    ("institute", "Its code, a comma, its full name. Records carry the code; it cannot be changed later."),
    ("you", "Your name as partners read it beside what you write."),
    ("device", "A short name for this machine. Each machine has keys of its own."),
    ("passphrase", "Seals the keys on this disk. Without one, whoever has the disk has the records."),
    ("then", "Recovery words follow, once, to be written on paper. Have a pen."),
)


class Help(Overlay[None]):
    """What the four questions mean and which keys answer them (`F1`)."""

    def box(self) -> ComposeResult:
        lines: list[Line] = [(Span("The first run", "strong bold"), Span("   nothing is sent anywhere", "dim")), BLANK]
        for label, said in _TOLD:
            lines.append(line(span(f"{label:<12}", "dim"), span(said)))
        keys = keyed(("enter", "next"), ("shift+tab", "back"), ("down", "known institutes"), ("ctrl+q", "leave"))
        yield Static(content([*lines, BLANK, keys, keyed(("esc", "close"))]), markup=False)
