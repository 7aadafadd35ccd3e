"""Write a plan file that reads back as the same records: what is said by default or for all is left out."""

import re
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Final

import tomli_w

from comity.domain.facet import Shape
from comity.domain.naming import KEYS, names, naming_fields, natural_key, tells
from comity.domain.plan_words import COMMON
from comity.domain.record import Record, facets
from comity.exporters.plan_cells import matrices
from comity.exporters.plan_facts import fact

_NOT_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_HEAD: Final = (
    "# A plan of Comity: `comity apply` reads it back, also after you have changed it.\n"
    "# What is left out stays as it is; an empty text clears a field.\n"
)


class Writing:
    """One exercise on its way into a file: how each record is called there, and what holds for all of them."""

    def __init__(
        self,
        exercise: Record,
        records: Mapping[str, Sequence[Record]],
        refs: Callable[[str], str],
        group_name: Callable[[str], str],
    ) -> None:
        """Name every record of the export, those first that others refer to."""
        self.exercise, self.refs, self.group_name = exercise, refs, group_name
        self.common = {
            "group": group_name(exercise.group),
            "marking": exercise.marking,
            "synthetic": bool(exercise.synthetic),
        }
        self.called: dict[str, str] = {}  # id -> what the file calls the record
        self.taken: Counter[tuple[str, str]] = Counter()
        self.keys: Counter[tuple[str, ...]] = Counter()
        self.listed = {noun: [exercise] if noun == "exercise" else records.get(noun, ()) for noun in KEYS}
        for noun in KEYS:
            self._name(noun)

    def _name(self, noun: str) -> None:
        known = [(record, self._spoken(record, naming_fields(noun))) for record in self.listed[noun]]
        self.keys.update(natural_key(noun, values) for _, values in known)
        self.taken.update((noun, name) for _, values in known for name in names(noun, values))
        for record, values in known:
            single = (name for name in names(noun, values) if self.taken[noun, name] == 1)
            self.called[record.id] = next(single, record.id) if self._is_known(noun, values) else record.id

    def _is_known(self, noun: str, values: Mapping[str, Any]) -> bool:
        """Whether the key of a record is enough to find it again; else the file names its id."""
        key = natural_key(noun, values)
        return tells(key) and self.keys[key] == 1

    def _spoken(self, record: Record, wanted: Collection[str]) -> dict[str, Any]:
        """Some values of a record, references by what the file calls them."""
        fields = facets(type(record))
        values = {name: getattr(record, name) for name in fields if name in wanted}
        refs = {name for name in values if fields[name].shape is Shape.REF}
        return {
            name: self._referred(fields[name].refers, each) if name in refs else each for name, each in values.items()
        }

    def _referred(self, refers: str, value: Any) -> Any:
        if isinstance(value, list):
            return [self._referred(refers, each) for each in value]
        if not value:
            return value
        if refers == "*":
            name = self.called.get(value, "")
            return name if sum(self.taken[noun, name] for noun in KEYS) == 1 else value
        if value in self.called:
            return self.called[value]
        outside = self.refs(value)
        return value if self.taken[refers, outside.strip()] else outside

    def entry(self, record: Record) -> dict[str, Any]:
        """What the file says about one record."""
        values = self._spoken(record, facets(type(record)))
        known = {} if self._is_known(record.noun, values) else {"id": record.id}
        said = {name: _plain(record, name, value) for name, value in values.items() if self._is_said(record, name)}
        return known | said | self._common(record)

    def _common(self, record: Record) -> dict[str, Any]:
        """Group, marking and banner, where they are not those of the exercise."""
        own = {"group": self.group_name(record.group), "marking": record.marking, "synthetic": bool(record.synthetic)}
        return (
            own if record is self.exercise else {name: own[name] for name in COMMON if own[name] != self.common[name]}
        )

    def _is_said(self, record: Record, name: str) -> bool:
        value = getattr(record, name)
        if name in COMMON:
            return False
        if name == "exercise":
            return bool(value != self.exercise.id)
        info = type(record).model_fields[name]
        return info.is_required() or value != info.get_default(call_default_factory=True)


def plan_toml(
    exercise: Record,
    records: Mapping[str, Sequence[Record]],
    refs: Callable[[str], str],
    group_name: Callable[[str], str],
) -> str:
    """The plan of an exercise; `refs` names a record outside of it, `group_name` a group by its id."""
    writing = Writing(exercise, records, refs, group_name)
    parts = [_HEAD, _table("exercise", writing.entry(exercise)).replace("[[exercise]]", "[exercise]", 1)]
    for noun in KEYS:
        entries = [writing.entry(record) for record in writing.listed[noun] if record is not exercise]
        if noun == "cell":
            compact, entries = matrices(entries)
            parts += [_table("matrix", each) for each in compact]
        parts += [_table(noun, each) for each in entries]
    return "\n".join(parts)


def _plain(record: Record, name: str, value: Any) -> Any:
    """The value as TOML has it; nothing is an empty text."""
    if value is None:
        return ""
    return fact(value) if facets(type(record))[name].shape is Shape.FACTS else value


def _table(name: str, table: Mapping[str, Any]) -> str:
    """One table of an array; texts of several lines are shown as such unless that would lose their line ends."""
    text = tomli_w.dumps({name: table})
    text = text if "\\r" in text else tomli_w.dumps({name: table}, multiline_strings=True)
    return _seen(f"[[{name}]]\n" + text.removeprefix(f"[{name}]\n"))


def _seen(toml: str) -> str:
    """The same TOML with letters that nobody sees, or that turn text around, written as their numbers."""
    return _NOT_ASCII.sub(lambda found: found[0] if found[0].isprintable() else _escaped(found[0]), toml)


def _escaped(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04X}" if code < 0x10000 else f"\\U{code:08X}"
