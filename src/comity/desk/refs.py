"""From what people say to records: ids, parts of them, codes, labels, `SALTMARSH/R2`, `R7~3f2a`, `GROUP:SALTMARSH`."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from comity.desk import names
from comity.desk.names import Names
from comity.desk.world import World
from comity.domain.kinds import BY_NOUN, KINDS
from comity.domain.naming import BETWEEN
from comity.domain.record import Record
from comity.domain.text import fold
from comity.domain.wording import words
from comity.errors import Ambiguous, NotFound
from comity.store import reading
from comity.store.database import Connection

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_PART: Final = re.compile(r"[0-9a-f-]{6,36}")
SHOWN: Final = 8  # candidates listed for an ambiguous name


def find(world: World, text: str, noun: str | None = None, group: str = "") -> Record:
    """The one record that a person means. Raises NotFound, or Ambiguous with the candidates.

    Live ones come first; for what is written in a group the one that is there, else one that all its readers hold.
    """
    kinds = [BY_NOUN[noun]] if noun and noun in BY_NOUN else list(KINDS)
    found = _told(world, text.strip(), kinds)
    found = [each for each in found if not each.retired] or found
    if not noun or noun == "*":
        found = [each for each in found if names.code(each)] or found
    if group and len(found) > 1:
        found = _followed(world, found, group)
    what = words(noun) if noun and noun != "*" else "record"
    if not found:
        raise NotFound(f"no {what} is called «{text}»", f"`comity {_command(noun)}` lists what there is")
    if len(found) > 1:
        raise _ambiguous(world, text, found, kinds)
    return found[0]


def _ambiguous(world: World, text: str, found: Sequence[Record], kinds: Sequence[type[Record]]) -> Ambiguous:
    """No name is taken for the likeliest: a partner writes names too. Each candidate with a REF that means it alone."""
    listed = [f"{_only(world, each, kinds)} ({_said(each)})" for each in found[:SHOWN]]
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return Ambiguous(f"«{text}» is the name of {len(found)} records", f"write one of: {'; '.join(listed)}{more}")


def _only(world: World, record: Record, kinds: Sequence[type[Record]]) -> str:
    """`GROUP:NAME` where that is this record and no other, else its id."""
    [full] = Names(world.connection).full(type(record), [vars(record)])
    ref = f"{world.group_name(record.group)}:{full}"
    return ref if [each.id for each in _told(world, ref, kinds)] == [record.id] else record.id


def _told(world: World, text: str, kinds: Sequence[type[Record]]) -> list[Record]:
    """All that the text may mean; `GROUP:NAME` means those of this name in the group."""
    found = list({(each.noun, each.group, each.id): each for each in _meant(world.connection, text, kinds)}.values())
    named, colon, within = text.partition(":")
    if found or not colon:
        return found
    groups = world.groups_called(named.strip())
    return [each for each in _told(world, within.strip(), kinds) if each.group in groups] if groups else []


def _followed(world: World, found: list[Record], group: str) -> list[Record]:
    """Those in the group, else those that all its members hold, else all."""
    members = set(world.members(group))
    within = [each for each in found if each.group == group]
    return within or [each for each in found if members <= set(world.members(each.group))] or found


def _said(record: Record) -> str:
    return f"{words(record.noun)} of {record.created_institute}, {record.id}"


def _command(noun: str | None) -> str:
    return f"{noun.replace('_', '-')} list" if noun and noun != "*" else "search WORDS"


def _meant(connection: Connection, text: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    if not text:
        return
    if _ID.fullmatch(text.lower()):
        yield from filter(None, (reading.get(connection, kind, text.lower()) for kind in kinds))
        return
    said = list(_called(connection, text, kinds))
    said = said or list(_named(connection, text.replace(BETWEEN, "/"), kinds))
    yield from said
    if not said and _PART.fullmatch(text.lower()):
        yield from _by_part(connection, text.lower().replace("-", ""), kinds)


def _called(connection: Connection, text: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    """Those of this code or name, alone or after the code of their exercise."""
    label, _, tail = text.partition("~")
    for kind in kinds:
        yield from reading.called(connection, kind, text)
        if tail:
            yield from (each for each in reading.called(connection, kind, label) if _ends(each, tail))
    above, slash, below = text.partition("/")
    if slash:
        parents = {record.id for record in _called(connection, above, [BY_NOUN["exercise"]])}
        found = _called(connection, below, kinds) if parents else ()
        yield from (each for each in found if names.exercise_of(connection, each) in parents)


def _named(connection: Connection, text: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    """Those that are known by their parts, and retired ones of this code."""
    called, (whole, _, tail) = Names(connection), text.partition("~")
    for kind in kinds:
        fields = [kind.code_field] if kind.code_field else names.texts(kind)
        for record in reading.spoken(connection, kind, fields, whole.split("/")) if fields else ():
            own, above = called.own(kind, vars(record)), called.above(kind, vars(record))
            if own and fold(whole) in (fold(own), fold(f"{above}/{own}")) and _ends(record, tail):
                yield record


def _ends(record: Record, tail: str) -> bool:
    return not tail or record.id.endswith(tail.lower()) or record.id.startswith(tail.lower())


def _by_part(connection: Connection, part: str, kinds: Sequence[type[Record]]) -> Iterator[Record]:
    nouns = {kind.noun for kind in kinds}
    for noun, id in reading.by_part(connection, part):
        if noun in nouns and (record := reading.get(connection, BY_NOUN[noun], id)):
            yield record
