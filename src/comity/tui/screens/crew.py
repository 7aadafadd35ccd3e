"""Who is on an exercise, and the posts that nobody holds."""

from collections.abc import Iterable, Iterator, Sequence

from comity.desk.pages.roster import Crew, Post, crew, posts
from comity.domain.checks.check import STARTED, UNSTARTED
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.wording import words
from comity.tui.glyphs import sign
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.screens.sheet import summary
from comity.tui.session import Session, host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.source import Column, Row, heading, masked


class CrewPane(LinesPane):
    """The roster of an exercise; an empty one is the loudest of all."""

    COLUMNS = (
        Column("name", 20, grows=True),
        Column("home", 9),
        Column("part", 18),
        Column("days", 16, 2),
        Column("vetting", 12),
        Column("until", 10, 1),
    )
    HINTS = ("open", "new", "assign", "edit", "step", "note", "panel")
    GAP = 1
    noun = "assignment"

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise

    def read(self) -> Iterator[Row]:
        desk = host(self).desk
        for each in crew(desk, self.exercise):
            yield self._row(each)
        empty = [each for each in posts(desk) if each.position.exercise == self.exercise.id]
        if empty:
            yield heading()
            yield heading(line(Span(" "), span("Posts with nobody", "red bold"), span(f"  {len(empty)}", "dim")))
            yield from (post_row(each, host(self).session) for each in empty)

    def _row(self, each: Crew) -> Row:
        assignment, told = each.assignment, each.told
        hides = host(self).session.hides
        if hides(assignment) or (told and hides(told)):
            return masked(assignment.id, assignment)
        cells = (
            line(span(told.person.name if told else "held elsewhere", "bold" if told else "dim italic")),
            line(span(told.person.institute if told else "", "dim")),
            line(words(assignment.role)),
            line(span(each.days, "dim")),
            line(span(told.level, "dim italic" if told.gap else "") if told else ""),
            line(span(told.until, "red" if told.expiring else "dim") if told else ""),
        )
        mark = (sign(told.severity),) if told and told.severity else BLANK
        marking = told.marking if told else assignment.marking
        return Row(assignment.id, cells, sign=mark, marking=marking, synthetic=assignment.synthetic, value=assignment)

    def nothing(self) -> Sequence[Line]:
        status = self.exercise.status
        if status not in (*UNSTARTED, *STARTED):
            return [line(span("Nobody was on this exercise.", "dim"))]
        stops = (span("That stops "), span("ready", "bold"), span(". ")) if status in UNSTARTED else ()
        keys = (Span("n", "accent bold"), span(" assigns, ", "dim"), Span("g p", "accent bold"))
        return [
            line(
                sign("blocker"),
                span(" Nobody is on this exercise. ", "red bold"),
                *stops,
                *keys,
                span(" in People posts a position.", "dim"),
            )
        ]

    def aside(self) -> Sequence[Line]:
        record: Record | None = self.current()
        if record is None:
            return ()
        if host(self).session.hides(record):
            return kept_off()
        return summary(host(self).desk, record)

    def held(self) -> Iterable[tuple[str, bool]]:
        yield self.exercise.marking, self.exercise.synthetic
        yield from super().held()


def post_row(post: Post, session: Session) -> Row:
    """A post that nobody holds, over the width of a list of people."""
    position = post.position
    if session.hides(position):
        return masked(position.id, position)
    spans = line(
        Span(" "),
        sign(post.severity),
        span(f" {post.title:<22}", "bold"),
        span(f"{post.place} · {post.days}", "dim"),
        span(f"   {post.fits}"),
    )
    marking, synthetic = position.marking, position.synthetic
    return Row(position.id, (spans,), heading=True, marking=marking, synthetic=synthetic, value=position)
