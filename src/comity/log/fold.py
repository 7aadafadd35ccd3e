"""What a record is: a function of the set of changes that count, whatever their order, time or repetition.

A change names what it replaces; what nobody replaced is a head. Several heads of one field are told apart by four merge
words: a person is asked, the latest source wins, each tag stands for itself, or the strictest marking holds.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
from msgspec import Struct

from comity.domain.facet import Facet, Merge
from comity.log.commit import ORIGINATOR, RETIRED

ORIGINATOR_DISPUTED = "record.originator_disputed"  # creates name different institutes: none is the originator
SPEAKER_DISPUTED = "record.speaker_disputed"  # creates name different institutes that the record would speak for
RETIRE_INCOMPLETE = "record.retire_incomplete"  # somebody retired it without having seen all that it is

_RESERVED = (ORIGINATOR, RETIRED)
_ENCODER = msgspec.msgpack.Encoder(order="deterministic")

Heads = dict[str, dict[bytes, Any]]


class Touch(NamedTuple):
    """One change of one record, of a commit that counts, with the institute of the seat that wrote it."""

    dot: bytes
    gen: int
    institute: str
    set: Mapping[str, Any]
    over: Collection[bytes] = ()


class Rules(NamedTuple):
    """How the fields of a kind merge; `speaks` is the field with the institute that a record of the kind speaks for."""

    merge: Mapping[str, Merge]
    join: Callable[[tuple[str, ...]], str]
    speaks: str = ""

    @classmethod
    def of(cls, facets: Mapping[str, Facet], join: Callable[[tuple[str, ...]], str]) -> "Rules":
        """The rules that the facets of a kind declare; no facets: an unknown kind, where people are asked."""
        return cls(
            {name: facet.merge for name, facet in facets.items()},
            join,
            next((name for name, facet in facets.items() if facet.speaks), ""),
        )


class Folded(Struct, frozen=True):
    """A record as the log tells it: what stands in each field, what is shown, and where a person is needed."""

    heads: Heads
    shown: dict[str, Any]
    conflicts: tuple[str, ...]
    originator: str
    retired: bool
    flags: tuple[str, ...]
    created: bytes
    updated: bytes

    def over(self, fields: Iterable[str]) -> tuple[bytes, ...]:
        """What a change of these fields replaces, if this is what its writer was shown."""
        return tuple(sorted({dot for field in fields for dot in self.heads.get(field, ())}))


class _Record(NamedTuple):
    """What the changes say together, before any of them is judged."""

    order: dict[bytes, tuple[int, bytes]]
    institutes: dict[bytes, str]
    originators: set[str]
    speakers: set[str]
    rules: Rules

    @property
    def originator(self) -> str:
        return _only(self.originators)

    @property
    def speaker(self) -> str:
        return _only(self.speakers)


def fold(touches: Iterable[Touch], rules: Rules) -> Folded:
    """The record that the changes make."""
    changes = list(touches)
    record = _record(changes, rules)
    heads = surviving(changes, replaced(changes, record))
    retired = any(_retires(change, heads, record) for change in changes if change.dot in heads.get(RETIRED, ()))
    return Folded(
        heads=heads,
        shown=_shown(heads, record),
        conflicts=tuple(sorted(field for field in heads if _conflict(field, heads[field], rules))),
        originator=record.originator,
        retired=retired,
        flags=tuple(_flags(heads, retired, record)),
        created=min(record.order.values(), default=(0, b""))[1],
        updated=max(record.order.values(), default=(0, b""))[1],
    )


def replaced(changes: Iterable[Touch], record: _Record) -> set[tuple[bytes, str]]:
    """The values that a change which set the same field anew has named, and may replace."""
    return {
        (dot, field)
        for change in changes
        if change.over
        for field in change.set
        for dot in change.over
        if may_replace(change, field, dot, record)
    }


def surviving(changes: Iterable[Touch], gone: set[tuple[bytes, str]]) -> Heads:
    """The values that nobody replaced, per field."""
    heads: Heads = {}
    for change in changes:
        for field, value in change.set.items():
            if (change.dot, field) not in gone:
                heads.setdefault(field, {})[change.dot] = value
    return heads


def may_replace(change: Touch, field: str, dot: bytes, record: _Record) -> bool:
    """Whether the change's institute has a say: over a marking its writer or the originator, else who is spoken for."""
    if merge_of(field, record.rules) is Merge.STRICTEST:
        return change.institute in (record.originator, record.institutes.get(dot))
    if record.rules.speaks:
        return change.institute == (record.speaker or record.institutes.get(dot))
    return True


def merge_of(field: str, rules: Rules) -> Merge:
    """The merge word of a field, or of the field of a tag `field:element`; unknown ones are asked about."""
    return rules.merge.get(field) or rules.merge.get(field.partition(":")[0], Merge.ASK)


def latest(source_time: str, source_hash: str, value: Any) -> list[Any]:
    """The wire value of a LATEST field: where it comes from, and the value as a whole."""
    return [source_time, source_hash, value]


def outranked(heads: Mapping[bytes, Any], wire: Any) -> tuple[bytes, ...]:
    """The heads of a LATEST field that an import of `wire` replaces; none: it has nothing new to say."""
    return tuple(sorted(dot for dot, head in heads.items() if _source(head) < _source(wire)))


def _record(changes: Iterable[Touch], rules: Rules) -> _Record:
    record = _Record({}, {}, set(), set(), rules)
    for change in changes:
        record.order[change.dot] = (change.gen, change.dot)
        record.institutes[change.dot] = change.institute
        if claim := change.set.get(ORIGINATOR):
            record.originators.add(str(claim))
            if rules.speaks in change.set:
                record.speakers.add(str(change.set[rules.speaks]))
    return record


def _only(claims: set[str]) -> str:
    return next(iter(claims)) if len(claims) == 1 else ""


def _retires(change: Touch, heads: Heads, record: _Record) -> bool:
    """Whether a retire named every head that it may retire and that somebody wrote; other retires do not count."""
    if change.set.get(RETIRED) is not True:
        return False
    named = {dot for dot in change.over if may_replace(change, RETIRED, dot, record)} | {change.dot}
    return all(named.issuperset(dots) for field, dots in heads.items() if field != RETIRED)


def _shown(heads: Heads, record: _Record) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for field in sorted(heads):
        word, values = merge_of(field, record.rules), heads[field]
        if word is Merge.TAGS:
            name, _, element = field.partition(":")
            shown.setdefault(name, []).extend([element] if element and any(values.values()) else [])
        elif field not in _RESERVED:
            shown[field] = _value(word, values, record)
    return shown


def _value(word: Merge, values: Mapping[bytes, Any], record: _Record) -> Any:
    if word is Merge.STRICTEST:
        texts = tuple(sorted({text for text in values.values() if isinstance(text, str)}))
        return record.rules.join(texts) if texts else None
    if len(values) == 1:
        (only,) = values.values()
        return _fact(only) if word is Merge.LATEST else only
    if word is Merge.LATEST:
        return _fact(max(values.items(), key=lambda head: (_source(head[1]), record.order[head[0]]))[1])
    speaker, institutes, order = record.speaker or None, record.institutes, record.order
    return values[max(values, key=lambda dot: (institutes[dot] == speaker, order[dot]))]


def _conflict(field: str, values: Mapping[bytes, Any], rules: Rules) -> bool:
    """Whether a person must choose: different values, where neither source nor strictness decides."""
    if len(values) < 2 or field in _RESERVED:
        return False
    word = merge_of(field, rules)
    if word not in (Merge.ASK, Merge.LATEST):
        return False
    rivals = values.values() if word is Merge.ASK else _newest(values.values())
    return len({_ENCODER.encode(value) for value in rivals}) > 1


def _flags(heads: Heads, retired: bool, record: _Record) -> Iterable[str]:
    if len(record.originators) > 1:
        yield ORIGINATOR_DISPUTED
    if len(record.speakers) > 1:
        yield SPEAKER_DISPUTED
    if not retired and True in heads.get(RETIRED, {}).values():
        yield RETIRE_INCOMPLETE


def _newest(values: Collection[Any]) -> list[Any]:
    """The values of the highest source. What people say has none: it ranks below any log, and alike among itself."""
    highest = max(map(_source, values))
    return [value for value in values if _source(value) == highest]


def _source(wire: Any) -> tuple[str, str]:
    match wire:
        case [str(time), str(digest), _]:
            return time, digest
    return "", ""


def _fact(wire: Any) -> Any:
    match wire:
        case [str(), str(), value]:
            return value
    return wire
