"""From what people say to records, and back: ids, parts of ids, codes and labels, `SALTMARSH/R2`, `R7~3f2a`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.record import Record, facets
from comity.errors import Ambiguous, NotFound
from comity.store import reading
from comity.store.database import Connection

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PART: Final = re.compile(r"[0-9a-f-]{6,36}")
SHOWN: Final = 8  # candidates listed for an ambiguous name


def find(connection: Connection, text: str, noun: str | None = None) -> Record:
    """The one record that a person means. Raises NotFound, or Ambiguous with the candidates."""
    kinds = [BY_NOUN[noun]] if noun and noun in BY_NOUN else list(KINDS)
    found = {(each.noun, each.group, each.id): each for each in _meant(connection, text.strip(), kinds)}
    what = noun.replace("_", " ") if noun and noun != "*" else "record"
    if not found:
        raise NotFound(f"no {what} is called «{text}»", f"`comity {_command(noun)}` lists what there is")
    if len(found) > 1:
        listed = [f"{short(connection, each)} ({each.noun.replace('_', ' ')}, {each.id})" for each in found.values()]
        more = f" and {len(listed) - SHOWN} more" if len(listed) > SHOWN else ""
        raise Ambiguous(
            f"«{text}» is the name of {len(listed)} records", f"say which: {'; '.join(listed[:SHOWN])}{more}"
        )
    return next(iter(found.values()))


def short(connection: Connection, record: Record) -> str:
    """The shortest name by which `find` finds the record again, with its exercise before it where it has one."""
    own = code(record)
    above = reading.get(connection, BY_NOUN["exercise"], str(getattr(record, "exercise", None) or "")) if own else None
    return f"{code(above)}/{own}" if above and record.noun != "exercise" else own or name(record) or record.id[-12:]


def code(record: Record) -> str:
    """Its code or label, or nothing."""
    return str(getattr(record, record.code_field, "") or "") if record.code_field else ""


def name(record: Record) -> str:
    """What names it in a list; the code where it has no name."""
    return str(getattr(record, record.name_field, "") or "") if record.name_field else code(record)


def _command(noun: str | None) -> str:
    return f"{noun.replace('_', '-')} list" if noun and noun != "*" else "search WORDS"


def _meant(connection: Connection, text: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    if not text:
        return
    if _ID.fullmatch(text.lower()):
        yield from filter(None, (reading.get(connection, kind, text.lower()) for kind in kinds))
        return
    said = list(_called(connection, text, kinds))
    yield from said
    if not said and _PART.fullmatch(text.lower()):
        yield from _by_part(connection, text.lower().replace("-", ""), kinds)


def _called(connection: Connection, text: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    label, _, part = text.partition("~")
    for kind in kinds:
        for record in reading.called(connection, kind, label):
            if not part or part.lower() in (record.id[: len(part)], record.id[-len(part) :]):
                yield record
    above, slash, below = text.partition("/")
    if slash:
        parents = {record.id for record in _called(connection, above, [BY_NOUN["exercise"]])}
        yield from (each for each in _called(connection, below, kinds) if exercise_of(connection, each) in parents)


def _by_part(connection: Connection, part: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    nouns = {kind.noun for kind in kinds}
    for noun, id in reading.by_part(connection, part):
        if noun in nouns and (record := reading.get(connection, BY_NOUN[noun], id)):
            yield record


def exercise_of(connection: Connection, record: Record) -> str | None:
    """The id of the exercise that a record belongs to, by its parents; None where it belongs to none."""
    seen: Record | None = record
    for _ in range(5):
        if seen is None or seen.noun == "exercise":
            break
        if "exercise" in facets(type(seen)) and (own := getattr(seen, "exercise", None)):
            return str(own)
        parent = seen.parent_field
        above = getattr(seen, parent, None) if parent else None
        seen = reading.get(connection, BY_NOUN[facets(type(seen))[parent].refers], above) if above else None
    return seen.id if seen is not None and seen.noun == "exercise" else None
