"""What is written in place of commits that are erased: blanks in the record itself, elsewhere the same values again."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from comity.domain.facet import Facet, Merge, Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.record import Record, encode, facets, optional
from comity.log.commit import ORIGINATOR, RETIRED, Change, Commit
from comity.log.fold import Heads, Touch
from comity.store import folding, reading
from comity.store.circle import Circles
from comity.store.database import Connection
from comity.store.victims import Victim

ERASED: Final = "erased"  # where a text is needed
TEXTS: Final = (Shape.LINE, Shape.PROSE, Shape.CODE)


def waves(
    connection: Connection,
    circles: Circles,
    record: Record,
    gone: Sequence[Victim],
    kept: Sequence[Victim],
    numbers: Mapping[tuple[str, bytes], int],
) -> list[list[Change]]:
    """The changes that take the place of `gone`, in as many acts as values of one field stand beside each other."""
    own, dots = (record.noun, UUID(record.id).bytes), {each.envelope.dot for each in gone}
    result = [[_blanked(record, reading.heads(connection, record.no or 0), gone, kept)]]
    for key, no in numbers.items():
        if key == own:
            continue
        written = [each.touch for each in folding.written(connection, circles, [no]).get(no, [])]
        for wave, changes in enumerate(_again(key, reading.heads(connection, no), written, dots)):
            if wave == len(result):
                result.append([])
            result[wave] += changes
    return result


def is_leftover(commit: Commit, id: bytes) -> bool:
    """Whether a commit only says of a record what erasing leaves of it."""
    own = [change for change in commit.changes if change.id == id]
    return all(change.set.get(RETIRED) is True and len(change.set) > 1 and _all_blank(change) for change in own)


def _all_blank(change: Change) -> bool:
    kind = BY_NOUN.get(change.kind)
    told = [(name, value) for name, value in change.set.items() if name not in (ORIGINATOR, RETIRED)]
    return ORIGINATOR in change.set and all(
        value is False if ":" in name else is_blank(kind, name, value) for name, value in told
    )


# -- the record itself
def _blanked(record: Record, heads: Heads, gone: Iterable[Victim], kept: Iterable[Victim]) -> Change:
    """Every field set anew over all that was ever said of the record, but for entries of lists: their names tell."""
    id = UUID(record.id).bytes
    erased, staying = list(_about(gone, id)), list(_about(kept, id))
    fields = {name for _, change in (*erased, *staying) for name in change.set} | heads.keys()
    entries = {name for _, change in staying for name in change.set if ":" in name}
    plain = {name: blank(type(record), name, record) for name in sorted(fields) if ":" not in name}
    sets = {**plain, **dict.fromkeys(sorted(entries), False), ORIGINATOR: record.originator, RETIRED: True}
    over = {dot for dots in heads.values() for dot in dots}
    for dot, change in (*erased, *staying):
        over |= {dot, *change.over}
    return Change(record.noun, id, sets, tuple(sorted(over)))


def _about(victims: Iterable[Victim], id: bytes) -> Iterator[tuple[bytes, Change]]:
    for each in victims:
        for change in each.commit.changes if each.commit else ():
            if change.id == id:
                yield each.envelope.dot, change


def blank(kind: type[Record], name: str, record: Record) -> Any:
    """What a field says once it is erased; its marking, its house and whether it was invented stay."""
    facet = facets(kind).get(name)
    if facet is None or name in (ORIGINATOR, RETIRED):
        return None
    if stays(name, facet):
        return encode(getattr(record, name))
    return _nothing(kind, name, facet)


def is_blank(kind: type[Record] | None, name: str, value: Any) -> bool:
    """Whether a value says no more than `blank` does."""
    facet = facets(kind).get(name) if kind else None
    if kind is None or facet is None:
        return value is None
    return stays(name, facet) or value == _nothing(kind, name, facet)


def is_erased(record: Record) -> bool:
    """Whether nothing is left of a record but that there was one."""
    kind = type(record)
    return record.retired and all(is_blank(kind, name, encode(getattr(record, name))) for name in facets(kind))


def stays(name: str, facet: Facet) -> bool:
    """Whether a field says nothing of anybody: how it is marked, whose it is, whether it was invented."""
    return facet.merge is Merge.STRICTEST or name == "synthetic" or (facet.shape is Shape.INSTITUTE and not facet.many)


def _nothing(kind: type[Record], name: str, facet: Facet) -> Any:
    info = kind.model_fields[name]
    if optional(kind, name):
        return None
    if not info.is_required():
        return encode(info.get_default(call_default_factory=True))
    return ERASED if facet.shape in TEXTS else None


# -- other records of the same commits
def _again(
    key: tuple[str, bytes], heads: Heads, written: Sequence[Touch], dots: Collection[bytes]
) -> list[list[Change]]:
    """Set again what stands by these commits, and what would come back without them; a wave per head of a field."""
    gone = [touch for touch in written if touch.dot in dots]
    left = [touch for touch in written if touch.dot not in dots]
    order = {touch.dot: (touch.gen, touch.dot) for touch in written}
    found: list[dict[frozenset[bytes], dict[str, Any]]] = []
    for name in sorted({name for touch in gone for name in touch.set}):
        over = {touch.dot for touch in gone if name in touch.set}
        named = {dot for touch in gone if name in touch.set for dot in touch.over}
        standing = sorted(heads.get(name, {}), key=lambda dot: order.get(dot, (0, dot)), reverse=True)
        lost = [dot for dot in standing if dot in dots]
        held = {dot for touch in left if name in touch.set for dot in touch.over}
        if not lost and standing and named - over - held:
            lost = standing[:1]
        for wave, dot in enumerate(lost):
            names = frozenset({dot, *over, *named} if wave == 0 else {dot})
            while wave >= len(found):
                found.append(defaultdict(dict))
            found[wave][names][name] = heads[name][dot]
    kind, id = key
    return [[Change(kind, id, sets, tuple(sorted(over))) for over, sets in wave.items()] for wave in found]
