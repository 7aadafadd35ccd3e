"""What surrounds every page: marking bars, sections, title, tabs, footer."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from comity.domain.marking import join, tlp
from comity.tui.actions import SECTIONS
from comity.tui.frame import sections_line
from comity.tui.spans import BLANK, Line, Span, content, fit, span, width


class Marked(NamedTuple):
    """What a page shows, as far as its bars are concerned."""

    marking: str = "TLP:CLEAR"
    synthetic: bool = False
    notes: tuple[str, ...] = ("no records",)

    @classmethod
    def of(cls, shown: Iterable[tuple[str, bool]], notes: tuple[str, ...] = ()) -> "Marked":
        """The join of what is on the page; never typed by anybody."""
        pairs = set(shown)
        if not pairs:
            return cls(notes=notes or ("no records",))
        return cls(join(marking for marking, _ in pairs), any(flag for _, flag in pairs), notes)

    def line(self) -> Line:
        """The bar: a chip and what else must be known."""
        hue = _hue(self.marking)
        notes = [*(["SYNTHETIC"] if self.synthetic else []), *self.notes]
        return (
            Span(f" {self.marking} ", f"chip-{hue}"),
            *(span(f" · {note}", f"tlp-{hue} bold") for note in notes),
        )


def _hue(marking: str) -> str:
    return tlp(marking).removeprefix("TLP:").partition("+")[0].lower()


class MarkingBar(Widget):
    """First and last line of every screen: how far what is on it may go."""

    marked: reactive[Marked] = reactive(Marked())

    def watch_marked(self, marked: Marked) -> None:
        hue = _hue(marked.marking)
        for other in ("clear", "green", "amber", "red"):
            self.set_class(other == hue, f"-{other}")

    def render(self) -> Content:
        line = self.marked.line()
        side = Span(" " * max(0, (self.size.width - width(line)) // 2))
        hue = _hue(self.marked.marking)
        return Content.assemble(
            side.text,
            (line[0].text, f"#000000 on $tlp-{hue} bold"),
            *((part.text, f"$tlp-{hue} bold") for part in line[1:]),
        )


class SectionTabs(Widget):
    """The sections with their numbers, and the state of this device on the right."""

    section: reactive[str] = reactive("")
    state: reactive[Line] = reactive(BLANK)

    class Chosen(Message):
        """A person clicked a section."""

        def __init__(self, section: str) -> None:
            super().__init__()
            self.section = section

    def render(self) -> Content:
        return content([self._line()])

    def _line(self) -> Line:
        return sections_line(self.size.width, self.section, self.state)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for part in self._line():
            at += width([part])
            if event.x < at:
                name = part.text.strip().partition(" ")[2].lower()
                if name and name.title() in SECTIONS:
                    self.post_message(self.Chosen(name))
                return


class TwoEnds(Widget):
    """A line with a left and a right end; the left one gives way, its tail as a whole and first."""

    left: reactive[Line] = reactive(BLANK)
    tail: reactive[Line] = reactive(BLANK)
    right: reactive[Line] = reactive(BLANK)

    def render(self) -> Content:
        room = max(0, self.size.width - width(self.right) - (2 if self.right else 0))
        whole = (*self.left, *self.tail)
        left = whole if width(whole) <= room else self.left
        return content([(*fit(left, room), Span("  " if self.right else ""), *self.right)])


class PageTabs(Widget):
    """The tabs of a page; the one shown is underlined."""

    labels: reactive[tuple[str, ...]] = reactive(())
    shown: reactive[int] = reactive(0)

    class Chosen(Message):
        """A person clicked a tab."""

        def __init__(self, place: int) -> None:
            super().__init__()
            self.place = place

    def render(self) -> Content:
        return content([self._line()])

    def _line(self) -> Line:
        room = self.size.width - sum(map(len, self.labels))
        gap = " " * (3 if room >= 3 * len(self.labels) else 2)
        parts: list[Span] = []
        for place, label in enumerate(self.labels):
            parts += [Span(label, "accent bold underline" if place == self.shown else "dim"), Span(gap)]
        return tuple(parts)

    def on_click(self, event: events.Click) -> None:
        at = 0
        for place, part in enumerate(self._line()):
            at += width([part])
            if event.x < at:
                self.post_message(self.Chosen(place // 2))
                return


class Footer(Widget):
    """The few keys that matter here, and the state of the link; a line of news takes their place for a while."""

    hints: reactive[tuple[tuple[str, str], ...]] = reactive(())
    state: reactive[Line] = reactive(BLANK)
    news: reactive[Line] = reactive(BLANK)

    _MOST = 9

    def render(self) -> Content:
        room = self.size.width - width(self.state) - 2
        left = fit(self.news, max(0, room)) if self.news else self._hints(room)
        return content([(*fit(left, max(0, room)), Span("  "), *self.state)])

    def _hints(self, room: int) -> Line:
        """As many hints as fit, in order; the last one, which leads to all keys, always stays."""
        if not self.hints:
            return BLANK
        last = self._hint(self.hints[-1])
        parts: list[Span] = []
        for hint in self.hints[:-1][: self._MOST - 1]:
            more = self._hint(hint)
            if width(parts) + width(more) + width(last) > room:
                break
            parts += more
        return (*parts, *last)

    @staticmethod
    def _hint(hint: Sequence[str]) -> Line:
        return (span(hint[0], "accent bold"), span(f" {hint[1]}   ", "dim"))
