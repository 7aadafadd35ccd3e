"""From the fields of a kind to columns and cells of a table: no kind is named here."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from comity.desk import asking, names
from comity.domain.facet import Facet, Shape
from comity.domain.marking import tlp
from comity.domain.record import Record, facets
from comity.domain.wording import some, words
from comity.tui.glyphs import sign, signed
from comity.tui.session import Session
from comity.tui.spans import BLANK, Line, line, span
from comity.tui.widgets.source import Column, Row, masked

if TYPE_CHECKING:
    from comity.desk.desk import Desk
    from comity.desk.window import Window

_WIDTHS: Final[Mapping[Shape, int]] = {
    Shape.CODE: 12,
    Shape.INSTITUTE: 10,
    Shape.LANGUAGE: 4,
    Shape.DATE: 11,
    Shape.MOMENT: 13,
    Shape.COUNT: 7,
    Shape.NUMBER: 8,
    Shape.FLAG: 5,
    Shape.MARKING: 16,
    Shape.CHOICE: 15,
    Shape.REF: 20,
    Shape.LINE: 22,
    Shape.PROSE: 34,
    Shape.FACTS: 20,
}
_STAYS: Final = (Shape.CHOICE, Shape.MARKING)
_LABEL_WIDTH: Final = 6


def facet_of(kind: type[Record], name: str) -> Facet:
    """The facet of a column; columns that machines fill have one made up from their name and type."""
    found = facets(kind).get(name)
    if found:
        return found
    annotation = str(kind.model_fields[name].annotation)
    shape = next((shape for word, shape in _TYPES.items() if word in annotation), Shape.LINE)
    return Facet(words(name.removesuffix("_at")).capitalize(), shape=shape)


_TYPES: Final[Mapping[str, Shape]] = {
    "datetime.datetime": Shape.MOMENT,
    "datetime.date": Shape.DATE,
    "int": Shape.COUNT,
    "float": Shape.NUMBER,
    "bool": Shape.FLAG,
}


def said(desk: "Desk", record: Record) -> str:
    """What people call a record in a sentence: its code, else what names it."""
    return names.code(record) or asking.title(desk, record)


def said_of(desk: "Desk", noun: str, id: str) -> str:
    """What people call the record of that id."""
    found = asking.get(desk, noun, id)
    return said(desk, found) if found else words(noun)


def is_live(desk: "Desk", noun: str, id: str) -> bool:
    """Whether the record of that id is in the lists."""
    found = asking.get(desk, noun, id)
    return found is not None and not found.retired


def columns_of(kind: type[Record], fields: Sequence[str]) -> list[Column]:
    """The columns of a list: the last ones leave first, states and markings never; the widest text grows."""
    made = [_column(kind, name, place) for place, name in enumerate(fields)]
    texts = [place for place, name in enumerate(fields) if facet_of(kind, name).shape in (Shape.LINE, Shape.PROSE)]
    grower = max(texts, key=lambda place: made[place].width, default=0)
    made[grower] = Column(made[grower].label, made[grower].width, made[grower].leaves, grows=True)
    return made


def _column(kind: type[Record], name: str, place: int) -> Column:
    facet = facet_of(kind, name)
    width = _LABEL_WIDTH if name == kind.code_field and kind.label_prefix else _WIDTHS[facet.shape]
    width = max(width, 16) if facet.many else width
    leaves = 0 if place == 0 or facet.shape in _STAYS else place
    align = "right" if facet.shape in (Shape.COUNT, Shape.NUMBER) else "left"
    return Column(facet.label.lower(), max(width, len(facet.label)), leaves, align)


def cell(kind: type[Record], name: str, value: Any, text: str, *, first: bool = False) -> Line:
    """A value as a cell: states with their sign, markings in their colour, what is empty as nothing."""
    shape = facet_of(kind, name).shape
    if first:
        return line(span(text, "bold"))
    if not text:
        return BLANK
    if shape is Shape.FACTS:
        return line(span(some(len(value), "fact"), "dim"))
    if shape is Shape.CHOICE and not facet_of(kind, name).many:
        return signed(str(value), text)
    if shape is Shape.MARKING:
        return line(span(text, marking_role(text)))
    if shape in (Shape.DATE, Shape.MOMENT, Shape.REF, Shape.INSTITUTE):
        return line(span(text, "dim"))
    return line(text)


def marking_role(marking: str) -> str:
    """The role of a marking's words; only its level, never its caveats."""
    return f"tlp-{tlp(marking).removeprefix('TLP:').partition('+')[0].lower()}"


class Records:
    """The rows of a window over the records of one kind."""

    def __init__(self, desk: "Desk", window: "Window", fields: Sequence[str], session: Session) -> None:
        self._desk, self._window, self._names, self._session = desk, window, fields, session

    @property
    def count(self) -> int:
        return self._window.count

    def index_of(self, key: str) -> int | None:
        return self._window.index_of(key)

    def rows(self, start: int, stop: int) -> list[Row]:
        with self._desk.store.reading() as connection:
            return [
                self._row(record, {name: asking.text(connection, self._desk, record, name) for name in self._names})
                for record in self._window.rows(start, stop)
            ]

    def _row(self, record: Record, texts: Mapping[str, str]) -> Row:
        kind = type(record)
        if self._session.hides(record):
            return masked(record.id, record)
        cells = tuple(
            cell(kind, name, getattr(record, name, None), texts[name], first=place == 0)
            for place, name in enumerate(self._names)
        )
        mark = (sign("conflict"),) if record.conflicts else ()
        return Row(record.id, cells, sign=mark, marking=record.marking, synthetic=record.synthetic, value=record)
