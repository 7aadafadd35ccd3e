"""Where in the text of a plan file a table or a key stands."""

import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

# strings and comments are masked, so that a text that looks like a header is not taken for one
_MASKED: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"{3,5}' r"|'''.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*+"' r"|'[^'\n]*+'|#[^\n]*+", re.DOTALL
)
_HEADER: Final = re.compile(
    r"^[ \t]*+\[\[?+[ \t]*+([\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++)*+)[ \t]*+\]", re.MULTILINE | re.ASCII
)


@dataclass(frozen=True, slots=True)
class Lines:
    """Where the tables of a TOML text stand; tomllib keeps no positions."""

    masked: str
    ends: tuple[int, ...]
    tables: Mapping[str, tuple[tuple[int, int], ...]]  # name -> start and end of each, sub-tables included

    @classmethod
    def of(cls, text: str) -> "Lines":
        """The lines of a text that is known to be TOML."""
        masked = _MASKED.sub(lambda match: '"' + "\n" * match[0].count("\n"), text)
        found = [(re.sub(r"\s", "", match[1]), match.start()) for match in _HEADER.finditer(masked)]
        heads = [(name, start) for name, start in found if "." not in name]
        stops = [*(start for _, start in heads[1:]), len(masked)]
        tables: dict[str, list[tuple[int, int]]] = {}
        for (name, start), stop in zip(heads, stops, strict=False):
            tables.setdefault(name, []).append((start, stop))
        ends = tuple(match.start() for match in re.finditer("\n", masked))
        return cls(masked, ends, {name: tuple(places) for name, places in tables.items()})

    def line(self, table: str, number: int = 0, key: str = "") -> int | None:
        """The line of a key in the n-th table of a name; of the table itself where the key is not found in it."""
        here = self.tables.get(table, ())
        if number >= len(here):
            return self._key(table, 0, len(self.masked))
        start, stop = here[number]
        found = self._key(key, start, stop) if key else None
        return found or self._at(start)

    def _key(self, key: str, start: int, stop: int) -> int | None:
        """The line of `key =`, or of a sub-table or a table inside braces of that name."""
        pattern = re.compile(rf"(?:^[ \t]*+(?:\[.*\.)?|[{{,.][ \t]*+){re.escape(key)}[ \t]*+[]=.]", re.MULTILINE)
        found = pattern.search(self.masked, start, stop)
        return self._at(found.start()) if found else None

    def _at(self, position: int) -> int:
        return bisect_right(self.ends, position - 1) + 1 if position else 1
