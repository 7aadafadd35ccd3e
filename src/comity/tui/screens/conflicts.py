"""Values that are apart, side by side: who says what and why; a person chooses, both stay in the history."""

from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from comity.desk import acting
from comity.desk.settling import Fork, Voice, forks, seen_by
from comity.domain.record import Record
from comity.domain.when import show_age, show_moment
from comity.tui.actions import bindings
from comity.tui.glyphs import sign
from comity.tui.screens.base import Pane
from comity.tui.screens.lines import NARROW, masked
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, content, keyed, line, pair, span
from comity.tui.widgets.confirm import Confirm
from comity.tui.widgets.source import Column, Listed, Row
from comity.tui.widgets.table import Table


class AnotherValue(Confirm):
    """Asks for a value that nobody wrote yet."""

    LABEL = "value"

    def wrong(self, typed: str) -> str:
        return "" if typed else "Type the value that both shall have."


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
    ConflictsPane .voices { height: auto; margin-top: 1; }
    ConflictsPane .voice {
        width: 1fr; height: 9; background: $panel; padding: 0 1; margin-right: 1; border-left: outer $rule;
    }
    ConflictsPane .voice.-chosen { background: $line; border-left: outer $accent; }
    ConflictsPane .promise { height: auto; margin-top: 1; }
    .-narrow ConflictsPane .voices, .-narrow ConflictsPane .about { margin-top: 0; }
    """
    HINTS = ("left", "another", "settle", "history", "note")
    WORDS = {"left": "choose"}

    def __init__(self) -> None:
        super().__init__()
        self._forks: list[Fork] = []
        self._chosen: dict[str, int] = {}

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
        yield Static(markup=False, classes="promise")

    def on_mount(self) -> None:
        self.bring_in()

    @property
    def table(self) -> Table:
        return self.query_one(Table)

    def bring_in(self) -> None:
        self._forks = forks(host(self).desk)
        self.table.show(Listed([self._row(each) for each in self._forks]))
        self.table.display = bool(self._forks)
        self.table.styles.height = 1 + min(len(self._forks), 4 if self.app.size.width < NARROW else 8)
        self._draw()

    def _row(self, fork: Fork) -> Row:
        key = f"{fork.record.id} {fork.field}"
        if host(self).session.masks(fork.record.marking):
            return masked(key, fork)
        says = [line(span(voice.text)) for voice in fork.voices[:2]]
        age = show_age(host(self).desk.now() - fork.since)
        cells = (
            line(span(fork.name, "bold"), span(f"  {fork.record.noun.replace('_', ' ')}", "dim")),
            line(span(fork.label, "dim")),
            *says,
            *([BLANK] * (2 - len(says))),
            line(span(age, "dim")),
        )
        record = fork.record
        return Row(key, cells, sign=(sign("conflict"),), marking=record.marking, synthetic=record.synthetic, value=fork)

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
        about, promise = self.query_one(".about", Static), self.query_one(".promise", Static)
        about.update(content(self._about(fork)))
        promise.update(content(self._promise(fork)))
        self.call_later(self._show_voices, fork)
        self.tell()

    def _about(self, fork: Fork | None) -> list[Line]:
        if fork is None:
            return [self.nothing()] if not self._forks else []
        before = f"was {fork.before} until it was changed" if fork.before else "was changed"
        return [
            line(
                span(f"{fork.record.noun.replace('_', ' ').capitalize()} ", "dim"),
                span(f"{fork.name}   ", "strong bold"),
                span(f"{fork.label}   {before} twice without knowing of the other", "dim"),
            )
        ]

    def nothing(self) -> Line:
        """One sentence and the reason, where nothing is apart."""
        return line("Nothing to settle: no field has two values.")

    async def _show_voices(self, fork: Fork | None) -> None:
        box = self.query_one(".voices", Horizontal)
        await box.remove_children()
        if fork is None:
            return
        place = self._chosen.get(self._key(fork), -1)
        for number, voice in enumerate(fork.voices):
            said = Static(content(self._voice(fork, voice, number, number == place)), markup=False, classes="voice")
            said.set_class(number == place, "-chosen")
            await box.mount(said)

    def _voice(self, fork: Fork, voice: Voice, number: int, chosen: bool) -> list[Line]:
        desk = host(self).desk
        ours = "ours" if voice.institute == desk.institute else "theirs"
        arrow = "←" if number == 0 else "→" if number == len(fork.voices) - 1 else "·"
        return [
            line(Span(f"{arrow}   ", "accent bold"), span(voice.institute, "strong bold"), span(f"   {ours}", "dim")),
            BLANK,
            line(span(voice.text, "strong bold"), span("   chosen, not yet written" if chosen else "", "accent")),
            BLANK,
            pair("who", voice.by, 7),
            pair("when", show_moment(voice.at, desk.today), 7),
            pair("why", voice.reason or "no reason given", 7, "" if voice.reason else "dim italic"),
            pair("device", voice.device or "unknown", 7, "dim"),
        ]

    def _promise(self, fork: Fork | None) -> list[Line]:
        if fork is None:
            return []
        place = self._chosen.get(self._key(fork), -1)
        if place < 0:
            return [keyed(("h l", "choose a value"), ("e", "another value"))]
        desk = host(self).desk
        who = " and ".join(seen_by(desk, fork))
        text = fork.voices[place].text
        said = f", settled by {desk.person}, seen by {who} at the next sync."
        return [line(*keyed(("enter", "writes ")), span(f"{fork.label} = {text}"), span(said, "dim"))]

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
        """Write the chosen value; nothing is written before one is chosen."""
        fork = self.fork
        place = self._chosen.get(self._key(fork), -1) if fork else -1
        if fork is None:
            return
        if place < 0:
            host(self).say("Choose a value first: h l")
            return
        self._write(fork, fork.voices[place].value, fork.voices[place].text)

    def another(self) -> None:
        """Ask for a value that is none of them."""
        fork = self.fork
        if fork:
            title = line(span(f"{fork.label.capitalize()}  ", "strong bold"), span(fork.name))
            told = [line(span("It replaces every value; all of them stay in the history.", "dim"))]
            self.app.push_screen(AnotherValue(title, told, does="settle"), lambda typed: self._typed(fork, typed))

    def _typed(self, fork: Fork, typed: str | None) -> None:
        if typed:
            self._write(fork, typed, typed)

    def _write(self, fork: Fork, value: object, text: str) -> None:
        app = host(self)
        done = app.attempt(lambda: self._save(fork, value))
        if done:
            self._chosen.pop(self._key(fork), None)
            app.say(f"Settled {fork.name}: {fork.label} is {text}")
            app.written()

    def _save(self, fork: Fork, value: object) -> None:
        acting.save(host(self).desk, fork.opened, {fork.field: value}, reason="settled", settle=True)

    # what the page asks

    def state(self) -> Line:
        return line(span("nothing is lost: both values stay in the history", "dim"))

    def current(self) -> Record | None:
        return self.fork.record if self.fork else None

    def held(self) -> Iterable[tuple[str, bool]]:
        return [(row.marking, row.synthetic) for row in self.table.rows_shown() if row.marking] if self._forks else []

    def aside(self) -> Sequence[Line]:
        return ()
