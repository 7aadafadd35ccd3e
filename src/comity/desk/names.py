"""What records are called: a code or label, or the parts that tell one from its like, such as `R2/token_limit`."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from comity.domain.facet import Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.naming import KEYS
from comity.domain.record import Record, encode, facets
from comity.domain.wording import grouped, words
from comity.store import reading
from comity.store.database import Connection

PARTS: Final[Mapping[str, tuple[str, ...]]] = {  # where the natural key is more than people say
    "deviation": ("run", "setting"),
    "milestone": ("title|kind",),
    "position": ("title|role",),
    "vetting": ("person", "level|scheme"),
    "disclosure": ("recipient",),
    "note": ("text",),
}
LONGEST: Final = 80  # a longer name is no name; the end of the id stands for it
TAIL: Final = 12  # digits of an id that stand for a record without a name
FEW: Final = 40  # records up to which each is looked up by itself

Row = Mapping[str, Any]


@dataclass
class Names:
    """The names of records within one transaction, what they refer to looked up once."""

    connection: Connection
    made: Mapping[str, Record] = field(default_factory=dict)  # records by id that are about to be written
    owned: dict[tuple[str, str], str] = field(default_factory=dict)

    def short(self, kind: type[Record], row: Row) -> str:
        """The shortest name by which a record is found again."""
        return self._told(kind, row, self._alike(kind, row))

    def full(self, kind: type[Record], rows: Sequence[Row]) -> list[str]:
        """The names that every home gives them which holds their group, whatever else it holds; the kind is read once.

        They open with the exercise, and twins count only within the group.
        """
        alike = self._all_alike(kind, rows)
        return [self._full(kind, row, alike[self.own(kind, row)]) for row in rows]

    def shorts(self, kind: type[Record], rows: Sequence[Row]) -> list[str]:
        """The shortest names by which records are found again; the kind is read once."""
        alike = self._all_alike(kind, rows)
        return [self._told(kind, row, alike[self.own(kind, row)]) for row in rows]

    def own(self, kind: type[Record], row: Row) -> str:
        """Its name within its exercise: the code or label, else its parts; empty where it has neither."""
        if said := _code(kind, row):
            return said
        parts = [self._part(kind, row, fields.split("|")) for fields in part_fields(kind)]
        own = "/".join(filter(None, parts))
        return own if len(own) <= LONGEST and own.isprintable() and None not in parts else ""

    def above(self, kind: type[Record], row: Row) -> str:
        """The code of its exercise, or nothing."""
        id = row.get("exercise")
        if not id and not kind.code_field:
            id = exercise_above(self.connection, kind, row)
        return self._referred("exercise", id) if id and kind.noun != "exercise" else ""

    def _told(self, kind: type[Record], row: Row, alike: Sequence[Row]) -> str:
        twins = [each for each in alike if each["id"] != row["id"]]
        own = self.own(kind, row)
        return own if own and not kind.code_field and not twins else self._placed(kind, row, twins)

    def _full(self, kind: type[Record], row: Row, alike: Sequence[Row]) -> str:
        twins = [each for each in alike if each["id"] != row["id"] and each["group"] == row["group"]]
        return self._placed(kind, row, twins)

    def _placed(self, kind: type[Record], row: Row, twins: Sequence[Row]) -> str:
        own, above = self.own(kind, row), self.above(kind, row)
        if not own:
            return str(row["id"])[-TAIL:]
        told = f"{above}/{own}" if above else own
        return f"{told}~{row['id'][-4:]}" if any(self.above(kind, each) == above for each in twins) else told

    def _all_alike(self, kind: type[Record], rows: Sequence[Row]) -> Mapping[str, list[Row]]:
        """By their own name the live records that may be called like these."""
        alike: dict[str, list[Row]] = defaultdict(list)
        for each in self._candidates(kind, rows):
            alike[self.own(kind, each)].append(each)
        return alike

    def _candidates(self, kind: type[Record], rows: Sequence[Row]) -> Iterator[Row]:
        """The live records that may be called like these."""
        if len(rows) > FEW:
            all_live = not any(row["retired"] for row in rows)
            if not (kind.code_field and all_live) or reading.not_unique(self.connection, kind):
                yield from reading.parts(self.connection, kind, columns(kind))
            return
        for own, row in {self.own(kind, row): row for row in rows}.items():
            yield from (each for each in self._alike(kind, row) if own)

    def _alike(self, kind: type[Record], row: Row) -> list[Row]:
        """The live records with the same own name."""
        fields = [kind.code_field] if _code(kind, row) else texts(kind)
        found = reading.parts(self.connection, kind, columns(kind), {name: row.get(name) for name in fields})
        own = self.own(kind, row)
        return [each for each in found if self.own(kind, each) == own]

    def _part(self, kind: type[Record], row: Row, fields: Sequence[str]) -> str | None:
        """One part of a name; None where it would tear the name."""
        name = next((name for name in fields if row.get(name)), "")
        if name and facets(kind)[name].shape is Shape.REF:
            return self._referred(facets(kind)[name].refers, row[name])
        part = str(encode(row[name])) if name and facets(kind)[name].shape is not Shape.PROSE else ""
        return None if {"/", "~"}.intersection(part) else part

    def _referred(self, noun: str, id: str) -> str:
        if (noun, id) not in self.owned:
            known = BY_NOUN.get(noun)
            found = self.made.get(id) or (reading.get(self.connection, known, id) if known else None)
            self.owned[noun, id] = (self.own(type(found), vars(found)) if found else "") or id[-TAIL:]
        return self.owned[noun, id]


def part_fields(kind: type[Record]) -> tuple[str, ...]:
    """The fields whose values make the name of a record without a code; `a|b`: the first that is not empty."""
    return PARTS.get(kind.noun) or tuple(name for name in KEYS.get(kind.noun, ()) if name != "exercise")


def short(connection: Connection, record: Record) -> str:
    """The shortest name by which a record is found again, with its exercise before it where it has a label in one."""
    return Names(connection).short(type(record), vars(record))


def code(record: Record) -> str:
    """Its code or label, or nothing."""
    return _code(type(record), vars(record))


def name(record: Record) -> str:
    """What names it in a list; the code where it has no name of its own."""
    facet = facets(type(record)).get(record.name_field)
    if facet is None or facet.shape is Shape.REF:
        return code(record)
    how = "as words" if facet.shape is Shape.CHOICE else facet.reads
    return read(str(getattr(record, record.name_field, "") or ""), how)


def read(text: str, how: str) -> str:
    """A text as people read it, where programs write it otherwise."""
    return words(text) if how == "as words" else grouped(text) if how == "as amount" else text


def exercise_of(connection: Connection, record: Record) -> str | None:
    """The id of the exercise that a record belongs to, by its parents; None where it belongs to none."""
    return exercise_above(connection, type(record), {"id": record.id, **vars(record)})


def exercise_above(connection: Connection, kind: type[Record], row: Row) -> str | None:
    """The id of the exercise that a record belongs to, from its columns; None where it belongs to none."""
    for kind_above, values in _ancestors(connection, kind, row):
        if kind_above.noun == "exercise":
            return str(values["id"])
        if own := values.get("exercise"):
            return str(own)
    return None


def _ancestors(connection: Connection, kind: type[Record], row: Row) -> Iterator[tuple[type[Record], Row]]:
    """The record and what is above it; parents never go round, and what a peer wrote may."""
    for _ in range(6):
        yield kind, row
        id = row.get(kind.parent_field) if kind.parent_field else None
        kind = BY_NOUN[facets(kind)[kind.parent_field].refers] if id else kind
        found = reading.get(connection, kind, str(id)) if id else None
        if found is None:
            return
        row = vars(found)


def _code(kind: type[Record], row: Row) -> str:
    return str(row.get(kind.code_field) or "") if kind.code_field else ""


def texts(kind: type[Record]) -> list[str]:
    """The fields of the name that hold no reference."""
    fields = [each.partition("|")[0] for each in part_fields(kind)]
    return [name for name in fields if facets(kind)[name].shape not in (Shape.REF, Shape.PROSE)]


def columns(kind: type[Record]) -> tuple[str, ...]:
    """The columns that a name is made of."""
    wanted = {kind.code_field, kind.parent_field, "exercise", *"|".join(part_fields(kind)).split("|")}
    return ("id", "group", *sorted(wanted & {*kind.model_fields}))
