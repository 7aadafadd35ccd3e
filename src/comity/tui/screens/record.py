"""The page of one record of any kind: checks, what it is, who and when, related, history; each a line to stand on."""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar

from textual.app import ComposeResult

from comity.desk import asking, checking, names
from comity.desk.history import HistoryEntry, history
from comity.domain.facet import Shape
from comity.domain.record import Record, facets
from comity.domain.text import plain_lines
from comity.domain.wording import words
from comity.tui import drafts
from comity.tui.deriving import cell, marking_role, said
from comity.tui.glyphs import sign, signed
from comity.tui.screens import making
from comity.tui.screens.base import Page, Pane, Tab
from comity.tui.screens.past import entry_lines, entry_row
from comity.tui.screens.sheet import summary, who
from comity.tui.screens.verbs import Verbs
from comity.tui.session import host
from comity.tui.spans import BLANK, Line, Span, line, span, width
from comity.tui.widgets.source import Column, Listed, Row, heading
from comity.tui.widgets.table import Table

_STATES = ("status", "execution_status", "answer", "disposition")
_RECENT = 8
_CODE = 16  # cells of the first column


def state_of(record: Record) -> Line:
    """The state of a record with its sign, if its kind has one."""
    name = next((name for name in _STATES if name in facets(type(record))), "")
    value = str(getattr(record, name) or "") if name else ""
    return signed(value) if value else BLANK


class RecordPane(Pane):
    """One record as lines, each a field, a related record or an act."""

    HINTS: ClassVar[tuple[str, ...]] = ("open", "edit", "step", "new", "note", "history", "back")

    def __init__(self, record: Record) -> None:
        super().__init__()
        self.record = record

    def compose(self) -> ComposeResult:
        yield Table([Column("", _CODE), Column("", 30, grows=True)])

    def on_mount(self) -> None:
        self.bring_in()

    @property
    def table(self) -> Table:
        return self.query_one(Table)

    def bring_in(self) -> None:
        desk = host(self).desk
        self.record = asking.get(desk, self.record.noun, self.record.id) or self.record
        self.table.show(Listed(list(self._rows())))
        self.tell()

    def _rows(self) -> Iterator[Row]:
        yield from self._wrong()
        yield from self._fields()
        yield heading()
        first, *others = who(host(self).desk, self.record)
        yield heading(first)
        for spans in others:
            yield Row("", ((spans[0],), spans[1:]), rests=False)
        yield from self._related()
        yield from self._history()

    def _wrong(self) -> Iterator[Row]:
        """What checks say of the record, before anything else."""
        found = [each for each in checking.checks(host(self).desk) if each.id == self.record.id]
        for check in found:
            yield heading(line(Span(" "), sign(check.severity), span(f" {check.text}")))
        if found:
            yield heading()

    def _fields(self) -> Iterator[Row]:
        kind = type(self.record)
        texts = asking.texts(host(self).desk, self.record, [*facets(kind)])
        for name, facet in facets(kind).items():
            if not texts[name] or name in ("marking", "synthetic"):
                continue
            value = cell(kind, name, getattr(self.record, name), texts[name])
            if facet.shape is not Shape.CHOICE:
                value = line(*(part.text for part in value))
            fork = name in self.record.conflicts
            note = (Span("  two values, to settle", "violet"),) if fork else BLANK
            label = (span(facet.label.lower(), "dim"),)
            yield Row(name, (label, (*value, *note)), sign=(sign("conflict"),) if fork else BLANK, value=facet)

    def _related(self) -> Iterator[Row]:
        for noun, found in asking.related(host(self).desk, self.record).items():
            yield heading()
            plural = words(type(found[0]).plural).capitalize()
            yield heading(line(span(plural, "dim bold"), span(f"  {len(found)}", "dim")))
            for each in found:
                yield self._link(noun, each)

    def _link(self, noun: str, record: Record) -> Row:
        session = host(self).session
        if session.hides(record):
            return Row(
                record.id, (line(span("····", "dim")), line(span("kept off screen: m", "dim italic"))), masked=True
            )
        code, called = names.code(record), asking.title(host(self).desk, record)
        more = called if code and called != code else self._beside(record)
        head, rest = span(code or called or words(noun), "bold"), (*line(span(more, "")), Span("  "), *state_of(record))
        long = width((head,)) > _CODE  # a name that tells only as a whole: over both columns
        cells = (line(Span("   "), head, Span("  "), *rest),) if long else (line(head), rest)
        return Row(record.id, cells, heading=long, marking=record.marking, synthetic=record.synthetic, value=record)

    def _beside(self, record: Record) -> str:
        """What else tells a record without a code from its like."""
        kind = type(record)
        wanted = [name for name in kind.columns if name not in (kind.name_field, kind.parent_field, *_STATES)][:3]
        return " · ".join(text for text in asking.texts(host(self).desk, record, wanted).values() if text)

    def _history(self) -> Iterator[Row]:
        entries = list(history(host(self).desk, self.record))[::-1][:_RECENT]
        if entries:
            yield heading()
            yield heading(line(span("History", "dim bold"), span("  z shows all", "faint")))
        for number, entry in enumerate(entries):
            yield entry_row(str(number), entry, host(self).desk.today)

    def state(self) -> Line:
        return (span(self.record.marking, marking_role(self.record.marking)),)

    def aside(self) -> Sequence[Line]:
        row = self.table.current
        match row.value if row else None:
            case Record() as record:
                return summary(host(self).desk, record)
            case HistoryEntry() as entry:
                return entry_lines(host(self).desk, self.record, entry)
            case None:
                return ()
        assert row is not None
        return self._field_lines(row.key)

    def _field_lines(self, name: str) -> list[Line]:
        facet = facets(type(self.record))[name]
        value = asking.texts(host(self).desk, self.record, [name])[name]
        if facet.shape is Shape.PROSE:
            value = plain_lines(getattr(self.record, name))
        lines = [line(span(facet.label, "strong bold"), span(f"  {name}, {drafts.shape(facet)}", "dim")), BLANK]
        lines += [line(part) for part in value.split("\n")]
        return [*lines, *([BLANK, line(span(facet.help, "dim"))] if facet.help else [])]

    def held(self) -> Iterable[tuple[str, bool]]:
        yield self.record.marking, self.record.synthetic
        yield from ((row.marking, row.synthetic) for row in self.table.rows_shown() if row.marking)

    def current(self) -> Record:
        row = self.table.current
        return row.value if row and isinstance(row.value, Record) else self.record

    def on_table_moved(self) -> None:
        self.tell()

    def on_table_opened(self) -> None:
        current = self.current()
        if current.id != self.record.id:
            host(self).show(current)


class RecordPage(Verbs, Page):
    """One record, opened from a list, the palette or a link."""

    def __init__(self, section: str, record: Record, start: str = "") -> None:
        super().__init__(section, start)
        self.record = record

    def path(self) -> Line:
        pane = self.pane
        record = pane.record if isinstance(pane, RecordPane) else self.record
        desk = host(self).desk
        code = said(desk, record)
        called = names.name(record) if names.code(record) else ""
        above = asking.texts(desk, record, [record.parent_field])[record.parent_field] if record.parent_field else ""
        return (
            *(line(span(f"{above}  ", "dim")) if above and not names.code(record) else ()),
            span(code, "strong bold"),
            span(f"  {words(record.noun)}  ", "dim"),
            *state_of(record),
            span(f"   {called}", "dim"),
        )

    def tabs(self) -> Sequence[Tab]:
        return (Tab("", lambda: RecordPane(self.record)),)

    def action_new(self) -> None:
        """Choose what is to stand under the record; what the tab shows comes first."""
        making.choose(self, self.record, self.places(), getattr(self.pane, "noun", ""))

    def places(self) -> Sequence[Record]:
        return making.lineage(host(self).desk, self.record)
