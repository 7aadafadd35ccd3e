"""Records into sheets: the fields of a kind, a row each, references by the names that lead back to them."""

from collections.abc import Sequence
from dataclasses import dataclass

from comity.desk import asking
from comity.desk.desk import Desk
from comity.desk.files import sheets
from comity.desk.world import World
from comity.domain.facet import Merge, Shape
from comity.domain.marking import join
from comity.domain.record import Record, facets
from comity.exporters.sheet import cell, csv_bytes, xlsx_bytes
from comity.store import select


@dataclass(frozen=True, slots=True)
class WrittenSheet:
    """A sheet: its heading, its rows, and the marking of all that is in it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marking: str

    def csv(self) -> bytes:
        """As a CSV file; the column of markings tells row by row."""
        return csv_bytes(self.columns, self.rows)

    def xlsx(self) -> bytes:
        """As an XLSX file, with its marking at the top and bottom of each page."""
        return xlsx_bytes(self.columns, self.rows, self.marking)


def export_sheet(desk: Desk, noun: str, query: str = "") -> WrittenSheet:
    """The records of a kind that match, as `import_sheet` reads them back unchanged."""
    kind = asking.kind_of(noun)
    with desk.store.reading() as connection:
        world = World(desk, connection)
        records = select.page(connection, asking.selection(desk, connection, noun, query), (), None, 0)
        met: dict[tuple[str, str], str] = {}

        def called(noun: str, id: str) -> str:
            if (noun, id) not in met:
                met[noun, id] = sheets.called(world, noun, id)
            return met[noun, id]

        fields = fields_shown(kind)
        rows = tuple(
            (
                each.id,
                world.group_name(each.group),
                *(cell(facets(kind)[name], getattr(each, name), called) for name in fields),
            )
            for each in records
        )
    markings = sorted({each.marking for each in records})
    return WrittenSheet(("id", "group", *fields), rows, join(markings) if markings else "")


def fields_shown(kind: type[Record]) -> Sequence[str]:
    """Every field but the header of a log, which only a log tells."""
    told = {name for name, each in facets(kind).items() if each.shape is Shape.FACTS and each.merge is Merge.LATEST}
    return tuple(name for name in facets(kind) if name not in told)
