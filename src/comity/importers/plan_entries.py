"""The entries of a plan file: what each is known by, and what its references mean inside the file."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, Final

from comity.domain.facet import Facet, Shape
from comity.domain.kinds import BY_NOUN
from comity.domain.naming import BETWEEN, KEYS, names, natural_key, tells
from comity.domain.record import encode, facets
from comity.domain.wording import words
from comity.errors import BadInput, Problem

PRIVATE: Final = "private"
MOST_TOLD: Final = 500  # problems; more of them are no help
_OWN_KIND: Final = {"run": ("retry_of",), "finding": ("merged_into",)}
Where = Callable[[str], int | None]  # the line of a field, of the table itself where none is told
_TEXTS: Final = ("group", "marking", "id")


@dataclass(frozen=True, slots=True)
class PlanEntry:
    """One record as the file gives it: raw values by field; the marking and the name of its group apart."""

    noun: str
    raw: Mapping[str, Any]
    where: Where = field(compare=False, repr=False)
    group: str
    marking: str
    key: tuple[str, ...]
    id: str = ""  # given where the key would fit several records

    @property
    def line(self) -> int | None:
        """The line of its table."""
        return self.where("")

    def place(self, name: str = "") -> str:
        """Where a person finds it, or one field of it, in the file."""
        line = self.where(name)
        return f"line {line}" if line else words(self.noun)

    @property
    def names(self) -> tuple[str, ...]:
        """What references in the file may call it."""
        return (*names(self.noun, self.raw), *([self.id] if self.id else []))


@dataclass(slots=True)
class Entries:
    """The entries read so far, how they are called, and what is wrong with them."""

    exercise: str
    defaults: Mapping[str, Any]
    refuse: Callable[[Sequence[Problem]], BadInput]
    listed: list[PlanEntry] = field(default_factory=list)
    called: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    taken: dict[tuple[str, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, noun: str, line: int | None, problem: Problem) -> None:
        """Note a problem with its line; gives up where there are too many."""
        place = f"line {line}: " if line else ""
        self.problems.append(Problem(f"{noun}.{problem.field}", f"{place}{problem.message}"))
        if len(self.problems) >= MOST_TOLD:
            raise self.refuse(self.problems)

    def keep(self, noun: str, values: Mapping[str, Any], where: Where, refined: int = 0) -> None:
        """Make an entry of the values; where one of the first `refined` is the same, that one says more and stays."""
        texts = [values.get(name, self.defaults.get(name)) or "" for name in _TEXTS]
        if wrong := [name for name, text in zip(_TEXTS, texts, strict=True) if not isinstance(text, str)]:
            self.wrong(noun, where(wrong[0]), Problem(wrong[0], f"{wrong[0]} is one text"))
            return
        group, marking, given = texts
        raw = self._raw(noun, {name: value for name, value in values.items() if name not in _TEXTS}, where)
        key = (noun, "id", given) if given else natural_key(noun, raw)
        if not given and not tells(key):
            self.wrong(noun, where(""), _unknowable(noun))
        elif key not in self.taken:
            self._note(PlanEntry(noun, raw, where, group or PRIVATE, marking, key, given))
        elif self.taken[key] >= refined:
            first = self.listed[self.taken[key]]
            told = f"{_said(noun)} «{BETWEEN.join(key[1:])}» is in the file twice, first at {first.place()}"
            self.wrong(noun, where(""), Problem("key", told))

    def _note(self, entry: PlanEntry) -> None:
        place = self.taken[entry.key] = len(self.listed)
        self.listed.append(entry)
        for name in entry.names:
            self.called.setdefault((entry.noun, name), []).append(place)

    def _raw(self, noun: str, values: Mapping[str, Any], where: Where) -> dict[str, Any]:
        """The values with what the file says for all, references by the surest name, and moments in UTC."""
        fields = facets(BY_NOUN[noun])
        given = {"exercise": self.exercise or None, "synthetic": self.defaults.get("synthetic")}
        common = {name: value for name, value in given.items() if name in fields and value is not None}
        return {name: self._value(noun, fields[name], name, each, where) for name, each in {**common, **values}.items()}

    def _value(self, noun: str, facet: Facet, name: str, value: Any, where: Where) -> Any:
        if facet.shape is not Shape.REF:
            return _moments(value, as_text=facet.shape is Shape.FACTS)
        if isinstance(value, list):
            return [self._value(noun, facet, name, each, where) for each in value]
        found = self.called.get((facet.refers, value.strip()), ()) if isinstance(value, str) else ()
        if len(found) > 1:
            places = " and ".join(self.listed[each].place() for each in found[:3])
            told = f"{name}: «{value}» means several records of this file ({places}); write more of the name"
            self.wrong(noun, where(name), Problem(name, told))
        return self._surest(facet.refers, found[0]) if len(found) == 1 else value

    def _surest(self, noun: str, place: int) -> str:
        """The first name of an entry that no other of its kind has; there is one, by which it was found."""
        return next(name for name in self.listed[place].names if len(self.called[noun, name]) == 1)


def in_order(entries: Entries) -> tuple[list[PlanEntry], dict[tuple[str, str], list[int]]]:
    """The entries, each after those of its own kind that it refers to, and the places by name."""
    depths: dict[int, int] = {}
    first: dict[str, int] = {}
    for place, entry in enumerate(entries.listed):
        first.setdefault(entry.noun, place)
        _depth(entries, place, depths)
    order = sorted(range(len(depths)), key=lambda place: (first[entries.listed[place].noun], depths[place]))
    new = {old: place for place, old in enumerate(order)}
    called = {name: [new[place] for place in places] for name, places in entries.called.items()}
    return [entries.listed[place] for place in order], called


def _depth(entries: Entries, start: int, depths: dict[int, int]) -> None:
    """How many entries of its own kind stand behind an entry; a circle counts as none."""
    chain: list[int] = []
    place: int | None = start
    while place is not None and place not in depths:
        depths[place] = 0
        chain.append(place)
        place = _before(entries, entries.listed[place])
    depth = depths[place] if place is not None else -1
    for each in reversed(chain):
        depth += 1
        depths[each] = depth


def _before(entries: Entries, entry: PlanEntry) -> int | None:
    """The place of the entry of the same kind that it refers to: a run that was tried again, a finding merged into."""
    refers = (entry.raw.get(name) for name in _OWN_KIND.get(entry.noun, ()))
    found = [entries.called.get((entry.noun, text.strip()), []) for text in refers if isinstance(text, str)]
    return found[0][0] if found and len(found[0]) == 1 else None


def strangers(table: Mapping[str, Any], known: Collection[str]) -> list[str]:
    """The first keys of a table that it cannot have."""
    return [name for name in table if name not in known][:MOST_TOLD]


def _unknowable(noun: str) -> Problem:
    """The problem of an entry that nothing tells from its like."""
    wanted = next(fields for fields in KEYS[noun] if fields != "exercise").split("|")
    return Problem(wanted[0], f"{_said(noun)} needs {' or '.join(wanted)}, to be known by")


def _said(noun: str) -> str:
    return words(noun)


def _moments(value: Any, *, as_text: bool) -> Any:
    """TOML knows moments in any zone and without one; kept are those of UTC, and texts inside of facts."""
    if isinstance(value, dict):
        return {key: _moments(each, as_text=as_text) for key, each in value.items()}
    if isinstance(value, list):
        return [_moments(each, as_text=as_text) for each in value]
    if isinstance(value, datetime):
        value = value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    return encode(value) if as_text and isinstance(value, (date, time)) else value
