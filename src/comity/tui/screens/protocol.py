"""The protocols of an exercise: what is held fixed in each strand, and who concurs."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from comity.desk.pages.agreed import ProtocolSheet, protocols
from comity.domain.concurrences import Answer
from comity.domain.exercises import Exercise
from comity.domain.record import Record
from comity.domain.wording import words
from comity.tui.glyphs import GLYPHS, Glyph
from comity.tui.screens.lines import LinesPane, kept_off
from comity.tui.screens.sheet import summary
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, keyed, line, span
from comity.tui.widgets.source import Column, Row, heading, masked

_ANSWERS: Final[dict[str, tuple[Glyph, str]]] = {
    "concur": (GLYPHS["valid"], "concurs"),
    "concur_with_reservation": (GLYPHS["caveats"], "concurs with a reservation"),
    "object": (GLYPHS["failed"], "objects"),
    "lapsed": (GLYPHS["unknown"], "lapsed"),
    "pending": (GLYPHS["planned"], "has not answered"),
}


class ProtocolPane(LinesPane):
    """Settings by field class and the answers to them, under each strand."""

    COLUMNS = (Column("class", 12), Column("setting", 20), Column("value", 20, grows=True))
    HINTS = ("open", "decide", "edit", "step", "new", "note", "history")
    noun = "protocol"

    def __init__(self, exercise: Exercise) -> None:
        super().__init__()
        self.exercise = exercise

    def read(self) -> Iterator[Row]:
        for place, sheet in enumerate(protocols(host(self).desk, self.exercise)):
            if place:
                yield heading()
            yield self._head(sheet)
            if sheet.protocol and host(self).session.hides(sheet.protocol):
                yield masked(sheet.protocol.id, sheet.protocol)
                continue
            yield from self._settings(sheet)
            yield from (self._answer(each) for each in sheet.answers)

    def _head(self, sheet: ProtocolSheet) -> Row:
        protocol = sheet.protocol
        if protocol is None:
            note = line(span("  no protocol yet: ", "amber"), *keyed(("n", "drafts one")))
            return heading(line(Span(" "), span(sheet.strand.title, "strong bold"), *note))
        glyph = GLYPHS["done" if protocol.status == "frozen" else "due"]
        earlier = ", ".join(f"v{each.version} {each.status}" for each in sheet.earlier)
        told = line(
            Span(" "),
            span(sheet.strand.title, "strong bold"),
            span(f"   v{protocol.version} "),
            Span(glyph.sign, glyph.role),
            span(f" {protocol.status}", glyph.role),
            span(f"   {protocol.content_hash[:12]}" if protocol.content_hash else "", "dim"),
            span(f"   before: {earlier}" if earlier else "", "dim"),
        )
        return heading(told)

    def _settings(self, sheet: ProtocolSheet) -> Iterator[Row]:
        before, protocol = "", sheet.protocol
        for name, field, value in sheet.settings:
            shown = line(span(name, "dim")) if name != before else BLANK
            before = name
            loose = value == "any"
            cells = (shown, line(words(field)), line(span(value, "dim italic" if loose else "")))
            key = f"{protocol.id if protocol else ''} {name} {field}"
            marking, synthetic = (protocol.marking, protocol.synthetic) if protocol else ("", False)
            yield Row(key, cells, marking=marking, synthetic=synthetic, value=protocol)

    def _answer(self, each: Answer) -> Row:
        glyph, words = _ANSWERS[each.standing]
        said = each.concurrence
        reason = said.reason if said else ""
        touched = f"changed since: {', '.join(each.touched)}" if each.touched else ""
        on = f" on {', '.join(said.fields_concerned)}" if said and said.fields_concerned else ""
        cells = (
            line(span(each.institute, "bold")),
            line(span(words.partition(" with")[0], glyph.word_role or glyph.role)),
            line(span(f"{words.partition(' with')[2]}{on} {touched}".strip(), "amber"), span(f"  {reason}", "dim")),
        )
        mark = (Span(glyph.sign, glyph.role),)
        record: Record = said or each.protocol
        key = f"{each.protocol.id} {each.institute}"
        return Row(key, cells, sign=mark, marking=record.marking, synthetic=record.synthetic, value=record)

    def nothing(self) -> Sequence[Line]:
        return [line("No strand, so no protocol. ", span("A strand comes first.", "dim"))]

    def aside(self) -> Sequence[Line]:
        record = self.current()
        if record is None:
            return ()
        if host(self).session.hides(record):
            return kept_off("protocol")
        return summary(host(self).desk, record)

    def held(self) -> Iterable[tuple[str, bool]]:
        yield self.exercise.marking, self.exercise.synthetic
        yield from super().held()
