"""What an institute holds, through its eyes: group by group, kind by kind, and what it will not get and why."""

from collections.abc import Iterator, Sequence

from comity.desk.carriers import leaving
from comity.desk.pages import foreseeing
from comity.domain.kinds import KINDS
from comity.domain.record import Record
from comity.domain.wording import listed, some, words
from comity.tui.deriving import marking_role, said
from comity.tui.glyphs import sign
from comity.tui.screens import sheet
from comity.tui.screens.base import Page, Tab
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span
from comity.tui.widgets.source import Column, Row, heading, masked


class InstitutesPane(LinesPane):
    """Through whose eyes one can look: every other institute, with what reaches it."""

    COLUMNS = (
        Column("institute", 12),
        Column("groups that reach it", 24, grows=True),
        Column("records", 8, align="right"),
        Column("marked up to", 18),
    )
    HINTS = ("open",)
    WORDS = {"open": "as they see it"}

    def read(self) -> Iterator[Row]:
        for code, seen in foreseeing.partners(host(self).desk).items():
            marking = foreseeing.marking(seen)
            cells = (
                line(span(code, "bold")),
                line(span(listed([each.name for each in seen]), "dim")),
                line(f"{sum(each.holding.records for each in seen):,}"),
                line(span(marking, marking_role(marking)) if marking else BLANK),
            )
            yield Row(code, cells, marking=marking, value=code)

    def over(self) -> Sequence[Line]:
        return [line(span("Nothing is sent by looking.", "dim"))] if self.table.source.count else []

    def nothing(self) -> Sequence[Line]:
        ours = host(self).desk.institute
        return [line(f"Nobody but {ours} is in a group of this device: nobody else sees anything.")]

    def enter(self) -> None:
        if row := self.table.current:
            self.app.push_screen(PreviewPage("sharing", str(row.value)))


class PreviewPane(LinesPane):
    """Groups that reach an institute with what they hold, what goes next, then what it will not get."""

    COLUMNS = (Column("what", 24), Column("records", 8, align="right"), Column("", 30, grows=True))
    HINTS = ("open", "preview", "back")
    WORDS = {"open": "as they see it", "preview": "other partner"}

    def __init__(self, institute: str) -> None:
        super().__init__()
        self.institute = institute
        self._seen: list[foreseeing.Seen] = []

    def read(self) -> Iterator[Row]:
        desk = host(self).desk
        self._seen = foreseeing.groups(desk, self.institute)
        reached = [each for each in self._seen if each.reached]
        if reached:
            yield heading(line(span(f"What {self.institute} holds", "dim bold"), span("   as of the next sync", "dim")))
        for plural, count in foreseeing.counts(self._seen).items():
            kind = next(kind for kind in KINDS if words(kind.plural) == words(plural))
            among = [each.name for each in reached if any(name == plural for name, _ in each.holding.counts)]
            cells = (line(words(plural)), line(f"{count:,}"), line(span(listed(among), "dim")))
            yield Row(plural, cells, sign=(sign("heard"),), marking=foreseeing.marking(reached), value=kind.noun)
        yield from self._next()
        yield from self._never()

    def _next(self) -> Iterator[Row]:
        """What a sync makes reach it."""
        found = [each for each in leaving.everywhere(host(self).desk) if self.institute in _institutes(each)]
        if any(each.envelopes for each in found):
            yield heading(line(span("Goes next", "dim bold")))
        for each in found:
            if each.envelopes:
                told = line(span(some(each.envelopes, "envelope")), span(f", marked up to {each.marking}", "dim"))
                plus = (Span("+", "accent"),)
                yield Row(f"next {each.group}", (line(each.group_name), BLANK, told), sign=plus, marking=each.marking)

    def _never(self) -> Iterator[Row]:
        """What it will not get, and why."""
        withheld = [each for each in self._seen if not each.reached]
        if withheld:
            yield heading(line(span("Will not get", "dim bold"), span("   and why", "dim")))
        for each in withheld:
            why = f"reaches {listed(each.members) or 'nobody'} only"
            cells = (line(each.name), line(span(f"{each.holding.records:,}", "dim")), line(span(why, "dim")))
            mark = each.holding.marking
            yield Row(f"not {each.group}", cells, sign=(sign("waived"),), marking=mark)

    def nothing(self) -> Sequence[Line]:
        return [line(f"{self.institute} would see nothing here.")]

    def over(self) -> Sequence[Line]:
        reached = [each for each in self._seen if each.reached]
        if not reached:
            return [line(f"{self.institute} would see nothing here: no group of this device reaches it.")]
        marking = foreseeing.marking(reached)
        count = sum(each.holding.records for each in reached)
        told = line(span(f"{some(count, 'record')} in {some(len(reached), 'group')}, the whole marked "))
        return [(*told, span(marking, marking_role(marking)))]

    def enter(self) -> None:
        row = self.table.current
        if row and isinstance(row.value, str):
            page = self.screen
            self.app.push_screen(PreviewPage(getattr(page, "section", "sharing"), self.institute, row.value))


class SeenPane(LinesPane):
    """The records of one kind that an institute holds; nothing can be changed here."""

    COLUMNS = (
        Column("what", 30, grows=True),
        Column("group", 12),
        Column("marking", 18),
    )
    HINTS = ("preview", "back")
    WORDS = {"preview": "other partner"}

    def __init__(self, institute: str, noun: str) -> None:
        super().__init__()
        self.institute, self.seen_noun = institute, noun

    def read(self) -> Iterator[Row]:
        desk, session = host(self).desk, host(self).session
        names = {each.group: each.name for each in foreseeing.groups(desk, self.institute)}
        for record in foreseeing.records(desk, self.institute, self.seen_noun):
            if session.hides(record):
                yield masked(record.id, record)
                continue
            cells = (
                line(said(desk, record)),
                line(span(names.get(record.group, ""), "dim")),
                line(span(record.marking, marking_role(record.marking))),
            )
            yield Row(record.id, cells, marking=record.marking, synthetic=record.synthetic, value=record)

    def enter(self) -> None:
        """Looking changes nothing and leads nowhere else."""

    def current(self) -> Record | None:
        return None

    def aside(self) -> Sequence[Line]:
        row = self.table.current
        if row is None or not isinstance(row.value, Record):
            return ()
        desk = host(self).desk
        return kept_off() if row.masked else [*sheet.headline(desk, row.value), BLANK, *sheet.fields(desk, row.value)]


class PreviewPage(Page):
    """Read-only: what an institute holds, or its records of one kind."""

    def __init__(self, section: str, institute: str, noun: str = "") -> None:
        super().__init__(section)
        self.institute, self.noun = institute, noun

    def path(self) -> Line:
        kind = next((kind for kind in KINDS if kind.noun == self.noun), None)
        what = words(kind.plural).capitalize() if kind else "Preview"
        return line(span(what, "strong bold"), span(f"   as {self.institute} holds them" if kind else "", "dim"))

    def banner(self) -> Line:
        told = f" ◉ You look as {self.institute}. Nothing is sent by looking. esc comes back"
        return line(span(told, "ground bold"))

    def _notes(self) -> tuple[str, ...]:
        return (f"PREVIEW AS {self.institute}",)

    def tabs(self) -> Sequence[Tab]:
        if self.noun:
            return (Tab("", lambda: SeenPane(self.institute, self.noun)),)
        return (Tab("", lambda: PreviewPane(self.institute)),)


def _institutes(each: leaving.Leaving) -> set[str]:
    return {receiver.institute for receiver in each.receivers}
