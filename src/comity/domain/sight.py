"""One look at the world: every kind is read once and found by index, so that checks stay quick over many runs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Final

from comity.domain.facet import Shape
from comity.domain.marking import STRICTEST
from comity.domain.record import Record, facets, optional, required
from comity.domain.view import R, View

Index = dict[Any, list[Any]]
_BLANKS: Final = {
    Shape.COUNT: 0,
    Shape.NUMBER: 0.0,
    Shape.FLAG: False,
    Shape.DATE: date.min,
    Shape.MOMENT: datetime.min.replace(tzinfo=UTC),
    Shape.FACTS: {},
    Shape.MARKING: STRICTEST,
}


class Sight:
    """A view that remembers what it has read; it is for one pass, since it does not see later changes."""

    def __init__(self, view: View) -> None:
        self.today: date = view.today
        self.now: datetime = view.now
        self.institute: str = view.institute
        self.stale_after: timedelta = view.stale_after
        self._view = view
        self._every: dict[type[Record], Sequence[Any]] = {}
        self._live: dict[type[Record], Sequence[Any]] = {}
        self._indexes: dict[tuple[type[Record], str], Index] = {}
        self._others: dict[tuple[type[Record], str], Any] = {}  # retired, or held elsewhere

    def every(self, kind: type[R]) -> Sequence[R]:
        """The live records of a kind, those too that lack what the kind needs."""
        if kind not in self._every:
            self._every[kind] = tuple(self._view.find(kind))
        return self._every[kind]

    def all(self, kind: type[R]) -> Sequence[R]:
        """The live records of a kind, those that can be reasoned about."""
        if kind not in self._live:
            self._live[kind] = tuple(filter(is_whole, self.every(kind)))
        return self._live[kind]

    def get(self, kind: type[R], id: str) -> R | None:
        """The record of this id, or None where it is not held here; retired ones too."""
        live: list[R] = self._index(kind, "id").get(id, [])
        if live:
            return live[0]
        if (kind, id) not in self._others:
            found_there = self._view.get(kind, id)
            self._others[kind, id] = found_there if found_there and is_whole(found_there) else None
        found: R | None = self._others[kind, id]
        return found

    def find(self, kind: type[R], /, **equals: Any) -> Sequence[R]:
        """The live records whose columns equal these values; a tuple or list means any of them."""
        if not equals:
            return self.all(kind)
        (first, wanted), *others = equals.items()
        index = self._index(kind, first)
        found: Iterable[R] = (record for value in _any_of(wanted) for record in index.get(value, ()))
        return [each for each in found if all(getattr(each, name) in _any_of(value) for name, value in others)]

    def members(self, group: str) -> tuple[str, ...]:
        """The institutes that hold the records of a group, sorted."""
        return self._view.members(group)

    def is_private(self, group: str) -> bool:
        """Whether the group is an institute's own."""
        return self._view.is_private(group)

    def group_name(self, group: str) -> str:
        """What people call the group."""
        return self._view.group_name(group)

    def _index(self, kind: type[R], field: str) -> Index:
        key = (kind, field)
        if key not in self._indexes:
            index: Index = {}
            for record in self.all(kind):
                index.setdefault(getattr(record, field), []).append(record)
            self._indexes[key] = index
        return self._indexes[key]


def sight(view: View) -> Sight:
    """The view as one look; a look stays itself."""
    return view if isinstance(view, Sight) else Sight(view)


def is_whole(record: Record) -> bool:
    """Whether all is there that its kind needs; a peer may have written less, or what cannot be read."""
    torn = any(flag.startswith("record.unreadable") for flag in record.flags or ())
    return not torn and all(getattr(record, name) is not None for name in _needed(type(record)))


def mended(record: R) -> R:
    """The record with a blank of its type where a peer wrote nothing or what cannot be read: a guard can ask it."""
    kind = type(record)
    values = {name: getattr(record, name) for name in kind.model_fields}
    blanks = {name: _blank(kind, name) for name, value in values.items() if value is None and not _may_lack(kind, name)}
    return kind(**{**values, **blanks}) if blanks else record


@cache
def _may_lack(kind: type[Record], name: str) -> bool:
    return name not in facets(kind) or optional(kind, name)


def _blank(kind: type[Record], name: str) -> Any:
    facet = facets(kind)[name]
    return [] if facet.many else _BLANKS.get(facet.shape, "")


@cache
def _needed(kind: type[Record]) -> tuple[str, ...]:
    return tuple(name for name in facets(kind) if required(kind, name))


def _any_of(value: Any) -> Sequence[Any]:
    return tuple(dict.fromkeys(value)) if isinstance(value, (tuple, list)) else (value,)
