"""Fields of a form: one line each, without borders; label before, note behind, what is wrong under it."""

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from comity.domain.facet import Facet, Shape
from comity.tui.spans import Span, content, line, span

_PICKED = (Shape.CHOICE, Shape.INSTITUTE, Shape.REF, Shape.MARKING, Shape.LANGUAGE)


class Flag(Widget, can_focus=True):
    """A yes or no: `space` or `enter` turns it."""

    value: reactive[str] = reactive("no")

    class Turned(Message):
        """It was turned."""

    def __init__(self, value: str, words: str) -> None:
        super().__init__()
        self._words = words
        self.set_reactive(Flag.value, value or "no")

    def render(self) -> Content:
        mark = "x" if self.value == "yes" else " "
        return content([line(Span(f"[{mark}] "), span(self._words, "dim"))])

    def on_key(self, event: events.Key) -> None:
        if event.key in ("space", "enter"):
            event.stop()
            event.prevent_default()
            self._turn()

    def on_click(self) -> None:
        self._turn()

    def _turn(self) -> None:
        self.value = "no" if self.value == "yes" else "yes"
        self.post_message(self.Turned())


class Field(Vertical):
    """One field of a record: its text as typed, what it was, and what is wrong with it."""

    class Edited(Message):
        """The text changed."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class Left(Message):
        """The person went on to another field."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    class Entered(Message):
        """`enter` in the field: choices, or the next one."""

        def __init__(self, field: "Field") -> None:
            super().__init__()
            self.field = field

    def __init__(self, name: str, facet: Facet, text: str, *, fixed: str = "", needed: bool = False) -> None:
        super().__init__()
        self.field, self.facet = name, facet
        self.needed = needed and not fixed
        self.initial = text or ("no" if facet.shape is Shape.FLAG else "")
        self.fixed = bool(fixed)
        self.problem = ""
        self.note = fixed
        self.set_class(facet.shape in (Shape.PROSE, Shape.FACTS) and not fixed, "-prose")

    @property
    def picks(self) -> bool:
        """Whether `enter` offers choices."""
        return self.facet.shape in _PICKED

    def compose(self) -> ComposeResult:
        with Horizontal(classes="row"):
            yield Static(markup=False, classes="mark")
            yield Static(content([(span(self.facet.label, "dim"),)]), markup=False, classes="label")
            yield self._entry()
            yield Static("▾" if self.picks and not self.fixed else "", markup=False, classes="more")
            yield Static(markup=False, classes="note")
        yield Static(markup=False, classes="problem")

    def _entry(self) -> Widget:
        if self.fixed:
            return Static(content([line(self.initial or " ")]), markup=False, classes="entry")
        if self.facet.shape in (Shape.PROSE, Shape.FACTS):
            area = TextArea(self.initial, compact=True, soft_wrap=True, show_line_numbers=False, classes="entry")
            area.highlight_cursor_line = False
            return area
        if self.facet.shape is Shape.FLAG:
            return Flag(self.initial, self.facet.help)
        return Input(self.initial, compact=True, select_on_focus=False, classes="entry")

    def on_mount(self) -> None:
        self.draw()

    def on_resize(self) -> None:
        """A text wraps only once it knows its width: its lines are counted again then."""
        if isinstance(self.entry, TextArea):
            self.call_after_refresh(self.entry.refresh, layout=True)

    @property
    def entry(self) -> Widget:
        """What takes the keys."""
        return self.query_one(".row").children[2]

    @property
    def text(self) -> str:
        """What stands in the field now."""
        match self.entry:
            case Input() as field:
                return field.value
            case TextArea() as area:
                return area.text
            case Flag() as flag:
                return flag.value
        return self.initial

    @text.setter
    def text(self, text: str) -> None:
        match self.entry:
            case Input() as field:
                field.value = text
                field.cursor_position = len(text)
            case TextArea() as area:
                area.text = text
            case Flag() as flag:
                flag.value = text

    @property
    def changed(self) -> bool:
        return not self.fixed and self.text != self.initial

    def usually(self, value: str) -> None:
        """Show what is taken where the field is left empty."""
        if isinstance(self.entry, Input):
            self.entry.placeholder = value
            self.note = "" if self.text else "if empty"
            self.draw()

    def wrong(self, problem: str) -> None:
        """Say what is wrong under the field; empty when all is well."""
        self.problem = problem
        self.draw()

    def draw(self) -> None:
        """Bar, dot, label and lines around the field say how it stands."""
        here = self.has_focus_within
        self.set_class(here, "-here")
        self.set_class(bool(self.problem), "-wrong")
        mark = (Span("▎" if here else " ", "accent"), Span("•" if self.changed else " ", "accent"))
        self.query_one(".mark", Static).update(content([mark]))
        self.query_one(".label", Static).update(content([(span(self.facet.label, "strong bold" if here else "dim"),)]))
        note = span(self.note, "faint") if self.note else span("needed" if self.needed else "", "strong")
        self.query_one(".note", Static).update(content([(note,)]))
        under = self.query_one(".problem", Static)
        under.display = bool(self.problem)
        under.update(content([line(Span("■ ", "red"), span(self.problem, "red"))]))

    def on_descendant_focus(self) -> None:
        self.draw()
        self.post_message(self.Edited(self))

    def on_descendant_blur(self) -> None:
        self.draw()
        self.post_message(self.Left(self))

    def on_input_changed(self, event: Input.Changed) -> None:
        self._edited(event)

    def on_text_area_changed(self, event: TextArea.Changed) -> None:
        self._edited(event)

    def on_flag_turned(self, event: Flag.Turned) -> None:
        self._edited(event)

    def _edited(self, event: Message) -> None:
        event.stop()
        self.draw()
        self.post_message(self.Edited(self))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.post_message(self.Entered(self))
