"""The parts of a conflict: what it is about, what each voice says, and the words that settle it."""

from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from comity.desk.settling import Fork, Voice, seen_by
from comity.desk.weighing import forbids
from comity.domain.when import show_age, show_moment
from comity.domain.wording import words
from comity.tui.glyphs import sign
from comity.tui.session import Session
from comity.tui.spans import BLANK, Line, Span, content, keyed, line, pair, span
from comity.tui.widgets.source import Row, masked

if TYPE_CHECKING:
    from comity.desk.desk import Desk


class Words(Horizontal):
    """The line under the values: one that nobody wrote yet, and why the chosen one shall stand."""

    BINDINGS = [Binding("escape", "drop", "back to the values", show=False)]

    class Dropped(Message):
        """The person goes back to the values; nothing is written."""

    def compose(self) -> ComposeResult:
        yield Static(content([(Span("e", "accent bold"), span("  another value  ", "dim"))]), markup=False)
        yield Input(compact=True, id="another")
        yield Static(content([(span("   reason  ", "dim"),)]), markup=False)
        yield Input(compact=True, id="reason")

    def action_drop(self) -> None:
        """Leave what was typed."""
        self.post_message(self.Dropped())

    @property
    def another(self) -> Input:
        return self.query_one("#another", Input)

    @property
    def reason(self) -> Input:
        return self.query_one("#reason", Input)

    def take(self, field: Input) -> None:
        """Type in one of the two; until then the keys are those of the list."""
        self.another.can_focus = self.reason.can_focus = True
        field.focus()

    def clear(self) -> None:
        """Nothing typed, for the next conflict."""
        for field in (self.another, self.reason):
            field.value, field.can_focus = "", False


def about_line(fork: Fork) -> Line:
    """The record and the field, and what it was before."""
    before = f"was {fork.before} until it was changed" if fork.before else "was changed"
    return line(
        span(f"{words(fork.record.noun).capitalize()} ", "dim"),
        span(f"{fork.name}   ", "strong bold"),
        span(f"{fork.label}   {before} twice without knowing of the other", "dim"),
    )


def voice_lines(desk: "Desk", fork: Fork, number: int, *, chosen: bool) -> list[Line]:
    """One of the values: whose, what, when and why."""
    voice = fork.voices[number]
    ours = "ours" if voice.institute == desk.institute else "theirs"
    arrow = "←" if number == 0 else "→" if number == len(fork.voices) - 1 else "·"
    return [
        line(Span(f"{arrow}   ", "accent bold"), span(voice.institute, "strong bold"), span(f"   {ours}", "dim")),
        BLANK,
        line(span(voice.text, "strong bold"), span("   chosen, not yet written" if chosen else "", "accent")),
        *(_against(desk, fork, voice) or [BLANK]),
        pair("who", voice.by, 7),
        pair("when", show_moment(voice.at, desk.today), 7),
        pair("why", voice.reason or "no reason given", 7, "" if voice.reason else "dim italic"),
        pair("device", voice.device or "unknown", 7, "dim"),
    ]


def _against(desk: "Desk", fork: Fork, voice: Voice) -> list[Line]:
    """The rules that forbid a value, beside it."""
    return [
        line(sign("blocker"), span(f" {why[:1].upper()}{why[1:]}", "red")) for why in forbids(desk, fork, voice.value)
    ]


def promise_line(desk: "Desk", fork: Fork, place: int) -> Line:
    """What settling would write, once a value is chosen."""
    if place < 0:
        return keyed(("h l", "choose a value"), ("e", "another value"))
    who = " and ".join(seen_by(desk, fork))
    said = f", settled by {desk.person}, seen by {who} at the next sync."
    return line(*keyed(("enter", "writes ")), span(f"{fork.label} = {fork.voices[place].text}"), span(said, "dim"))


def fork_row(desk: "Desk", session: Session, fork: Fork) -> Row:
    """A line of the list: the record, the field, and what the first two say."""
    key = f"{fork.record.id} {fork.field}"
    if session.hides(fork.record):
        return masked(key, fork)
    says = [line(span(voice.text)) for voice in fork.voices[:2]]
    age = show_age(desk.now() - fork.since)
    cells = (
        line(span(fork.name, "bold"), span(f"  {words(fork.record.noun)}", "dim")),
        line(span(fork.label, "dim")),
        *says,
        *([BLANK] * (2 - len(says))),
        line(span(age, "dim")),
    )
    record = fork.record
    return Row(key, cells, sign=(sign("conflict"),), marking=record.marking, synthetic=record.synthetic, value=fork)
