"""Forms derived from the fields of a kind: to edit, to add, and to give what a step takes."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.widgets import Static

from comity import unlocking
from comity.desk import asking, names
from comity.domain.facet import Facet, Shape
from comity.domain.record import Record, facets
from comity.domain.wording import some
from comity.errors import ComityError
from comity.home import new_file
from comity.tui import drafts
from comity.tui.screens.base import Pane
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, content, line, span
from comity.tui.widgets.fields import Field
from comity.tui.widgets.palette import Palette, PaletteHit

GROUP: Final = Facet("Group", "Who may ever see the record; fixed for life.", Shape.CHOICE)
_BLOCKS: Final = {Shape.DATE: "time", Shape.MOMENT: "time", Shape.PROSE: "prose", Shape.FACTS: "facts"}


class Choices(Palette):
    """What may stand in a field."""

    KEYS = (("enter", "take"), ("esc", "close"))


class FormPane(Pane):
    """Fields, one under the other; nothing is written until `ctrl+s`."""

    HINTS = ("save", "next_pane", "choices", "editor", "revert", "back")
    WORDS = {"next_pane": "next field", "back": "leave"}

    def __init__(
        self, kind: type[Record], fields: Sequence[Field], marking: str, members: Sequence[str], *, synthetic: bool
    ) -> None:
        super().__init__()
        self._members = members
        self.kind = kind
        self.fields = list(fields)
        self._marking, self._synthetic = marking, synthetic
        self._refused: dict[tuple[str, str], str] = {}  # by field and its text: what ctrl+s was told of it
        self.underneath: Line = BLANK

    def compose(self) -> ComposeResult:
        with VerticalScroll(can_focus=False):
            block = ""
            for field in self.fields:
                now = (
                    "common" if field.field in ("group", "marking", "synthetic") else _BLOCKS.get(field.facet.shape, "")
                )
                field.set_class(bool(block != now and field is not self.fields[0]), "-first")
                block = now
                yield field
        yield Static(markup=False, id="promise")

    def on_mount(self) -> None:
        for field in self.fields:
            self._note(field)
        self.tell_all()

    @property
    def here(self) -> Field | None:
        """The field with the cursor."""
        return next((field for field in self.fields if field.has_focus_within), None)

    @property
    def changed(self) -> dict[str, str]:
        """The texts that differ from what was shown."""
        return {field.field: field.text for field in self.fields if field.changed}

    @property
    def problems(self) -> int:
        return sum(bool(field.problem) for field in self.fields)

    def refused(self, error: ComityError) -> None:
        """Each problem under its field; the cursor goes to the first."""
        told = {problem.field: problem.message for problem in error.problems}
        for field in self.fields:
            field.wrong(told.pop(field.field, ""))
            self._refused |= {(field.field, field.text): field.problem} if field.problem else {}
        first = next((field for field in self.fields if field.problem), None)
        if first:
            first.entry.focus()
            host(self).say(f"Not written: {some(self.problems, 'problem')}, each under its field.")
        if told or not error.problems:
            more = [message for message in told.values() if message not in error.message]
            host(self).say(" ".join(part for part in [error.message, *more, error.hint] if part), "red")
        self.tell_all()

    # what the page asks

    def state(self) -> Line:
        parts: list[Span] = []
        if self.changed:
            parts.append(span(f"{len(self.changed)} changed", ""))
        if self.problems:
            parts += [span(" · " if parts else "", "dim"), span(some(self.problems, "problem"), "red")]
        return tuple(parts)

    def held(self) -> Iterable[tuple[str, bool]]:
        marking = next((field.text for field in self.fields if field.field == "marking" and not field.problem), "")
        return [(self._marking, self._synthetic), *([(marking, self._synthetic)] if marking else [])]

    def aside(self) -> Sequence[Line]:
        field = self.here
        if field is None:
            return ()
        lines = [line(span(field.facet.label, "strong bold"), span(f"  {', '.join(_terms(field))}", "dim"))]
        lines += [BLANK, line(field.facet.help)] if field.facet.help else []
        lines += [BLANK, line(span("Needed: nothing is written without it.", "strong"))] if field.needed else []
        lines += [BLANK, line(Span("■ ", "red"), span(field.problem, "red"))] if field.problem else []
        lines += [BLANK, line(span("now       ", "dim"), span(field.initial or "empty"))] if not field.fixed else []
        for place, said in enumerate(drafts.ACCEPTS.get(field.facet.shape, ())):
            lines.append(line(span("accepts   " if place == 0 else "          ", "dim"), said))
        return [*lines, BLANK, *self.who_sees(), BLANK, line(span("Undo", "dim bold")), line(span(_UNDO, "dim"))]

    def who_sees(self) -> list[Line]:
        """Who will see the change."""
        desk = host(self).desk
        seers = [_seer(code, here=code == desk.institute) for code in self._members]
        return [
            line(span("Who will see the change", "dim bold")),
            *seers,
            line(Span("○ ", "dim"), span("nobody else", "dim")),
        ]

    # fields

    def on_field_edited(self, event: Field.Edited) -> None:
        if event.field.problem:
            self._check(event.field)
        self._note(event.field)
        self.tell_all()

    def on_field_left(self, event: Field.Left) -> None:
        if event.field.changed:
            self._check(event.field)
        self.tell_all()

    def _check(self, field: Field) -> None:
        if field.field in facets(self.kind) and not field.fixed:
            said = self._refused.get((field.field, field.text), "")
            field.wrong(said or drafts.problem(host(self).desk, self.kind, field.field, field.text))

    def _note(self, field: Field) -> None:
        if field.facet.shape is Shape.DATE:
            field.note = drafts.day_note(host(self).desk, field.text) if field.text else ""
            field.draw()

    def on_field_entered(self, event: Field.Entered) -> None:
        self.choose(event.field)

    def choose(self, field: Field) -> None:
        """Offer what may stand in the field, or go on to the next one."""
        if not field.picks or field.fixed:
            self.screen.focus_next()
            return
        options = self._options(field)
        if not options:
            host(self).say(_no_choice(field))
            return
        hits = partial(_matching, options)
        self.app.push_screen(Choices(hits), partial(self._picked, field))

    def _options(self, field: Field) -> list[tuple[str, str]]:
        desk = host(self).desk
        if field.facet is GROUP:
            return [(names.name(each), "") for each in asking.records(desk, "group")]
        exercise = drafts.exercise_at_hand(desk, self.kind, {each.field: each.text for each in self.fields})
        return drafts.offered(desk, self.kind, field.field, field.facet, exercise)

    def _picked(self, field: Field, hit: PaletteHit | None) -> None:
        if hit is None:
            return
        head, comma, _ = field.text.rpartition(",")
        field.text = f"{head}{comma} {hit.title}".strip() if field.facet.many and comma else hit.title
        self.screen.focus_next()

    def tell_all(self) -> None:
        """Title, promise and panel say how the form stands."""
        count = len(self.changed)
        which = {0: "nothing has changed", 1: "only the changed field will be"}.get(
            count, f"only the {count} changed fields will be"
        )
        promise = line(
            span("  Nothing is written until ", "dim"), Span("ctrl+s", "accent bold"), span(f"; {which}.", "dim")
        )
        self.query_one("#promise", Static).update(content([self.underneath, promise] if self.underneath else [promise]))
        self.tell()

    def revert(self) -> None:
        """Put back what the field with the cursor was."""
        if field := self.here:
            field.text = field.initial
            field.wrong("")

    def edit_outside(self) -> None:
        """The field in the person's own editor; the app waits."""
        field = self.here
        if field is None or field.fixed:
            return
        command = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
        with tempfile.TemporaryDirectory(dir=unlocking.forgotten()) as folder:
            path = Path(folder) / f"{field.field}.txt"
            with new_file(path) as made:
                made.write(field.text.encode())
            with self.app.suspend():
                subprocess.run([*command, str(path)], check=False)
            field.text = path.read_text(encoding="utf-8").rstrip("\n")


_UNDO: Final = "u writes the old values back as a new act. Nothing is erased; the log keeps both."


def _terms(field: Field) -> list[str]:
    """What the commands call the field, and what it holds; neither twice."""
    terms = dict.fromkeys((field.field, drafts.shape(field.facet)))
    return [each for each in terms if each != field.facet.label.lower()]


def _seer(code: str, *, here: bool) -> Line:
    return line(Span("● ", "green"), span(code), span("  now" if here else "  at the next sync", "dim"))


def _no_choice(field: Field) -> str:
    """Why there is nothing to choose, and what to do."""
    what = drafts.shape(field.facet)
    if field.facet.refers == "*":
        return "Any record may stand here: type its name. tab goes on."
    return f"There is no {what} here yet to choose from. tab goes on; : new {what} makes one."


def _matching(options: Sequence[tuple[str, str]], asked: str) -> Iterable[PaletteHit]:
    from comity.domain.text import fold

    words = fold(asked).split()
    for text, note in options:
        if all(word in fold(f"{text} {note}") for word in words):
            yield PaletteHit("Choices", text, note, lambda: None)
