"""The first frame: the chrome as one widget, drawn while everything else is being loaded."""

from textual.app import ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widget import Widget

from comity.tui.actions import SECTIONS
from comity.tui.spans import BLANK, Line, Span, content, width

WIDE = 110  # columns from which there is room for the name, the state and a panel


def sections_line(cells: int, section: str, state: Line = BLANK) -> Line:
    """The sections with their numbers; with room also the name of the app and the state of this device."""
    wide = cells >= WIDE
    parts = [Span(" Comity   ", "strong bold")] if wide else [Span(" ")]
    for number, name in enumerate(SECTIONS, 1):
        parts.append(Span(f" {number} {name} ", "here" if name.lower() == section else "dim"))
        parts.append(Span(" " if wide else ""))
    if not wide:
        return tuple(parts)
    room = cells - width(parts) - width(state) - 1
    return (*parts, Span(" " * max(1, room)), *state, Span(" "))


class Chrome(Widget):
    """Bars, sections and footer of an app without records, line by line."""

    DEFAULT_CSS = "Chrome { width: 1fr; height: 1fr; background: $ground; }"

    def render(self) -> Content:
        cells, lines = self.size
        chip, note = " TLP:CLEAR ", " · no records"
        side = (cells - len(chip) - len(note)) // 2
        dark = "$tlp-clear on $bar-clear bold"
        bar = Content.assemble(
            (" " * side, dark), (chip, "#000000 on $tlp-clear bold"), (f"{note:<{cells - side - len(chip)}}", dark)
        )
        empty = [Content("")] * max(0, lines - 4)
        waiting = content([(Span(" opening ...", "faint"),)])
        return Content("\n").join([bar, content([sections_line(cells, "")]), *empty, waiting, bar])


class Opening(Screen[None]):
    """What is on the screen until the store is open."""

    def compose(self) -> ComposeResult:
        yield Chrome()
