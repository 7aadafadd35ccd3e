"""The first run: four questions, the recovery words on a page of their own, and what comes then."""

from collections.abc import Callable
from typing import ClassVar, Final, NamedTuple

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.screen import Screen
from textual.widgets import Input, Static

from comity.domain.text import sentence
from comity.errors import ComityError
from comity.log.card import misnamings
from comity.tui.screens.base import Page
from comity.tui.screens.known import Help, institutes_menu, known_institutes
from comity.tui.spans import BLANK, Line, Span, content, fit, line, span
from comity.tui.widgets.choice import Option
from comity.tui.widgets.chrome import Footer, Marked, MarkingBar, TwoEnds

WORDS_BAR: Final = Marked("TLP:RED", notes=("recovery words: for nobody else",))
PLAN, LOOK = "plan", "look"
_THEN: Final = (
    (PLAN, "Plan an exercise", "in a form; `comity apply` reads a plan file"),
    (LOOK, "Look around first", "the SYNTHETIC demo, in a home of its own"),
)
_QUESTIONS: Final = (
    ("institute", "Your institute", "enter lists those known, or type: CODE, full name"),
    ("person", "You", "name, as others will read it"),
    ("device", "Name this device", "partners see this: laptop-1"),
    ("passphrase", "Passphrase", "if empty, every start says so"),
)
_AGAIN: Final = "once more, to be sure"


class Answers(NamedTuple):
    """What a person answered to the four questions."""

    institute: str
    institute_name: str
    person: str
    device: str
    passphrase: str
    country: str = ""


class Bare(Screen[None]):
    """A page without sections, for before there is a home."""

    CSS_PATH = Page.CSS_PATH
    BAR: ClassVar[Marked] = Marked()
    HINTS: ClassVar[tuple[tuple[str, str], ...]] = ()
    TITLE_NOTE: ClassVar[str] = ""
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (110, "-wide")]

    def body(self) -> ComposeResult:
        """What is on the page."""
        yield from ()

    def compose(self) -> ComposeResult:
        yield MarkingBar()
        yield TwoEnds()
        with Horizontal(classes="middle"), Vertical(classes="column"):
            yield from self.body()
        yield Footer()
        yield MarkingBar()

    def on_mount(self) -> None:
        for bar in self.query(MarkingBar):
            bar.marked = self.BAR
        title, footer = self.query_one(TwoEnds), self.query_one(Footer)
        title.left = line(Span(" Comity   ", "strong bold"), span(self.TITLE_NOTE, "dim"))
        title.right = line(span("no store yet ", "dim"))
        footer.hints, footer.state = self.HINTS, line(span("nothing is sent anywhere", "dim"))


class Question(Horizontal):
    """One of the questions: its number, its words, the answer, and a note on what is asked."""

    def __init__(self, number: int, name: str, label: str, note: str) -> None:
        super().__init__()
        self.key, self.number, self.label, self.note = name, number, label, note

    def compose(self) -> ComposeResult:
        yield Static(markup=False, classes="asks")
        yield Input(compact=True, password=self.key == "passphrase", id=self.key)
        yield Static(markup=False, classes="note")

    def on_mount(self) -> None:
        self.draw()

    @property
    def field(self) -> Input:
        return self.query_one(Input)

    def draw(self, note: str = "") -> None:
        """The number of the question with the cursor stands out."""
        here = self.has_focus_within
        number = Span(f" {self.number} ", "here" if here else "strong")
        self.query_one(".asks", Static).update(
            content([line(number, span(f"  {self.label}", "strong bold"[: 11 * here]))])
        )
        self.query_one(".note", Static).update(content([line(span(note or self.note, "dim"))]))

    def on_descendant_focus(self) -> None:
        self.draw()

    def on_descendant_blur(self) -> None:
        self.draw()


class Then(Static, can_focus=True):
    """What to do next, one line each; `enter` does the one with the mark."""

    BINDINGS: ClassVar = [
        Binding("down,j", "move(1)", "next", show=False),
        Binding("up,k", "move(-1)", "previous", show=False),
        Binding("enter", "screen.then", "do it", show=False),
    ]

    def __init__(self) -> None:
        super().__init__(markup=False)
        self.place = 0

    def on_mount(self) -> None:
        self.draw()

    @property
    def wanted(self) -> str:
        """The thing with the mark."""
        return _THEN[self.place][0]

    def action_move(self, by: int) -> None:
        """The mark goes on."""
        self.place = min(max(self.place + by, 0), len(_THEN) - 1)
        self.draw()

    def draw(self) -> None:
        lines: list[Line] = [line(span("Then", "dim bold"))]
        for place, (_, label, note) in enumerate(_THEN):
            here = place == self.place
            name = fit(line(span(label, "strong bold" if here and self.has_focus else "")), 20)
            lines.append(line(Span(" › " if here else "   ", "accent bold"), *name, span(note, "dim")))
        self.update(content(lines))

    def on_focus(self) -> None:
        self.draw()

    def on_blur(self) -> None:
        self.draw()


class FirstPage(Bare):
    """Asks who one is; nothing is made before the last answer, nothing is sent at all."""

    BINDINGS: ClassVar = [
        Binding("f1", "help", "help", show=False),
        Binding("down", "known", "known institutes", show=False),
    ]
    HINTS = (
        ("enter", "next"),
        ("shift+tab", "back"),
        ("down", "known institutes"),
        ("ctrl+q", "leave"),
        ("F1", "help"),
    )
    TITLE_NOTE = "first run"

    def __init__(self, done: Callable[[Answers, str], None], look: Callable[[], None]) -> None:
        super().__init__()
        self._done, self._look = done, look
        self._typed = ""
        self._busy = False

    def body(self) -> ComposeResult:
        yield Static(content([line(Span("Comity", "strong bold"))]), markup=False, classes="middle-line")
        told = line(span("joint tests, people on exchange, and the state of every run", "dim"))
        yield Static(content([told]), markup=False, classes="middle-line")
        asked = line("This device knows nothing yet. ", span("Four questions, then it works offline.", "dim"))
        yield Static(content([BLANK, asked, BLANK]), markup=False)
        for number, (name, label, note) in enumerate(_QUESTIONS, 1):
            yield Question(number, name, label, note)
        yield Static(markup=False, id="wrong")
        yield Then()
        yield Static(
            content(
                [
                    BLANK,
                    line(span("Without a marking a record is TLP:RED and stays in your private group.", "dim")),
                    line(span("Comity holds headers and pointers: no transcripts, prompts or weights.", "dim")),
                ]
            ),
            markup=False,
        )

    def on_mount(self) -> None:
        self.query_one("#institute", Input).focus()

    def action_help(self) -> None:
        """What is asked, and the keys."""
        self.app.push_screen(Help())

    def action_known(self) -> None:
        """The institutes that are known by name, for the first answer."""
        if self._question("institute").has_focus_within:
            self.app.push_screen(institutes_menu(), self._chose)

    def _chose(self, option: Option | None) -> None:
        if option and option.answer:
            self._question("institute").field.value = str(option.answer)
            self.focus_next()

    def _question(self, key: str) -> Question:
        return next(each for each in self.query(Question) if each.key == key)

    def tell(self, text: str, role: str = "red") -> None:
        """A line under the questions."""
        lead = [Span("■ ", "red")] if text and role == "red" else []
        self.query_one("#wrong", Static).update(content([line(*lead, span(text, role))]))

    def refused(self, error: ComityError) -> None:
        """What is wrong with the answers; the cursor goes to the first of them."""
        self._busy, self._typed = False, ""
        self.tell(" ".join(sentence(each) for each in (error.message, error.hint) if each))
        keys = [key for key, _, _ in _QUESTIONS]
        first = next((problem.field for problem in error.problems if problem.field in keys), "institute")
        self._question(first).field.focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """`enter` goes on; a passphrase is typed twice."""
        self.tell("")
        if event.input.id == "institute" and not event.value.strip():
            self.action_known()
        elif event.input.id != "passphrase":
            self._named(str(event.input.id))
        elif self._sure(event.input):
            self.query_one(Then).focus()

    def _named(self, key: str) -> None:
        """Go on, if a home can be made with this name."""
        given = {each: self._question(each).field.value.strip() for each in ("institute", "person", "device")}
        given["institute"] = given["institute"].partition(",")[0].strip()
        wrong = [error for error in misnamings(**given) if error.problems[0].field == key]
        if wrong and given[key]:
            self.refused(wrong[0])
        else:
            self.focus_next()

    def _sure(self, field: Input) -> bool:
        typed, asked = field.value, self._question("passphrase")
        if not typed and not self._typed:
            return True
        if not self._typed:
            self._typed, field.value = typed, ""
            asked.draw(_AGAIN)
            return False
        if typed == self._typed:
            return True
        self._typed, field.value = "", ""
        self.tell("The two passphrases differ: type it twice, or leave it empty.")
        return False

    def action_then(self) -> None:
        """Make the home with what was answered and go on, or look around without one."""
        if self._busy:
            return
        wanted = self.query_one(Then).wanted
        if wanted == LOOK:
            self._busy = True
            self.tell("Making the demo from plan files and logs; this takes a few seconds.", "dim")
            self._look()
            return
        given = {key: self._question(key).field.value.strip() for key, _, _ in _QUESTIONS[:3]}
        missing = next((key for key, value in given.items() if not value), "")
        passphrase = self._question("passphrase").field.value
        if missing:
            self.tell(f"{self._question(missing).label}: type an answer first.")
            self._question(missing).field.focus()
        elif passphrase != self._typed:
            self.tell("Type the passphrase twice, or leave it empty.")
            self._typed = self._question("passphrase").field.value = ""
            self._question("passphrase").field.focus()
        else:
            self._busy = True
            self.tell("Making the keys; nothing is sent.", "dim")
            code, _, name = (part.strip() for part in given["institute"].partition(","))
            known = next((each for each in known_institutes() if each.code == code), None)
            name, country = name or (known.name if known else ""), known.country if known else ""
            self._done(Answers(code, name, given["person"], given["device"], passphrase, country), wanted)


class WordsPage(Bare):
    """The recovery words, once; the home is made when a person says that they are on paper."""

    BINDINGS: ClassVar = [
        Binding("ctrl+s", "confirm", "confirm", show=False),
        Binding("escape", "refuse", "not now", show=False),
    ]
    BAR = WORDS_BAR
    HINTS = (("ctrl+s", "they are on paper"), ("esc", "not now, make no home"))
    TITLE_NOTE = "recovery words"

    def __init__(self, words: str, answer: Callable[[bool], None]) -> None:
        super().__init__()
        self._words, self._answer = words.split(), answer

    def body(self) -> ComposeResult:
        lines = [
            line(Span("Write these words on paper, in this order, before you go on.", "strong bold")),
            BLANK,
            line(span("They are shown once and kept nowhere. With them your institute admits new devices and", "dim")),
            line(span("revokes lost ones; whoever has them is your institute. No photo, no file, no mail.", "dim")),
            BLANK,
            *self._rows(),
            BLANK,
            line(Span("ctrl+s", "accent bold"), span(" when they are on paper; only then the home is made.", "dim")),
        ]
        yield Static(content(lines), markup=False)

    def _rows(self) -> list[Line]:
        """Four columns, read downwards."""
        tall = -(-len(self._words) // 4)
        rows: list[Line] = []
        for row in range(tall):
            places = range(row, len(self._words), tall)
            parts = [fit(line(span(f"{n + 1:>2} ", "dim"), span(self._words[n], "strong bold")), 16) for n in places]
            rows.append(tuple(part for some in parts for part in some))
        return rows

    def action_confirm(self) -> None:
        self._leave(confirmed=True)

    def action_refuse(self) -> None:
        self._leave(confirmed=False)

    def _leave(self, *, confirmed: bool) -> None:
        if self.app.screen_stack[-1:] == [self]:
            self._answer(confirmed)
            self.app.pop_screen()

    def on_unmount(self) -> None:
        """The app was left: nobody said that the words are on paper."""
        self._answer(False)
