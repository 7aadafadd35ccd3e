"""Values that are apart, side by side: who says what and why; a person chooses, both stay in the history."""

from collections.abc import Iterable, Iterator, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Input, Static

from comity.desk.acting import Saved
from comity.desk.desk import Desk
from comity.desk.settling import Fork, Voice, forks, settle
from comity.domain.record import Record
from comity.tui import drafts
from comity.tui.actions import bindings
from comity.tui.screens.base import Pane
from comity.tui.screens.lines import NARROW
from comity.tui.screens.voices import Words, about_line, fork_row, promise_line, voice_lines
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, content, line, span
from comity.tui.widgets.source import Column, Listed
from comity.tui.widgets.table import Table


class Choices(Table):
    """The conflicts; `h l` choose between the values of one, `enter` writes the choice."""

    BINDINGS = bindings("conflict")

    def action_left(self) -> None:
        self._pane().choose(-1)

    def action_right(self) -> None:
        self._pane().choose(1)

    def action_another(self) -> None:
        """Type a value that is neither."""
        self._pane().another()

    def action_settle(self) -> None:
        """Write the chosen value over all of them."""
        self._pane().settle()

    def _pane(self) -> "ConflictsPane":
        return next(each for each in self.ancestors if isinstance(each, ConflictsPane))


class ConflictsPane(Pane):
    """A list of fields with several values, and the values of the one under the cursor."""

    SCOPED_CSS = False
    DEFAULT_CSS = """
    ConflictsPane .about { height: auto; border-top: solid $rule; margin-top: 1; }
    ConflictsPane .about.-alone { border-top: none; margin-top: 0; }
    ConflictsPane .voices { height: auto; margin-top: 1; }
    ConflictsPane .voice {
        width: 1fr; height: auto; min-height: 9; background: $panel; padding: 0 1; margin-right: 1;
        border-left: outer $rule;
    }
    ConflictsPane .voice.-chosen { background: $line; border-left: outer $accent; }
    ConflictsPane Words { height: 1; margin-top: 1; }
    ConflictsPane Words Static { width: auto; }
    ConflictsPane Words #another, ConflictsPane Words #another:focus { width: 20; background: $panel; }
    ConflictsPane Words #reason, ConflictsPane Words #reason:focus { background: $panel; }
    ConflictsPane .promise { height: auto; margin-top: 1; }
    .-narrow ConflictsPane .voices, .-narrow ConflictsPane .about, .-narrow ConflictsPane Words { margin-top: 0; }
    .-narrow ConflictsPane .voice { min-height: 8; }
    .-narrow ConflictsPane .promise { margin-top: 0; }
    """
    HINTS = ("left", "another", "settle", "history", "note")
    WORDS = {"left": "choose"}

    def __init__(self) -> None:
        super().__init__()
        self._forks: list[Fork] = []
        self._chosen: dict[str, int] = {}
        self._drawn = "nothing"

    def compose(self) -> ComposeResult:
        yield Choices(
            (
                Column("record", 30, grows=True),
                Column("field", 14),
                Column("one says", 18),
                Column("the other says", 18),
                Column("apart", 6, 1),
            )
        )
        yield Static(markup=False, classes="about")
        yield Horizontal(classes="voices")
        yield Words()
        yield Static(markup=False, classes="promise")

    def on_mount(self) -> None:
        self.bring_in()

    @property
    def table(self) -> Table:
        return self.query_one(Table)

    def bring_in(self) -> None:
        self._forks = forks(host(self).desk)
        self.table.show(Listed([fork_row(host(self).desk, host(self).session, each) for each in self._forks]))
        self.table.display = bool(self._forks)
        self.table.styles.height = 1 + min(len(self._forks), 4 if self.app.size.width < NARROW else 8)
        self._draw()

    def mark_news(self, touched: Sequence[tuple[str, str]]) -> int:
        """Only values that came apart or were settled are news here."""
        now = {self._key(each) for each in forks(host(self).desk)} if touched else set(map(self._key, self._forks))
        return len(now.symmetric_difference(map(self._key, self._forks)))

    @property
    def fork(self) -> Fork | None:
        """The conflict under the cursor."""
        row = self.table.current if self._forks else None
        return row.value if row and isinstance(row.value, Fork) and not row.masked else None

    def _key(self, fork: Fork) -> str:
        return f"{fork.record.id} {fork.field}"

    def on_table_moved(self) -> None:
        self._draw()

    def _draw(self) -> None:
        fork = self.fork
        words, key = self.query_one(Words), self._key(fork) if fork else ""
        words.display = fork is not None
        if key != self._drawn:
            self._drawn = key
            words.clear()
        about, promise = self.query_one(".about", Static), self.query_one(".promise", Static)
        about.set_class(not self._forks, "-alone")
        about.update(content([about_line(fork)] if fork else [] if self._forks else [self.nothing()]))
        place = self._chosen.get(key, -1)
        promise.update(content([promise_line(host(self).desk, fork, place)] if fork else []))
        self.call_later(self._show_voices, fork)
        self.tell()

    def nothing(self) -> Line:
        """One sentence and the reason, where nothing is apart."""
        return line("Nothing to settle: no field has two values.")

    async def _show_voices(self, fork: Fork | None) -> None:
        box = self.query_one(".voices", Horizontal)
        await box.remove_children()
        if fork:
            await box.mount_all(_boxes(host(self).desk, fork, self._chosen.get(self._key(fork), -1)))

    def _told(self, text: str) -> None:
        """What is missing, under the words."""
        self.query_one(".promise", Static).update(content([line(Span("■ ", "red"), span(text, "red"))]))

    # keys

    def choose(self, by: int) -> None:
        """Choose the value before or after."""
        fork = self.fork
        if fork:
            here = self._chosen.get(self._key(fork), 0 if by > 0 else 1)
            last = len(fork.voices) - 1
            first_time = self._key(fork) not in self._chosen
            self._chosen[self._key(fork)] = (0 if by < 0 else last) if first_time else min(max(here + by, 0), last)
            self._draw()

    def settle(self) -> None:
        """Ask why the chosen value shall stand; nothing is written before one is chosen."""
        fork = self.fork
        if fork is None:
            return
        if self._chosen.get(self._key(fork), -1) < 0:
            host(self).say("Choose a value first: h l")
            return
        self.query_one(Words).another.value = ""
        self._ask_why()

    def _ask_why(self) -> None:
        words = self.query_one(Words)
        words.take(words.reason)
        host(self).say("Why this one? The reason is kept with it. enter writes, esc leaves it.")

    def another(self) -> None:
        """Type a value that is none of them."""
        words = self.query_one(Words)
        if self.fork:
            words.take(words.another)

    def on_words_dropped(self) -> None:
        self.table.focus()
        self.query_one(Words).clear()
        self._draw()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """`enter` in the value goes on to the reason, in the reason it writes."""
        event.stop()
        fork, words = self.fork, self.query_one(Words)
        if fork is None:
            return
        other, reason = words.another.value.strip(), words.reason.value.strip()
        place = self._chosen.get(self._key(fork), -1)
        if other and (wrong := drafts.problem(host(self).desk, type(fork.record), fork.field, other)):
            self._told(wrong)
            words.another.focus()
        elif not other and (place < 0 or event.input is words.another):
            self._told("Type the value that all shall have, or choose one with h l.")
        elif not reason:
            self._ask_why()
        elif other:
            self._write(fork, other, reason)
        else:
            self._write(fork, fork.voices[place], reason)

    def _write(self, fork: Fork, choice: Voice | str, reason: str) -> None:
        app = host(self)
        saved: list[Saved] = []
        if app.attempt(lambda: saved.append(settle(app.desk, fork, choice, reason))):
            self._chosen.pop(self._key(fork), None)
            self.table.focus()
            self.query_one(Words).clear()
            app.written()
            text = choice if isinstance(choice, str) else choice.text
            beside = "; another value came meanwhile and stands beside it" if saved[0].moved else ""
            app.say(f"Settled {fork.name}: {fork.label} is {text}{beside}")

    # what the page asks

    def state(self) -> Line:
        return line(span("nothing is lost: both values stay in the history", "dim")) if self._forks else BLANK

    def hints(self) -> Sequence[str]:
        return self.HINTS if self._forks else ()

    def current(self) -> Record | None:
        return self.fork.record if self.fork else None

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(row.marking, row.synthetic) for row in self.table.rows_shown() if row.marking] if self._forks else []


def _boxes(desk: Desk, fork: Fork, chosen: int) -> Iterator[Static]:
    for number in range(len(fork.voices)):
        lines = voice_lines(desk, fork, number, chosen=number == chosen)
        yield Static(content(lines), markup=False, classes="voice -chosen" if number == chosen else "voice")
