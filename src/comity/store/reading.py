"""Records as they are now: by id, by name, by equal columns."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from sqlalchemy import TEXT, Connection, cast, false, func, or_
from sqlmodel import Session, select

from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record
from comity.domain.text import fold
from comity.store import schema

R = TypeVar("R", bound=Record)


def get(connection: Connection, kind: type[R], id: str, group: str | None = None) -> R | None:
    """The record of this id, retired or not; where several groups hold one, that in `group`, else the first."""
    query = select(kind).where(kind.id == id).order_by(kind.group)
    if group is not None:
        query = query.where(kind.group == group)
    return Session(connection).exec(query.limit(1)).first()


def by_number(connection: Connection, kind: type[R], no: int) -> R | None:
    """The record of this row number."""
    return Session(connection).exec(select(kind).where(kind.no == no)).first()


def numbered(connection: Connection, kind: type[R], numbers: Sequence[int]) -> list[R]:
    """The records of these row numbers, in the order of the numbers."""
    found = {each.no: each for each in Session(connection).exec(select(kind).where(kind.no.in_(numbers)))}  # type: ignore[union-attr]
    return [found[no] for no in numbers if no in found]


def version(connection: Connection) -> int:
    """A number that grows with every write."""
    return connection.execute(select(func.max(schema.envelopes.c.no))).scalar() or 0


def find(connection: Connection, kind: type[R], /, **equals: Any) -> Sequence[R]:
    """The live records whose columns equal these values, or are among them where a tuple or list is given."""
    query = select(kind).where(kind.retired.is_not(True))  # type: ignore[attr-defined]
    columns = schema.row_table(kind).c
    for name, value in equals.items():
        among = isinstance(value, (tuple, list, set, frozenset))
        query = query.where(columns[name].in_(value) if among else columns[name] == value)
    return Session(connection).exec(query.order_by(columns.no)).all()


def called(connection: Connection, kind: type[R], text: str) -> Sequence[R]:
    """The live records of a kind with this code or name; where none has exactly that, case and accents do not count."""
    columns = schema.row_table(kind).c
    names = [columns[name] for name in dict.fromkeys((kind.code_field, kind.name_field)) if name]
    live = select(kind).where(columns.retired.is_not(True)).order_by(columns.no)
    for same in ([each == text for each in names], [func.fold(each) == fold(text) for each in names]):
        if found := Session(connection).exec(live.where(or_(false(), *same))).all():
            return found
    return ()


def parts(
    connection: Connection, kind: type[Record], names: Sequence[str], equals: Mapping[str, Any] | None = None
) -> Sequence[Mapping[str, Any]]:
    """Some columns of the live records of a kind, of those with these values; as plain rows, since they may be many."""
    columns = schema.row_table(kind).c
    same = [
        columns[name].is_(None) if value is None else columns[name] == value for name, value in (equals or {}).items()
    ]
    query = select(*(columns[name] for name in names)).where(columns.retired.is_not(True), *same)
    return connection.execute(query.order_by(columns.no)).mappings().all()  # type: ignore[return-value]


def not_unique(connection: Connection, kind: type[Record]) -> set[str]:
    """The codes that several live records of a kind have; an empty one where any has none."""
    rows = schema.row_table(kind)
    code = func.coalesce(rows.c[kind.code_field], "")
    query = select(code).where(rows.c.retired.is_not(True)).group_by(code)
    return {*connection.execute(query.having(or_(func.count() > 1, code == ""))).scalars()}


def spoken(connection: Connection, kind: type[R], names: Sequence[str], words: Sequence[str]) -> Sequence[R]:
    """The records of a kind, retired ones too, in which each of these columns is empty or one of these words."""
    columns = schema.row_table(kind).c
    folded = [fold(word) for word in words]
    said = [func.fold(func.coalesce(cast(columns[name], TEXT), "")).in_([*folded, ""]) for name in names]
    return Session(connection).exec(select(kind).where(*said).order_by(columns.no)).all()


def by_part(connection: Connection, part: str, noun: str | None = None) -> list[tuple[str, str]]:
    """(kind, id) of the records whose id starts or ends with these hexadecimal digits."""
    digits = func.lower(func.hex(schema.records.c.id))
    found = select(schema.records.c.kind, digits).where(or_(digits.startswith(part), digits.endswith(part)))
    if noun:
        found = found.where(schema.records.c.kind == noun)
    rows = connection.execute(found.limit(20)).all()
    return [(kind, dashed(digits)) for kind, digits in rows if kind in BY_NOUN]


def dashed(digits: str) -> str:
    """The canonical text of an id from its 32 hexadecimal digits."""
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"


def in_conflict(connection: Connection) -> list[Record]:
    """The live records with fields in which several values wait for a person."""
    found: list[Record] = []
    for kind in KINDS:
        columns = schema.row_table(kind).c
        query = select(kind).where(columns.retired.is_not(True), schema.DISPUTED)
        found += Session(connection).exec(query.order_by(columns.group, columns.id)).all()
    return found


def retired_ids(connection: Connection, kind: type[Record]) -> frozenset[str]:
    """The ids of the records that were retired."""
    rows = schema.row_table(kind)
    return frozenset(connection.execute(select(rows.c.id).where(rows.c.retired.is_(True))).scalars())


def heads(connection: Connection, no: int) -> dict[str, dict[bytes, Any]]:
    """What stands in each field of a record: value by the dot of the commit that wrote it."""
    packed = connection.execute(select(schema.records.c.heads).where(schema.records.c.no == no)).scalar()
    return msgspec.msgpack.decode(packed) if packed else {}


def labels(connection: Connection, kind: type[Record], group: str) -> list[str]:
    """Every label of a kind in a group, those of retired records too."""
    rows = schema.row_table(kind)
    found = connection.execute(select(rows.c[kind.code_field]).where(rows.c.group == group)).scalars()
    return [each for each in found if each]


def seats(connection: Connection, dots: Sequence[bytes]) -> dict[bytes, bytes]:
    """The seat that wrote each of these envelopes."""
    e = schema.envelopes.c
    return dict(connection.execute(select(e.dot, e.seat).where(e.dot.in_(dots))).all())


def counts(connection: Connection) -> dict[str, int]:
    """How many live records there are, per kind."""
    return {
        noun: connection.execute(
            select(func.count())
            .select_from(schema.row_table(kind))
            .where(schema.row_table(kind).c.retired.is_not(True))
        ).scalar_one()
        for noun, kind in BY_NOUN.items()
    }
